"""Brings a database to the schema of this version. Two processes that start at once do it one after the other."""

import asyncio
import fcntl
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from relay.errors import Refused

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0007"
"""The newest migration; a test compares it with the folder."""

LOCK = 0x636F62726F777365
"""Number of the advisory lock that is held on a server while its schema is brought up to date."""

CONNECT_SECONDS = 10.0


def migrate(url: URL) -> None:
    """Create or upgrade the database. Raises `Refused` for one that this version cannot read or reach.

    The folder of a file and the file itself are for the relay's own user only: it holds secrets.
    """
    if url.get_backend_name() == "sqlite":
        _migrate_file(Path(str(url.database)))
    else:
        # In a thread of its own, for there may be an event loop in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _migrate_server(url)).result()


def _migrate_file(path: Path) -> None:
    if _revision_of_file(path) == HEAD:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        revision = _revision_of_file(path)
        if revision != HEAD:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
            with engine.connect() as connection:
                _upgrade(connection, revision, str(path))


def _revision_of_file(path: Path) -> str | None:
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
        except sqlite3.DatabaseError:
            raise Refused(f"{path} is not a database") from None
    return str(row[0]) if row else None


async def _migrate_server(url: URL) -> None:
    where = url.render_as_string(hide_password=True)
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": CONNECT_SECONDS})
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_migrate_connection, where)
    except (OSError, DBAPIError) as error:
        raise Refused(f"the database {where} cannot be reached: {error.orig if isinstance(error, DBAPIError) else error}") from None
    finally:
        await engine.dispose()


def _migrate_connection(connection: Connection, where: str) -> None:
    if _revision(connection) == HEAD:
        return
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    try:
        revision = _revision(connection)
        # Alembic begins its own transactions; the lock is the connection's and outlives them.
        connection.commit()
        if revision != HEAD:
            _upgrade(connection, revision, where)
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


def _revision(connection: Connection) -> str | None:
    found = None
    if inspect(connection).has_table("alembic_version"):
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    connection.rollback()
    return found


def _upgrade(connection: Connection, revision: str | None, where: str) -> None:
    # Imported here: half a second that only a new version has to spend.
    from alembic import command
    from alembic.script import ScriptDirectory

    config = configuration(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise Refused(
            f"{where} was written by a newer version of the relay (its schema is {revision}); install that version, or restore a copy"
        )
    command.upgrade(config, "head")


def configuration(connection: Connection) -> "Config":
    """What Alembic needs to work on this connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
