"""Brings changed masking rules to running sessions, whichever process changed them."""

import logging

from masking.policy import Policy
from masking.rule import Site
from relay.live.lifecycle import Happening
from relay.live.session import Session
from relay.registry import Registry
from relay.sockets.turn import Turn
from relay.store.masks import Masks

log = logging.getLogger(__name__)


class PolicyWatch:
    def __init__(self, masks: Masks, registry: Registry, turn: Turn) -> None:
        self._masks = masks
        self._registry = registry
        self._turn = turn

    async def look(self) -> None:
        """Give every session the rules that its site has now."""
        revisions = await self._masks.revisions()
        policies: dict[tuple[int, Site], Policy] = {}
        for session in self._registry.running():
            site = (session.record.group, session.record.site)
            if session.policy.revision == revisions.get(site, 0):
                continue
            if site not in policies:
                policies[site] = await self._masks.policy(*site)
            self._set(session, policies[site])

    def _set(self, session: Session, policy: Policy) -> None:
        try:
            session.set_policy(policy)
        except Exception:
            # Masks never degrade: without its rules a session stops (requirements 8.3).
            log.exception("session %s cannot be masked", session.record.short)
            session.end(Happening.FAILED)
        self._turn.schedule(session)
