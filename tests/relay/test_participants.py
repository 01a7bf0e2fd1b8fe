"""The states of those who take part: the table, and sessions that follow it whatever happens."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from relay.live.history import RETURN_SECONDS
from relay.live.lifecycle import FINAL as SESSION_FINAL
from relay.live.lifecycle import Happening, State
from relay.live.outbox import Outbox
from relay.live.participant import GONE, MOVEMENTS, THERE, Kind, Movement, Participant, Person, Presence
from relay.live.roll import Roll
from relay.live.session import Session
from relay.live.view import View
from tests import codec
from tests.relay.lines import AGENT, FakeLine, make_session
from tests.relay.peers import document

PEOPLE = [Person(user=1, username="ada"), Person(user=2, username="ben")]


def test_the_table_is_the_documentation() -> None:
    assert {str(presence) for presence in Presence} == set("ACDEJPRTWX")
    assert not {presence for presence, _ in MOVEMENTS} & GONE
    # Each state is one of: there, gone for good, or gone and expected back.
    assert THERE | GONE | {Presence.RECONNECTING} == set(Presence) and not THERE & GONE
    # Only screen sharing has something to decline.
    assert set(Presence) - set(MOVEMENTS.values()) == {Presence.JOINING, Presence.DECLINED}
    for presence in set(Presence) - GONE:
        assert {MOVEMENTS[presence, end] for end in (Movement.ENDED, Movement.WAITED, Movement.FAILED)} <= GONE


class Play:
    """A session with two agents who come and go in several windows, and all that its roll had written down."""

    def __init__(self) -> None:
        self.now = 0.0
        self.noted: list[tuple[Participant, Presence]] = []
        self.visitor_line = Outbox(FakeLine())
        self.roll = Roll(Participant(0, Kind.VISITOR, Person(), Presence.JOINING), lambda one: self.noted.append((one, one.presence)))
        self.session: Session = make_session(roll=self.roll)
        self.session.started(self.visitor_line, "secret")
        self.views: list[View] = []
        self.epoch = self.sent = 0

    def join(self, who: int) -> None:
        if not self.session.state.final:
            self.views.append(self.session.join(AGENT, PEOPLE[who % 2], Outbox(FakeLine()), None, None))

    def leave(self, which: int) -> None:
        if self.views:
            self.session.leave(self.views.pop(which % len(self.views)), self.now)

    def draw(self, which: int) -> None:
        self.epoch += 1
        frame = codec.encode(document("one"), epoch=self.epoch, sequence=1)
        self.sent += 0 if self.session.state.final else len(frame)
        assert not self.session.apply(frame, self.now)
        self.session.flush(self.now)
        if self.views:
            view = self.views[which % len(self.views)]
            self.session.acknowledge(view, view.version, self.now)

    def drop(self, _: int) -> None:
        self.session.visitor_left(self.visitor_line, self.now)

    def resume(self, _: int) -> None:
        if not self.session.state.final:
            self.visitor_line = Outbox(FakeLine())
            self.session.resumed(self.visitor_line, 1)

    def wait(self, seconds: int) -> None:
        self.now += seconds * 13
        self.session.tick(self.now)

    def end(self, how: int) -> None:
        self.session.end([Happening.VISITOR_ENDED, Happening.AGENT_ENDED, Happening.FAILED][how % 3])


STEPS = st.tuples(st.sampled_from(["join", "join", "leave", "draw", "drop", "resume", "wait", "end"]), st.integers(0, 5))


@given(st.lists(STEPS, max_size=40))
def test_any_story_follows_the_table(story: list[tuple[str, int]]) -> None:
    play = Play()
    history: dict[int, list[Presence]] = {}
    for name, number in story:
        getattr(play, name)(number)
        for participant in [*play.roll, *(one for one, _ in play.noted)]:
            seen = history.setdefault(participant.number, [participant.presence])
            if seen[-1] is not participant.presence:
                seen.append(participant.presence)
    allowed = {(before, after) for (before, _), after in MOVEMENTS.items()}
    steps = allowed | {(one, three) for one, two in allowed for two_, three in allowed if two == two_}
    for seen in history.values():
        # What happens in one step of the story may be two of the table.
        assert all(pair in steps for pair in pairwise(seen))
    arrivals = [one.number for one, presence in play.noted if not presence.final]
    assert arrivals == list(range(1, len(arrivals) + 1))
    # Who is on the roll is there or may come back; nobody is on it twice unless in two windows at once.
    for person in PEOPLE:
        there = [one for one in play.roll if one.person.user == person.user]
        assert sum(one.presence is Presence.RECONNECTING for one in there) <= 1
        assert sum(one.presence.there for one in there) == (
            0 if play.session.state.final else sum(view.participant in there for view in play.views)
        )
    assert play.roll.visitor.bytes == play.sent
    assert all(one.presence.final for one in play.roll) == (play.session.state in SESSION_FINAL)


def test_who_comes_back_is_the_same_participant_and_who_stays_away_has_left() -> None:
    play = Play()
    play.join(0)
    (ada,) = [one for one in play.roll if one.kind is Kind.AGENT]
    assert (ada.presence, play.session.state) == (Presence.WAITING, State.ACTIVE)
    play.draw(0)
    assert ada.presence is Presence.ACTIVE and ada.bytes > 0 and play.roll.visitor.bytes == play.sent > 0
    play.leave(0)
    assert ada.presence is Presence.RECONNECTING
    play.join(0)
    assert list(play.roll) == [play.roll.visitor, ada] and ada.presence is Presence.WAITING and ada.gone_at is None
    play.leave(0)
    play.now += RETURN_SECONDS
    play.session.tick(play.now)
    assert list(play.roll) == [play.roll.visitor] and play.noted == [(ada, Presence.WAITING), (ada, Presence.LEFT)]


def test_a_second_window_takes_the_place_of_the_first() -> None:
    play = Play()
    play.join(0)
    play.join(0)
    play.leave(0)
    first, second = play.noted[0][0], play.noted[1][0]
    assert (first.presence, second.presence) == (Presence.REPLACED, Presence.WAITING)


def test_how_each_end_is_written_down() -> None:
    for end, drop, visitor, agent in (
        (Happening.VISITOR_ENDED, False, Presence.COMPLETED, Presence.COMPLETED),
        (Happening.AGENT_ENDED, True, Presence.LEFT, Presence.COMPLETED),
        (Happening.VISITOR_LOST, True, Presence.LEFT, Presence.COMPLETED),
        (Happening.FAILED, False, Presence.ERROR, Presence.ERROR),
    ):
        play = Play()
        play.join(0)
        if drop:
            play.drop(0)
        play.session.end(end)
        assert [one.presence for one in play.roll] == [visitor, agent]
    play = Play()
    play.session.end(Happening.WAITED)
    assert play.roll.visitor.presence is Presence.TIMED_OUT
