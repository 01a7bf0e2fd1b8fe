"""A session without sockets: who is told what, when a delta is owed, and what a refused frame does."""

from __future__ import annotations

from masking.policy import Policy
from masking.rule import Action, Rule
from relay.live.lifecycle import Happening, State
from relay.live.outbox import CAPACITY_BYTES, ROOM_BYTES, Outbox
from relay.live.record import shortened
from relay.live.session import PAGE_SECONDS, Session
from relay.live.view import UNACKNOWLEDGED_FRAMES, View
from relay.protocol.names import Close
from tests import codec
from tests.relay.lines import ADA, AGENT, FakeLine, make_session
from tests.relay.model import Op
from tests.relay.peers import document


class Told:
    """A session with its visitor, and frames numbered as a visitor numbers them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.line = FakeLine()
        self.outbox = Outbox(self.line)
        session.started(self.outbox, "secret")
        self.sequence = 0

    def send(self, *ops: Op, now: float = 0.0, flush: bool = True) -> str:
        self.sequence += 1
        refused = self.session.apply(codec.encode(list(ops), epoch=1, sequence=self.sequence), now)
        if flush:
            self.session.flush(now)
        return refused

    def watch(self) -> tuple[View, FakeLine]:
        line = FakeLine()
        return self.session.join(AGENT, ADA, Outbox(line), None, None), line


def test_frames_of_one_turn_are_one_delta_and_one_acknowledgement() -> None:
    told = Told(make_session())
    _, line = told.watch()
    told.send(*document("one"), flush=False)
    told.send(("set_text", 4, "two"), flush=False)
    told.send(("set_text", 4, "three"))
    assert [ack["sequence"] for ack in told.line.controls("ack")] == [3]
    assert [codec.decode(frame)["sequence"] for frame in line.frames()] == [told.session.replica.version]


def test_viewers_at_one_version_get_the_same_bytes() -> None:
    told = Told(make_session())
    lines = [told.watch()[1] for _ in range(3)]
    told.send(*document("one"))
    assert lines[0].frames()[0] is lines[1].frames()[0] is lines[2].frames()[0]


def test_a_viewer_without_room_is_owed_one_delta() -> None:
    told = Told(make_session())
    view, line = told.watch()
    told.send(*document("one"))
    line.pending = ROOM_BYTES
    for number in range(50):
        told.send(("set_text", 4, f"text {number}"))
    assert len(line.frames()) == 1
    line.pending = 0
    told.session.flush(0.0)
    last = codec.decode(line.frames()[-1])
    assert len(line.frames()) == 2
    assert (last["base"], last["sequence"]) == (1, view.version) == (1, told.session.replica.version)
    assert last["ops"] == [("set_text", last["ops"][0][1], "text 49")]


def test_a_viewer_that_does_not_render_is_owed_one_delta() -> None:
    told = Told(make_session())
    view, line = told.watch()
    told.send(*document("one"))
    for number in range(UNACKNOWLEDGED_FRAMES + 20):
        told.send(("set_text", 4, f"text {number}"))
    assert len(line.frames()) == UNACKNOWLEDGED_FRAMES
    told.session.acknowledge(view, view.version, 0.0)
    told.session.flush(0.0)
    assert len(line.frames()) == UNACKNOWLEDGED_FRAMES + 1
    assert view.version == told.session.replica.version


def test_acknowledging_what_was_never_sent_changes_nothing() -> None:
    told = Told(make_session())
    view, _ = told.watch()
    told.send(*document("one"))
    for version in (10**9, -5, 2**60):
        told.session.acknowledge(view, version, 0.0)
    assert view.acknowledged == 0
    told.send(("set_text", 4, "two"))
    assert view.version == told.session.replica.version


def test_a_peer_that_reads_no_controls_is_closed() -> None:
    line = FakeLine()
    outbox = Outbox(line)
    line.pending = CAPACITY_BYTES + 1
    outbox.put("{}")
    assert line.code is Close.UNRESPONSIVE
    assert not outbox.has_room
    outbox.put("{}")
    assert line.messages == []


def test_refused_frames_change_nothing_and_three_in_a_minute_end_it() -> None:
    told = Told(make_session())
    view, line = told.watch()
    told.send(*document("one"))
    page = told.session.replica.html(view.audience)
    for now in (0.0, 30.0):
        told.sequence = 1
        assert told.send(("remove", 99, 1), now=now) == "unknown_node"
    told.sequence = 1
    assert told.send(("remove", 99, 1), now=61.0) == "unknown_node"
    assert told.session.state is State.ACTIVE
    assert told.session.replica.version == 1
    assert told.session.replica.html(view.audience) == page
    told.sequence = 1
    assert told.send(("remove", 99, 1), now=62.0) == "unknown_node"
    assert told.session.state is State.LOST
    assert len(told.line.controls("resync")) == 4
    assert line.controls()[-1] == {"type": "ended", "reason": "error"}


def test_a_later_page_heals_a_refusal() -> None:
    told = Told(make_session())
    told.send(*document("one"))
    assert told.send(("remove", 99, 1))
    assert not told.session.apply(codec.encode(document("two"), epoch=2, sequence=1), 0.0)
    assert told.session.replica.epoch == 2


def test_viewers_keep_a_page_until_the_next_is_there() -> None:
    told = Told(make_session())
    view, line = told.watch()
    told.send(*document("one"))
    told.session.acknowledge(view, 1, 0.0)
    for sequence, partial in ((1, True), (2, False)):
        ops = document("two") if sequence == 1 else []
        assert not told.session.apply(codec.encode(ops, epoch=2, sequence=sequence, partial=partial), 5.0)
        told.session.flush(5.0)
        assert len(line.frames()) == (1 if partial else 2)
    delta = codec.decode(line.frames()[1])
    assert (delta["epoch"], delta["base"], [op[0] for op in delta["ops"]]) == (2, 1, ["set_text"])


def test_a_page_that_never_ends_is_shown_all_the_same() -> None:
    told = Told(make_session())
    view, line = told.watch()
    told.send(*document("one"))
    told.session.acknowledge(view, 1, 0.0)
    start = 5.0
    for epoch in (2, 3):
        frame = codec.encode(document("two"), epoch=epoch, sequence=1, partial=True)
        assert not told.session.apply(frame, start + epoch / 10)
    told.session.tick(start + PAGE_SECONDS)
    assert len(line.frames()) == 1
    told.session.tick(start + PAGE_SECONDS + 0.2)
    assert codec.decode(line.frames()[1])["epoch"] == 3
    told.session.acknowledge(view, told.session.replica.version, start + 3)
    told.session.apply(codec.encode([("set_text", 4, "three")], epoch=3, sequence=2, partial=True), start + 9)
    told.session.flush(start + 9)
    assert len(line.frames()) == 3


def test_rules_for_a_role_stay_at_the_relay() -> None:
    policy = Policy.of([Rule(".line", Action.TEXT), Rule("body", Action.TEXT, role="agent")])
    told = Told(make_session(policy=policy))
    assert told.line.controls("started")[0]["masks"] == [{"selector": ".line", "action": "text", "label": ""}]


def test_a_viewer_of_an_earlier_life_starts_from_nothing() -> None:
    told = Told(make_session(incarnation="second"))
    told.send(*document("one"))
    line = FakeLine()
    told.session.join(AGENT, ADA, Outbox(line), "first.1", 1)
    told.session.flush(0.0)
    assert codec.decode(line.frames()[0])["base"] == 0


def test_the_visitor_hears_how_long_it_waits_until_somebody_has_come() -> None:
    told = Told(make_session())
    waiting = told.session.bounds.waiting
    assert told.line.controls("started")[0]["waiting"] == waiting
    told.session.tick(20.0)
    told.session.resumed(Outbox(line := FakeLine()), epoch=1)
    assert line.controls("resumed")[0]["waiting"] == waiting - 20
    told.watch()
    told.send(*document("one"))
    assert told.session.state is State.ACTIVE
    told.session.resumed(Outbox(line := FakeLine()), epoch=1)
    assert line.controls("resumed")[0]["waiting"] == 0


def test_a_late_goodbye_of_an_old_connection_changes_nothing() -> None:
    told = Told(make_session())
    new = FakeLine()
    told.session.resumed(Outbox(new), 1)
    assert told.line.code is Close.REPLACED
    told.session.visitor_left(told.outbox, 5.0)
    assert told.session.visitor_connected


def test_everybody_hears_who_watches() -> None:
    told = Told(make_session())
    first, line = told.watch()
    second, _ = told.watch()
    told.session.leave(second, 0.0)
    told.session.leave(second, 0.0)
    assert [control["count"] for control in told.line.controls("agents")] == [1, 2, 1]
    assert [control["count"] for control in line.controls("agents")] == [2, 1]
    told.session.leave(first, 0.0)
    assert told.session.state is State.ACTIVE


def test_transitions_are_reported_once() -> None:
    seen: list[tuple[State, Happening]] = []
    told = Told(make_session(on_change=lambda session, happening: seen.append((session.state, happening))))
    told.watch()
    told.watch()
    told.session.end(Happening.AGENT_ENDED)
    told.session.end(Happening.VISITOR_ENDED)
    assert seen == [
        (State.WAITING, Happening.READY),
        (State.ACTIVE, Happening.JOINED),
        (State.COMPLETED, Happening.AGENT_ENDED),
    ]


def test_a_key_in_a_log_line_is_shortened() -> None:
    assert shortened("1000.48213.846930886") == "1000.48….86"
    assert "verylongvisitorid" not in shortened("1000.verylongvisitorid.846930886")


def test_the_visitor_hears_how_many_have_the_page_before_their_eyes() -> None:
    told = Told(make_session())
    view, _ = told.watch()
    told.session.look(view, False)
    told.session.look(view, False)
    told.session.look(view, True)
    told.session.leave(view, 0.0)
    assert [watched["looking"] for watched in told.line.controls("watched")] == [1, 0, 1, 0]
