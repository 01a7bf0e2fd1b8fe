"""`role add`, `list`, `change`, `remove`."""

from pathlib import Path
from typing import Any

import click

from relay.clock import Clock
from relay.commands.context import F, answer, data_option, group_option, json_option, last_owner_option, with_database
from relay.identity.actor import operator
from relay.identity.permissions import USUAL, as_settings, changed, checked_settings
from relay.identity.roles import Role, RoleChange
from relay.store.database import Database
from relay.store.groups import Groups
from relay.store.roles import Roles, StoredRole


def permission_options(command: F) -> F:
    allow = click.option("--allow", multiple=True, metavar="PERMISSION", help="Switch a permission on. Repeat for more.")
    forbid = click.option("--forbid", multiple=True, metavar="PERMISSION", help="Switch a permission off. Repeat for more.")
    return allow(forbid(command))


@click.group()
def role() -> None:
    """Roles of a group: what their holders may do, within what the group allows."""


@role.command()
@group_option
@click.option("--name", required=True)
@click.option("--description", default="")
@click.option("--owner", is_flag=True, help="Its holders run the group: users, roles, settings, reports.")
@click.option("--nothing", is_flag=True, help="Start from no permissions instead of the usual ones.")
@permission_options
@data_option
@json_option
def add(
    group: int,
    name: str,
    description: str,
    owner: bool,
    nothing: bool,
    allow: tuple[str, ...],
    forbid: tuple[str, ...],
    data: Path,
    as_json: bool,
) -> None:
    """Add a role."""
    start = frozenset() if nothing else USUAL
    added = Role(name.strip(), description.strip(), changed(start, _settings(allow, forbid)), owner)

    async def work(database: Database) -> StoredRole:
        await Groups(database).require(group)
        return (await Roles(database).add(group, [added], Clock().wall(), operator()))[0]

    stored = with_database(data, work)
    answer(as_json, _value(stored), _line(stored))


@role.command(name="list")
@group_option
@data_option
@json_option
def list_(group: int, data: Path, as_json: bool) -> None:
    """List the roles."""

    async def work(database: Database) -> list[StoredRole]:
        await Groups(database).require(group)
        return await Roles(database).all(group)

    found = with_database(data, work)
    answer(as_json, [_value(one) for one in found], "\n".join(map(_line, found)) or "No roles.")


@role.command()
@group_option
@click.option("--name", required=True)
@click.option("--new-name")
@click.option("--description")
@click.option("--owner/--no-owner", default=None, help="Whether its holders run the group.")
@permission_options
@last_owner_option
@data_option
@json_option
def change(
    group: int,
    name: str,
    new_name: str | None,
    description: str | None,
    owner: bool | None,
    allow: tuple[str, ...],
    forbid: tuple[str, ...],
    even_last_owner: bool,
    data: Path,
    as_json: bool,
) -> None:
    """Change what is given; the rest stays. Mask rules follow a new name."""
    wanted = RoleChange(new_name, description, _settings(allow, forbid), owner)
    if wanted == RoleChange():
        raise click.UsageError("nothing to change was given")

    async def work(database: Database) -> StoredRole:
        roles = Roles(database)
        number = (await roles.named(group, name)).id
        changes = [(number, wanted)]
        return (await roles.change(group, changes, Clock().wall(), operator(), even_last_owner=even_last_owner))[0]

    stored = with_database(data, work)
    answer(as_json, _value(stored), _line(stored))


@role.command()
@group_option
@click.option("--name", required=True)
@last_owner_option
@data_option
@json_option
def remove(group: int, name: str, even_last_owner: bool, data: Path, as_json: bool) -> None:
    """Remove a role that nobody has."""

    async def work(database: Database) -> None:
        roles = Roles(database)
        number = (await roles.named(group, name)).id
        await roles.remove(group, [number], Clock().wall(), operator(), even_last_owner=even_last_owner)

    with_database(data, work)
    answer(as_json, {"name": name, "removed": True}, f"Role {name} removed.")


def _settings(allow: tuple[str, ...], forbid: tuple[str, ...]) -> dict[Any, bool]:
    return dict(checked_settings({**dict.fromkeys(allow, True), **dict.fromkeys(forbid, False)}))


def _value(stored: StoredRole) -> dict[str, Any]:
    role = stored.role
    settings = as_settings(role.permissions)
    return {
        "id": stored.id,
        "name": role.name,
        "description": role.description,
        "owner": role.owner,
        "users": stored.users,
        "settings": settings,
    }


def _line(stored: StoredRole) -> str:
    role = stored.role
    return (
        f"{role.name} ({stored.users} users{', runs the group' if role.owner else ''}): {' '.join(sorted(role.permissions)) or 'nothing'}"
    )
