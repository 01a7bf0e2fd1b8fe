"""Rules: what may be one, and for whom they hold."""

from __future__ import annotations

import pytest

from masking.builtin import BUILTIN_RULES
from masking.page import PATTERN_BYTES
from masking.plan import plan_for
from masking.policy import Policy
from masking.rule import LABEL_LENGTH, Action, Profile, Rule, RuleRefused, check
from relay._core import Plan, Replica, split_selector
from relay.protocol.names import BUILTIN_SELECTORS, Limit, Mask
from tests.codec import encode
from tests.selector_page import frame_ops, read

EVERYONE = Rule(".a", Action.TEXT)
AGENTS = Rule(".b", Action.HIDE, role="agent")
POLICY = Policy.of([EVERYONE, AGENTS], 3)


def test_actions_are_the_mask_levels() -> None:
    assert {action.level for action in Action} == set(Mask)
    assert [action for action in Action if action.level is Mask.PLAIN] == [Action.SHOW]


def test_only_rules_for_everyone_go_to_the_visitor() -> None:
    assert POLICY.at_source() == (EVERYONE,)


def test_a_role_gets_its_rules_and_those_for_everyone() -> None:
    assert POLICY.for_role("agent") == (EVERYONE, AGENTS)
    assert POLICY.for_role("supervisor") == (EVERYONE,)


def test_what_is_for_the_relay_only_does_not_go_to_the_visitor() -> None:
    policy = Policy.of([EVERYONE, Rule(".c", Action.TEXT, relay_only=True)])
    assert policy.at_source() == (EVERYONE,)
    assert len(policy.for_role("agent")) == 2


def test_profiles_are_plans_of_their_own() -> None:
    private = Policy.of(POLICY.rules, profile=Profile.PRIVATE)
    assert plan_for(private, "agent") is not plan_for(POLICY, "agent")


@pytest.mark.parametrize(
    "pattern", ["https://shop.example/account/*", "http://*.shop.example:8080/", "https://*/a%20b", "http://localhost:*/x"]
)
def test_page_patterns(pattern: str) -> None:
    check(Rule(pattern, Action.PAGE))


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "/account",
        "shop.example/x",
        "ftp://a/x",
        "https://a",
        "https://A.example/",
        "https://a/x?y",
        "https://a/#x",
        "https://a/ä",
        "https:// a/",
        "https://u@a/",
        "https://[/",
        "https://a/" + "x" * PATTERN_BYTES,
    ],
)
def test_what_is_no_page_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(RuleRefused):
        check(Rule(pattern, Action.PAGE))


@pytest.mark.parametrize("rule", [Rule(".a", Action.SHOW, role="agent"), Rule(".a", Action.SHOW, relay_only=True)])
def test_what_is_shown_is_shown_to_everyone(rule: Rule) -> None:
    with pytest.raises(RuleRefused, match="shown to everyone"):
        check(rule)


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


@pytest.mark.parametrize(
    ("selector", "browser", "relay"),
    [
        (".a, x-a::part(b)", ".a", "x-a::part(b)"),
        (":host(.a), :host p", ":host p", ":host(.a)"),
        ("::slotted(*)", "", "::slotted(*)"),
        (":scope > p, [title=':scope']", ":root > p, [title=':scope']", ""),
        (":not(:lang(de, fr)), [a='b,c' s]", "", ":not(:lang(de, fr)), [a='b,c' s]"),
    ],
)
def test_what_browsers_cannot_apply_is_left_to_the_relay(selector: str, browser: str, relay: str) -> None:
    assert split_selector(selector) == (browser, relay)


@pytest.mark.parametrize(
    "selector",
    ["x-a::part(s)", "::slotted(.s)", ":host(.h) > .t::slotted(*)", ":host(.h)", ":host-context(.w) p", "p:lang('*-CH')", "p[title=T s]"],
)
def test_the_relay_alone_masks_before_any_viewer_sees(selector: str) -> None:
    """Nothing is masked at the source here: the secrets come to the relay, and must not leave it."""
    page = read(
        "<div class=w><x-a class=h><#open><p part=s lang=de-CH title=T>secret</p><slot class=t/></#open><b class=s>secret</b></x-a></div>"
    )
    replica = Replica(asset_key=b"k" * 32, asset_prefix="/a/")
    replica.apply(encode(frame_ops(page, {}, 0), epoch=1, sequence=1))
    plain, masked = (replica.add_audience(Plan(rules, [])) for rules in ([], [(selector, int(Mask.HIDE), "")]))
    hidden = 2 if selector == ":host(.h)" else 1
    assert replica.html(plain).count("secret") == 2
    assert replica.html(masked).count("secret") == 2 - hidden
