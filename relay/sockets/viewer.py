"""The viewer's socket: messages to the link, events to the session."""

import logging
from typing import assert_never

from starlette.websockets import WebSocket

from relay.clock import Clock
from relay.errors import Denied, Malformed, SessionOver
from relay.identity.tickets import Ticket, Tickets
from relay.live.lifecycle import Happening
from relay.live.outbox import Outbox
from relay.live.session import Session
from relay.live.view import View
from relay.live.viewer_link import ViewerLink
from relay.protocol.names import AckFromViewer, AgentRecord, EndFromViewer, FromViewer, JoinFromViewer, Limit
from relay.registry import Registry
from relay.sockets.door import Door, line_of, origin_of, peer_errors, receive
from relay.sockets.rights import Rights
from relay.sockets.turn import Turn
from relay.store.users import User

log = logging.getLogger(__name__)


class ViewerSocket:
    """`origins` are those of our own pages: nobody else has a console."""

    def __init__(
        self, door: Door, tickets: Tickets, rights: Rights, registry: Registry, turn: Turn, clock: Clock, origins: frozenset[str]
    ) -> None:
        self._door = door
        self._tickets = tickets
        self._rights = rights
        self._registry = registry
        self._turn = turn
        self._clock = clock
        self._origins = origins

    async def serve(self, websocket: WebSocket) -> None:
        """From the ticket to the end of the connection."""
        if origin_of(websocket) not in self._origins:
            await websocket.close()
            return
        line = line_of(websocket)
        outbox, link = Outbox(line), ViewerLink()
        with peer_errors(outbox, "viewer"):
            join = link.receive(await self._door.first_message(websocket))
            if not isinstance(join, JoinFromViewer):
                raise Malformed("no join")
            ticket = self._redeem(join, websocket)
            user = await self._rights.user(ticket.login)
            session = self._session(ticket, user)
            line.allow(Limit.VIEWER_MESSAGE)
            view = session.join(agent_record(user), outbox, join.incarnation, join.version)
            line.on_drained(lambda: self._turn.schedule(session))
            self._turn.schedule(session)
            log.info("session %s: user %d watches", session.record.short, user.id)
            try:
                with peer_errors(outbox, f"viewer of {session.record.short}"), self._rights.watched(ticket.login, user, outbox):
                    while not outbox.closed:
                        self._handle(link.receive(await receive(websocket)), session, view)
            finally:
                session.leave(view, self._clock.now())

    def _redeem(self, join: JoinFromViewer, websocket: WebSocket) -> Ticket:
        ticket = self._tickets.redeem(join.ticket, origin_of(websocket), self._clock.now())
        if ticket is None:
            raise Denied("ticket")
        return ticket

    def _session(self, ticket: Ticket, user: User) -> Session:
        session = self._registry.by_ssnid(ticket.ssnid)
        if session is None:
            raise SessionOver
        if user.id != ticket.user or user.group != session.record.group or not user.role.may_watch:
            raise Denied("rights")
        return session

    def _handle(self, event: FromViewer, session: Session, view: View) -> None:
        match event:
            case AckFromViewer():
                session.acknowledge(view, event.version, self._clock.now())
                if view.version < session.replica.version:
                    self._turn.schedule(session)
            case EndFromViewer():
                log.info("session %s: ended by %s", session.record.short, view.agent.partneruserid)
                session.end(Happening.AGENT_ENDED)
            case JoinFromViewer():
                raise Malformed("a second join")
            case _:
                assert_never(event)


def agent_record(user: User) -> AgentRecord:
    """What others see of a user (documentation: visitor event `agents`)."""
    return AgentRecord(
        username=user.username,
        partnerid=user.group,
        partneruserid=str(user.id),
        name=user.name,
        title=user.title,
        agentrole=user.role.value,
    )
