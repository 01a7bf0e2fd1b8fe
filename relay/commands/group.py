"""`group add`, `list`, `change`, `remove`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from relay.clock import Clock
from relay.commands.context import answer, data_option, group_option, json_option, with_database
from relay.errors import Refused
from relay.identity.actor import operator
from relay.identity.origins import checked_entry
from relay.identity.permissions import as_settings, checked_settings
from relay.store.api_keys import ApiKeys
from relay.store.database import Database
from relay.store.groups import LARGEST_ID, Group, GroupChange, Groups


@click.group()
def group() -> None:
    """Groups: the organisations that the relay serves."""


@group.command()
@click.option("--id", "number", type=click.IntRange(1, LARGEST_ID), required=True, help="Group id, as in data-groupid.")
@click.option("--name", required=True, help="Name of the organisation.")
@click.option(
    "--origin", "origins", multiple=True, help="Where its pages are: an origin or a domain. Repeat for more; none means anywhere."
)
@click.option("--parent", type=click.IntRange(1, LARGEST_ID), help="The group whose settings it inherits, for good.")
@data_option
@json_option
def add(number: int, name: str, origins: tuple[str, ...], parent: int | None, data: Path, as_json: bool) -> None:
    """Add a group, with the roles agent, supervisor and admin; or a child, with its parent's roles, permissions and pages."""
    wanted = Group(number, name.strip(), tuple(checked_entry(origin) for origin in origins), parent=parent)

    async def work(database: Database) -> Group:
        now, added = Clock().wall(), wanted
        if parent is not None:
            above = await Groups(database).require(parent)
            added = replace(wanted, origins=wanted.origins or above.origins, permissions=above.permissions)
        await Groups(database).add(added, now, operator())
        await ApiKeys(database).reset(number, now, operator())
        return added

    added = with_database(data, work, new=True)
    answer(as_json, _value(added), f"Group {number} ({added.name}) added.")


@group.command(name="list")
@data_option
@json_option
def list_(data: Path, as_json: bool) -> None:
    """List the groups."""
    found = with_database(data, lambda database: Groups(database).all())
    answer(as_json, [_value(one) for one in found], "\n".join(map(_line, found)) or "No groups.")


@group.command()
@group_option
@data_option
@json_option
def show(group: int, data: Path, as_json: bool) -> None:
    """Show a group, with the permissions that it allows its roles."""
    found = with_database(data, lambda database: Groups(database).require(group))
    answer(as_json, {**_value(found), "settings": as_settings(found.permissions)}, f"{_line(found)}\nallows: {' '.join(found.permissions)}")


@group.command()
@group_option
@click.option("--name", help="Name of the organisation.")
@click.option("--origin", "origins", multiple=True, help="Where its pages are, all of them anew. Repeat for more.")
@click.option("--add-origin", "more", multiple=True, help="One more place where its pages are. Repeat for more.")
@click.option("--remove-origin", "fewer", multiple=True, help="A place where they are no longer. Repeat for more.")
@click.option("--any-origin", is_flag=True, help="Its pages may be anywhere.")
@click.option("--allow", multiple=True, metavar="PERMISSION", help="Let its roles have a permission.")
@click.option(
    "--forbid", multiple=True, metavar="PERMISSION", help="Take a permission from all its roles; each has it back when it is allowed again."
)
@data_option
@json_option
def change(
    group: int,
    name: str | None,
    origins: tuple[str, ...],
    more: tuple[str, ...],
    fewer: tuple[str, ...],
    any_origin: bool,
    allow: tuple[str, ...],
    forbid: tuple[str, ...],
    data: Path,
    as_json: bool,
) -> None:
    """Change what is given; the rest stays."""
    if (any_origin, bool(origins), bool(more or fewer)).count(True) > 1:
        raise click.UsageError("--origin, --any-origin, and --add-origin with --remove-origin exclude each other")
    permissions = checked_settings({**dict.fromkeys(allow, True), **dict.fromkeys(forbid, False)})
    pages = () if any_origin else tuple(map(checked_entry, origins)) or None
    added, taken = tuple(map(checked_entry, more)), tuple(map(checked_entry, fewer))
    wanted = GroupChange(name, pages, permissions, added, taken)
    if wanted == GroupChange():
        raise click.UsageError("nothing to change was given")

    async def work(database: Database) -> tuple[Group, Group]:
        before = await Groups(database).require(group)
        return before, await Groups(database).change(group, wanted, Clock().wall(), operator())

    before, after = with_database(data, work)
    removed = [origin for origin in before.origins if origin not in after.origins]
    answer(as_json, {**_value(after), "removed": removed}, _line(after) + (f"\nno longer: {', '.join(removed)}" if removed else ""))


@group.command()
@group_option
@click.option("--yes", is_flag=True, help="Really: users, rules and records of sessions go with it.")
@data_option
@json_option
def remove(group: int, yes: bool, data: Path, as_json: bool) -> None:
    """Remove a group and all that belongs to it, except its audit log."""
    if not yes:
        raise Refused("nothing was removed; to remove the group with its users, rules and records, add --yes")
    with_database(data, lambda database: Groups(database).remove(group, Clock().wall(), operator()))
    answer(as_json, {"id": group, "removed": True}, f"Group {group} removed.")


def _value(group: Group) -> dict[str, Any]:
    return {"id": group.id, "name": group.name, "origins": list(group.origins), "parent": group.parent}


def _line(group: Group) -> str:
    child = f", child of {group.parent}" if group.parent is not None else ""
    return f"{group.id} {group.name}{child}, pages on {', '.join(group.origins) or 'any origin'}"
