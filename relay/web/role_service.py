"""Roles of a group over REST, as documented: lists come and go as arrays, and an array is done whole or not at all."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from relay.clock import Clock
from relay.errors import Refused
from relay.identity.permissions import USUAL, as_settings, changed, checked_settings
from relay.identity.roles import DESCRIPTION_CHARACTERS, NAME_CHARACTERS, Role, RoleChange, checked_role
from relay.store.roles import ROLES, NoSuchRole, Roles, StoredRole
from relay.web.bearers import GREATEST_ID, actor, path_number
from relay.web.body import read
from relay.web.problems import problem
from relay.web.site import NO_STORE

BODY_BYTES = 1024 * 1024

RoleId = Annotated[int, msgspec.Meta(ge=1, le=GREATEST_ID)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_CHARACTERS)]
Description = Annotated[str, msgspec.Meta(max_length=DESCRIPTION_CHARACTERS)]


class NewRole(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    description: Description = ""
    settings: dict[str, bool] = {}


class ChangedRole(msgspec.Struct, forbid_unknown_fields=True, rename={"id": "roleId"}):
    """What is left out stays as it is, and so does each setting that is not named."""

    id: RoleId
    name: Name | None = None
    description: Description | None = None
    settings: dict[str, bool] = {}


NewRoles = Annotated[list[NewRole], msgspec.Meta(max_length=ROLES)]
ChangedRoles = Annotated[list[ChangedRole], msgspec.Meta(max_length=ROLES)]
RoleIds = Annotated[list[RoleId], msgspec.Meta(max_length=ROLES)]

_new: msgspec.json.Decoder[list[NewRole]] = msgspec.json.Decoder(NewRoles)
_changed: msgspec.json.Decoder[list[ChangedRole]] = msgspec.json.Decoder(ChangedRoles)
_ids: msgspec.json.Decoder[list[int]] = msgspec.json.Decoder(RoleIds)


class RoleService:
    """The documented samples send no JSON content type; since no cookie counts here, none is asked for."""

    def __init__(self, roles: Roles, clock: Clock) -> None:
        self._roles = roles
        self._clock = clock

    async def list(self, request: Request) -> Response:
        return _json([_shown(role) for role in await self._roles.all(_group(request))])

    async def create(self, request: Request) -> Response:
        try:
            wanted = [_made(role) for role in _new.decode(await read(request, BODY_BYTES))]
        except (msgspec.DecodeError, Refused) as error:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        try:
            added = await self._roles.add(_group(request), wanted, self._clock.wall(), actor(request))
        except Refused as error:
            return problem(HTTPStatus.CONFLICT, str(error))
        return _json([_shown(role) for role in added])

    async def show(self, request: Request) -> Response:
        try:
            return _json(_shown(await self._roles.get(_group(request), path_number(request, "role"))))
        except NoSuchRole:
            return problem(HTTPStatus.NOT_FOUND, "this group has no such role")

    async def change(self, request: Request) -> Response:
        group = _group(request)
        try:
            wanted = _changed.decode(await read(request, BODY_BYTES))
            changes = [(role.id, _change(role)) for role in wanted]
        except (msgspec.DecodeError, Refused) as error:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        return await self._done(self._roles.change(group, changes, self._clock.wall(), actor(request)))

    async def remove(self, request: Request) -> Response:
        try:
            numbers = _ids.decode(await read(request, BODY_BYTES))
        except msgspec.DecodeError as error:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        return await self._done(self._roles.remove(_group(request), numbers, self._clock.wall(), actor(request)))

    async def _done(self, work: Awaitable[object]) -> Response:
        try:
            await work
        except NoSuchRole as error:
            return problem(HTTPStatus.NOT_FOUND, str(error))
        except Refused as error:
            return problem(HTTPStatus.CONFLICT, str(error))
        return _json({"status": "ok"})


def _group(request: Request) -> int:
    return path_number(request, "group")


def _made(role: NewRole) -> Role:
    return checked_role(Role(role.name, role.description, changed(USUAL, checked_settings(role.settings))))


def _change(role: ChangedRole) -> RoleChange:
    change = RoleChange(role.name, role.description, checked_settings(role.settings))
    change.applied(Role("any"))
    return change


def _shown(stored: StoredRole) -> dict[str, object]:
    role = stored.role
    return {
        "roleId": stored.id,
        "name": role.name,
        "description": role.description,
        "inUse": stored.users > 0,
        "userCount": stored.users,
        "settings": as_settings(role.permissions),
    }


def _json(answer: object) -> Response:
    return Response(msgspec.json.encode(answer), headers=NO_STORE, media_type="application/json")
