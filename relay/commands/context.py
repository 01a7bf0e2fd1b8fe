"""What commands share: the data folder, how they answer, and how they end."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from relay.errors import Refused
from relay.settings import Settings
from relay.store.address import FILE_NAME
from relay.store.database import Database

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


DATABASE = "relay.database"
"""Where a command keeps the address that its `--database` gave: all that commands share it, few have to know of it."""


def data_option(command: F) -> F:
    """`--data`, and `--database` beside it."""
    return _database_option(_data_option(command))


def _data_option(command: F) -> F:
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="COBROWSE_DATA",
        show_envvar=True,
        default=Path("data"),
        show_default=True,
        help="Data folder.",
    )(command)


def _database_option(command: F) -> F:
    def keep(context: click.Context, _parameter: click.Parameter, address: str | None) -> None:
        context.meta[DATABASE] = address

    return click.option(
        "--database", expose_value=False, callback=keep, help="Address of a PostgreSQL database.  [default: a file in the data folder]"
    )(command)


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")(command)


def group_option(command: F) -> F:
    return click.option("--group", type=click.IntRange(min=1), required=True, help="Group id.")(command)


def last_owner_option(command: F) -> F:
    return click.option("--even-last-owner", is_flag=True, help="Also if the group then has no owner left.")(command)


def database_address() -> str | None:
    """What the command line says about the database, if anything."""
    address: str | None = click.get_current_context().meta.get(DATABASE)
    return address


def address_in(data: Path) -> str:
    """The address of the database that the relay of this data folder has: its settings count for commands too."""
    return Settings.read({"data": data, "database": database_address()}).database


def with_database(data: Path, work: Callable[[Database], Awaitable[T]], *, new: bool = False) -> T:
    """Run `work` on the database that the relay of this data folder has. `new`: where there is none, one is made; else that is refused."""
    address = address_in(data)
    if not (new or address or (data / FILE_NAME).exists()):
        raise Refused(f"there is no relay in the data folder {data}; name another with --data or COBROWSE_DATA, or begin with `group add`")

    async def run() -> T:
        database = Database.open(data, address)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def answer(as_json: bool, value: dict[str, Any] | list[dict[str, Any]], text: str) -> None:
    """One answer, for a program or for a person."""
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


def answer_lines(as_json: bool, rows: list[dict[str, Any]], text: str) -> None:
    """What goes into a file: an array, or the text as it is, which has its own line ends and may be empty."""
    if as_json:
        answer(as_json, rows, text)
    else:
        click.echo(text, nl=False)
