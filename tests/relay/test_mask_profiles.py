"""What the relay hides from one role and shows another, from one tree; and that a change of the rules reaches running sessions."""

from __future__ import annotations

from masking.policy import Policy
from masking.rule import Action, Profile, Rule
from relay.live.audiences import Audiences
from relay.live.outbox import Outbox
from relay.protocol.names import BULLETS
from tests import codec
from tests.outline import ops
from tests.relay.lines import FakeLine, make_session

PAGE = [
    [
        "html",
        {},
        ["body", {}, ["p", {"class": "a"}, "first"], ["main", {"class": "open"}, "second", ["input", {".value": "typed"}]], "third"],
    ]
]
ADDRESS = "https://shop.example/account/me"


def seen(policy: Policy, *roles: str, then: Policy | None = None) -> list[str]:
    """The page as each role sees it, by `policy` or after it was changed to `then`."""
    session = make_session(policy=policy)
    session.started(Outbox(FakeLine()), "secret")
    session.apply(codec.encode(ops(PAGE, ADDRESS), epoch=1, sequence=1), 0.0)
    audiences: Audiences = session._viewers.audiences
    numbers = [audiences.of(role) for role in roles]
    if then:
        session.set_policy(then)
    return [session.replica.html(number) for number in numbers]


def test_a_page_mask_for_one_role() -> None:
    policy = Policy.of([Rule("https://shop.example/account/*", Action.PAGE, "Account", role="agent")])
    agent, supervisor = seen(policy, "agent", "supervisor")
    assert "first" not in agent and "third" not in agent
    assert "first" in supervisor and "third" in supervisor


def test_a_rule_for_the_relay_only_masks_every_role() -> None:
    for html in seen(Policy.of([Rule(".a", Action.TEXT, relay_only=True)]), "agent", "admin"):
        assert "first" not in html and "second" in html


def test_private_masks_all_that_nothing_shows() -> None:
    [html] = seen(Policy.of([Rule(".open", Action.SHOW)], profile=Profile.PRIVATE), "agent")
    assert "first" not in html and "third" not in html and BULLETS in html
    assert "second" in html


def test_changes_reach_running_sessions_and_nothing_is_bared_by_them() -> None:
    private = Policy.of([Rule(".open", Action.SHOW)], 2, Profile.PRIVATE)
    page = Policy.of([Rule("https://shop.example/account/*", Action.PAGE)], 2)
    [html] = seen(Policy(), "agent", then=private)
    assert "first" not in html and "second" in html
    [html] = seen(private, "agent", then=Policy())
    assert "first" not in html and "second" in html
    [html] = seen(Policy(), "agent", then=page)
    assert "second" not in html
    [html] = seen(page, "agent", then=Policy())
    assert "second" not in html


def test_the_visitor_is_told_the_profile() -> None:
    line = FakeLine()
    session = make_session(policy=Policy.of([Rule(".open", Action.SHOW)], profile=Profile.PRIVATE))
    session.started(Outbox(line), "secret")
    [started] = line.controls("started")
    assert [(mask["action"], mask["selector"]) for mask in started["masks"]] == [("private", ""), ("show", ".open")]
