"""The authorization service: credentials in, a token for one group and one service out (documentation: Authorization Web Service)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from masking.rule import Site
from relay.clock import Clock
from relay.errors import Busy, RelayError
from relay.identity.actor import Actor
from relay.identity.auth_tokens import LEAST_MINUTES, MOST_MINUTES, AuthTokens, Claims
from relay.identity.origins import allowed
from relay.sign_on import SignedOn, SignOn, SignOnRefused, partner_number
from relay.store.audit import AuditLog, Deed
from relay.store.groups import LARGEST_ID
from relay.store.setting_versions import SettingVersions
from relay.store.users import User

SERVICES = ("presence", "webservices")
CREDENTIALS = ("username", "password", "g4scredentials", "loginkey", "gssnid", "partnerid", "partneruserid")
OPTIONS = ("service", "groupid", "duration", "site")

COMBINATIONS = (
    "gssnid; or partnerid, partneruserid and loginkey; or username and loginkey; or username and g4scredentials; or username and password"
)


class AuthorizationRefused(RelayError):
    """No token; `code` is for programs, `message` for the people who write them, and `status` the HTTP status that fits."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for. `group` None: the user's own. `origin` is that of the page that asks, empty for servers; `address` is the
    caller's in the network.
    """

    service: str
    group: int | None
    minutes: int
    site: Site
    credentials: Mapping[str, str] = field(repr=False)
    origin: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A token, and what it says."""

    token: str = field(repr=False)
    user: User
    claims: Claims


def wish_of(fields: Mapping[str, str], origin: str, address: str) -> Wish:
    """What a request's fields ask for, their names in lower case. Raises `AuthorizationRefused`."""
    service = fields.get("service") or SERVICES[0]
    if service not in SERVICES:
        raise AuthorizationRefused("badservice", f"service is one of {', '.join(SERVICES)}", 400)
    try:
        site = Site(fields.get("site") or Site.PRODUCTION.value)
    except ValueError:
        raise AuthorizationRefused("badsite", "site is staging or production", 400) from None
    return Wish(
        service=service,
        group=_group(fields.get("groupid", "")),
        minutes=_minutes(fields.get("duration", "")),
        site=site,
        credentials={name: fields[name] for name in CREDENTIALS if fields.get(name)},
        origin=origin,
        address=address,
    )


class Authorization:
    def __init__(
        self,
        sign_on: SignOn,
        tokens: AuthTokens,
        settings: SettingVersions,
        audit: AuditLog,
        own_origins: frozenset[str],
        clock: Clock,
    ) -> None:
        self._sign_on = sign_on
        self._tokens = tokens
        self._settings = settings
        self._audit = audit
        self._own_origins = own_origins
        self._clock = clock

    async def authorize(self, wish: Wish) -> Grant:
        """A token. Raises `AuthorizationRefused`."""
        if wish.origin and wish.group is not None and not await self.may_ask(wish.origin, wish.group, wish.site):
            raise _foreign_page()
        user = (await self._signed_on(wish)).user
        if wish.group is not None and wish.group != user.group:
            raise AuthorizationRefused("notmember", f"the user is not a member of group {wish.group}", 403)
        if wish.origin and not await self.may_ask(wish.origin, user.group, wish.site):
            raise _foreign_page()
        settings = await self._settings.settings(user.group, wish.site)
        if wish.service == "presence" and not settings.presence:
            raise AuthorizationRefused("notincluded", f"presence is off for {wish.site.value} of group {user.group}", 403)
        return await self._grant(user, wish)

    async def may_ask(self, origin: str, group: int, site: Site) -> bool:
        """Whether a page of `origin` may ask for tokens of the group."""
        if origin in self._own_origins:
            return True
        entries = (await self._settings.settings(group, site)).agent_origins
        # Unlike visitors' pages: no list means nobody.
        return bool(entries) and allowed(origin, entries)

    async def _grant(self, user: User, wish: Wish) -> Grant:
        now = self._clock.wall()
        claims = Claims(
            user=user.id,
            username=user.username,
            group=user.group,
            site=wish.site.value,
            service=wish.service,
            permissions=user.permissions,
            owner=user.owner,
            until=now // 1000 + wish.minutes * 60,
        )
        # In a thread: once in two hours a new key has to be on disk first.
        token = await asyncio.to_thread(self._tokens.issue, claims, now)
        detail = {"service": wish.service, "minutes": wish.minutes, "site": wish.site.value}
        await self._audit.write(user.group, Actor(user.username, wish.address), Deed.TOKEN, now, detail=detail)
        return Grant(token, user, claims)

    async def _signed_on(self, wish: Wish) -> SignedOn:
        try:
            return await self._by(wish.credentials, wish.address)
        except SignOnRefused:
            raise AuthorizationRefused("badcredentials", "the credentials are wrong", 401) from None
        except Busy:
            raise AuthorizationRefused("busy", "too many attempts, try again in a few minutes", 429) from None

    async def _by(self, given: Mapping[str, str], address: str) -> SignedOn:
        has = given.keys()
        if "gssnid" in has:
            return await self._sign_on.by_session(given["gssnid"], address)
        if {"partnerid", "partneruserid", "loginkey"} <= has:
            return await self._sign_on.by_partner(partner_number(given["partnerid"]), given["partneruserid"], given["loginkey"], address)
        if {"username", "loginkey"} <= has:
            return await self._sign_on.by_username_and_key(given["username"], given["loginkey"], address)
        if {"username", "g4scredentials"} <= has:
            return await self._sign_on.by_desk(given["username"], given["g4scredentials"], address)
        if {"username", "password"} <= has or "~" in given.get("username", ""):
            return await self._sign_on.by_password(given["username"], given.get("password", ""), address)
        raise AuthorizationRefused("nocredentials", f"No credentials: give {COMBINATIONS}", 400)


def _foreign_page() -> AuthorizationRefused:
    return AuthorizationRefused("origin", "this page is not on the group's list of agent origins", 403)


def _group(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and 0 < int(text) <= LARGEST_ID):
        raise AuthorizationRefused("badgroup", "groupid is the number of a group", 400)
    return int(text)


def _minutes(text: str) -> int:
    if not text:
        return MOST_MINUTES
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and LEAST_MINUTES <= int(text) <= MOST_MINUTES):
        raise AuthorizationRefused("badduration", f"duration is a whole number of minutes from {LEAST_MINUTES} to {MOST_MINUTES}", 400)
    return int(text)
