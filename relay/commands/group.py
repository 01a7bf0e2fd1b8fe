"""`group add`."""

from pathlib import Path

import click

from relay.clock import Clock
from relay.commands.context import answer, data_option, json_option, with_database
from relay.identity.origins import checked_entry
from relay.store.api_keys import ApiKeys
from relay.store.database import Database
from relay.store.groups import KEY_DIGITS, LARGEST_ID, Group, Groups


@click.group()
def group() -> None:
    """Groups: the organisations that the relay serves."""


@group.command()
@click.option("--id", "number", type=click.IntRange(1, LARGEST_ID), required=True, help="Group id, as in data-groupid.")
@click.option("--name", required=True, help="Name of the organisation.")
@click.option(
    "--origin", "origins", multiple=True, help="Where its pages are: an origin or a domain. Repeat for more; none means anywhere."
)
@click.option("--key-length", type=click.IntRange(4, 12), default=KEY_DIGITS, show_default=True, help="Digits of a random session key.")
@data_option
@json_option
def add(number: int, name: str, origins: tuple[str, ...], key_length: int, data: Path, as_json: bool) -> None:
    """Add a group."""
    added = Group(number, name.strip(), key_length, tuple(checked_entry(origin) for origin in origins))

    async def work(database: Database) -> None:
        now = Clock().wall()
        await Groups(database).add(added, now)
        await ApiKeys(database).reset(number, now)

    with_database(data, work)
    value = {"id": number, "name": added.name, "origins": list(added.origins), "keylength": key_length}
    answer(as_json, value, f"Group {number} ({added.name}) added.")
