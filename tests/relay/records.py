"""Many records of sessions, made at once."""

from __future__ import annotations

import random
from typing import Any

from sqlalchemy import insert

from relay.live.lifecycle import FINAL, State
from relay.store import schema
from relay.store.database import Database

DAY = 24 * 3600 * 1000
CHUNK = 500
COMPLETED, RUNNING = ("C", "X"), ("W", "A")


def session(rng: random.Random, number: int, group: int, created: int, *, users: int, keys: int, state: str = "") -> dict[str, Any]:
    """A row of `sessions`: those with an agent say by whom in `user`."""
    state = state or rng.choice("CCCCCXQT")
    active = created + rng.randrange(60_000) if state in "CXA" else None
    return {
        "ssnid": f"{group}.{number}.{rng.randrange(2**31)}",
        "group_id": group,
        "key": str(rng.randrange(keys)),
        "site": "production",
        "type": "C",
        "state": state,
        "reason": "visitor" if State(state) in FINAL else "",
        "visitorid": "",
        "name": "Vera",
        "email": "",
        "phone": "",
        "address": "192.0.2.1",
        "secret_hash": bytes(32),
        "scope": "",
        "asset_key": bytes(32),
        "created": created,
        "started": created if active is None else active,
        "active": active,
        "seen": created,
        "ended": (active or created) + rng.randrange(1_000_000) if State(state) in FINAL else None,
        "bytes": rng.randrange(1_000_000),
        "origin": "",
        "xid": "",
        "user": rng.randrange(1, users + 1) if active else None,
    }


def participants(number: int, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of those who took part in the session with this number: the visitor, and the agent if there was one."""
    common = {
        "session_id": number,
        "state": "C",
        "puid": "",
        "full_name": "",
        "name": "",
        "email": "",
        "phone": "",
        "address": "192.0.2.1",
        "origin": "",
        "xid": "",
        "left": row["ended"],
        "bytes": row["bytes"],
    }
    visitor = common | {"number": 0, "kind": "visitor", "user_id": None, "username": "", "joined": row["created"], "session_started": None}
    if row["user"] is None:
        return [visitor]
    user = {"user_id": row["user"], "username": f"u{row['user']}.example", "joined": row["active"], "session_started": row["started"]}
    return [visitor, common | {"number": 1, "kind": "agent"} | user]


async def store(database: Database, rows: list[dict[str, Any]], first: int) -> None:
    """Put the rows there, with numbers from `first` on."""
    for at in range(0, len(rows), CHUNK):
        chunk = rows[at : at + CHUNK]
        numbered = [{"id": first + at + offset, **row} for offset, row in enumerate(chunk)]
        async with database.write() as connection:
            await connection.execute(
                insert(schema.sessions), [{name: value for name, value in row.items() if name != "user"} for row in numbered]
            )
            await connection.execute(insert(schema.participants), [one for row in numbered for one in participants(row["id"], row)])
