"""What a viewer has otherwise than the replica says: asked for now and then, sent again alone, and not for ever."""

from __future__ import annotations

from relay.live.session import DOUBT_SECONDS
from relay.live.source_doubts import SPOTS
from relay.live.view import COMPARISONS, View
from relay.protocol.names import Scope, SpotRecord
from tests import codec
from tests.relay.lines import FakeLine, make_session
from tests.relay.peers import document
from tests.relay.test_session import Told


def last(line: object) -> list[tuple[object, ...]]:
    return list(codec.decode(line.frames()[-1])["ops"])  # type: ignore[attr-defined]


def test_viewers_that_are_up_to_date_are_asked_now_and_then() -> None:
    told = Told(make_session())
    view, line = told.watch()
    told.send(*document("one"))
    told.session.acknowledge(view, view.version, 0.0)
    told.session.tick(DOUBT_SECONDS - 1)
    assert len(line.frames()) == 1
    told.session.tick(DOUBT_SECONDS)
    told.session.tick(DOUBT_SECONDS + 1)
    asked = codec.decode(line.frames()[1])
    assert len(line.frames()) == 2
    assert asked["base"] == asked["sequence"] == view.version
    assert [(op[0], op[2]) for op in asked["ops"]] == [("verify", Scope.SUBTREE)]


def test_a_viewer_that_is_behind_is_not_asked() -> None:
    told = Told(make_session())
    _, line = told.watch()
    told.send(*document("one"))
    told.send(("set_text", 4, "two"), flush=False)
    told.session.tick(DOUBT_SECONDS)
    assert len(line.frames()) == 1


def asked(*ops: tuple[object, ...]) -> tuple[Told, View, FakeLine]:
    """A session with a page, whose viewer has just been asked."""
    told = Told(make_session())
    view, line = told.watch()
    for each in (document("one"), *([op] for op in ops)):
        told.send(*each)
    told.session.acknowledge(view, view.version, 0.0)
    told.session.tick(DOUBT_SECONDS)
    return told, view, line


def test_what_is_wrong_is_sent_again_once() -> None:
    told, view, line = asked()
    text = codec.decode(line.frames()[0])["ops"][1][3][-1]["id"]
    spots = [SpotRecord(node=text, scope=Scope.CONTENT)]
    told.session.drifted(view, view.version, spots, DOUBT_SECONDS)
    assert last(line) == [("set_text", text, "one")]
    counts = told.session._counts
    assert (counts.doubts, counts.drifts, counts.repairs) == (1, 1, 1)
    told.session.drifted(view, view.version, spots, DOUBT_SECONDS)
    assert len(line.frames()) == 3


def test_what_was_wrong_in_another_version_is_left_for_the_next_time() -> None:
    told, view, line = asked(("set_text", 4, "two"))
    told.session.drifted(view, view.version - 1, [SpotRecord(node=1, scope=Scope.SUBTREE)], DOUBT_SECONDS)
    assert len(line.frames()) == 3


def test_nodes_that_are_not_there_are_nobody_s() -> None:
    told, view, line = asked()
    told.session.drifted(view, view.version, [SpotRecord(node=999, scope=Scope.SUBTREE), SpotRecord(node=0, scope=9)], DOUBT_SECONDS)
    assert len(line.frames()) == 2


def test_a_viewer_is_answered_as_often_as_a_page_may_be_deep() -> None:
    told, view, line = asked()
    root = [SpotRecord(node=1, scope=Scope.SUBTREE)]
    for _ in range(2 * COMPARISONS):
        told.session.drifted(view, view.version, root, DOUBT_SECONDS)
    assert len(line.frames()) == 2 + COMPARISONS
    told.session.tick(2 * DOUBT_SECONDS)
    told.session.drifted(view, view.version, root, 2 * DOUBT_SECONDS)
    assert len(line.frames()) == 2 + COMPARISONS + 2


def test_the_visitor_is_asked_while_somebody_watches() -> None:
    told = Told(make_session())
    told.send(*document("one"))
    told.session.tick(DOUBT_SECONDS)
    assert told.line.controls("verify") == []
    told.watch()
    told.session.tick(2 * DOUBT_SECONDS)
    assert len(told.line.controls("verify")) == 1
    assert told.session._counts.source_doubts == 1


def test_what_the_visitor_has_otherwise_is_asked_for_again() -> None:
    told, _, _ = asked()
    told.send(("verify", 4, Scope.SUBTREE, 1), ("verify", 3, Scope.CHILDREN, 1), now=DOUBT_SECONDS)
    assert told.line.controls("drift")[0]["spots"] == [{"node": 4, "scope": Scope.SUBTREE}, {"node": 3, "scope": Scope.CHILDREN}]
    for _ in range(SPOTS):
        told.send(("verify", 4, Scope.SUBTREE, 1), now=DOUBT_SECONDS)
    counts = told.session._counts
    assert (counts.source_drifts, counts.source_repairs) == (SPOTS + 2, SPOTS)


def test_a_visitor_that_was_not_asked_is_not_answered() -> None:
    told = Told(make_session())
    told.watch()
    told.send(*document("one"))
    told.send(("verify", 4, Scope.SUBTREE, 1))
    assert told.line.controls("drift") == []


def test_a_viewer_that_was_not_asked_is_not_answered() -> None:
    told = Told(make_session())
    view, line = told.watch()
    told.send(*document("one"))
    told.session.drifted(view, view.version, [SpotRecord(node=1, scope=Scope.SUBTREE)], 0.0)
    assert len(line.frames()) == 1
