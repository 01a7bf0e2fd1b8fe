"""A copy of the SQLite file while the relay serves, and the way back, also while it serves.

PostgreSQL has tools of its own for both. Restoring never takes back what must not be taken back: logins are over, the
audit log and running sessions stay as they are.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL

from relay.errors import Refused
from relay.live.lifecycle import REASONS, Happening, State
from relay.live.participant import Presence
from relay.store.database import BUSY_MILLISECONDS
from relay.store.migrate import migrate


def back_up(url: URL, target: Path) -> int:
    """Write a copy to `target`, readable by its owner only, whole or not at all; its size in bytes."""
    if target.exists():
        raise Refused(f"{target} exists already")
    with _temporary(target.parent) as path:
        with closing(_connect(_file(url))) as live, closing(_connect(path)) as copy:
            live.backup(copy)
            # A copy is one file: no log beside it that could be forgotten.
            copy.execute("PRAGMA journal_mode=DELETE")
        os.link(path, target)
    return target.stat().st_size


def restore(url: URL, source: Path) -> None:
    """Bring the database to what `source` holds, in one transaction."""
    live_path = _file(url)
    migrate(url)
    with _temporary(live_path.parent) as path:
        with closing(_open_copy(source)) as given, closing(_connect(path)) as copy:
            given.backup(copy)
        migrate(url.set(database=str(path)))
        with closing(_connect(path)) as copy:
            _settle(copy, live_path)
        with closing(_connect(path)) as copy, closing(_connect(live_path)) as live:
            copy.backup(live)


def _settle(copy: sqlite3.Connection, live: Path) -> None:
    copy.execute("ATTACH ? AS live", (str(live),))
    with copy:
        copy.execute("DELETE FROM login_sessions")
        copy.execute(
            "UPDATE sessions SET state = CASE state WHEN ? THEN ? ELSE ? END, reason = ?, ended = max(seen, created) WHERE ended IS NULL",
            (State.ACTIVE.value, State.LOST.value, State.UNKNOWN.value, REASONS[Happening.FAILED]),
        )
        copy.execute(
            'UPDATE participants SET state = ?, "left" = max(joined, (SELECT ended FROM sessions WHERE id = session_id)) '
            'WHERE "left" IS NULL AND session_id IN (SELECT id FROM sessions WHERE ended IS NOT NULL)',
            (Presence.LEFT.value,),
        )
        # What was done since then was done: chains of the log that are longer here stay.
        copy.execute("DELETE FROM audit WHERE group_id IN (SELECT group_id FROM live.audit)")
        copy.execute("INSERT INTO audit SELECT * FROM live.audit")
        _settle_sessions(copy)
        copy.execute(
            "INSERT OR REPLACE INTO mask_statements SELECT * FROM live.mask_statements WHERE ssnid IN (SELECT ssnid FROM sessions)"
        )
        # What was told was told, and what waits here is still to be told; a copy in an empty folder tells nothing.
        copy.execute("DELETE FROM webhook_deliveries")
        copy.execute("INSERT INTO webhook_deliveries SELECT * FROM live.webhook_deliveries WHERE webhook_id IN (SELECT id FROM webhooks)")
        _go_on_counting(copy)


def _settle_sessions(copy: sqlite3.Connection) -> None:
    """What is known of sessions here counts, and their numbers: others in the copy that have these get new ones."""
    ours, highest = "SELECT ssnid FROM live.sessions", _highest(copy, "sessions")
    copy.execute(f"DELETE FROM participants WHERE session_id IN (SELECT id FROM sessions WHERE ssnid IN ({ours}))")
    copy.execute(f"DELETE FROM sessions WHERE ssnid IN ({ours})")
    for table, number in (("participants", "session_id"), ("sessions", "id")):
        copy.execute(f"UPDATE {table} SET {number} = {number} + ? WHERE {number} IN (SELECT id FROM live.sessions)", (highest,))
    copy.execute("INSERT INTO sessions SELECT * FROM live.sessions WHERE group_id IN (SELECT id FROM groups)")
    copy.execute("INSERT INTO participants SELECT * FROM live.participants WHERE session_id IN (SELECT id FROM sessions)")


def _highest(copy: sqlite3.Connection, table: str) -> int:
    """The highest number that was ever given out, here or in the copy."""
    query = f"SELECT max(n) FROM (SELECT max(id) n FROM {table} UNION ALL "
    query += "SELECT seq FROM sqlite_sequence WHERE name = :table UNION ALL SELECT seq FROM live.sqlite_sequence WHERE name = :table)"
    return int(copy.execute(query, {"table": table}).fetchone()[0] or 0)


def _go_on_counting(copy: sqlite3.Connection) -> None:
    for table in ("sessions", "users", "webhooks", "webhook_deliveries"):
        highest = _highest(copy, table)
        copy.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        copy.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, highest))


def _open_copy(source: Path) -> sqlite3.Connection:
    if not source.is_file():
        raise Refused(f"there is no file {source}")
    connection = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise Refused(f"{source} is not a copy of a relay's database") from None
    if found != "ok":
        connection.close()
        raise Refused(f"{source} is damaged: {found}")
    return connection


def _file(url: URL) -> Path:
    if url.get_backend_name() != "sqlite":
        raise Refused("this relay keeps its records in PostgreSQL; use pg_dump and pg_restore")
    return Path(str(url.database))


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_MILLISECONDS / 1000)


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=".relay-copy-", dir=folder)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(name + ending).unlink(missing_ok=True)
        Path(name).with_suffix(".lock").unlink(missing_ok=True)
