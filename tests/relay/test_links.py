"""Links: messages in, events out; frames in pieces cut anywhere; what the protocol does not have is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import Malformed, PeerError, TooLarge, WrongVersion
from relay.live.pieces import Pieces, Share
from relay.live.viewer_link import ViewerLink
from relay.live.visitor_link import Frame, VisitorLink
from relay.protocol.names import AckFromViewer, EndFromViewer, JoinFromViewer, Limit, StartFromVisitor, StopFromVisitor
from tests import codec
from tests.relay.peers import document

START = json.dumps({"type": "start", "protocol": 1, "groupid": 7, "site": "production"})
JOIN = json.dumps({"type": "join", "protocol": 1, "ticket": "t"})
PART, LAST = b"\x03", b"\x04"


def frame(epoch: int = 1, sequence: int = 1) -> bytes:
    return codec.encode(document("one", "two"), epoch=epoch, sequence=sequence)


def unknown(pieces: Pieces | None = None) -> VisitorLink:
    return VisitorLink(Share(pieces or Pieces(), "192.0.2.1"))


def opened(pieces: Pieces | None = None) -> VisitorLink:
    link = unknown(pieces)
    assert isinstance(link.receive(START), StartFromVisitor)
    return link


def test_a_frame_cut_at_every_byte_arrives_whole() -> None:
    whole = frame()
    for cut in range(1, len(whole)):
        link = opened()
        assert link.receive(PART + whole[:cut]) is None
        assert link.unfinished == cut
        assert link.receive(LAST + whole[cut:]) == Frame(whole)
        assert link.unfinished == 0


@given(st.lists(st.integers(1, 60), max_size=40))
def test_a_frame_cut_into_any_pieces_arrives_whole(sizes: list[int]) -> None:
    whole, link, at = frame(), opened(), 0
    for size in sizes:
        if at + size >= len(whole):
            break
        assert link.receive(PART + whole[at : at + size]) is None
        at += size
    assert link.receive(LAST + whole[at:] if at else whole) == Frame(whole)


def test_every_prefix_of_a_message_is_refused_or_a_message() -> None:
    for cut in range(len(START)):
        with pytest.raises(Malformed):
            unknown().receive(START[:cut])
    for cut in range(len(JOIN)):
        with pytest.raises(Malformed):
            ViewerLink().receive(JOIN[:cut])


@pytest.mark.parametrize(
    "messages",
    [
        [b""],
        [b"\x00"],
        [b"\x02\x01\x00"],
        [b"\x05x"],
        [LAST + b"x"],
        [PART],
        [PART + b"\x01", LAST],
        [PART + b"\x01", b"\x01\x01\x00"],
        [PART + b"\x02\x01", LAST + b"\x00"],
        [START],
        ['{"type":"stop","reason":"a","reason":"b"}'],
        ['{"type":"stop","reason":"\ud800"}'],
        ['{"type":"stop","reason":1}'],
        ['{"type":"stop"}'],
        ["stop"],
    ],
)
def test_what_the_protocol_does_not_have_is_refused(messages: list[str | bytes]) -> None:
    link = opened()
    for message in messages[:-1]:
        assert link.receive(message) is None
    with pytest.raises(Malformed):
        link.receive(messages[-1])


def test_limits() -> None:
    with pytest.raises(TooLarge):
        unknown().receive(" " * 4097)
    with pytest.raises(TooLarge):
        opened().receive(" " * (Limit.CONTROL_MESSAGE + 1))
    with pytest.raises(TooLarge):
        opened().receive(b"\x01" + bytes(Limit.VISITOR_FRAME))
    with pytest.raises(TooLarge):
        opened().receive(PART + bytes(Limit.PART + 1))
    link = opened()
    for _ in range(Limit.SNAPSHOT_FRAME // Limit.PART):
        assert link.receive(PART + bytes(Limit.PART)) is None
    with pytest.raises(TooLarge):
        link.receive(LAST + b"x")


def test_pieces_of_one_address_are_counted_over_its_links() -> None:
    pieces = Pieces(address_bytes=100, process_bytes=1000)
    whole = frame()
    first, second = opened(pieces), opened(pieces)
    assert first.receive(PART + bytes(60)) is None
    assert second.receive(PART + bytes(40)) is None
    with pytest.raises(TooLarge) as refused:
        second.receive(PART + b"x")
    assert refused.value.limit == 100
    assert pieces.held == 100
    third = opened(Pieces(address_bytes=len(whole), process_bytes=1000))
    for _ in range(3):
        assert third.receive(PART + whole[:20]) is None
        assert third.receive(LAST + whole[20:]) == Frame(whole)


def test_pieces_of_all_addresses_are_counted_and_given_back() -> None:
    pieces = Pieces(address_bytes=100, process_bytes=150)
    one, two = pieces.share("192.0.2.1"), pieces.share("192.0.2.2")
    one.take(100)
    two.take(50)
    with pytest.raises(TooLarge) as refused:
        two.take(1)
    assert refused.value.limit == 150
    one.clear()
    two.take(50)
    assert pieces.held == 100
    two.clear()
    assert pieces.held == 0
    pieces.share("192.0.2.2").take(100)


def test_another_version_is_told() -> None:
    with pytest.raises(WrongVersion):
        unknown().receive(START.replace('"protocol": 1', '"protocol": 2'))
    with pytest.raises(WrongVersion):
        ViewerLink().receive(JOIN.replace('"protocol": 1', '"protocol": 2'))


def test_after_a_refusal_frames_are_dropped_until_a_later_epoch_starts() -> None:
    link = opened()
    link.resync(3)
    for dropped in (frame(3, 8), frame(4, 2), frame(2, 1), frame(3, 1), b"\x01", b"\x01\x01\x00" + b"\xff" * 20):
        assert link.receive(dropped) is None
    assert link.receive('{"type":"stop","reason":"visitor"}') == StopFromVisitor(reason="visitor")
    assert link.receive(frame(4, 1)) == Frame(frame(4, 1))
    assert link.receive(frame(4, 2)) == Frame(frame(4, 2))


def test_a_viewer_joins_first_and_once() -> None:
    link = ViewerLink()
    for early in ('{"type":"ack","version":1}', '{"type":"end"}', b"\x01"):
        with pytest.raises(Malformed):
            ViewerLink().receive(early)
    assert isinstance(link.receive(JOIN), JoinFromViewer)
    assert link.receive('{"type":"ack","version":3}') == AckFromViewer(version=3)
    assert link.receive('{"type":"end"}') == EndFromViewer()
    with pytest.raises(Malformed):
        link.receive(JOIN)


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_nothing_else_comes_out_of_anything(message: str | bytes) -> None:
    for link in (unknown(), opened()):
        try:
            event = link.receive(message)
        except PeerError:
            continue
        assert event is None or isinstance(event, Frame)
