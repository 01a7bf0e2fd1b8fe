"""One masking rule, and the check that it passes before it is kept.

A rule that cannot be honoured is refused when it is added: for a mask a silent miss is a leak.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from masking.page import PatternRefused, check_pattern
from relay._core import SelectorError, check_selector, split_selector
from relay.protocol.names import Limit, Mask

LABEL_LENGTH = 80
"""Characters of a label: what fits into the box of a masked element."""


_UNPAIRED = re.compile("[\ud800-\udfff]")


class Site(StrEnum):
    """The two sets of settings of a group."""

    STAGING = "staging"
    PRODUCTION = "production"


class Profile(StrEnum):
    """What a site masks where no rule says anything: nothing, or everything."""

    OPEN = "open"
    PRIVATE = "private"


class Action(StrEnum):
    """What a rule does: with an element and all below it, or (`page`) with a whole page."""

    TEXT = "text"
    HIDE = "hide"
    BLOCK = "block"
    PAGE = "page"
    """The rule's selector is a pattern of page addresses."""
    SHOW = "show"
    """Under the profile `private`, the element is not masked. Other rules still hold in it."""

    @property
    def level(self) -> Mask:
        """The mask level of the wire protocol."""
        match self:
            case Action.PAGE:
                return Mask.HIDE
            case Action.SHOW:
                return Mask.PLAIN
            case _:
                return Mask[self.name]


@dataclass(frozen=True, slots=True)
class Rule:
    """A selector (or address pattern) and what happens to what it matches; with a role it holds for viewers of that role only.

    A rule without a role is applied in the visitor's browser, unless it is `relay_only`: then the content comes to the relay.
    """

    selector: str
    action: Action
    label: str = ""
    role: str | None = None
    relay_only: bool = False

    @property
    def at_source(self) -> bool:
        """Whether the visitor's script applies it: what no viewer may see never leaves the page."""
        return self.role is None and not self.relay_only


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
    if rule.action is Action.SHOW and not rule.at_source:
        raise RuleRefused(rule, "what is shown is shown to everyone: a rule that shows has no role, and is not for the relay only")
    if rule.action is Action.PAGE:
        _check_page(rule)
        return
    try:
        check_selector(rule.selector)
    except SelectorError as error:
        raise RuleRefused(rule, error.message, error.column) from None


def _check_page(rule: Rule) -> None:
    try:
        check_pattern(rule.selector)
    except PatternRefused as refused:
        raise RuleRefused(rule, str(refused)) from None


def source_rule(rule: Rule) -> Rule | None:
    """The rule as visitors' browsers apply it; none when only the relay does."""
    if not rule.at_source:
        return None
    if rule.action is Action.PAGE:
        return rule
    selector, _ = split_selector(rule.selector)
    return replace(rule, selector=selector) if selector else None


def beyond_source(rule: Rule) -> str:
    """The selectors of a rule for the source that visitors' browsers cannot apply: the relay does. Empty when there are none."""
    if not rule.at_source or rule.action is Action.PAGE:
        return ""
    return split_selector(rule.selector)[1]
