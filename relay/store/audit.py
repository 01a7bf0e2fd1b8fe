"""The audit log: who did or tried what, when, from where; written with the change itself, in one transaction, and never changed.

No page content, no secrets. One chain for each group; what belongs to no group is in chain 0.
"""

import json
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from relay.identity.actor import Actor
from relay.identity.chain import START, Entry, Verifier, code_of
from relay.store import schema
from relay.store.database import Database
from relay.store.text import storable

KEY_FILE = "audit.key"
KEY_BYTES = 32
LOCKS = 0x61756469
"""Class of the advisory locks under which a chain grows on PostgreSQL."""

NO_GROUP = 0
PAGE = 1000
VERIFIED_AT_ONCE = 5000


class Deed(StrEnum):
    """What the log speaks of."""

    LOGIN = "login"
    LOGOUT = "logout"
    TOKEN = "token"
    TOKEN_REVOKE = "token.revoke"
    ACCESS = "access"
    JOIN = "session.join"
    LEAVE = "session.leave"
    END = "session.end"
    SESSION_PURGE = "session.purge"
    GROUP_ADD = "group.add"
    GROUP_CHANGE = "group.change"
    GROUP_REMOVE = "group.remove"
    ROLE_ADD = "role.add"
    ROLE_CHANGE = "role.change"
    ROLE_REMOVE = "role.remove"
    USER_ADD = "user.add"
    USER_CHANGE = "user.change"
    USER_PASSWORD = "user.password"
    USER_REMOVE = "user.remove"
    USER_IMPORT = "user.import"
    USER_NAME = "user.name"
    KEY_RESET = "key.reset"
    KEY_VIEW = "key.view"
    MASK_ADD = "mask.add"
    MASK_REMOVE = "mask.remove"
    MASK_PROFILE = "mask.profile"
    MASK_PUBLISH = "mask.publish"
    MASK_BACK_OUT = "mask.back-out"
    SETTING_CHANGE = "setting.change"
    SETTING_PUBLISH = "setting.publish"
    SETTING_BACK_OUT = "setting.back-out"
    WEBHOOK_ADD = "webhook.add"
    WEBHOOK_CHANGE = "webhook.change"
    WEBHOOK_REMOVE = "webhook.remove"
    WEBHOOK_ROTATE = "webhook.rotate"
    WEBHOOK_REPLAY = "webhook.replay"
    EXPORT = "export"
    RESTORE = "restore"


OK, FAILED = "ok", "failed"


async def record(
    database: Database,
    connection: AsyncConnection,
    group: int,
    by: Actor,
    deed: Deed,
    now: int,
    *,
    subject: str = "",
    result: str = OK,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add an entry in a transaction that is under way: both are kept, or neither is."""
    table = schema.audit
    if not database.is_sqlite:
        await connection.execute(select(func.pg_advisory_xact_lock(LOCKS, group)))
    query = select(table.c.number, table.c.code).where(table.c.group_id == group).order_by(table.c.number.desc()).limit(1)
    last = (await connection.execute(query)).one_or_none()
    number, before = (last.number, last.code) if last else (0, START)
    entry = Entry(
        group=group,
        number=number + 1,
        at=now,
        actor=storable(by.name)[:255],
        address=storable(by.address)[:64],
        action=deed.value,
        result=result,
        subject=storable(subject)[:255],
        detail=json.dumps(detail, ensure_ascii=True, sort_keys=True) if detail else "",
    )
    values = {name: getattr(entry, name) for name in ("number", "at", "actor", "address", "action", "result", "subject", "detail")}
    await connection.execute(insert(table).values(group_id=group, code=code_of(audit_key(database.data), before, entry), **values))


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry that is written soon, behind the live path."""

    group: int
    by: Actor
    deed: Deed
    at: int
    subject: str = ""
    result: str = OK
    detail: Mapping[str, object] | None = None


class AuditLog:
    """Reads the log, and writes what is no change of other records: logins, joins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(
        self,
        group: int,
        by: Actor,
        deed: Deed,
        now: int,
        *,
        subject: str = "",
        result: str = OK,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """When this returns, the entry is on disk."""
        async with self._database.write() as connection:
            await record(self._database, connection, group, by, deed, now, subject=subject, result=result, detail=detail)

    async def write_all(self, noted: list[Noted]) -> None:
        async with self._database.write() as connection:
            for one in noted:
                about: Any = {"subject": one.subject, "result": one.result, "detail": one.detail}
                await record(self._database, connection, one.group, one.by, one.deed, one.at, **about)

    async def find(
        self,
        group: int,
        *,
        since: int = 0,
        until: int | None = None,
        actor: str = "",
        action: str = "",
        result: str = "",
        after: int = 0,
        limit: int = PAGE,
        last: bool = False,
    ) -> list[Entry]:
        """Entries in their order: `since` ≤ time < `until`, numbers above `after`, at most `limit`, the first of them or the last.

        `action` may be the word before the dot.
        """
        table = schema.audit
        query = select(table).where(table.c.group_id == group, table.c.number > after, table.c.at >= since)
        if until is not None:
            query = query.where(table.c.at < until)
        if actor:
            query = query.where(table.c.actor == actor)
        if action:
            query = query.where(_is_action(action))
        if result:
            query = query.where(table.c.result == result)
        async with self._database.read() as connection:
            if last:
                return (await _entries(connection, query.order_by(table.c.number.desc()).limit(limit)))[::-1]
            return await _entries(connection, query.order_by(table.c.number).limit(limit))

    async def groups(self) -> list[int]:
        """The groups that have a chain."""
        async with self._database.read() as connection:
            query = select(schema.audit.c.group_id).distinct().order_by(schema.audit.c.group_id)
            return list((await connection.execute(query)).scalars())

    async def verify(self, group: int) -> tuple[Verifier, str | None]:
        """Follow a chain to its end, or to its first fault."""
        verifier = Verifier(audit_key(self._database.data))
        async for entry in self._all(group):
            if fault := verifier.fault(entry):
                return verifier, fault
        return verifier, None

    async def _all(self, group: int) -> AsyncIterator[Entry]:
        after = -1
        while True:
            table = schema.audit
            query = select(table).where(table.c.group_id == group, table.c.number > after).order_by(table.c.number)
            async with self._database.read() as connection:
                entries = await _entries(connection, query.limit(VERIFIED_AT_ONCE))
            for entry in entries:
                yield entry
            if len(entries) < VERIFIED_AT_ONCE:
                return
            after = entries[-1].number


def audit_key(data: Path) -> bytes:
    """The key of the chains, made at the first use. It lies beside the database, not in it: who can write there cannot forge here."""
    path = data / KEY_FILE
    try:
        return path.read_bytes()
    except FileNotFoundError:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{KEY_FILE}.{secrets.token_hex(8)}")
    with open(fresh, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        # Whole or not at all, and the first of two wins.
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()


def _is_action(action: str) -> ColumnElement[bool]:
    column = schema.audit.c.action
    return column == action if "." in action else (column == action) | column.startswith(f"{action}.", autoescape=True)


async def _entries(connection: AsyncConnection, query: Select[Any]) -> list[Entry]:
    return [_entry(row) for row in (await connection.execute(query)).mappings()]


def _entry(row: RowMapping) -> Entry:
    names = ("number", "at", "actor", "address", "action", "result", "subject", "detail", "code")
    return Entry(group=row["group_id"], **{name: row[name] for name in names})
