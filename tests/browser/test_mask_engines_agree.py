"""The two mask engines, of the relay's core and of the visitor's script, give every node of a page the same level.

They share no code: the one matches with selectors in Rust over the relay's copy, the other with the browser's own. Held equal on
the vectors (tests/vectors/masks.json), whose levels are written down by hand, and on random pages with random rules.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from masking.plan import plan_for
from masking.policy import Policy
from masking.rule import Action, Profile, Rule
from relay._core import Replica
from tests import codec
from tests.browser.capture_relay import CaptureRelay
from tests.outline import Outline, ops

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
VECTORS: list[dict[str, Any]] = json.loads((ROOT / "tests/vectors/masks.json").read_text(encoding="utf-8"))
PAGES = int(os.environ.get("MASK_PAGES", "150"))
TAGS = ("div", "p", "span", "b", "input", "select", "x-a", "iframe", "section", "textarea")
CLASSES = ("a", "b", "c", "open", "a b", "open c", "")
RULES = (
    *((f".{name}", action) for name in "abc" for action in ("text", "hide", "block")),
    ("div > .a", "text"),
    (".b ~ .c", "hide"),
    ("p:has(.a)", "text"),
    (":nth-child(2 of .b)", "text"),
    ("section:empty", "hide"),
    ("[data-x]", "text"),
    ("input:disabled", "text"),
    ("slot", "text"),
    ("option:not(.b)", "text"),
    ("iframe.a", "text"),
    ("body > *:first-child", "hide"),
)
Level = dict[int, int]
Written = list[list[str]]


def by_relay(page: list[Outline], rules: Written, address: str) -> Level:
    profile = Profile.PRIVATE if any(rule[1] == "private" for rule in rules) else Profile.OPEN
    policy = Policy.of([Rule(rule[0], Action(rule[1]), "".join(rule[2:])) for rule in rules if rule[1] != "private"], profile=profile)
    replica = Replica(asset_key=b"key", asset_prefix="/a")
    replica.apply(codec.encode(ops(page, address), epoch=1, sequence=1))
    return replica.levels(replica.add_audience(plan_for(policy, "agent")))


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


class Chance:
    """Random pages and rules."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def page(self) -> list[Outline]:
        return [["html", {}, ["head", {}, ["title", {}, "t"]], ["body", {}, *self.children(4)]]]

    def children(self, depth: int, tags: tuple[str, ...] = TAGS) -> list[Outline]:
        return [self.node(depth, self.random.choice(tags)) for _ in range(self.random.randint(0, 4))]

    def node(self, depth: int, tag: str) -> Outline:
        if depth == 0 or self.random.random() < 0.2:
            return "text"
        names = {"class": self.random.choice(CLASSES)}
        if self.random.random() < 0.2:
            names["data-x"] = "1"
        if tag == "input":
            return [
                tag,
                {
                    **names,
                    "type": self.random.choice(["text", "password", "checkbox"]),
                    **({"disabled": ""} if self.random.random() < 0.3 else {}),
                },
            ]
        if tag == "textarea":
            return [tag, names, "text"]
        if tag == "select":
            return [tag, names, *(["option", {"class": self.random.choice(CLASSES)}, "o"] for _ in range(self.random.randint(1, 3)))]
        inner = self.inner(depth, tag)
        return [tag, names, *inner] if tag == "iframe" else [tag, names, *inner, *self.children(depth - 1)]

    def inner(self, depth: int, tag: str) -> list[Outline]:
        if tag == "iframe":
            return [["#document", ["html", {}, ["body", {}, *self.children(depth - 1)]]]]
        if tag == "x-a":
            return [["#shadow", *self.children(depth - 1), ["p", {"class": self.random.choice(CLASSES)}, ["slot", {}]]]]
        return []

    def rules(self) -> Written:
        rules = [list(rule) for rule in self.random.sample(RULES, self.random.randint(1, 4))]
        return [["", "private"], [".open", "show"], *rules] if self.random.random() < 0.4 else rules


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
