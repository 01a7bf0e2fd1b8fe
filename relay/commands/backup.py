"""`backup`, `restore`: copies of the SQLite file, while the relay serves or not."""

from pathlib import Path

import click

from relay.clock import Clock
from relay.commands.context import address_in, answer, data_option, json_option, with_database
from relay.identity.actor import operator
from relay.store.address import database_url
from relay.store.audit import KEY_FILE, NO_GROUP, AuditLog, Deed
from relay.store.backup import back_up
from relay.store.backup import restore as restore_copy
from relay.store.migrate import migrate


@click.command()
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write; must not exist.")
@data_option
@json_option
def backup(target: Path, data: Path, as_json: bool) -> None:
    """Copy the database while the relay serves."""
    url = database_url(data, address_in(data))
    migrate(url)
    size = back_up(url, target)
    _write(data, Deed.EXPORT, {"bytes": size})
    answer(as_json, {"file": str(target), "bytes": size}, f"{target}: {size} bytes.")


@click.command()
@click.option("--from", "source", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Copy made by `backup`.")
@data_option
@json_option
def restore(source: Path, data: Path, as_json: bool) -> None:
    """Put a copy in the place of the database, while the relay serves too. Running sessions stay; everybody has to log in again."""
    restore_copy(database_url(data, address_in(data)), source)
    # A folder without the key of the log is about to be given it: none may be made here.
    if (data / KEY_FILE).exists():
        _write(data, Deed.RESTORE, {})
    answer(as_json, {"file": str(source), "restored": True}, f"Restored from {source}.")


def _write(data: Path, deed: Deed, detail: dict[str, int]) -> None:
    """All groups are concerned, so it stands in the chain of none."""
    with_database(
        data, lambda database: AuditLog(database).write(NO_GROUP, operator(), deed, Clock().wall(), subject="database", detail=detail)
    )
