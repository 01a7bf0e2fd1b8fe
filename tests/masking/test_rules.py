"""Rules: what may be one, and for whom they hold."""

from __future__ import annotations

import pytest

from masking.builtin import BUILTIN_RULES
from masking.plan import plan_for
from masking.policy import Policy
from masking.rule import LABEL_LENGTH, Action, Rule, RuleRefused, check
from relay.protocol.names import BUILTIN_SELECTORS, Limit, Mask

EVERYONE = Rule(".a", Action.TEXT)
AGENTS = Rule(".b", Action.HIDE, role="agent")
POLICY = Policy.of([EVERYONE, AGENTS], 3)


def test_actions_are_the_mask_levels() -> None:
    assert {action.level for action in Action} == set(Mask) - {Mask.PLAIN}


def test_only_rules_for_everyone_go_to_the_visitor() -> None:
    assert POLICY.at_source() == (EVERYONE,)


def test_a_role_gets_its_rules_and_those_for_everyone() -> None:
    assert POLICY.for_role("agent") == (EVERYONE, AGENTS)
    assert POLICY.for_role("supervisor") == (EVERYONE,)


def test_roles_with_the_same_rules_share_a_plan() -> None:
    assert plan_for(POLICY, "supervisor") is plan_for(POLICY, "admin")
    assert plan_for(POLICY, "agent") is not plan_for(POLICY, "admin")


@pytest.mark.parametrize(
    "selector", [r"#orderPayment\.cardNumber", r"[name=card\:number]", "div:has(> .a) :nth-child(2n+1 of .b)", "ä", *BUILTIN_SELECTORS]
)
def test_what_a_site_owner_writes_is_accepted(selector: str) -> None:
    check(Rule(selector, Action.TEXT))


@pytest.mark.parametrize(
    ("selector", "column"), [("#a[", 4), ("", 1), (" ", 1), ("a,,b", 3), ("a:nope", None), ("a::before", None), ("{", 1)]
)
def test_what_cannot_be_honoured_is_refused_with_its_place(selector: str, column: int | None) -> None:
    with pytest.raises(RuleRefused) as refused:
        check(Rule(selector, Action.TEXT))
    assert refused.value.column >= 1
    assert column is None or refused.value.column == column
    assert f"at column {refused.value.column}: {refused.value.reason}" in str(refused.value)


@pytest.mark.parametrize(
    "rule",
    [Rule("a" * (Limit.SELECTOR + 1), Action.TEXT), Rule("a", Action.BLOCK, "x" * (LABEL_LENGTH + 1)), Rule("a", Action.BLOCK, "a\nb")],
)
def test_limits_of_a_rule(rule: Rule) -> None:
    with pytest.raises(RuleRefused) as refused:
        check(rule)
    assert refused.value.column == 0


def test_the_builtin_rules_pass_their_own_check() -> None:
    for rule in BUILTIN_RULES:
        check(rule)
