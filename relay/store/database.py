"""The connection to the database, SQLite or PostgreSQL: how it is opened, the two kinds of transaction, and what an outage is.

SQLite before 3.51.3 can corrupt a write-ahead log that several connections write, and the command line writes beside the running relay:
such a build gets the rollback journal. `BEGIN IMMEDIATE` keeps two writers from meeting half-way, where no waiting would help. On
PostgreSQL what reads before it writes takes a lock on its group first (`lock_group`).
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Table, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from relay.errors import StorageDown
from relay.store import schema
from relay.store.address import database_url
from relay.store.migrate import migrate

WAL_IS_SAFE = (3, 51, 3)
BUSY_MILLISECONDS = 5000
CONNECTIONS = 4
"""To SQLite, which has one writer anyway."""

SERVER_CONNECTIONS = 16
SERVER_SECONDS = 10.0
"""How long PostgreSQL may take to accept a connection, and to answer."""

OURS = (IntegrityError, DataError, ProgrammingError)
"""Faults of what was asked, not of the database."""

OUTAGES = ("08", "25", "40", "53", "55", "57", "58", "F0", "XX")
"""Classes of SQLSTATE (PostgreSQL, appendix A) that speak of the server: connections, another server that only reads, deadlocks, locks,
no room, shutdown, disks. All others speak of what was asked."""


def journal_mode() -> str:
    return "WAL" if sqlite3.sqlite_version_info >= WAL_IS_SAFE else "DELETE"


class Database:
    """One database, and the folder `data` beside it that holds what must not be in it.

    `open` creates and migrates it. Its calls raise `StorageDown` when it cannot be reached or cannot write now.
    """

    def __init__(self, url: URL, data: Path) -> None:
        self.url = url
        self.data = data
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(url) if self.is_sqlite else _server_engine(url)
        self._writing = asyncio.Lock()

    @classmethod
    def open(cls, data: Path, address: str = "") -> "Database":
        url = database_url(data, address)
        migrate(url)
        return cls(url, data)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One state of the database for all that is read, whatever others commit meanwhile. SQLite gives that by itself."""
        with _outages():
            async with self._engine.connect() as connection:
                if not self.is_sqlite:
                    await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end, undone by an exception. On SQLite one at a time in this process."""
        with _outages():
            async with self._writing if self.is_sqlite else nullcontext(), self._engine.connect() as connection:
                await connection.execution_options(writes=True)
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def change_marks(self) -> AsyncIterator[Callable[[], Awaitable[str]]]:
        """A call that gives another mark after any commit by another connection, of this process or not, and costs next to nothing."""
        query = "PRAGMA data_version" if self.is_sqlite else "SELECT pg_current_snapshot()::text"
        with _outages():
            async with self._engine.connect() as connection:

                async def mark() -> str:
                    found = str((await connection.exec_driver_sql(query)).scalar_one())
                    await connection.rollback()
                    return found

                yield mark

    async def close(self) -> None:
        await self._engine.dispose()


def upsert(connection: AsyncConnection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """An insert that has `on_conflict_do_update`, in the dialect of the connection."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


async def lock_group(connection: AsyncConnection, group: int) -> None:
    """Until the end of the transaction nobody else changes what depends on the group. SQLite has one writer anyway."""
    await connection.execute(select(schema.groups.c.id).where(schema.groups.c.id == group).with_for_update())


@contextmanager
def _outages() -> Iterator[None]:
    try:
        yield
    except OURS:
        raise
    except DBAPIError as error:
        if not _is_outage(error):
            raise
        raise StorageDown(str(error.orig)) from error
    except (TimeoutError, OSError) as error:
        raise StorageDown(str(error)) from error


def _is_outage(error: DBAPIError) -> bool:
    """Most faults of PostgreSQL come as one class of errors, with a code. A connection that breaks has none, nor has SQLite."""
    code = getattr(error.orig, "sqlstate", None)
    return code is None or str(code).startswith(OUTAGES)


# Faults are logged, and what was to be written must not be: `hide_parameters`.
def _sqlite_engine(url: URL) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=CONNECTIONS, max_overflow=0, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _server_engine(url: URL) -> AsyncEngine:
    # A connection that died with a restart of the server is replaced before it is used.
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=SERVER_CONNECTIONS,
        max_overflow=0,
        pool_timeout=SERVER_SECONDS,
        pool_pre_ping=True,
        connect_args={"timeout": SERVER_SECONDS, "command_timeout": SERVER_SECONDS},
    )


def _prepare(connection: Any, _record: object) -> None:
    # Transactions are begun by `_begin`, not by the driver's guess.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_MILLISECONDS}", f"journal_mode={journal_mode()}", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
