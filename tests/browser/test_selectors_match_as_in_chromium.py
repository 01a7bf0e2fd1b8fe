"""Selectors match in the core what they match in Chromium: on the written cases and on generated pages and selectors."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from relay._core import Replica, SelectorError, split_selector
from tests.browser.selector_cases import page_text, selector
from tests.codec import encode
from tests.selector_page import Node, frame_ops, read

pytestmark = pytest.mark.browser

VECTORS = Path(__file__).parents[1] / "vectors" / "selectors.json"
ORACLE = Path(__file__).with_name("selector_oracle.js").read_text()
SEED = int(os.environ.get("SELECTOR_SEED", "20261125"))
PAGES = int(os.environ.get("SELECTOR_PAGES", "120"))
SELECTORS = 40
ROUGH = re.compile(r":host|::part|::slotted|:dir\(|:read-only|:read-write|:enabled|:disabled|:lang\(")
"""What the relay does not know as exactly as a browser (docs/security.md): the written cases say what it does with them."""
REFUSED = 0.03
"""The part of the generated selectors that may be refused: more would hide what is compared."""


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_content("<!DOCTYPE html><body></body>")
    yield page
    page.close()


def ask(page: Page, cases: list[tuple[Node, list[str]]]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = page.evaluate(ORACLE, [{"page": top.plain(), "selectors": selectors} for top, selectors in cases])
    return answers


def replica_of(top: Node, answer: dict[str, Any]) -> Replica:
    replica = Replica(asset_key=b"k" * 32, asset_prefix="/a/")
    properties = {number: (value, bits) for number, value, bits in answer["properties"]}
    replica.apply(encode(frame_ops(top, properties, answer["focus"]), epoch=1, sequence=1))
    return replica


def names(top: Node, numbers: list[int]) -> str:
    by_number = {node.id: node for node in top.walk()}
    return " ".join(by_number[number].attributes.get("id", f"<{by_number[number].tag}>") for number in numbers)


def test_the_written_cases(blank: Page) -> None:
    vectors = json.loads(VECTORS.read_text())
    tops = [read(vector["page"], vector["quirks"]) for vector in vectors]
    answers = ask(blank, [(top, list(vector["matches"])) for top, vector in zip(tops, vectors, strict=True)])
    wrong = []
    for vector, top, answer in zip(vectors, tops, answers, strict=True):
        replica = replica_of(top, answer)
        for (text, expected), matched in zip(vector["matches"].items(), answer["matched"], strict=True):
            ours = names(top, replica.select(text))
            theirs = None if matched is None else names(top, matched)
            if ours != expected:
                wrong.append(f"{vector['name']}: {text}: core {ours!r}, vector {expected!r}, browser {theirs!r}")
            elif vector["kind"] == "browser" and theirs != expected:
                wrong.append(f"{vector['name']}: {text}: vector {expected!r}, browser {theirs!r}")
            elif vector["kind"] == "wider" and not set((theirs or "").split()) <= set(ours.split()):
                wrong.append(f"{vector['name']}: {text}: misses some of {theirs!r}")
    cases = sum(len(vector["matches"]) for vector in vectors)
    print(f"selector vectors: {cases - len(wrong)} of {cases} as in Chromium or, where it differs, as in the standard")
    assert not wrong, "\n".join(wrong)


def test_what_browsers_are_asked_they_answer_like_the_core(blank: Page) -> None:
    """The part of a list that is sent to the source is read by `querySelectorAll`, and matches there what it matches here."""
    vectors = [vector for vector in json.loads(VECTORS.read_text()) if vector["kind"] == "browser"]
    cases, relay_only = [], 0
    for vector in vectors:
        parts = [split_selector(text)[0] for text in vector["matches"]]
        relay_only += parts.count("")
        cases.append((read(vector["page"], vector["quirks"]), [part for part in parts if part]))
    wrong = []
    for (top, parts), answer in zip(cases, ask(blank, cases), strict=True):
        replica = replica_of(top, answer)
        for part, queried in zip(parts, answer["queried"], strict=True):
            if queried is None or names(top, queried) != names(top, replica.select(part)):
                wrong.append(f"{part}: browser {queried and names(top, queried)!r}")
    print(f"at the source: {sum(len(parts) for _, parts in cases)} selectors by the browser, {relay_only} by the relay alone")
    assert not wrong, "\n".join(wrong)


def test_random_selectors_on_random_pages(blank: Page) -> None:
    chance = random.Random(SEED)
    pages = [read(page_text(chance), chance.choice([0, 0, 1, 2])) for _ in range(PAGES)]
    cases = [(top, [selector(chance) for _ in range(SELECTORS)]) for top in pages]
    compared = matches = refused = rough = 0
    wrong = []
    for (top, selectors), answer in zip(cases, ask(blank, cases), strict=True):
        replica = replica_of(top, answer)
        for text, matched, queried in zip(selectors, answer["matched"], answer["queried"], strict=True):
            if ROUGH.search(text):
                rough += 1
                continue
            try:
                ours = replica.select(text)
            except SelectorError:
                # Said when the rule is entered, with its place: combinators within `:host()` and the like.
                refused += 1
                continue
            _, relay = split_selector(text)
            if matched is None:
                if not relay:
                    wrong.append(f"{text}: the browser does not read it")
                continue
            compared += 1
            matches += len(ours)
            if ours != matched or (not relay and queried != matched):
                wrong.append(f"{text}: core {names(top, ours)!r}, browser {names(top, matched)!r}, asked {queried}")
    same = compared - len(wrong)
    print(
        f"random selectors (seed {SEED}): {same} of {compared} as in Chromium, {matches} matches; {refused} refused, {rough} left to the cases"
    )
    assert refused < REFUSED * PAGES * SELECTORS
    assert not wrong, "\n".join(wrong[:20])
