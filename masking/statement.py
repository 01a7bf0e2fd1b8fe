"""What a session's rules have masked, in numbers: the statement that is signed when it ends. No content, no address in clear."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from masking.builtin import BUILTIN_RULES
from masking.plan import PLANS_KEPT
from masking.policy import Policy
from masking.rule import Action, Rule
from relay._core import Rules

FORMAT = 1
PAGE_DIGITS = 16
"""Of the hash by which a page can be found again by who knows its address."""

PageTally = tuple[str, list[int], int]


def counted(policy: Policy) -> list[Rule]:
    """The rules whose masked elements are counted, those that always hold first."""
    return [*BUILTIN_RULES, *(rule for rule in policy.rules if rule.action not in (Action.PAGE, Action.SHOW))]


def rules_of(policy: Policy) -> Rules:
    """The same for the core, compiled once for all sessions with these rules."""
    return _compile(tuple(rule.selector for rule in counted(policy)))


@lru_cache(maxsize=PLANS_KEPT)
def _compile(selectors: tuple[str, ...]) -> Rules:
    return Rules(selectors)


def page_hash(address: str) -> str:
    """A page in a statement: `address` without query and fragment."""
    return hashlib.sha256(address.encode()).hexdigest()[:PAGE_DIGITS]


@dataclass(slots=True)
class Ledger:
    """Grows with the session, page by page, under the rules that held there."""

    _sets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _pages: list[dict[str, Any]] = field(default_factory=list)
    complete: bool = True
    """False once a page's numbers could not be had: the page is then missing among `pages`."""

    def add(self, policy: Policy, tallies: Sequence[PageTally]) -> None:
        rules = [_written(rule) for rule in (*BUILTIN_RULES, *policy.rules)]
        masking = counted(policy)
        name = rule_set_hash(policy)
        self._sets.setdefault(name, rules)
        for address, counts, untold in tallies:
            by_rule = [
                {"selector": rule.selector, "role": rule.role, "elements": count}
                for rule, count in zip(masking, counts, strict=True)
                if count
            ]
            self._pages.append({"page": page_hash(address), "rules": name, "masked": by_rule, "masked_at_source_by_rules_not_told": untold})

    def statement(self, **facts: Any) -> str:
        """The text to be signed: JSON with sorted keys."""
        return canonical({"format": FORMAT, **facts, "complete": self.complete, "rule_sets": self._sets, "pages": self._pages})


def rule_set_hash(policy: Policy) -> str:
    """Of all rules of a site and its profile, in their order."""
    rules = [_written(rule) for rule in (*BUILTIN_RULES, *policy.rules)]
    return hashlib.sha256(canonical([policy.profile.value, rules]).encode()).hexdigest()


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sign(key: bytes, statement: str) -> bytes:
    """HMAC-SHA-256 with the relay's key."""
    return hmac.digest(key, statement.encode(), "sha256")


def is_signed(key: bytes, statement: str, signature: bytes) -> bool:
    return hmac.compare_digest(sign(key, statement), signature)


def _written(rule: Rule) -> dict[str, Any]:
    return {"selector": rule.selector, "action": rule.action.value, "role": rule.role, "source": rule.at_source}
