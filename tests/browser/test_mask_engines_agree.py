"""The two mask engines, of the relay's core and of the visitor's script, give every node of a page the same level.

They share no code: the one matches with selectors in Rust over the relay's copy, the other with the browser's own. Held equal on
the vectors (tests/vectors/masks.json), whose levels are written down by hand, and on random pages with random rules.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from masking.plan import plan_for
from relay._core import Replica
from tests import codec
from tests.browser.capture_relay import CaptureRelay
from tests.outline import Outline, ops
from tests.random_pages import Chance, Written, policy_of

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
VECTORS: list[dict[str, Any]] = json.loads((ROOT / "tests/vectors/masks.json").read_text(encoding="utf-8"))
PAGES = int(os.environ.get("MASK_PAGES", "150"))
Level = dict[int, int]


def by_relay(page: list[Outline], rules: Written, address: str) -> Level:
    replica = Replica(asset_key=b"key", asset_prefix="/a")
    replica.apply(codec.encode(ops(page, address), epoch=1, sequence=1))
    return replica.levels(replica.add_audience(plan_for(policy_of(rules), "agent")))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = tmp_path_factory.mktemp("bundle") / "levels.js"
    command = ["npx", "esbuild", "tests/browser/mask_levels.ts", "--bundle", "--format=iife", "--target=es2021", f"--outfile={made}"]
    subprocess.run([*command, "--log-level=error"], cwd=ROOT, check=True)
    return made.read_text(encoding="utf-8")


@pytest.fixture
def visitor(browser: Browser, bundle: str) -> Iterator[tuple[Page, str]]:
    with CaptureRelay({"/": "<!doctype html><p>x"}) as relay:
        context = browser.new_context()
        page = context.new_page()
        page.goto(relay.origin)
        page.evaluate(bundle)
        yield page, relay.origin
        context.close()


def by_visitor(page: Page, outline: list[Outline], rules: Written, address: str) -> Level:
    found = page.evaluate("([page, rules, address]) => maskLevels(page, rules, address)", [outline, rules, address])
    return {int(number): level for number, level in found.items()}


def test_the_vectors(visitor: tuple[Page, str]) -> None:
    page, origin = visitor
    for vector in VECTORS:
        address = origin + vector.get("address", "/")
        expected = {int(number): level for number, level in vector["levels"].items()}
        assert by_relay(vector["page"], vector["rules"], address) == expected, vector["about"]
        assert by_visitor(page, vector["page"], vector["rules"], address) == expected, vector["about"]


def test_random_pages(visitor: tuple[Page, str]) -> None:
    page, origin = visitor
    masked = 0
    for seed in range(PAGES):
        chance = Chance(seed)
        outline, rules = chance.page(), chance.rules()
        relay = by_relay(outline, rules, f"{origin}/")
        assert by_visitor(page, outline, rules, f"{origin}/") == relay, f"seed {seed}: {rules} {json.dumps(outline)}"
        masked += bool(relay)
    assert masked > PAGES / 2, "pages on which nothing is masked show nothing"
