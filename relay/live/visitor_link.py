"""One visitor connection as a state machine: messages in, events out. It knows the order and sizes of messages, and no session.

A frame that was refused is followed by a resynchronisation: until a frame starts a new epoch, frames are dropped here.
"""

from dataclasses import dataclass

from relay.errors import Malformed, TooLarge, WrongVersion
from relay.live.control import FROM_VISITOR, decode
from relay.live.pieces import Share
from relay.protocol.names import PROTOCOL_VERSION, Limit, Message, ResumeFromVisitor, StartFromVisitor, StopFromVisitor

FIRST_MESSAGE_BYTES = 4096
"""Bytes of a message from someone we do not know yet (requirements 5.2)."""

HEADER_BYTES = 3
"""Message byte, version and flags, before the epoch."""

NUMBER_BYTES = 8
"""The longest uint of a header: 53 bits."""


@dataclass(slots=True)
class Frame:
    """A whole frame."""

    data: bytes


VisitorEvent = StartFromVisitor | ResumeFromVisitor | StopFromVisitor | Frame


class VisitorLink:
    """Raises `PeerError` when the visitor breaks the protocol; the link is then of no further use. `share` is its memory for pieces."""

    __slots__ = ("_open", "_parts", "_resync_above", "_share")

    def __init__(self, share: Share) -> None:
        self._share = share
        self._open = False
        self._parts: bytearray | None = None
        self._resync_above: int | None = None

    @property
    def unfinished(self) -> int:
        """Bytes of a frame whose last piece has not come."""
        return len(self._parts or b"")

    def receive(self, message: str | bytes) -> VisitorEvent | None:
        """What the message means; None for a piece of a frame and for what is dropped until a resynchronisation."""
        if not self._open:
            return self._receive_first(message)
        return self._receive_control(message) if isinstance(message, str) else self._receive_binary(message)

    def resync(self, epoch: int) -> None:
        """Drop frames until one starts an epoch above `epoch`."""
        self._resync_above = epoch

    def _receive_first(self, message: str | bytes) -> VisitorEvent:
        if isinstance(message, bytes):
            raise Malformed("frame before start")
        control = decode(FROM_VISITOR, message, FIRST_MESSAGE_BYTES)
        if isinstance(control, StopFromVisitor):
            raise Malformed("stop before start")
        if control.protocol != PROTOCOL_VERSION:
            raise WrongVersion(control.protocol)
        self._open = True
        return control

    def _receive_control(self, message: str) -> VisitorEvent:
        control = decode(FROM_VISITOR, message, Limit.CONTROL_MESSAGE)
        if not isinstance(control, StopFromVisitor):
            raise Malformed("a second start")
        return control

    def _receive_binary(self, message: bytes) -> VisitorEvent | None:
        match message[0] if message else None:
            case Message.VISITOR_FRAME if self._parts is None:
                return self._frame(message, Limit.VISITOR_FRAME)
            case Message.PART:
                self._append(message)
                return None
            case Message.LAST if self._parts is not None:
                self._append(message)
                return self._joined()
            case _:
                raise Malformed("binary message")

    def _append(self, message: bytes) -> None:
        piece = memoryview(message)[1:]
        if not piece:
            raise Malformed("empty piece")
        if len(piece) > Limit.PART:
            raise TooLarge(Limit.PART)
        if self._parts is None:
            self._parts = bytearray()
        if len(self._parts) + len(piece) > Limit.SNAPSHOT_FRAME:
            raise TooLarge(Limit.SNAPSHOT_FRAME)
        self._share.take(len(piece))
        self._parts += piece

    def _joined(self) -> VisitorEvent | None:
        data, self._parts = bytes(self._parts or b""), None
        self._share.clear()
        if data[0] != Message.VISITOR_FRAME:
            raise Malformed("pieces of no frame")
        return self._frame(data, Limit.SNAPSHOT_FRAME)

    def _frame(self, data: bytes, limit: int) -> VisitorEvent | None:
        if len(data) > limit:
            raise TooLarge(limit)
        if self._resync_above is not None:
            if not _starts_epoch_above(data, self._resync_above):
                return None
            self._resync_above = None
        return Frame(data)


def _starts_epoch_above(data: bytes, epoch: int) -> bool:
    """Whether the frame claims to be the first of a later epoch; whether it is one, the core finds out."""
    theirs, at = _uint(data, HEADER_BYTES)
    sequence, _ = _uint(data, at)
    return theirs > epoch and sequence == 1


def _uint(data: bytes, at: int) -> tuple[int, int]:
    """A LEB128 number and where it ends; (0, end) when there is none."""
    number = 0
    for count, byte in enumerate(data[at : at + NUMBER_BYTES]):
        number |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return number, at + count + 1
    return 0, len(data)
