# make run · test · build · generate · check · bench · soak · fidelity. CI calls these and nothing else.
# Needs Python >= 3.11, Rust stable, Node >= 20 and a C compiler; everything else is installed into .venv and node_modules.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
CORE := relay/_core.abi3.so
DATA ?= data
SUITE ?=
FUZZ_SECONDS ?= 600
# Chromium's own look-ups must not leave the machine in tests.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

RUST := Cargo.toml Cargo.lock relay_core/Cargo.toml $(shell find relay_core/src -name '*.rs')
VISITOR := $(shell find visitor_js/src -type f) visitor_js/build.mjs
VIEWER := $(shell find viewer_js/src -type f) viewer_js/build.mjs

.PHONY: run test build generate check bench soak fuzz fidelity test-rust test-js test-python browser postgres clean

run: build
	@$(VENV)/bin/cobrowse-relay demo run --data $(DATA)

build: $(CORE) relay/static/.visitor relay/static/.viewer

test: build browser postgres check test-rust test-js test-python
	@echo "all tests passed"

# --- what is installed ---

.stamps/python: pyproject.toml
	@echo "· Python packages into $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet "pip==25.3"
	@$(PY) -m pip install --quiet --group dev
	@mkdir -p .stamps && touch $@

.stamps/bench: .stamps/python
	@echo "· packages to measure against"
	@$(PY) -m pip install --quiet --group bench
	@touch $@

.stamps/node: package.json package-lock.json visitor_js/package.json viewer_js/package.json
	@echo "· Node packages into node_modules"
	@npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p .stamps && touch $@

# maturin also installs the server's own packages and the command into .venv.
$(CORE): .stamps/python $(RUST)
	@echo "· Rust core (release build; minutes the first time, seconds later)"
	@rm -f relay/_core*.so
	@env -u CONDA_PREFIX VIRTUAL_ENV=$(CURDIR)/$(VENV) $(VENV)/bin/maturin develop --release > .stamps/maturin.log
	@touch $@

relay/static/.visitor: .stamps/node $(VISITOR)
	@echo "· visitor scripts"
	@npm run --silent build --workspace visitor_js
	@touch $@

relay/static/.viewer: .stamps/node $(VIEWER)
	@echo "· viewer scripts"
	@npm run --silent build --workspace viewer_js
	@touch $@

browser: .stamps/python
	@$(PY) tests/browser/chromium.py install

postgres: .stamps/python
	@$(PY) tests/postgres.py install

# --- what is generated and committed ---

generate: .stamps/python
	@$(PY) relay/protocol/generate.py
	@$(PY) tests/vectors/make.py

# --- what must hold before a commit ---

check: $(CORE) .stamps/node
	@echo "· check: generated files"
	@$(PY) relay/protocol/generate.py --check
	@$(PY) tests/vectors/make.py --check
	@echo "· check: Python"
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy --no-error-summary
	@$(PY) -m mypy.stubtest relay._core --ignore-disjoint-bases > .stamps/stubtest || { cat .stamps/stubtest; exit 1; }
	@echo "· check: Rust"
	@cargo fmt --check
	@cargo clippy --quiet --locked --all-targets -- -D warnings
	@echo "· check: TypeScript"
	@npx biome check --error-on-warnings
	@npm run --silent types

test-rust:
	@echo "· test: Rust"
	@cargo test --quiet --locked

test-js: .stamps/node
	@echo "· test: TypeScript"
	@npm run --silent test

# Two runs: the browser's driver keeps an event loop in its process, which other tests want to start themselves.
test-python: build browser postgres
	@echo "· test: Python"
	@$(PY) -m pytest -m "not soak and not browser"
	@echo "· test: the whole way, in the browser"
	@$(PY) -m pytest -m "browser and not soak"

soak: build browser postgres
	@CONVERGENCE_CASES=2000000 cargo test --release --locked --test convergence
	@FUZZ_CASES=1000000 cargo test --release --locked --test fuzz
	@FUZZ_CASES=10000000 cargo test --release --locked --test fuzz random_frames_and_turned_bits
	@WORK_CASES=100000 WORK_SEED=1000 cargo test --release --locked --lib no_frame_costs_more
	@$(MAKE) --no-print-directory fuzz
	@MASKING_STEPS=5000000 MASKING_SEED=1000000 cargo test --release --locked --lib whatever_comes_to_match_is_tried
	@$(PY) -m pytest -m soak

# Real sites, ours beside rrweb: the first run installs about 2 GB into CORPORA_HOME. SITES="swaggerui wagtail" runs those alone.
CORPORA_HOME ?= $(HOME)/.cache/corpora
SITES ?= all
export CORPORA_HOME

fidelity: build $(CORPORA_HOME)/.installed
	@$(CORPORA_HOME)/venv/bin/python -m tests.fidelity.run $(SITES) --adapter self,rrweb,ours --shots

$(CORPORA_HOME)/.installed: tests/fidelity/install.sh
	@bash tests/fidelity/install.sh base dev
	@touch $@

# Needs a nightly compiler and cargo-fuzz; without them the soak above has run the same targets.
fuzz:
	@if cargo +nightly fuzz --version > .stamps/fuzz 2>&1; then \
		FUZZ_CORPUS=$(CURDIR)/relay_core/fuzz/corpus cargo test --quiet --locked --test fuzz writes_a_corpus && \
		cd relay_core && for target in $$(cargo +nightly fuzz list); do \
			cargo +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=4096 || exit 1; \
		done; \
	else echo "· cargo-fuzz is not there: left out"; fi

bench: build browser .stamps/bench
	@$(PY) -m bench $(SUITE)

clean:
	@rm -rf .stamps .venv node_modules target relay/static relay/_core*.so
