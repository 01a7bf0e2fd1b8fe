"""What a group masks in a site, version by version: published from one site to the other, and backed out, as settings are.

A version holds all rules that the group made itself, and the profile; it names roles by number, for a role's name may change. The last
`KEPT` of a site are kept.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from masking.rule import Action, Profile, Rule, Site
from relay.errors import Refused
from relay.identity.actor import Actor
from relay.store import schema
from relay.store.database import Database
from relay.store.setting_versions import Cause

KEPT = 50
BEFORE = "relay"
"""Who made what was there before versions were kept."""


@dataclass(frozen=True, slots=True)
class Masked:
    """The rules of a group itself in a site, in the order of their making, and the site's profile."""

    rules: tuple[Rule, ...] = ()
    profile: Profile = Profile.OPEN


NOTHING_MASKED = Masked()


@dataclass(frozen=True, slots=True)
class MaskVersion:
    """From when on (ms since 1970), by whom. `source`: the other site's version for a publish, an earlier one for a back-out."""

    number: int
    at: int
    actor: str
    cause: Cause
    source: int | None
    rules: int
    profile: Profile


class MaskVersions:
    """Reads the versions; `Masks` makes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def history(self, group: int, site: Site, limit: int = KEPT) -> list[MaskVersion]:
        """The last `limit` versions, the newest first."""
        table = schema.mask_versions
        query = select(table).where(table.c.group_id == group, table.c.site == site.value).order_by(table.c.number.desc()).limit(limit)
        async with self._database.read() as connection:
            return [_version(row) for row in (await connection.execute(query)).mappings()]


async def head(connection: AsyncConnection, group: int, site: Site) -> int:
    """The number of the version that holds; 0 before anything was masked."""
    table = schema.mask_versions
    query = select(table.c.number).where(table.c.group_id == group, table.c.site == site.value).order_by(table.c.number.desc()).limit(1)
    return int((await connection.execute(query)).scalar_one_or_none() or 0)


async def keep(
    connection: AsyncConnection,
    group: int,
    site: Site,
    states: tuple[Masked, Masked],
    cause: Cause,
    source: int | None,
    now: int,
    by: Actor,
) -> MaskVersion:
    """The version for a change from one state to another, in a transaction that is under way."""
    before, after = states
    number = await head(connection, group, site)
    if not number and before != NOTHING_MASKED:
        number = 1
        await _insert(connection, group, site, before, MaskVersion(number, now, BEFORE, Cause.SET, None, 0, before.profile))
    added = MaskVersion(number + 1, now, by.name[:255], cause, source, len(after.rules), after.profile)
    await _insert(connection, group, site, after, added)
    table = schema.mask_versions
    old = and_(table.c.group_id == group, table.c.site == site.value, table.c.number <= added.number - KEPT)
    await connection.execute(delete(table).where(old))
    return added


async def masked_at(connection: AsyncConnection, group: int, site: Site, number: int) -> Masked:
    """What a version has. Raises `Refused` when it is not kept, or has rules for a role that is no more."""
    if number == 0:
        return NOTHING_MASKED
    table = schema.mask_versions
    query = select(table).where(table.c.group_id == group, table.c.site == site.value, table.c.number == number)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise Refused(f"{site.value} of group {group} has no version {number} of its masks any more")
    names = {number: name for name, number in (await _roles(connection, group)).items()}
    rules = tuple(_read(one, names, number) for one in json.loads(row["rules"]))
    return Masked(rules, Profile(row["profile"]))


async def _insert(connection: AsyncConnection, group: int, site: Site, masked: Masked, version: MaskVersion) -> None:
    roles = await _roles(connection, group)
    await connection.execute(
        insert(schema.mask_versions).values(
            group_id=group,
            site=site.value,
            number=version.number,
            at=version.at,
            actor=version.actor,
            cause=version.cause.value,
            source=version.source,
            profile=masked.profile.value,
            rules=json.dumps([_written(rule, roles) for rule in masked.rules]),
        )
    )


async def _roles(connection: AsyncConnection, group: int) -> dict[str, int]:
    query = select(schema.roles.c.name, schema.roles.c.id).where(schema.roles.c.group_id == group)
    return {name: number for name, number in (await connection.execute(query)).all()}


def _written(rule: Rule, roles: dict[str, int]) -> list[Any]:
    # A rule outlives its role, and holds for nobody then.
    role = None if rule.role is None else roles.get(rule.role, 0)
    return [rule.selector, rule.action.value, rule.label, role, rule.relay_only]


def _read(written: Sequence[Any], roles: dict[int, str], version: int) -> Rule:
    selector, action, label, role, relay_only = written
    if role is not None and role not in roles:
        raise Refused(f"version {version} has rules for a role that is no more")
    return Rule(selector, Action(action), label, None if role is None else roles[role], relay_only)


def _version(row: RowMapping) -> MaskVersion:
    rules = len(json.loads(row["rules"]))
    return MaskVersion(row["number"], row["at"], row["actor"], Cause(row["cause"]), row["source"], rules, Profile(row["profile"]))
