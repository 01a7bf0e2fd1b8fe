"""What commands share: the data folder, how they answer, and how they end."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from relay.store.database import Database

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


def data_option(command: F) -> F:
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="COBROWSE_DATA",
        default=Path("data"),
        show_default=True,
        help="Data folder.",
    )(command)


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")(command)


def group_option(command: F) -> F:
    return click.option("--group", type=click.IntRange(min=1), required=True, help="Group id.")(command)


def with_database(data: Path, work: Callable[[Database], Awaitable[T]]) -> T:
    """Run `work` on the database of a data folder."""

    async def run() -> T:
        database = Database.open(data)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def answer(as_json: bool, value: dict[str, Any] | list[dict[str, Any]], text: str) -> None:
    """One answer, for a program or for a person."""
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)
