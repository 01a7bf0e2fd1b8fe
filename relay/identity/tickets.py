"""Tickets to a viewer's seat: single use, half a minute, bound to one session, one user and the page that asked (requirements 5.2)."""

from dataclasses import dataclass

from relay.identity.agent_details import AgentDetails
from relay.identity.tokens import digest, new_token

TICKET_SECONDS = 30.0
TICKETS = 10_000
"""Tickets that may be out at once."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says about its holder."""

    ssnid: str
    user: int
    login: bytes
    """Hash of the login that it came from: ends with it."""
    origin: str
    until: float
    details: AgentDetails


class Tickets:
    """Tickets that are out. They need no disk: after a restart a viewer gets another by its login."""

    def __init__(self) -> None:
        self._out: dict[bytes, Ticket] = {}

    def issue(self, ssnid: str, user: int, login: bytes, origin: str, now: float, details: AgentDetails) -> str:
        self._drop_expired(now)
        while len(self._out) >= TICKETS:
            self._out.pop(next(iter(self._out)))
        token = new_token()
        self._out[digest(token)] = Ticket(ssnid, user, login, origin, now + TICKET_SECONDS, details)
        return token

    def redeem(self, token: str, origin: str, now: float) -> Ticket | None:
        """What the ticket says, once. A wrong origin uses it up as well."""
        ticket = self._out.pop(digest(token), None)
        if ticket is None or ticket.until <= now or ticket.origin != origin:
            return None
        return ticket

    def _drop_expired(self, now: float) -> None:
        # Tickets live equally long, so the oldest stand first.
        for key in list(self._out):
            if self._out[key].until > now:
                return
            del self._out[key]
