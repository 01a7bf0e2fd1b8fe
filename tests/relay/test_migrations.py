"""Migrations: they give the schema, and bring every released one there with what it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, MetaData, delete, insert
from sqlalchemy.ext.asyncio import create_async_engine

from masking.rule import Site
from relay.identity.permissions import USUAL, to_words
from relay.identity.profiles import Profile
from relay.identity.site_settings import SiteSettings
from relay.live.lifecycle import State
from relay.live.participant import Presence
from relay.store import migrate, schema
from relay.store.activity_search import ActivitySearch, When
from relay.store.address import database_url
from relay.store.api_keys import ApiKeys
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.login_sessions import LoginSessions
from relay.store.masks import Masks
from relay.store.roles import Roles
from relay.store.sessions import Sessions
from relay.store.setting_versions import SettingVersions
from relay.store.statements import Statements
from relay.store.users import Users
from tests.engines import Engine
from tests.relay.lines import RECORD

T = TypeVar("T")

RELEASED: dict[str, dict[str, list[dict[str, Any]]]] = {
    "0001": {
        "groups": [{"id": 1000, "name": "Harbour", "key_length": 6, "origins": "https://a.example b.example", "created": 1}],
        "api_keys": [{"group_id": 1000, "key": "k" * 32, "created": 2}],
        "users": [
            {"id": number, "group_id": 1000, "username": name, "username_folded": name.lower(), "name": name, "title": "", "role": role, "password_hash": "hash", "suspended": suspended, "created": 3}
            for number, name, role, suspended in ((1, "Ada", "admin", False), (2, "ben", "agent", False), (3, "cy", "supervisor", True))
        ],
        "login_sessions": [{"token_hash": b"t" * 32, "user_id": 2, "created": 4, "seen": 4}],
        "policies": [{"group_id": 1000, "site": "staging", "revision": 7}],
        "masks": [{"id": 1, "group_id": 1000, "site": "staging", "selector": ".a", "role": "agent", "action": "text", "label": "", "created": 5}],
        "sessions": [
            {"ssnid": "1000.1.2", "group_id": 1000, "key": "1", "site": "production", "state": "A", "reason": "", "visitorid": "v", "name": "Vera", "email": "", "phone": "", "secret_hash": b"s" * 32, "scope": "scope", "asset_key": b"a" * 32, "created": 6, "active": 7, "ended": None}
        ],
    },
}  # fmt: skip
RELEASED["0002"] = {
    **RELEASED["0001"],
    "policies": [{**row, "profile": "open"} for row in RELEASED["0001"]["policies"]],
    "masks": [{**row, "relay_only": False} for row in RELEASED["0001"]["masks"]],
    "mask_statements": [{"ssnid": "1000.1.2", "statement": "{}", "signature": b"x" * 64}],
}
RELEASED["0005"] = {
    "groups": [{"id": 1000, "name": "Harbour", "origins": "https://a.example b.example", "permissions": to_words(USUAL), "created": 1, "parent_id": None}],
    "setting_versions": [
        {"group_id": 1000, "site": site, "number": 1, "at": 1, "actor": "relay", "cause": "set", "source": None, "chosen": '{"randomKeyLength": 6}'}
        for site in ("staging", "production")
    ],
    "api_keys": [{"id": 1, "group_id": 1000, "key": "k" * 32, "created": 2, "ends": None}],
    "roles": [
        {"id": number, "group_id": 1000, "name": name, "name_folded": name, "description": "", "permissions": to_words(USUAL), "owner": name == "admin", "created": 3}
        for number, name in enumerate(("agent", "supervisor", "admin"), 1)
    ],
    "users": [
        {"id": row["id"], "group_id": 1000, "username": row["username"], "username_folded": row["username_folded"], "puid": f"p{row['id']}", "name": row["name"], "title": "", "first_name": "", "last_name": "", "email": "", "phone": "", "role_id": {"agent": 1, "supervisor": 2, "admin": 3}[row["role"]], "password_hash": "hash", "suspended": row["suspended"], "created": 3}
        for row in RELEASED["0001"]["users"]
    ],
    "login_sessions": RELEASED["0001"]["login_sessions"],
    "policies": RELEASED["0002"]["policies"],
    "masks": RELEASED["0002"]["masks"],
    "sessions": [
        *RELEASED["0001"]["sessions"],
        # Set up before that one, and over.
        {**RELEASED["0001"]["sessions"][0], "ssnid": "1000.9.1", "state": "Q", "reason": "error", "name": "N" * 200, "created": 2, "active": None, "ended": 5},
    ],
    "mask_statements": RELEASED["0002"]["mask_statements"],
}  # fmt: skip


def on_connection(url: URL, work: Callable[[Connection], T]) -> T:
    async def run() -> T:
        engine = create_async_engine(url)
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(work)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def released(url: URL, revision: str) -> None:
    """A database as the release with this schema left it."""

    def make(connection: Connection) -> None:
        command.upgrade(migrate.configuration(connection), revision)
        tables = MetaData()
        tables.reflect(connection)
        for name, rows in RELEASED[revision].items():
            connection.execute(insert(tables.tables[name]), rows)
        connection.commit()

    on_connection(url, make)


def test_migrations_give_the_schema(tmp_path: Path, engine: Engine) -> None:
    url = database_url(tmp_path, engine.address())
    migrate.migrate(url)
    assert on_connection(url, lambda connection: compare_metadata(MigrationContext.configure(connection), schema.metadata)) == []


def test_the_newest_migration_is_known() -> None:
    versions = Path(migrate.__file__).parent / "migrations" / "versions"
    assert max(path.name.partition("_")[0] for path in versions.glob("0*.py")) == migrate.HEAD


@pytest.mark.parametrize("revision", RELEASED)
def test_what_a_release_stored_is_there_after_the_upgrade(tmp_path: Path, engine: Engine, revision: str) -> None:
    url = database_url(tmp_path, engine.address())
    released(url, revision)
    migrate.migrate(url)

    async def look() -> None:
        database = Database(url, tmp_path)
        assert await Groups(database).get(1000) == Group(1000, "Harbour", ("https://a.example", "b.example"))
        for site in Site:
            assert await SettingVersions(database, SiteSettings()).settings(1000, site) == SiteSettings(random_key_length=6)
        assert await ApiKeys(database).get(1000) == "k" * 32
        found = [await Users(database).by_username(name) for name in ("ada", "BEN", "cy")]
        assert [(user.id, user.role, user.suspended) for user in found if user] == [
            (1, "admin", False),
            (2, "agent", False),
            (3, "supervisor", True),
        ]
        assert [user.owner for user in found if user] == [True, False, False]
        assert all(user.permissions == USUAL for user in found if user)
        assert [stored.role.name for stored in await Roles(database).all(1000)] == ["agent", "supervisor", "admin"]
        login = await LoginSessions(database).find(b"t" * 32, 5)
        assert login is not None and login.user.id == 2
        policy = await Masks(database).policy(1000, Site.STAGING)
        assert policy.revision == 7 and [(rule.selector, rule.role) for rule in policy.rules] == [(".a", "agent")]
        (session,) = await Sessions(database).unfinished()
        assert (session.state, session.record.visitor.name, session.active, session.seen) == (State.ACTIVE, "Vera", 7, 7)
        kept = ["{}"] if "mask_statements" in RELEASED[revision] else []
        assert [signed.statement for signed in await Statements(database).latest(1000, 9)] == kept
        (active,) = await ActivitySearch(database).running(1000)
        assert (active.id, active.started, [one.state for one in active.participants]) == (session.id, 7, [Presence.RECONNECTING])
        if revision == "0005":
            assert session.id == 2
            (quit,) = (await ActivitySearch(database).page(1000, When.ENDED, 5, 6, states=[State.QUIT])).sessions
            (visitor,) = quit.participants
            assert (quit.id, quit.started, visitor.state, visitor.name) == (1, 2, Presence.LEFT, "N" * 63)
        await numbers_go_on(database, session.id)
        await database.close()

    asyncio.run(look())


async def numbers_go_on(database: Database, highest: int) -> None:
    """What is deleted leaves its number to nobody."""
    async with database.write() as connection:
        await connection.execute(delete(schema.users).where(schema.users.c.id == 3))
        await connection.execute(delete(schema.sessions))
    await Sessions(database).add(replace(RECORD, ssnid="1000.2.2"), 9)
    (added,) = await Sessions(database).unfinished()
    assert added.id == highest + 1
    # A server's own numbers know nothing of those that the test gave.
    if database.is_sqlite:
        assert await Users(database).add(1000, Profile(username="dee.example", role="agent"), "hash", 9) == 4


def test_processes_that_start_together_migrate_once(tmp_path: Path, engine: Engine) -> None:
    url = database_url(tmp_path, engine.address())

    async def race() -> None:
        await asyncio.gather(*(asyncio.to_thread(migrate.migrate, url) for _ in range(4)))

    asyncio.run(race())
    assert on_connection(url, migrate._revision) == migrate.HEAD
