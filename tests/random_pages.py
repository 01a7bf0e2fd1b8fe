"""Random pages as outlines, and random mask rules for them."""

from __future__ import annotations

import random

from masking.policy import Policy
from masking.rule import Action, Profile, Rule
from tests.outline import Outline

Written = list[list[str]]
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


def policy_of(rules: Written) -> Policy:
    """Rules as they are written down: selector, action, label; the action `private` stands for the profile."""
    profile = Profile.PRIVATE if any(rule[1] == "private" for rule in rules) else Profile.OPEN
    return Policy.of([Rule(rule[0], Action(rule[1]), "".join(rule[2:])) for rule in rules if rule[1] != "private"], profile=profile)


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
