"""The wheel, installed in an empty environment without Node or Rust, serves with the browser scripts inside."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.relay_process import RelayProcess, free_port

ROOT = Path(__file__).parents[1]
PATH_WITHOUT_TOOLS = "/usr/bin:/bin"
SERVED = {
    "/cobrowse/CobrowseJS.ashx?group=7&site=production": "javascript",
    "/static/console.js": "javascript",
    "/static/stage.js": "javascript",
    "/static/app.css": "css",
    "/login": "html",
}


def run(*command: str, **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
    return str(done.stdout)


@pytest.mark.wheel
def test_wheel_serves(tmp_path: Path) -> None:
    run(sys.executable, "-m", "maturin", "build", "--release", "--out", str(tmp_path / "dist"), cwd=ROOT)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.startswith(("tests/", "bench/", "visitor_js/", "viewer_js/", "relay_core/"))] == []
    assert sum(name.startswith("relay/_core") and name.endswith(".so") for name in names) == 1
    assert "relay/static/visitor.js" in names and "relay/static/loader.js" in names

    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv/bin/python")
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel))
    command = str(tmp_path / "venv/bin/cobrowse-relay")
    data = tmp_path / "data"
    data.mkdir()
    environment = {"PATH": PATH_WITHOUT_TOOLS, "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    run(command, "group", "add", "--id", "7", "--name", "Wheel", "--data", str(data), env=environment, cwd=tmp_path)

    relay = RelayProcess(data, free_port())
    relay.command = [command]
    relay.environment = environment
    relay.start()
    try:
        for path, kind in SERVED.items():
            with urllib.request.urlopen(relay.url + path, timeout=10) as answer:
                assert answer.status == 200 and kind in answer.headers["content-type"], path
                assert len(answer.read()) > 200, path
    finally:
        relay.stop()
    assert any(data.iterdir())
