"""The connection to the database: how SQLite is opened, and the two kinds of transaction.

SQLite before 3.51.3 can corrupt a write-ahead log that several connections write, and the command line writes beside the running relay:
such a build gets the rollback journal. `BEGIN IMMEDIATE` keeps two writers from meeting half-way, where no waiting would help.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from relay.store.migrate import migrate

FILE_NAME = "relay.sqlite3"
WAL_IS_SAFE = (3, 51, 3)
BUSY_MILLISECONDS = 5000
CONNECTIONS = 4


def journal_mode() -> str:
    return "WAL" if sqlite3.sqlite_version_info >= WAL_IS_SAFE else "DELETE"


class Database:
    """The database in a data folder; `open` creates and migrates it."""

    def __init__(self, path: Path) -> None:
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=CONNECTIONS, max_overflow=0)
        self._writing = asyncio.Lock()
        event.listen(self._engine.sync_engine, "connect", _prepare)
        event.listen(self._engine.sync_engine, "begin", _begin)

    @classmethod
    def open(cls, data: Path) -> "Database":
        path = data / FILE_NAME
        migrate(path)
        return cls(path)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end, undone by an exception. One at a time in this process."""
        async with self._writing, self._engine.connect() as connection:
            await connection.execution_options(writes=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def change_marks(self) -> AsyncIterator[Callable[[], Awaitable[int]]]:
        """A call that gives another number after any commit by another connection, of this process or not, and costs next to nothing."""
        async with self._engine.connect() as connection:

            async def mark() -> int:
                number = int((await connection.exec_driver_sql("PRAGMA data_version")).scalar_one())
                await connection.rollback()
                return number

            yield mark

    async def close(self) -> None:
        await self._engine.dispose()


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
