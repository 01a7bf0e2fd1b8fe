"""The scripts that a visitor's page loads."""

from __future__ import annotations

import asyncio
import json
from importlib.metadata import version
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from relay.web.visitor_scripts import VisitorScripts


def ask(folder: Path, query: str = "group=1&site=production", headers: tuple[tuple[bytes, bytes], ...] = ()) -> Response:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": list(headers)}
    return asyncio.run(VisitorScripts(folder).by_group(Request(scope)))


def test_the_loader_by_its_documented_address(tmp_path: Path) -> None:
    (tmp_path / "loader.js").write_text("loader()")
    answer = ask(tmp_path)
    assert (answer.status_code, answer.body) == (200, b"loader()")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert ask(tmp_path, "group=1&site=staging&script=").status_code == 200
    again = ask(tmp_path, headers=((b"if-none-match", answer.headers["etag"].encode()),))
    assert (again.status_code, again.body) == (304, b"")


def test_other_scripts_are_a_comment(tmp_path: Path) -> None:
    (tmp_path / "loader.js").write_text("loader()")
    for query in ("group=1&site=production&script=XDOM", "group=1&script=agent", "site=production", "group=x"):
        answer = ask(tmp_path, query)
        assert answer.status_code == 404
        assert bytes(answer.body).startswith(b"/* ")


def test_scripts_that_are_not_built(tmp_path: Path) -> None:
    assert ask(tmp_path).status_code == 503


def versioned(folder: Path, script: str, number: str) -> Response:
    request = Request(
        {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "path_params": {"version": number}}
    )
    return asyncio.run(getattr(VisitorScripts(folder), script)(request))


def test_a_script_of_this_version_never_changes(tmp_path: Path) -> None:
    (tmp_path / "loader.js").write_text("loader()")
    (tmp_path / "visitor.js").write_text("capture()")
    (tmp_path / "agent.js").write_text("agent()")
    assert ask(tmp_path, "group=1&script=Agent").body == b"agent()"
    for script in ("loader", "capture", "agent"):
        answer = versioned(tmp_path, script, version("cobrowse-relay"))
        assert (answer.status_code, answer.body) == (200, f"{script}()".encode())
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("number", ["0.0.0", "", "../x", f"{version('cobrowse-relay')}0"])
def test_under_another_version_there_is_the_loader_only(tmp_path: Path, number: str) -> None:
    (tmp_path / "loader.js").write_text("loader()")
    (tmp_path / "visitor.js").write_text("capture()")
    loader, capture = versioned(tmp_path, "loader", number), versioned(tmp_path, "capture", number)
    assert (loader.status_code, loader.headers["cache-control"]) == (200, "public, max-age=300")
    assert (capture.status_code, capture.headers["cache-control"]) == (404, "no-store")
    assert b"capture" not in bytes(capture.body)


def test_browser_scripts_and_server_have_one_version() -> None:
    package = Path(__file__).parent.parent.parent / "visitor_js" / "package.json"
    assert json.loads(package.read_text())["version"] == version("cobrowse-relay")


def module(folder: Path, name: str, number: str) -> Response:
    parameters = {"version": number, "module": name}
    request = Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "path_params": parameters})
    return asyncio.run(VisitorScripts(folder).module(request))


def test_a_module_of_this_build_and_no_other(tmp_path: Path) -> None:
    ours, name = version("cobrowse-relay"), "ui-0123456789ab"
    (tmp_path / f"visitor-{name}.js").write_text("export {}")
    (tmp_path / "visitor-secret.js").write_text("no module")
    answer = module(tmp_path, name, ours)
    assert (answer.status_code, answer.body) == (200, b"export {}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["access-control-allow-origin"] == "*", "modules are always fetched by CORS"
    for wrong, number in ((name, "9.9.9"), ("ui-fedcba987654", ours), ("secret", ours), ("../app", ours)):
        assert module(tmp_path, wrong, number).status_code == 404
