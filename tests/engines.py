"""The two databases that the relay runs on, as tests use them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from relay.store.address import FILE_NAME
from tests.postgres import Postgres

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENGINES = (SQLITE, POSTGRESQL)


@dataclass(frozen=True, slots=True)
class Engine:
    """Makes databases of one kind. `server` is PostgreSQL's; SQLite's are files in the data folder."""

    server: Postgres | None = None

    def address(self, template: str = "") -> str:
        """The address of a new database: empty, or a copy of the one at `template`."""
        if self.server is None:
            return ""
        return self.server.url(self.server.create(name_of(template) if template else None))

    def execute(self, data: Path, address: str, statement: str) -> None:
        """Something done to the database behind the relay's back."""
        if self.server:
            self.server.execute(statement, name_of(address))
        else:
            with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
                connection.execute(statement)

    def stored_bytes(self, data: Path, address: str) -> bytes:
        """Everything that a relay with this data folder and database has written."""
        files = b"\n".join(path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file())
        return files + self.server.dump(name_of(address)) if self.server else files


def name_of(address: str) -> str:
    return address.rpartition("@/")[2].partition("?")[0]
