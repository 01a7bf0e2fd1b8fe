"""A panic in the core, in the middle of a frame or of a delta, ends the session it happened in, and the relay goes on (requirements 5.8, W23).

The relay runs with a core built for this test: pages whose title asks for it make it panic. The core that is shipped has no such thing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from relay.live.record import shortened
from relay.protocol.names import Close
from tests.relay.peers import Agent, Visitor, document
from tests.relay_process import GROUP, RelayProcess

ROOT = Path(__file__).parents[2]
BUILD = ("cargo", "build", "--quiet", "--locked", "--package", "relay_core", "--features", "python,testing")
SECRET = "4111 1111 1111 1111"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of the server as they are, but for the core."""
    environment = {
        **os.environ,
        "PYO3_BUILD_EXTENSION_MODULE": "1",
        "PYO3_PYTHON": sys.executable,
        "CARGO_TARGET_DIR": str(ROOT / "target"),
    }
    subprocess.run(BUILD, cwd=ROOT, env=environment, check=True)
    folder = tmp_path_factory.mktemp("package")
    (folder / "relay").mkdir()
    for path in (ROOT / "relay").iterdir():
        if not path.name.startswith("_core"):
            (folder / "relay" / path.name).symlink_to(path)
    shutil.copy(ROOT / "target/debug/librelay_core.so", folder / "relay/_core.abi3.so")
    for name in ("masking", "cam_proxy"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.fixture
def relay(package: Path, tmp_path: Path, seeded_file: RelayProcess) -> Iterator[RelayProcess]:
    process = RelayProcess(tmp_path, origin=seeded_file)
    process.environment |= {"PYTHONPATH": str(package), "PYTHONSAFEPATH": "1"}
    process.start()
    yield process
    process.stop()


@pytest.mark.parametrize("place", ["apply", "delta"])
def test_a_panic_ends_one_session(relay: RelayProcess, agent: Agent, place: str) -> None:
    with Visitor(relay) as struck, Visitor(relay) as other:
        started, others = struck.start(), other.start()
        struck.send(document(SECRET))
        other.send(document("calm"))
        with agent.join(started["key"]) as viewer, agent.join(others["key"]) as others_viewer:
            viewer.reach(1)
            others_viewer.reach(1)
            struck.socket.send(struck.encode([("set_text", 4, SECRET * 2), ("set_title", 1, f"panic in {place}")]))
            for peer in (struck, viewer):
                assert peer.closed() == Close.ENDED
                assert peer.heard[-1] == {"type": "ended", "reason": "error"}
            version = other.send([("set_text", 4, "calm still"), ("set_title", 1, "Cart")])["version"]
            others_viewer.reach(version)
            assert others_viewer.texts() == ["calm still"]
            assert agent.ticket(started["key"]).status_code == 404
        with Visitor(relay) as late:
            late.start()
            late.send(document("later"))
    log = relay.log.read_text()
    (line,) = [line for line in log.splitlines() if "panicked" in line]
    name = re.escape(shortened(started["ssnid"]))
    assert re.search(rf"session {name}: the core panicked at relay_core/src/\S+\.rs:\d+:\d+; this replica is lost$", line), line
    assert SECRET not in log and "panic in" not in log
    statements = [json.loads(json.loads(line)["statement"]) for line in relay.cli("mask", "statement", "--group", str(GROUP)).splitlines()]
    assert {said["session"]: said["complete"] for said in statements} == {shortened(started["ssnid"]): False}


def test_the_shipped_core_does_not_panic_on_demand() -> None:
    (core,) = (ROOT / "relay").glob("_core*.so")
    assert b"asked for by" not in core.read_bytes()
