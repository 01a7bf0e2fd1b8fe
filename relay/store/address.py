"""Where the database is: a file in the data folder, or a PostgreSQL server by address (`postgresql+asyncpg://…`)."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

FILE_NAME = "relay.sqlite3"
POSTGRESQL = "postgresql+asyncpg"


def database_url(data: Path, address: str = "") -> URL:
    """The database of the data folder unless `address` names a server. The address has been checked by `is_database_address`."""
    return make_url(address) if address else URL.create("sqlite+aiosqlite", database=str(data / FILE_NAME))


def is_database_address(address: str) -> bool:
    """Whether an operator may give this address: of PostgreSQL, with a database's name."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return False
    return url.drivername == POSTGRESQL and bool(url.database)
