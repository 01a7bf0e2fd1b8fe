"""Signing on, whatever the credentials: who it is, within the limits for guessing, and written down.

What is wrong is never told apart: a user that does not exist, one that is suspended and a wrong secret look alike, also in time.
"""

import asyncio
import hmac
import secrets
from dataclasses import dataclass, replace

from relay.clock import Clock
from relay.errors import Busy, RelayError
from relay.identity.access import Caller
from relay.identity.actor import NOBODY, Actor
from relay.identity.auth_tokens import AuthTokens, TokenRefused
from relay.identity.desk_credentials import match
from relay.identity.limits import CredentialLimits
from relay.identity.login_keys import LoginKeyRefused, split_username, verify
from relay.identity.passwords import PasswordPool, needs_rehash
from relay.identity.permissions import EVERYTHING
from relay.identity.tokens import digest
from relay.store.api_keys import ApiKeys
from relay.store.audit import FAILED, NO_GROUP, AuditLog, Deed
from relay.store.groups import LARGEST_ID
from relay.store.login_sessions import LoginSessions
from relay.store.users import User, Users

API_KEY_USER = 0
"""An API key is no user."""

API_KEY_ACTOR = "api key"
SERVICE = "webservices"
"""What a token for the REST services has to be for."""

TOKEN_RAN_OUT = frozenset({"expired", "service"})
"""Reasons that a token which we did sign lets nobody in: no guess, and not counted as one."""


def partner_number(text: str) -> int:
    """The group that a partner id names. One that cannot be is one that is not there, 0."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 and int(text) <= LARGEST_ID else 0


class SignOnRefused(RelayError):
    """These credentials let nobody in."""

    def __str__(self) -> str:
        return "the credentials are wrong"


@dataclass(frozen=True, slots=True)
class SignedOn:
    """Who has signed on, and by what: `password`, `loginkey`, `desk` or `session`."""

    user: User
    method: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a bearer token stands for, and the name that records give them."""

    caller: Caller
    name: str


class SignOn:
    """`now` of the limits is the steady clock, that of login keys the wall clock."""

    def __init__(
        self,
        users: Users,
        api_keys: ApiKeys,
        logins: LoginSessions,
        tokens: AuthTokens,
        passwords: PasswordPool,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._users = users
        self._api_keys = api_keys
        self._logins = logins
        self._tokens = tokens
        self._passwords = passwords
        self._audit = audit
        self._clock = clock
        self._limits = CredentialLimits()
        self._nobodys_key = secrets.token_urlsafe()

    async def by_password(self, username: str, password: str, address: str) -> SignedOn:
        """A user name, or `username~loginkey` in its place. Raises `SignOnRefused`, or `Busy` after too many failures."""
        name, key = split_username(username)
        if key:
            return await self.by_username_and_key(name, key, address)
        user = await self._users.by_username(username)
        self._allow(address, username, _group_of(user))
        right = await asyncio.wrap_future(self._passwords.verify(user.password_hash if user else None, password))
        if user is None or not right or not user.password_hash:
            return await self._refuse(address, username, user, "password")
        if needs_rehash(user.password_hash):
            stronger = await asyncio.wrap_future(self._passwords.hash(password))
            await self._users.rehash(user.id, user.password_hash, stronger)
        return await self._admit(address, username, user, "password")

    async def by_username_and_key(self, username: str, key: str, address: str) -> SignedOn:
        """The login key is signed for the user's partner user id, which the user has to have."""
        return await self._by_key(address, username, await self._users.by_username(username), key)

    async def by_partner(self, partner: int, puid: str, key: str, address: str) -> SignedOn:
        """A partner user id, and the login key that the partner's server signed for it."""
        return await self._by_key(address, f"{partner}/{puid}", await self._users.by_puid(partner, puid), key)

    async def by_desk(self, username: str, credentials: str, address: str) -> SignedOn:
        """A user name, and the credentials of a desk package for it."""
        user = await self._users.by_username(username)
        self._allow(address, username, _group_of(user))
        group = user.group if user else 0
        if not match(credentials, await self._keys(group), group, user.username if user else username) or user is None:
            return await self._refuse(address, username, user, "desk")
        return await self._admit(address, username, user, "desk")

    async def by_session(self, gssnid: str, address: str) -> SignedOn:
        """The token of a login of our website."""
        self._allow(address, "gssnid", None)
        login = await self._logins.find(digest(gssnid), self._clock.wall())
        if login is None:
            return await self._refuse(address, "gssnid", None, "session")
        return SignedOn(login.user, "session")

    async def by_api_key(self, group: int, key: str, address: str) -> Bearer:
        """The API key of a group: its servers may do in it what an owner may."""
        self._allow(address, _bearer_of(group), group)
        keys = await self._keys(group)
        matches = [hmac.compare_digest(key.encode("utf-8", "surrogatepass"), held.encode()) for held in keys]
        if not any(matches):
            return await self._refuse_bearer(address, group, "apikey", known=keys != [self._nobodys_key])
        self._limits.succeeded(address, _bearer_of(group))
        return Bearer(Caller(API_KEY_USER, group, EVERYTHING, owner=True), API_KEY_ACTOR)

    async def by_token(self, group: int, token: str, address: str) -> Bearer:
        """A token of the authorization service, sent for something of `group`: the rights it has, as far as its user still has them."""
        self._allow(address, _bearer_of(group), group)
        try:
            claims = self._tokens.verify(token, SERVICE, None, self._clock.wall())
        except TokenRefused as refused:
            if refused.reason in TOKEN_RAN_OUT:
                raise SignOnRefused from None
            return await self._refuse_bearer(address, group, "token", known=False)
        user = await self._users.get(claims.user)
        # The number of a deleted user may be another's now.
        if user is None or user.suspended or (user.group, user.username) != (claims.group, claims.username):
            raise SignOnRefused
        rights = replace(user.caller, permissions=claims.permissions & user.permissions, owner=claims.owner and user.owner)
        return Bearer(rights, user.username)

    async def _by_key(self, address: str, account: str, user: User | None, key: str) -> SignedOn:
        self._allow(address, account, _group_of(user))
        group, puid = (user.group, user.profile.puid) if user else (0, "")
        try:
            verify(key, await self._keys(group), group, puid, self._clock.wall() / 1000)
        except LoginKeyRefused:
            return await self._refuse(address, account, user, "loginkey")
        if user is None or not puid:
            return await self._refuse(address, account, user, "loginkey")
        return await self._admit(address, account, user, "loginkey")

    async def _keys(self, group: int) -> list[str]:
        held = [key.key for key in await self._api_keys.valid(group, self._clock.wall())]
        # For a user that is not there, or a group without a key, the work is the same.
        return held or [self._nobodys_key]

    def _allow(self, address: str, account: str, group: int | None) -> None:
        if not self._limits.allows(address, account, group, self._clock.now()):
            raise Busy

    async def _admit(self, address: str, account: str, user: User, method: str) -> SignedOn:
        if user.suspended:
            return await self._refuse(address, account, user, method)
        self._limits.succeeded(address, account)
        return SignedOn(user, method)

    async def _refuse_bearer(self, address: str, group: int, method: str, *, known: bool) -> Bearer:
        """`known`: the group is there. Guesses at others' begin no log of theirs."""
        self._limits.failed(address, _bearer_of(group), group, self._clock.now())
        chain = group if known else NO_GROUP
        detail = {"method": method, "group": group}
        await self._audit.write(chain, Actor(NOBODY, address), Deed.LOGIN, self._clock.wall(), result=FAILED, detail=detail)
        raise SignOnRefused

    async def _refuse(self, address: str, account: str, user: User | None, method: str) -> SignedOn:
        self._limits.failed(address, account, _group_of(user), self._clock.now())
        # The name that was typed may be a password in the wrong field: only a user's own is written down.
        group, name = (user.group, user.username) if user else (NO_GROUP, NOBODY)
        await self._audit.write(group, Actor(name, address), Deed.LOGIN, self._clock.wall(), result=FAILED, detail={"method": method})
        raise SignOnRefused


def _bearer_of(group: int) -> str:
    """The account that wrong tokens count for. No user has a name like this."""
    return f"bearer*{group}"


def _group_of(user: User | None) -> int | None:
    return None if user is None else user.group
