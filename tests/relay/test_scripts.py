"""The scripts that a visitor's page loads."""

from __future__ import annotations

import asyncio
from pathlib import Path

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
    for query in ("group=1&site=production&script=XDOM", "group=1&script=Agent", "site=production", "group=x"):
        answer = ask(tmp_path, query)
        assert answer.status_code == 404
        assert bytes(answer.body).startswith(b"/* ")


def test_scripts_that_are_not_built(tmp_path: Path) -> None:
    assert ask(tmp_path).status_code == 503


def test_a_versioned_script_never_changes(tmp_path: Path) -> None:
    (tmp_path / "visitor.js").write_text("capture()")
    request = Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []})
    answer = asyncio.run(VisitorScripts(tmp_path).capture(request))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
