"""One masking rule, and the check that it passes before it is kept.

A rule that cannot be honoured is refused when it is added: for a mask a silent miss is a leak.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from relay._core import SelectorError, check_selector, split_selector
from relay.protocol.names import Limit, Mask

LABEL_LENGTH = 80
"""Characters of a label: what fits into the box of a masked element."""


_UNPAIRED = re.compile("[\ud800-\udfff]")


class Site(StrEnum):
    """The two sets of settings of a group."""

    STAGING = "staging"
    PRODUCTION = "production"


class Action(StrEnum):
    """What a rule does with an element and all below it."""

    TEXT = "text"
    HIDE = "hide"
    BLOCK = "block"

    @property
    def level(self) -> Mask:
        """The mask level of the wire protocol."""
        return Mask[self.name]


@dataclass(frozen=True, slots=True)
class Rule:
    """A selector and what happens to what it matches; with a role it holds for viewers of that role only."""

    selector: str
    action: Action
    label: str = ""
    role: str | None = None


class RuleRefused(Exception):
    """The rule is not kept. `column` (1-based, in characters) is where the selector is wrong, 0 when something else is."""

    def __init__(self, rule: Rule, reason: str, column: int = 0) -> None:
        super().__init__(rule, reason, column)
        self.rule = rule
        self.reason = reason
        self.column = column

    def __str__(self) -> str:
        if not self.column:
            return self.reason
        return f"the selector is not valid at column {self.column}: {self.reason}"


def check(rule: Rule) -> None:
    """Raise `RuleRefused` when the rule cannot be honoured."""
    if not rule.selector.strip():
        raise RuleRefused(rule, "the selector is empty", 1)
    # Before the core parses it; a byte that is not UTF-8 comes from the command line as half a surrogate pair.
    if len(rule.selector.encode("utf-8", "surrogatepass")) > Limit.SELECTOR:
        raise RuleRefused(rule, f"the selector is longer than {Limit.SELECTOR} bytes")
    if broken := _UNPAIRED.search(rule.selector):
        raise RuleRefused(rule, "this is not text", broken.start() + 1)
    if len(rule.label) > LABEL_LENGTH or not (rule.label.isprintable()):
        raise RuleRefused(rule, f"the label is longer than {LABEL_LENGTH} characters or has unprintable ones")
    try:
        check_selector(rule.selector)
    except SelectorError as error:
        raise RuleRefused(rule, error.message, error.column) from None


def at_source(rule: Rule) -> Rule | None:
    """The rule as visitors' browsers apply it; none when only the relay does."""
    if rule.role is not None:
        return None
    selector, _ = split_selector(rule.selector)
    return replace(rule, selector=selector) if selector else None


def relay_only(rule: Rule) -> str:
    """The selectors of a rule for everyone that visitors' browsers cannot apply: the relay does. Empty when there are none."""
    return split_selector(rule.selector)[1] if rule.role is None else ""
