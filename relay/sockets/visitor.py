"""The visitor's socket: messages to the link, events to the session."""

import logging
from typing import assert_never

from starlette.websockets import WebSocket

from relay.clock import Clock
from relay.errors import Malformed, SessionOver, StartRefused
from relay.live.control import encode
from relay.live.lifecycle import Happening
from relay.live.outbox import CAPACITY_BYTES, Outbox
from relay.live.pieces import Pieces
from relay.live.session import Session
from relay.live.visitor_link import Frame, VisitorEvent, VisitorLink
from relay.protocol.names import Close, EndedToVisitor, ErrorToVisitor, Limit, ResumeFromVisitor, StartFromVisitor, StopFromVisitor
from relay.reception import Reception
from relay.sockets.door import Door, Gone, client_address, line_of, origin_of, peer_errors, receive
from relay.sockets.turn import Turn

log = logging.getLogger(__name__)

MESSAGE_BYTES = max(Limit.VISITOR_FRAME, Limit.PART + 1, Limit.CONTROL_MESSAGE)
"""The largest message that a visitor may send once it is known; each kind has its own limit besides."""

assert MESSAGE_BYTES <= CAPACITY_BYTES


class VisitorSocket:
    def __init__(self, door: Door, reception: Reception, turn: Turn, clock: Clock) -> None:
        self._door = door
        self._reception = reception
        self._turn = turn
        self._clock = clock
        self._pieces = Pieces()

    async def serve(self, websocket: WebSocket) -> None:
        """From the first message to the end of the connection."""
        line = line_of(websocket)
        outbox = Outbox(line)
        with peer_errors(outbox, "visitor"), self._pieces.share(client_address(websocket)) as share:
            link = VisitorLink(share)
            event = link.receive(await self._door.first_message(websocket))
            session = await self._enter(event, websocket, outbox)
            line.allow(MESSAGE_BYTES)
            try:
                with peer_errors(outbox, f"visitor of {session.record.short}"):
                    while not outbox.closed:
                        self._handle(link.receive(await receive(websocket)), session, link)
            finally:
                session.visitor_left(outbox, self._clock.now())

    async def _enter(self, event: VisitorEvent | None, websocket: WebSocket, outbox: Outbox) -> Session:
        match event:
            case StartFromVisitor():
                return await self._start(event, websocket, outbox)
            case ResumeFromVisitor():
                return await self._resume(event, websocket, outbox)
            case _:
                raise Malformed("neither start nor resume")

    async def _start(self, start: StartFromVisitor, websocket: WebSocket, outbox: Outbox) -> Session:
        try:
            session, secret = await self._reception.start(start, origin_of(websocket), client_address(websocket))
        except StartRefused as refused:
            outbox.put(encode(ErrorToVisitor(code=refused.code, msg=refused.message)))
            outbox.close(Close.DENIED, refused.code)
            raise Gone from None
        session.started(outbox, secret)
        return session

    async def _resume(self, resume: ResumeFromVisitor, websocket: WebSocket, outbox: Outbox) -> Session:
        try:
            session = await self._reception.resume(resume, origin_of(websocket))
        except SessionOver as over:
            if over.reason:
                outbox.put(encode(EndedToVisitor(reason=over.reason)))
            raise
        session.resumed(outbox)
        self._turn.schedule(session)
        return session

    def _handle(self, event: VisitorEvent | None, session: Session, link: VisitorLink) -> None:
        match event:
            case Frame():
                self._apply(event, session, link)
            case StopFromVisitor():
                session.end(Happening.VISITOR_ENDED)
            case None:
                pass
            case StartFromVisitor() | ResumeFromVisitor():
                raise Malformed("a second start")
            case _:
                assert_never(event)

    def _apply(self, frame: Frame, session: Session, link: VisitorLink) -> None:
        refused = session.apply(frame.data, self._clock.now())
        if refused:
            log.warning("session %s: frame refused (%s)", session.record.short, refused)
            link.resync(session.replica.epoch)
        self._turn.schedule(session)
