"""The viewer's socket: messages to the link, events to the session."""

import logging
from collections.abc import Callable
from typing import assert_never

from starlette.websockets import WebSocket

from relay.clock import Clock
from relay.errors import Denied, Malformed, PeerError, SessionOver
from relay.identity.access import Answer, Need, Say, Speaker, decide
from relay.identity.actor import Actor
from relay.identity.agent_details import AgentDetails
from relay.identity.tickets import Ticket, Tickets
from relay.live.control import encode
from relay.live.lifecycle import Happening
from relay.live.outbox import Message, Outbox
from relay.live.participant import Person
from relay.live.session import Session
from relay.live.view import View
from relay.live.viewer_link import ViewerLink
from relay.protocol.names import (
    AckFromViewer,
    AgentRecord,
    DriftFromViewer,
    EndFromViewer,
    ErrorToViewer,
    FromViewer,
    JoinFromViewer,
    Limit,
    LookFromViewer,
)
from relay.registry import Registry
from relay.sockets.door import Door, client_address, entry_of, origin_of, peer_errors, turn_out
from relay.sockets.rights import Rights, permit
from relay.sockets.turn import Turn
from relay.store.audit import FAILED, AuditLog, Deed, Noted
from relay.store.audit_writer import AuditWriter
from relay.store.users import User

log = logging.getLogger(__name__)

SAID = {
    JoinFromViewer: Say.JOIN,
    AckFromViewer: Say.ACK,
    DriftFromViewer: Say.DRIFT,
    LookFromViewer: Say.LOOK,
    EndFromViewer: Say.END,
}


class ViewerSocket:
    """`origins` are those of our own pages: nobody else has a console."""

    def __init__(
        self,
        door: Door,
        tickets: Tickets,
        rights: Rights,
        registry: Registry,
        turn: Turn,
        audit: AuditWriter,
        log: AuditLog,
        clock: Clock,
        origins: frozenset[str],
    ) -> None:
        self._door = door
        self._tickets = tickets
        self._rights = rights
        self._registry = registry
        self._turn = turn
        self._audit = audit
        self._log = log
        self._clock = clock
        self._origins = origins

    async def serve(self, websocket: WebSocket) -> None:
        """From the ticket until the viewer has its seat."""
        if origin_of(websocket) not in self._origins:
            await websocket.close()
            return
        entry = entry_of(websocket)
        outbox, link = Outbox(entry.line), ViewerLink()
        with peer_errors(outbox, "viewer"):
            join = link.receive(await self._door.first_message(websocket))
            if not isinstance(join, JoinFromViewer):
                raise Malformed("no join")
            ticket = self._redeem(join, websocket)
            user = await self._rights.user(ticket.login)
            by = Actor(user.username, client_address(websocket))
            # Nobody watches whose joining is not written down; and while that was done, the session may have ended.
            record = self._session(ticket, by, user, join, outbox).record
            await self._log.write(record.group, by, Deed.JOIN, self._clock.wall(), subject=record.short)
            session = self._session(ticket, by, user, join, outbox)
            entry.line.allow(Limit.VIEWER_MESSAGE)
            person = person_of(user, ticket.details, by.address)
            view = session.join(agent_record(user, person.name), person, outbox, join.incarnation, join.version)
            entry.line.on_drained(lambda: self._turn.schedule(session))
            self._turn.schedule(session)
            log.info("session %s: user %d watches", session.record.short, user.id)
            seat = self._rights.watch(ticket.login, user, outbox)

            def left() -> None:
                self._rights.leave(seat)
                self._audit.note(Noted(record.group, by, Deed.LEAVE, self._clock.wall(), record.short))

            def ended() -> None:
                self._audit.note(Noted(record.group, by, Deed.END, self._clock.wall(), record.short))

            entry.pass_on(_Viewer(user.caller, link, session, view, self._turn, self._clock, left, ended))

    def _redeem(self, join: JoinFromViewer, websocket: WebSocket) -> Ticket:
        ticket = self._tickets.redeem(join.ticket, origin_of(websocket), self._clock.now())
        if ticket is None:
            raise Denied("ticket")
        return ticket

    def _session(self, ticket: Ticket, by: Actor, user: User, join: JoinFromViewer, outbox: Outbox) -> Session:
        session = self._registry.by_ssnid(ticket.ssnid)
        if session is None:
            raise SessionOver
        allowed = decide(user.caller, Need.WATCH, session.record.group) is Answer.ALLOWED
        if user.id != ticket.user or not allowed:
            raise self._denied(user, by, session, "rights")
        if not session.has_seat(join.incarnation):
            outbox.put(encode(ErrorToViewer(code="full", msg="as many as may are watching this session")))
            raise self._denied(user, by, session, "full")
        return session

    def _denied(self, user: User, by: Actor, session: Session, why: str) -> Denied:
        """The error, written down in the log of the user's own group."""
        subject = session.record.short if user.group == session.record.group else ""
        self._audit.note(Noted(user.group, by, Deed.JOIN, self._clock.wall(), subject, FAILED, {"why": why}))
        return Denied(why)


class _Viewer:
    """One viewer of a session on its line. `left` is called when it is gone, `ended` when it ends the session."""

    __slots__ = ("_clock", "_ended", "_known", "_left", "_link", "_session", "_turn", "_view")

    def __init__(
        self,
        known: Speaker,
        link: ViewerLink,
        session: Session,
        view: View,
        turn: Turn,
        clock: Clock,
        left: Callable[[], None],
        ended: Callable[[], None],
    ) -> None:
        self._known = known
        self._link = link
        self._session = session
        self._view = view
        self._turn = turn
        self._clock = clock
        self._left = left
        self._ended = ended

    def message(self, message: Message) -> None:
        if self._view.outbox.closed:
            return
        try:
            self._handle(self._link.receive(message))
        except PeerError as error:
            turn_out(self._view.outbox, f"viewer of {self._session.record.short}", error)

    def gone(self) -> None:
        self._left()
        self._session.leave(self._view, self._clock.now())

    def _handle(self, event: FromViewer) -> None:
        permit(self._known, SAID[type(event)], self._session.record)
        match event:
            case AckFromViewer():
                self._session.acknowledge(self._view, event.version, self._clock.now())
                if self._view.version < self._session.replica.version:
                    self._turn.schedule(self._session)
            case DriftFromViewer():
                self._session.drifted(self._view, event.version, event.spots, self._clock.now())
            case LookFromViewer():
                self._session.look(self._view, event.visible > 0)
            case EndFromViewer():
                log.info("session %s: ended by %s", self._session.record.short, self._view.agent.partneruserid)
                self._ended()
                self._session.end(Happening.AGENT_ENDED)
            case JoinFromViewer():
                raise Malformed("a second join")
            case _:
                assert_never(event)


def agent_record(user: User, name: str = "") -> AgentRecord:
    """What others see of a user, by the name that was given for this session if one was (documentation: visitor event `agents`)."""
    return AgentRecord(
        username=user.username,
        partnerid=user.group,
        partneruserid=user.profile.puid or str(user.id),
        name=name or user.name,
        title=user.profile.title,
        agentrole=user.role,
    )


def person_of(user: User, details: AgentDetails, address: str) -> Person:
    """What is kept of an agent with the record of a session."""
    return Person(
        user=user.id,
        username=user.username,
        puid=user.profile.puid,
        full_name=user.name,
        name=details.name,
        email=details.email,
        phone=details.phone,
        address=address,
        origin=details.origin,
        xid=details.xid,
    )
