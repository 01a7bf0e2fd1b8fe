"""One viewer connection as a state machine: messages in, events out. It knows the order and sizes of messages, and no session."""

from relay.errors import Malformed, WrongVersion
from relay.live.control import FROM_VIEWER, decode
from relay.live.visitor_link import FIRST_MESSAGE_BYTES
from relay.protocol.names import (
    PROTOCOL_VERSION,
    AckFromViewer,
    DriftFromViewer,
    EndFromViewer,
    FromViewer,
    JoinFromViewer,
    Limit,
    LookFromViewer,
)


class ViewerLink:
    """Raises `PeerError` when the viewer breaks the protocol; the link is then of no further use."""

    __slots__ = ("_joined",)

    def __init__(self) -> None:
        self._joined = False

    def receive(self, message: str | bytes) -> FromViewer:
        if isinstance(message, bytes):
            raise Malformed("viewers send no frames")
        control = decode(FROM_VIEWER, message, Limit.VIEWER_MESSAGE if self._joined else FIRST_MESSAGE_BYTES)
        match control:
            case JoinFromViewer() if not self._joined:
                if control.protocol != PROTOCOL_VERSION:
                    raise WrongVersion(control.protocol)
                self._joined = True
            case AckFromViewer() | DriftFromViewer() | LookFromViewer() | EndFromViewer() if self._joined:
                pass
            case _:
                raise Malformed("out of order")
        return control
