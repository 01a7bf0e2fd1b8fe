"""User provisioning for partners' servers (documentation: user provisioning): the fields of a posted form, and what they do.

An owner of the group signs on with each request, by password or login key. Fields that are not given stay as they are.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from relay.clock import Clock
from relay.errors import Refused
from relay.identity.access import Answer, Need, decide
from relay.identity.actor import Actor
from relay.identity.passwords import PasswordPool, checked
from relay.identity.profiles import FieldRefused, Profile, checked_profile
from relay.name_guesses import NameGuesses
from relay.sign_on import SignOn, SignOnRefused, partner_number
from relay.store.owners import LastOwner
from relay.store.roles import Roles, StoredRole
from relay.store.user_search import PAGE, Criterion, UserSearch
from relay.store.users import RowRefused, User, UserChange, Users

PUID, ADDRESS, PASSWORD, ROLE = "PartnerUserID", "UserAddress", "UserPW", "UserRole"

FIELDS = {
    PUID: "puid",
    ADDRESS: "username",
    "UserFirst": "first_name",
    "UserLast": "last_name",
    "UserEmail": "email",
    ROLE: "role",
}
"""By the documented name of a field, the one of a profile."""

AUDIO_PROVIDERS = ("", "1", "666")
"""Of telephone conferences, which this relay has not: the field is checked and forgotten."""

START_DIGITS = 15
"""Of `PageStart`, at most."""

TRUTH = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}


class ProvisioningRefused(Refused):
    """The request cannot be done; `field` is the one to blame, if it is one. `code` says in a word why."""

    def __init__(self, code: str, rule: str, field: str = "") -> None:
        super().__init__(code, rule, field)
        self.code = code
        self.rule = rule
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {self.rule}" if self.field else self.rule


@dataclass(frozen=True, slots=True)
class Found:
    """A page of users. `following` is where the next one starts; 0 after the last."""

    users: Sequence[User]
    total: int
    following: int


@dataclass(frozen=True, slots=True)
class Owner:
    """Who asks, for which group."""

    group: int
    by: Actor


class Provisioning:
    def __init__(
        self, sign_on: SignOn, users: Users, search: UserSearch, roles: Roles, passwords: PasswordPool, names: NameGuesses, clock: Clock
    ) -> None:
        self._sign_on = sign_on
        self._users = users
        self._search = search
        self._roles = roles
        self._passwords = passwords
        self._names = names
        self._clock = clock

    async def add(self, fields: Mapping[str, str], address: str) -> User:
        """A new user. All of these raise `ProvisioningRefused`, and `Busy` after too many wrong credentials or names."""
        owner = await self._owner(fields, address)
        _require(fields, PUID, ADDRESS)
        if fields.get("AudioProvider", "") not in AUDIO_PROVIDERS:
            raise ProvisioningRefused("value", "is 1 or 666", "AudioProvider")
        with _blaming():
            profile = checked_profile(Profile(**_given(fields)))
            password_hash = await self._hash(fields)
            async with self._names.naming(owner.group, owner.by):
                number = await self._users.add(owner.group, profile, password_hash, self._clock.wall(), owner.by)
        return (await self._users.get_all(owner.group, [number]))[0]

    async def change(self, fields: Mapping[str, str], address: str) -> User:
        """The user with this partner user id, changed. A new password or a suspension ends the user's logins."""
        owner = await self._owner(fields, address)
        user = await self._required(owner, fields)
        changes = _given(fields) | _suspension(fields)
        del changes["puid"]
        with _blaming():
            change = UserChange(user.id, changes, await self._hash(fields))
            async with self._names.naming(owner.group, owner.by) if ADDRESS in fields else nullcontext():
                await self._users.change_all(owner.group, [change], self._clock.wall(), owner.by)
        return (await self._users.get_all(owner.group, [user.id]))[0]

    async def remove(self, fields: Mapping[str, str], address: str) -> User:
        """The user as it was."""
        owner = await self._owner(fields, address)
        user = await self._required(owner, fields)
        with _blaming():
            await self._users.remove_all(owner.group, [user.id], self._clock.wall(), owner.by)
        return user

    async def find(self, fields: Mapping[str, str], address: str) -> Found:
        """Users that fit all criteria, a page of them."""
        owner = await self._owner(fields, address)
        _require(fields, "PageCount")
        count = _number(fields, "PageCount", PAGE)
        if not count:
            raise ProvisioningRefused("value", f"is a number from 1 to {PAGE}", "PageCount")
        start = _number(fields, "PageStart", 10**START_DIGITS - 1)
        criteria = [Criterion.pattern(FIELDS[name], fields[name]) for name in (PUID, ADDRESS, ROLE) if fields.get(name)]
        found, total = await self._search.find(owner.group, criteria, limit=count, offset=start)
        following = start + len(found)
        return Found(found, total, following if following < total and found else 0)

    async def roles(self, fields: Mapping[str, str], address: str) -> Sequence[StoredRole]:
        owner = await self._owner(fields, address)
        return await self._roles.all(owner.group)

    async def _owner(self, fields: Mapping[str, str], address: str) -> Owner:
        """Who signs on with this request. `PartnerID`, if given, has to be the number of their group."""
        _require(fields, "PartnerLogin")
        name, key = fields["PartnerLogin"], fields.get("PartnerAuth", "")
        try:
            if key:
                signed_on = await self._sign_on.by_username_and_key(name, key, address)
            else:
                signed_on = await self._sign_on.by_password(name, fields.get("PartnerPW", ""), address)
        except SignOnRefused:
            raise ProvisioningRefused("credentials", "PartnerLogin and PartnerPW or PartnerAuth are not right") from None
        user = signed_on.user
        partner = partner_number(fields["PartnerID"]) if fields.get("PartnerID") else user.group
        answer = decide(user.caller, Need.RUN_GROUP, partner)
        if answer is not Answer.ALLOWED:
            raise ProvisioningRefused("rights", "PartnerLogin is no owner of this group")
        return Owner(user.group, Actor(user.username, address))

    async def _required(self, owner: Owner, fields: Mapping[str, str]) -> User:
        _require(fields, PUID)
        user = await self._users.by_puid(owner.group, fields[PUID])
        if user is None:
            raise ProvisioningRefused("nouser", "no user of this group has this value", PUID)
        return user

    async def _hash(self, fields: Mapping[str, str]) -> str:
        """Empty without a password: such a user signs on by login key."""
        password = fields.get(PASSWORD, "")
        if not password:
            return ""
        try:
            checked(password)
        except Refused as refused:
            raise ProvisioningRefused("value", str(refused), PASSWORD) from None
        return await asyncio.wrap_future(self._passwords.hash(password))


def _given(fields: Mapping[str, str]) -> dict[str, Any]:
    return {ours: fields[theirs] for theirs, ours in FIELDS.items() if theirs in fields}


def _suspension(fields: Mapping[str, str]) -> dict[str, bool]:
    """Of the two fields that say it, `UserSuspended` counts."""
    for name in ("UserSuspended", "UserActive"):
        if given := fields.get(name, "").lower():
            if given not in TRUTH:
                raise ProvisioningRefused("value", f"is one of {', '.join(TRUTH)}", name)
            return {"suspended": TRUTH[given] == (name == "UserSuspended")}
    return {}


def _number(fields: Mapping[str, str], name: str, greatest: int) -> int:
    text = fields.get(name) or "0"
    if not (text.isascii() and text.isdecimal() and len(text) <= START_DIGITS and int(text) <= greatest):
        raise ProvisioningRefused("value", f"is a number up to {greatest}", name)
    return int(text)


def _require(fields: Mapping[str, str], *names: str) -> None:
    for name in names:
        if not fields.get(name):
            raise ProvisioningRefused("missing", "is required", name)


@contextmanager
def _blaming() -> Iterator[None]:
    """What a field of a profile is refused for, under the documented name of the field."""
    names = {ours: theirs for theirs, ours in FIELDS.items()}
    try:
        yield
    except (FieldRefused, RowRefused) as refused:
        fault = refused.fault if isinstance(refused, RowRefused) else refused
        raise ProvisioningRefused("value", fault.rule, names.get(fault.field, fault.field)) from None
    except LastOwner as refused:
        raise ProvisioningRefused("lastowner", str(refused)) from None
