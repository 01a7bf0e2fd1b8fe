"""The visitor's socket: messages to the link, events to the session."""

import logging
from typing import NoReturn, assert_never

from starlette.websockets import WebSocket

from relay.clock import Clock
from relay.errors import Malformed, PeerError, SessionOver, StartRefused, StorageDown
from relay.identity.access import Say
from relay.identity.access import Visitor as KnownVisitor
from relay.live.control import encode
from relay.live.lifecycle import Happening
from relay.live.outbox import CAPACITY_BYTES, Message, Outbox
from relay.live.pieces import Pieces, Share
from relay.live.session import Session
from relay.live.visitor_link import Frame, VisitorEvent, VisitorLink
from relay.protocol.names import Close, EndedToVisitor, ErrorToVisitor, Limit, ResumeFromVisitor, StartFromVisitor, StopFromVisitor
from relay.reception import Reception
from relay.sockets.door import Door, Gone, client_address, entry_of, origin_of, peer_errors, turn_out
from relay.sockets.line import Line
from relay.sockets.rights import permit
from relay.sockets.turn import Turn

log = logging.getLogger(__name__)

MESSAGE_BYTES = max(Limit.VISITOR_FRAME, Limit.PART + 1, Limit.CONTROL_MESSAGE)
"""The largest message that a visitor may send once it is known; each kind has its own limit besides."""

assert MESSAGE_BYTES <= CAPACITY_BYTES

SAID = {Frame: Say.FRAME, StartFromVisitor: Say.START, ResumeFromVisitor: Say.RESUME, StopFromVisitor: Say.STOP}


class VisitorSocket:
    def __init__(self, door: Door, reception: Reception, turn: Turn, clock: Clock) -> None:
        self._door = door
        self._reception = reception
        self._turn = turn
        self._clock = clock
        self._pieces = Pieces()

    async def serve(self, websocket: WebSocket) -> None:
        """From the first message until the session has its visitor."""
        entry = entry_of(websocket)
        outbox = Outbox(entry.line)
        with peer_errors(outbox, "visitor"):
            share = self._pieces.share(client_address(websocket))
            link = VisitorLink(share)
            event = link.receive(await self._door.first_message(websocket))
            session = await self._enter(event, websocket, outbox)
            entry.line.allow(MESSAGE_BYTES)
            entry.pass_on(_Visitor(entry.line, outbox, link, share, session, self._turn, self._clock))

    async def _enter(self, event: VisitorEvent | None, websocket: WebSocket, outbox: Outbox) -> Session:
        try:
            match event:
                case StartFromVisitor():
                    return await self._start(event, websocket, outbox)
                case ResumeFromVisitor():
                    return await self._resume(event, websocket, outbox)
                case _:
                    raise Malformed("neither start nor resume")
        except StartRefused as refused:
            log.warning("start refused: %s", refused)
            _refuse(outbox, refused)

    async def _start(self, start: StartFromVisitor, websocket: WebSocket, outbox: Outbox) -> Session:
        try:
            session, secret = await self._reception.start(start, origin_of(websocket), client_address(websocket))
        except StorageDown as down:
            log.error("a session could not be set up: %s", down)
            raise StartRefused("service", "the relay cannot reach its records right now") from None
        session.started(outbox, secret)
        return session

    async def _resume(self, resume: ResumeFromVisitor, websocket: WebSocket, outbox: Outbox) -> Session:
        try:
            session = await self._reception.resume(resume, origin_of(websocket))
        except SessionOver as over:
            if over.reason:
                outbox.put(encode(EndedToVisitor(reason=over.reason)))
            raise
        session.resumed(outbox, resume.epoch)
        self._turn.schedule(session)
        return session


def _refuse(outbox: Outbox, refused: StartRefused) -> NoReturn:
    outbox.put(encode(ErrorToVisitor(code=refused.code, msg=refused.message)))
    outbox.close(Close.DENIED, refused.code)
    raise Gone from None


class _Visitor:
    """The visitor of one session on its line."""

    __slots__ = ("_clock", "_known", "_line", "_link", "_outbox", "_session", "_share", "_turn")

    def __init__(self, line: Line, outbox: Outbox, link: VisitorLink, share: Share, session: Session, turn: Turn, clock: Clock) -> None:
        self._line = line
        self._outbox = outbox
        self._link = link
        self._share = share
        self._session = session
        self._turn = turn
        self._clock = clock
        self._known = KnownVisitor(session.record.ssnid)

    def message(self, message: Message) -> None:
        if self._outbox.closed:
            return
        try:
            self._handle(self._link.receive(message))
        except PeerError as error:
            turn_out(self._outbox, f"visitor of {self._session.record.short}", error)

    def gone(self) -> None:
        self._share.clear()
        self._session.visitor_left(self._outbox, self._clock.now())

    def _handle(self, event: VisitorEvent | None) -> None:
        if event is None:
            return
        permit(self._known, SAID[type(event)], self._session.record)
        match event:
            case Frame():
                self._apply(event)
            case StopFromVisitor():
                self._session.end(Happening.VISITOR_ENDED)
            case StartFromVisitor() | ResumeFromVisitor():
                raise Malformed("a second start")
            case _:
                assert_never(event)

    def _apply(self, frame: Frame) -> None:
        refused = self._session.apply(frame.data, self._clock.now())
        if refused:
            log.warning("session %s: frame refused (%s)", self._session.record.short, refused)
            self._link.resync(self._session.replica.epoch)
        self._turn.schedule(self._session)
        self._turn.took(self._line, len(frame.data))
