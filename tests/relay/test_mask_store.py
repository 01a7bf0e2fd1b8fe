"""Masks in the database, read while others change them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from masking.policy import Policy
from masking.rule import Action, Profile, Rule, Site
from relay.store import masks as masks_table
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.masks import Masks
from tests.engines import Engine


def test_a_publish_while_masks_are_read_shows_the_old_ones_or_the_new(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never the rules of one state with the profile of another: that could mask nothing."""
    read_rules, address = masks_table._rules, engine.address()

    async def meet() -> tuple[Policy, Policy]:
        database = Database.open(tmp_path, address)
        await Groups(database).add(Group(1000, "Test"), 0)
        masks = Masks(database)
        await masks.set_profile(1000, Site.STAGING, Profile.PRIVATE, 0)
        await masks.add(1000, Site.PRODUCTION, Rule(".ssn", Action.TEXT), 0)
        publishing: list[asyncio.Task[int]] = []

        async def in_between(connection: AsyncConnection, group: int, site: Site) -> list[Rule]:
            if not publishing:
                publishing.append(asyncio.create_task(masks.publish(1000, Site.STAGING, Site.PRODUCTION, 0)))
                # SQLite's writer waits for this reader.
                await asyncio.wait(publishing, timeout=0.5)
            return await read_rules(connection, group, site)

        monkeypatch.setattr(masks_table, "_rules", in_between)
        met = await masks.policy(1000, Site.PRODUCTION)
        await publishing[0]
        after = await masks.policy(1000, Site.PRODUCTION)
        await database.close()
        return met, after

    met, after = asyncio.run(meet())
    assert (met.profile, [rule.selector for rule in met.rules]) == (Profile.OPEN, [".ssn"])
    assert (after.profile, list(after.rules)) == (Profile.PRIVATE, [])
    assert met.revision < after.revision
