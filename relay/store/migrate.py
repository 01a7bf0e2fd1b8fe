"""Brings a database file to the schema of this version. Two processes that start at once do it one after the other."""

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from relay.errors import Refused

HEAD = "0001"
"""The newest migration; a test compares it with the folder."""


def migrate(path: Path) -> None:
    """Create or upgrade the file. Its folder and the file itself are for the relay's own user only: it holds secrets.

    Raises `Refused` for a file that this version cannot read.
    """
    if _revision(path) == HEAD:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _revision(path) != HEAD:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            _upgrade(path)


def _revision(path: Path) -> str | None:
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


def _upgrade(path: Path) -> None:
    # Imported here: half a second that only a new version has to spend.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["path"] = path
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    revision = _revision(path)
    if revision is not None and revision not in known:
        raise Refused(
            f"{path} was written by a newer version of the relay (its schema is {revision}); install that version, or restore a copy"
        )
    command.upgrade(config, "head")
