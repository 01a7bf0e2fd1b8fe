"""Who may say what on a socket: every message with every kind of speaker, by the table and on real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, get_args

import pytest

from relay.identity.access import Answer, Caller, Guest, Nobody, Say, Speaker, Visitor, may_say
from relay.identity.permissions import EVERYTHING, Permission
from relay.protocol.names import Close, FromViewer, FromVisitor
from relay.sockets import viewer as viewer_socket
from relay.sockets import visitor as visitor_socket
from tests.relay import peers
from tests.relay.peers import Agent, Peer, document
from tests.relay_process import RelayProcess

SSNID, GROUP = "1000.48213.77", 1000
MAY_NOT_JOIN = EVERYTHING - {Permission.JOIN_COBROWSE_SESSIONS}

SPEAKERS: dict[str, Speaker] = {
    "nobody": Nobody(),
    "visitor": Visitor(SSNID),
    "another visitor": Visitor("1000.48213.78"),
    "guest": Guest(SSNID),
    "another's guest": Guest("1000.1.1"),
    "agent": Caller(1, GROUP, EVERYTHING, owner=False),
    "owner": Caller(2, GROUP, EVERYTHING, owner=True),
    "agent without the right": Caller(3, GROUP, MAY_NOT_JOIN, owner=True),
    "suspended agent": Caller(4, GROUP, EVERYTHING, owner=False, suspended=True),
    "other group's agent": Caller(5, 2000, EVERYTHING, owner=True),
}
YES, WHO, NO, HIDDEN = Answer.ALLOWED, Answer.UNKNOWN, Answer.FORBIDDEN, Answer.HIDDEN
ANSWERS: dict[Say, list[Answer]] = {
    Say.START: [YES, NO, HIDDEN, NO, HIDDEN, NO, NO, NO, WHO, HIDDEN],
    Say.RESUME: [YES, NO, HIDDEN, NO, HIDDEN, NO, NO, NO, WHO, HIDDEN],
    Say.STOP: [WHO, YES, HIDDEN, NO, HIDDEN, NO, NO, NO, WHO, HIDDEN],
    Say.FRAME: [WHO, YES, HIDDEN, NO, HIDDEN, NO, NO, NO, WHO, HIDDEN],
    Say.JOIN: [YES, NO, HIDDEN, NO, HIDDEN, NO, NO, NO, WHO, HIDDEN],
    Say.ACK: [WHO, NO, HIDDEN, YES, HIDDEN, YES, YES, NO, WHO, HIDDEN],
    Say.DRIFT: [WHO, NO, HIDDEN, YES, HIDDEN, YES, YES, NO, WHO, HIDDEN],
    Say.LOOK: [WHO, NO, HIDDEN, YES, HIDDEN, YES, YES, NO, WHO, HIDDEN],
    Say.END: [WHO, NO, HIDDEN, NO, HIDDEN, YES, YES, NO, WHO, HIDDEN],
}


@pytest.mark.parametrize("say", Say)
def test_the_table_of_messages(say: Say) -> None:
    assert [may_say(speaker, say, SSNID, GROUP) for speaker in SPEAKERS.values()] == ANSWERS[say]


def test_every_message_of_the_protocol_is_in_the_table() -> None:
    """Each type that a socket hears has its own entry, and no entry is of a message that there is not."""
    visitor = {kind: said for kind, said in visitor_socket.SAID.items() if said is not Say.FRAME}
    assert set(visitor) == set(get_args(FromVisitor)) and set(viewer_socket.SAID) == set(get_args(FromViewer))
    tags = {f"visitor.{kind.__struct_config__.tag}" for kind in visitor} | {
        f"viewer.{kind.__struct_config__.tag}" for kind in viewer_socket.SAID
    }
    assert tags | {"visitor.frame"} == {say.value for say in Say}
    for side in (visitor_socket.SAID, viewer_socket.SAID):
        assert all(said.value.endswith(f".{kind.__struct_config__.tag}") for kind, said in side.items() if said is not Say.FRAME)


MESSAGES: dict[Say, dict[str, Any]] = {
    Say.START: {"type": "start", "protocol": 1, "groupid": 1000, "site": "production"},
    Say.RESUME: {"type": "resume", "protocol": 1, "ssnid": "1000.1.1", "secret": "x", "epoch": 0, "sequence": 0},
    Say.STOP: {"type": "stop", "reason": "visitor"},
    Say.JOIN: {"type": "join", "protocol": 1, "ticket": "x"},
    Say.ACK: {"type": "ack", "version": 1},
    Say.DRIFT: {"type": "drift", "version": 1, "spots": []},
    Say.LOOK: {"type": "look", "visible": 1},
    Say.END: {"type": "end"},
}
BROKEN, DENIED, ENDED, STAYS = Close.MALFORMED, Close.DENIED, Close.ENDED, None

HEARD: dict[str, dict[Say, Close | None]] = {
    "newcomer at the visitors' door": {
        **dict.fromkeys(Say, BROKEN), Say.START: STAYS, Say.RESUME: ENDED,
    },
    "newcomer at the viewers' door": {**dict.fromkeys(Say, BROKEN), Say.JOIN: DENIED},
    "visitor": {**dict.fromkeys(Say, BROKEN), Say.FRAME: STAYS, Say.STOP: ENDED},
    "agent": {**dict.fromkeys(Say, BROKEN), Say.ACK: STAYS, Say.LOOK: STAYS, Say.DRIFT: STAYS, Say.END: ENDED},
}  # fmt: skip
"""How the line of each kind ends after each message. Out of order and unknown to the door are one answer."""


@pytest.fixture(scope="module")
def able(file_relay: RelayProcess) -> Iterator[Agent]:
    with Agent(file_relay) as agent:
        assert agent.log_in().status_code == 303
        yield agent


def utter(peer: Peer, say: Say) -> None:
    if say is not Say.FRAME:
        peer.say(**MESSAGES[say])
    elif isinstance(peer, peers.Visitor):
        peer.socket.send(peer.encode(document("a")))
    else:
        peer.socket.send(b"\x01\x01")


@pytest.mark.parametrize("say", Say)
@pytest.mark.parametrize("kind", HEARD)
def test_each_message_of_each_speaker_on_a_real_socket(file_relay: RelayProcess, able: Agent, kind: str, say: Say) -> None:
    with ExitStack() as peers_there:
        visitor = peers_there.enter_context(peers.Visitor(file_relay))
        speaker: Peer = visitor
        if kind == "newcomer at the viewers' door":
            speaker = peers_there.enter_context(Peer(file_relay, "/agentjoin/viewer", file_relay.url))
        if kind in ("visitor", "agent"):
            started = visitor.start()
        if kind == "agent":
            speaker = peers_there.enter_context(able.join(started["key"]))
            visitor.send(document("a"))
            speaker.reach(1)
        utter(speaker, say)
        expected = HEARD[kind][say]
        if expected is not STAYS:
            assert speaker.closed() == expected
        elif kind == "agent":
            visitor.send(document("b"))
            speaker.reach(2)
        elif kind == "visitor":
            visitor.hear("ack")
        else:
            visitor.hear("started")
