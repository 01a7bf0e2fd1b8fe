"""The visitor's socket: messages to the link, events to the session."""

import logging
from typing import assert_never

from starlette.websockets import WebSocket

from relay.clock import Clock
from relay.errors import Malformed, StartRefused
from relay.live.control import encode
from relay.live.lifecycle import Happening
from relay.live.outbox import Outbox
from relay.live.session import Session
from relay.live.visitor_link import Frame, VisitorEvent, VisitorLink
from relay.protocol.names import Close, ErrorToVisitor, ResumeFromVisitor, StartFromVisitor, StopFromVisitor
from relay.reception import Reception
from relay.sockets.door import Door, Gone, client_address, line_of, origin_of, peer_errors, receive
from relay.sockets.turn import Turn

log = logging.getLogger(__name__)


class VisitorSocket:
    def __init__(self, door: Door, reception: Reception, turn: Turn, clock: Clock) -> None:
        self._door = door
        self._reception = reception
        self._turn = turn
        self._clock = clock

    async def serve(self, websocket: WebSocket) -> None:
        """From the first message to the end of the connection."""
        outbox = Outbox(line_of(websocket))
        link = VisitorLink()
        with peer_errors(outbox, "visitor"):
            event = link.receive(await self._door.first_message(websocket))
            session = await self._enter(event, websocket, outbox)
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
                session = await self._reception.resume(event, origin_of(websocket))
                session.resumed(outbox)
                self._turn.schedule(session)
                return session
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
        outcome = session.apply(frame.data, self._clock.now())
        if outcome.refused:
            log.warning("session %s: frame refused (%s)", session.record.short, outcome.refused)
            link.resync(session.replica.epoch)
        if outcome.alarms:
            log.warning("session %s: the visitor showed %d masked values; they were masked here", session.record.short, outcome.alarms)
        self._turn.schedule(session)
