"""`key show`, `key reset`."""

from pathlib import Path

import click

from relay.clock import Clock
from relay.commands.context import answer, data_option, group_option, json_option, with_database
from relay.errors import Refused
from relay.store.api_keys import ApiKeys
from relay.store.database import Database
from relay.store.groups import Groups


@click.group()
def key() -> None:
    """The API key of a group, with which its servers identify themselves."""


@key.command()
@group_option
@data_option
@json_option
def show(group: int, data: Path, as_json: bool) -> None:
    """Show the key."""

    async def work(database: Database) -> str:
        await Groups(database).require(group)
        found = await ApiKeys(database).get(group)
        if found is None:
            raise Refused(f"group {group} has no key; make one with: key reset --group {group}")
        return found

    _answer(group, with_database(data, work), as_json)


@key.command()
@group_option
@data_option
@json_option
def reset(group: int, data: Path, as_json: bool) -> None:
    """Make a new key; the one before is worth nothing from then on."""

    async def work(database: Database) -> str:
        await Groups(database).require(group)
        return await ApiKeys(database).reset(group, Clock().wall())

    _answer(group, with_database(data, work), as_json)


def _answer(group: int, api_key: str, as_json: bool) -> None:
    answer(as_json, {"group": group, "key": api_key}, api_key)
