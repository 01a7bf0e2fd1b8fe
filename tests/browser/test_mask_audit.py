"""`mask audit` on a small site and on the demo shop: what it finds, what it fails on, and that it says nothing of what it saw."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from relay.demo import MASKS, create_app
from tests.browser.capture_relay import CaptureRelay
from tests.browser.chromium import SYSTEM_NAMES
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html><head><title>Form</title></head><body>
<form id=form><input id=name value=Vera><input id=masked class=private><input type=password id=word><select id=choice><option>a</select>
<textarea id=role class=agents></textarea><input type=hidden name=token value=x><button>Go</button></form>
<p id=mail>Write to vera.lind@example.com</p><p id=phone class=private>+49 151 23456789</p>
<a id=next href="/two">next</a></body></html>"""
TWO = "<!doctype html><p>two</p><div id=pad contenteditable></div>"


@pytest.fixture
def environment(browser: Browser) -> dict[str, str]:
    """The browser of the tests is the audit's too."""
    own = browser.browser_type.executable_path
    installed = (path for name in SYSTEM_NAMES if (path := shutil.which(name)))
    return {"CHROMIUM": os.environ.get("CHROMIUM") or (own if Path(own).exists() else next(installed, ""))}


class Audit:
    """The command on a data folder with a group and a few rules."""

    def __init__(self, data: Path, environment: dict[str, str]) -> None:
        self.relay = RelayProcess(data)
        self.relay.environment |= environment
        self.relay.cli("group", "add", "--id", str(GROUP), "--name", "Test group")

    def run(self, *arguments: str, expect: int = 0) -> Any:
        command = [
            sys.executable,
            "-m",
            "relay",
            "mask",
            "audit",
            *arguments,
            "--group",
            str(GROUP),
            "--data",
            str(self.relay.data),
            "--json",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=self.relay.environment, check=False)
        assert done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout) if done.stdout else done.stderr


@pytest.fixture
def audit(tmp_path: Path, environment: dict[str, str]) -> Audit:
    return Audit(tmp_path / "data", environment)


def test_fields_rules_and_what_is_new(audit: Audit, tmp_path: Path) -> None:
    audit.relay.mask(".private")
    audit.relay.mask(".agents", role="agent")
    with CaptureRelay({"/": PAGE, "/two": TWO}) as site:
        journey, baseline = tmp_path / "journey.json", tmp_path / "baseline.json"
        steps = [{"open": f"{site.origin}/?token=x"}, {"fill": "#name", "with": "Vera Lind"}, {"click": "#next"}, {"wait": "#pad"}]
        journey.write_text(json.dumps(steps))
        report = audit.run("--journey", str(journey), "--baseline", str(baseline))
        fields = {field["name"]: field for field in report["fields"]}
        assert {name: field["state"] for name, field in fields.items()} == {
            "#name": "unmasked",
            "#masked": "masked",
            "#word": "masked",
            "#choice": "unmasked",
            "#role": "unmasked",
            'input[name="token"]': "masked",
            "#mail": "unmasked",
            "#phone": "masked",
            "#pad": "unmasked",
        }
        assert fields["#masked"]["rule"] == "text .private"
        assert fields["#role"]["seen_by"] == ["admin", "supervisor"] and fields["#role"]["rule"] == "text .agents"
        assert fields["#mail"]["kind"] == "looks like e-mail"
        assert fields["#pad"]["page"] == f"{site.origin}/two"
        assert report["counts"] == {"masked": 4, "unmasked": 5, "leak": 0, "new": 0}
        assert "vera.lind" not in json.dumps(report) and "token=x" not in json.dumps(report)
        audit.run("--journey", str(journey), "--fail-on", "unmasked", expect=1)
        site.pages["/two"] = TWO + "<input id=late>"
        assert audit.run("--journey", str(journey), "--baseline", str(baseline))["counts"]["new"] == 1
        report = audit.run("--journey", str(journey), "--baseline", str(baseline), "--fail-on", "new", expect=1)
        assert [field["name"] for field in report["fields"] if field["new"]] == ["#late"]


def test_a_page_that_shows_a_masked_value_elsewhere(audit: Audit) -> None:
    audit.relay.mask(".private")
    page = """<!doctype html><input id=word class=private><input id=other><pre id=request></pre>
<script>word.oninput = () => { request.textContent = `curl -d ${word.value}`; };</script>"""
    with CaptureRelay({"/": page}) as site:
        report = audit.run(site.origin, expect=1)
        assert {field["name"]: field["state"] for field in report["fields"]} == {"#word": "leak", "#other": "unmasked"}
        audit.relay.mask("#request")
        assert audit.run(site.origin)["counts"]["leak"] == 0


def test_it_cannot_be_made(audit: Audit, tmp_path: Path) -> None:
    with CaptureRelay({"/": PAGE}) as site:
        journey = tmp_path / "journey.json"
        journey.write_text(json.dumps([{"open": site.origin}, {"press": "x"}]))
        assert "step 2" in audit.run("--journey", str(journey), expect=2)
        assert "no journey" in audit.run("--journey", str(tmp_path / "none.json"), expect=2).replace(
            "No such file or directory", "no journey"
        )
        audit.relay.environment["CHROMIUM"] = "/nonexistent/chromium"
        assert "playwright install chromium" in audit.run(site.origin, expect=2)


def test_the_demo_shop(audit: Audit) -> None:
    for selector, action, label in MASKS:
        audit.relay.mask(selector, action, label)
    with SiteServer(create_app("http://127.0.0.1:9", GROUP, "production")) as shop:
        report = audit.run(f"{shop.url}/help/contact")
        states = {field["name"]: field["state"] for field in report["fields"]}
        assert states["#contact-email"] == "masked"
        assert report["counts"]["leak"] == 0
