"""Where sessions come from: a visitor's start, a visitor's return, and what an earlier process left open."""

import re
import secrets

from cam_proxy.store import AssetStore
from masking.policy import Policy
from masking.rule import Site
from relay._core import Replica
from relay.clock import Clock
from relay.errors import SessionOver, StartRefused
from relay.identity.origins import allowed
from relay.identity.site_settings import SiteSettings
from relay.identity.tokens import digest, matches, new_token
from relay.live.bounds import Bounds
from relay.live.counts import Counts
from relay.live.lifecycle import Happening, State
from relay.live.record import SessionRecord
from relay.live.roll import Roll
from relay.live.session import Session
from relay.live.wanted import Wanted
from relay.logbook import Logbook
from relay.protocol.names import ResumeFromVisitor, StartFromVisitor, VisitorRecord
from relay.registry import Registry
from relay.store.groups import Groups
from relay.store.masks import Masks
from relay.store.sessions import Sessions
from relay.store.setting_versions import SettingVersions

KEY = re.compile(r"[A-Za-z0-9_~.-]{1,63}")
RANDOM_KEY = "GLANCE_KEYTYPE_RANDOM"
FIELD_CHARACTERS = 200
"""Of a visitor's name and e-mail address; of the phone number and the visitor id it is less in the tables, and cut as well."""

ORIGIN_CHARACTERS = 100
"""Of an origin that is named in a refusal: what has none may send anything."""

SSNID_NUMBERS = 2**31
ASSET_KEY_BYTES = 32
SCOPE_BYTES = 16


class Reception:
    """`assets_url` is the address under which assets of all sessions lie."""

    def __init__(
        self,
        registry: Registry,
        logbook: Logbook,
        groups: Groups,
        masks: Masks,
        sessions: Sessions,
        settings: SettingVersions,
        *,
        assets: AssetStore,
        assets_url: str,
        pending: int,
        clock: Clock,
        counts: Counts,
    ) -> None:
        self._registry = registry
        self._logbook = logbook
        self._groups = groups
        self._masks = masks
        self._sessions = sessions
        self._assets = assets
        self._assets_url = assets_url
        self._settings = settings
        self._pending = pending
        self._clock = clock
        self._counts = counts

    async def start(self, start: StartFromVisitor, origin: str, address: str) -> tuple[Session, str]:
        """A new session, on disk, and the visitor's secret. Raises `StartRefused`."""
        group = await self._groups.get(start.groupid)
        if group is None:
            raise StartRefused("invalidgroup", "there is no such group")
        if not allowed(origin, group.origins):
            raise _untrusted(origin, group.id)
        site = _site(start.site)
        policy = await self._masks.policy(group.id, site)
        settings = await self._settings.settings(group.id, site)
        # From here to `_session` nothing waits: two visitors cannot take one key.
        if self._registry.waiting_from(address) >= self._pending:
            raise StartRefused("service", "too many sessions from this address wait for an agent")
        key = self._key(start, group.id, settings)
        secret = new_token()
        record = SessionRecord(
            ssnid=f"{group.id}.{key}.{secrets.randbelow(SSNID_NUMBERS)}",
            group=group.id,
            key=key,
            site=site,
            secret_hash=digest(secret),
            scope=secrets.token_urlsafe(SCOPE_BYTES),
            asset_key=secrets.token_bytes(ASSET_KEY_BYTES),
            visitor=_visitor(start),
        )
        session = self._session(record, self._logbook.roll(record.ssnid), policy, bounds_of(settings), State.SETUP, address)
        try:
            await self._sessions.add(record, self._clock.wall(), address)
        except BaseException:
            session.end(Happening.FAILED)
            raise
        return session, secret

    async def resume(self, resume: ResumeFromVisitor, origin: str) -> Session:
        """The session that the visitor had, if it is still there and the secret is right. Raises `SessionOver` or `StartRefused`.

        Who does not have the secret does not learn whether there is or was such a session; who has it learns why it ended.
        """
        session = self._registry.by_ssnid(resume.ssnid)
        stored = await self._sessions.get(resume.ssnid) if session is None else None
        record = session.record if session else stored.record if stored else None
        if record is None or not matches(resume.secret, record.secret_hash):
            raise SessionOver
        group = await self._groups.get(record.group)
        if group is None:
            raise SessionOver
        if not allowed(origin, group.origins):
            raise _untrusted(origin, group.id)
        if session is None or session.state.final:
            raise SessionOver(stored.reason if stored else "")
        return session

    async def restore(self) -> int:
        """Take up what an earlier process left open; visitors have the grace to come back. Returns how many there are."""
        came = await self._sessions.part()
        unfinished = await self._sessions.unfinished()
        now = self._clock.wall()
        kept: dict[tuple[int, Site], tuple[Policy, Bounds]] = {}
        for stored in unfinished:
            record = stored.record
            site = (record.group, record.site)
            if site not in kept:
                kept[site] = await self._masks.policy(*site), bounds_of(await self._settings.settings(*site))
            state = State.WAITING if stored.active is None else State.ACTIVE
            age = max(0, now - stored.created) / 1000
            roll = self._logbook.roll(record.ssnid, following=came.get(stored.id, 1), seen=stored.seen, bytes=stored.bytes)
            self._session(record, roll, *kept[site], state, stored.address, taken_up_after=age)
        return len(unfinished)

    def _session(
        self,
        record: SessionRecord,
        roll: Roll,
        policy: Policy,
        bounds: Bounds,
        state: State,
        address: str,
        taken_up_after: float | None = None,
    ) -> Session:
        prefix = f"{self._assets_url}/{record.scope}"
        session = Session(
            record,
            replica=Replica(asset_key=record.asset_key, asset_prefix=prefix),
            policy=policy,
            wanted=Wanted(self._assets),
            incarnation=secrets.token_urlsafe(SCOPE_BYTES),
            assets=prefix,
            bounds=bounds,
            now=self._clock.now(),
            on_change=self._registry.changed,
            counts=self._counts,
            roll=roll,
            state=state,
            taken_up_after=taken_up_after,
        )
        self._registry.add(session, address)
        return session

    def _key(self, start: StartFromVisitor, group: int, settings: SiteSettings) -> str:
        key = start.key or start.visitorid or RANDOM_KEY
        if key == RANDOM_KEY:
            return self._registry.random_key(group, settings.random_key_length)
        if not KEY.fullmatch(key):
            raise StartRefused("invalidkey", "a session key has 1 to 63 of the characters A-Z a-z 0-9 _ ~ . -")
        if settings.prevent_duplicate_keys:
            self._registry.make_way(group, key)
        return key


def bounds_of(settings: SiteSettings) -> Bounds:
    """What of a site's settings a session is held to."""
    return Bounds(settings.waiting_seconds, settings.reconnect_seconds, settings.viewer_limit, settings.agent_list_in_events)


def _untrusted(origin: str, group: int) -> StartRefused:
    named = origin[:ORIGIN_CHARACTERS]
    return StartRefused("UNTRUSTED_ORIGIN", f"pages of {named!r} may not share: the origin is not on the list of group {group}")


def _site(name: str) -> Site:
    try:
        return Site(name)
    except ValueError:
        raise StartRefused("invalidsite", "a site is staging or production") from None


def _visitor(start: StartFromVisitor) -> VisitorRecord:
    return VisitorRecord(
        visitorid=(start.visitorid or "")[:100],
        name=(start.name or "")[:FIELD_CHARACTERS],
        email=(start.email or "")[:FIELD_CHARACTERS],
        phone=(start.phone or "")[:60],
    )
