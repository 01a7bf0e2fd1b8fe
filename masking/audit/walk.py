"""A journey driven through a real browser, with the visitor's script in every page; what it relays is looked through after each step."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from masking.audit.canaries import Haystack, canary
from masking.audit.coverage import Field, State
from masking.audit.journey import Step
from masking.builtin import BUILTIN_RULES
from masking.plan import plan_for
from masking.policy import Policy
from masking.rule import Action, Rule
from relay._core import CoreError, Replica

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route, WebSocket

HERE = Path(__file__).parent
FIELDS, PLANT = (HERE / "fields.js").read_text(encoding="utf-8"), (HERE / "plant.js").read_text(encoding="utf-8")
STEP_MS = 15_000
QUIET_MS = 300
"""After a step, for the page to react."""

OWN_TAG = re.compile(r"""<script\b[^>]*\bid\s*=\s*["']?(?:glance-cobrowse|cobrowsescript)\b.*?</script>""", re.I | re.S)
HEAD = re.compile(r"<head\b[^>]*>|<html\b[^>]*>|<!doctype[^>]*>", re.I)
IN_STEP = """async (ms) => {
  const visitor = GLANCE.Cobrowse.Visitor;
  const end = performance.now() + ms;
  while (!(visitor.loaded && visitor.inSession())) {
    if (performance.now() > end) throw new Error('no session');
    await new Promise((done) => setTimeout(done, 20));
  }
  await Promise.race([visitor.synced(), new Promise((_, fail) => setTimeout(() => fail(new Error('not in step')), ms))]);
}"""


class WalkFailed(Exception):
    """The journey could not be walked to its end; says at which step and why."""


@dataclass(frozen=True, slots=True)
class Site:
    """What is looked at: whose rules, through which relay."""

    relay: str
    group: int
    site: str
    policy: Policy
    roles: Sequence[str]


class Walk:
    """`fields` grows with each step; every element of a page is planted once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.fields: list[Field] = []
        self._source = Haystack()
        self._replica = Replica(asset_key=b"audit", asset_prefix="/assets")
        self._audiences = {role: self._replica.add_audience(plan_for(site.policy, role)) for role in site.roles}
        self._seen = {role: Haystack() for role in site.roles}
        self._rules = [rule for rule in (*BUILTIN_RULES, *site.policy.rules) if rule.action not in (Action.PAGE, Action.SHOW)]
        self._started = False
        self._refused = ""
        """Why a frame of the page could not be read: from there on the audit would be blind."""

    def prepare(self, context: "BrowserContext") -> None:
        """Puts the tag of the audit's relay into every page, in place of the site's own."""
        context.route(lambda _url: True, self._serve)

    def listen(self, page: "Page") -> None:
        page.on("websocket", self._hear)
        page.set_default_timeout(STEP_MS)

    def take(self, page: "Page", number: int, step: Step) -> None:
        try:
            self._take(page, step)
            page.wait_for_timeout(QUIET_MS)
            self._look(page)
            if self._refused:
                raise WalkFailed(f"step {number} ({step.action}): a frame of the page could not be read: {self._refused}")
        except Exception as error:
            if not type(error).__module__.startswith("playwright"):
                raise
            raise WalkFailed(f"step {number} ({step.action}): {str(error).splitlines()[0]}") from None

    def _take(self, page: "Page", step: Step) -> None:
        match step.action:
            case "open":
                page.goto(step.what)
            case "click":
                page.click(step.what)
            case "fill":
                page.fill(step.what, step.text)
            case _ if step.what:
                page.wait_for_selector(step.what)
            case _:
                page.wait_for_timeout(int(step.text))

    def _look(self, page: "Page") -> None:
        """Plants a value in each field that is new, gets in step with the relay, and sees who was sent it."""
        if not self._started:
            page.evaluate("() => { GLANCE.Cobrowse.Visitor.startSession(); }")
            self._started = True
        page.evaluate(IN_STEP, STEP_MS)
        found: list[dict[str, Any]] = page.evaluate(FIELDS, [[rule.selector for rule in self._rules], 1])
        planted = {field["number"]: canary(field["kind"]) for field in found if field["isNew"] and not field["text"]}
        planted = {number: value for number, value in planted.items() if value}
        was = page.evaluate(PLANT, {str(number): value for number, value in planted.items()})
        page.evaluate(IN_STEP, STEP_MS)
        address = urlsplit(page.url)
        where = f"{address.scheme}://{address.netloc}{address.path}"
        for field in found:
            if field["isNew"]:
                value = planted.get(field["number"], "") if str(field["number"]) in was else ""
                self.fields.append(self._judge(where, field, value or field["text"]))
        page.evaluate(PLANT, was)
        page.evaluate(IN_STEP, STEP_MS)

    def _judge(self, page: str, field: dict[str, Any], value: str) -> Field:
        rules = [self._rules[index] for index in field["rules"]]
        rule = max(rules, key=lambda rule: (rule.role is None, rule.action.level), default=None)
        name = "" if rule is None else f"{rule.action.value} {rule.selector}"
        at_relay = bool(value) and bool(self._source.holds([value]))
        seen_by = tuple(sorted(role for role, seen in self._seen.items() if value and seen.holds([value])))
        state = self._state(rules, at_relay, seen_by)
        if not value:
            # No value can be planted: a choice, a date. What the rules say has to do.
            masks_all = any(rule.role is None for rule in rules)
            state = State.MASKED if masks_all else State.UNMASKED
        return Field(page, field["name"], field["kind"], state, name, seen_by)

    def _state(self, rules: list[Rule], at_relay: bool, seen_by: tuple[str, ...]) -> State:
        if at_relay and any(rule.at_source for rule in rules):
            return State.LEAK
        if any(rule.role in (None, role) for rule in rules for role in seen_by):
            return State.LEAK
        return State.UNMASKED if seen_by else State.MASKED

    def _hear(self, socket: "WebSocket") -> None:
        if socket.url.endswith("/cobrowse/visitor"):
            socket.on("framesent", self._sent)

    def _sent(self, message: str | bytes) -> None:
        frame = self._source.add(message)
        if not frame:
            return
        try:
            before = self._replica.version
            self._replica.apply(frame)
            for role, audience in self._audiences.items():
                self._seen[role].add_frame(self._replica.delta(audience, before))
        except CoreError as error:
            self._refused = self._refused or str(error)

    def _serve(self, route: "Route") -> None:
        request = route.request
        if request.resource_type != "document" or request.frame.parent_frame is not None:
            route.fallback()
            return
        answer = route.fetch(max_redirects=0)
        headers = {name: value for name, value in answer.headers.items() if not name.startswith("content-security-policy")}
        if "text/html" not in headers.get("content-type", ""):
            route.fulfill(response=answer)
            return
        route.fulfill(response=answer, headers=headers, body=self._with_tag(answer.text()))

    def _with_tag(self, html: str) -> str:
        site, host = self._site, urlsplit(self._site.relay).netloc
        source = f"{site.relay}/cobrowse/CobrowseJS.ashx?group={site.group}&site={site.site}"
        attributes = {"id": "glance-cobrowse", "src": source, "data-groupid": site.group, "data-site": site.site, "data-ws": host}
        tag = "".join(f" {name}={json.dumps(str(value))}" for name, value in attributes.items())
        html = OWN_TAG.sub("", html)
        place = max((match.end() for match in HEAD.finditer(html)), default=0)
        return f"{html[:place]}<script{tag}></script>{html[place:]}"
