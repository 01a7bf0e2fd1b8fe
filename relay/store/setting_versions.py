"""The settings of groups, by site. Each change is a version of its own with all that is set; the last one holds, and none is ever
changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, and_, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from masking.rule import Site
from relay.errors import Refused
from relay.identity.actor import RELAY, Actor
from relay.identity.site_settings import SETTINGS, SiteSettings, applied, setting_of, value_of
from relay.store import schema
from relay.store.audit import Deed, record
from relay.store.database import Database, lock_group
from relay.store.lineage import lineage

Values = dict[str, Any]
"""Values that were set, by the names of their settings."""


class Cause(StrEnum):
    """How a version came to be."""

    SET = "set"
    PUBLISH = "publish"
    BACK_OUT = "back-out"


@dataclass(frozen=True, slots=True)
class Version:
    """What was set in a site from a moment on (`at` in ms since 1970), by whom. `source` is the version whose values these are:
    the other site's for a publish, an earlier one for a back-out.
    """

    number: int
    at: int
    actor: str
    cause: Cause
    source: int | None
    values: Values


NOTHING_SET = Version(0, 0, "", Cause.SET, None, {})


@dataclass(frozen=True, slots=True)
class Held:
    """A setting's value as it holds in a site, and the group that set it; None: the relay's own."""

    name: str
    value: Any
    group: int | None


class SettingVersions:
    """`defaults` are the relay's: what holds where no group has set anything."""

    def __init__(self, database: Database, defaults: SiteSettings) -> None:
        self._database = database
        self._defaults = defaults

    async def settings(self, group: int, site: Site) -> SiteSettings:
        """What holds in a site: the group's own values over its parents', over the relay's."""
        found = self._defaults
        for _, values in await self._layers(group, site):
            found = applied(found, values)
        return found

    async def held(self, group: int, site: Site) -> list[Held]:
        """All settings of a site, and where each comes from."""
        found = {setting.name: Held(setting.name, value_of(self._defaults, setting), None) for setting in SETTINGS}
        for ancestor, values in await self._layers(group, site):
            here = applied(self._defaults, values)
            found |= {name: Held(name, value_of(here, setting_of(name)), ancestor) for name in values if name in found}
        return list(found.values())

    async def change(
        self, group: int, site: Site, values: Mapping[str, Any], unset: frozenset[str], now: int, by: Actor = RELAY
    ) -> Version:
        """Set some values, and let others come from the parent again; the version that holds now. Raises `SettingsError`, `Refused`."""
        checked = {name: setting_of(name).checked(value) for name, value in values.items()}
        for name in unset:
            setting_of(name)
        async with self._database.write() as connection:
            await lock_group(connection, group)
            before = await _head(connection, group, site)
            after = {name: value for name, value in {**before.values, **checked}.items() if name not in unset}
            return await self._add(connection, group, site, before, after, Cause.SET, None, now, by)

    async def publish(self, group: int, source: Site, target: Site, now: int, by: Actor = RELAY) -> Version:
        """What is set in `source` from now on also in `target`, and nothing else."""
        if source is target:
            raise Refused(f"{source.value} cannot be published to itself")
        async with self._database.write() as connection:
            await lock_group(connection, group)
            published, before = await _head(connection, group, source), await _head(connection, group, target)
            return await self._add(connection, group, target, before, published.values, Cause.PUBLISH, published.number, now, by)

    async def back_out(self, group: int, site: Site, number: int | None, now: int, by: Actor = RELAY) -> Version:
        """Back to the values of an earlier version; of the one before if none is named."""
        async with self._database.write() as connection:
            await lock_group(connection, group)
            before = await _head(connection, group, site)
            wanted = before.number - 1 if number is None else number
            if before.number == 0 or not 0 <= wanted < before.number:
                raise Refused(f"{site.value} of group {group} has no version {wanted} before {before.number}")
            earlier = await _version(connection, group, site, wanted) if wanted else NOTHING_SET
            return await self._add(connection, group, site, before, earlier.values, Cause.BACK_OUT, wanted, now, by)

    async def history(self, group: int, site: Site, limit: int) -> list[Version]:
        """The last `limit` versions, the newest first."""
        table = schema.setting_versions
        query = select(table).where(table.c.group_id == group, table.c.site == site.value).order_by(table.c.number.desc()).limit(limit)
        async with self._database.read() as connection:
            return [_read(row) for row in (await connection.execute(query)).mappings()]

    async def heads(self) -> dict[tuple[int, Site], int]:
        """The number of the version that holds in each site that has one: another answer means that something changed."""
        table = schema.setting_versions
        query = select(table.c.group_id, table.c.site, func.max(table.c.number)).group_by(table.c.group_id, table.c.site)
        async with self._database.read() as connection:
            return {(group, Site(site)): number for group, site, number in (await connection.execute(query)).all()}

    async def _layers(self, group: int, site: Site) -> list[tuple[int, Values]]:
        """What each group of the line has set, the oldest ancestor first."""
        table, line = schema.setting_versions, lineage(group)
        same = table.alias()
        last = select(func.max(same.c.number)).where(same.c.group_id == line.c.id, same.c.site == site.value).scalar_subquery()
        holds = and_(table.c.group_id == line.c.id, table.c.site == site.value, table.c.number == last)
        query = select(line.c.id, table.c.chosen).select_from(line.join(table, holds)).order_by(line.c.depth.desc())
        async with self._database.read() as connection:
            return [(ancestor, json.loads(chosen)) for ancestor, chosen in (await connection.execute(query)).all()]

    async def _add(
        self,
        connection: AsyncConnection,
        group: int,
        site: Site,
        before: Version,
        values: Values,
        cause: Cause,
        source: int | None,
        now: int,
        by: Actor,
    ) -> Version:
        if values == before.values:
            return before
        added = Version(before.number + 1, now, by.name, cause, source, values)
        await connection.execute(
            insert(schema.setting_versions).values(
                group_id=group,
                site=site.value,
                number=added.number,
                at=now,
                actor=by.name[:255],
                cause=cause.value,
                source=source,
                chosen=json.dumps(values, sort_keys=True),
            )
        )
        detail = {"site": site.value, "version": added.number, "changes": changes(before.values, values)}
        if source is not None:
            detail["source"] = source
        await record(self._database, connection, group, by, _DEEDS[cause], now, subject=site.value, detail=detail)
        return added


_DEEDS = {Cause.SET: Deed.SETTING_CHANGE, Cause.PUBLISH: Deed.SETTING_PUBLISH, Cause.BACK_OUT: Deed.SETTING_BACK_OUT}


def changes(before: Values, after: Values) -> dict[str, list[Any]]:
    """What each name had and has; None where nothing was or is set."""
    names = sorted(before.keys() | after.keys())
    return {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}


async def _head(connection: AsyncConnection, group: int, site: Site) -> Version:
    table = schema.setting_versions
    query = select(table).where(table.c.group_id == group, table.c.site == site.value).order_by(table.c.number.desc()).limit(1)
    row = (await connection.execute(query)).mappings().one_or_none()
    return NOTHING_SET if row is None else _read(row)


async def _version(connection: AsyncConnection, group: int, site: Site, number: int) -> Version:
    table = schema.setting_versions
    query = select(table).where(table.c.group_id == group, table.c.site == site.value, table.c.number == number)
    return _read((await connection.execute(query)).mappings().one())


def _read(row: RowMapping) -> Version:
    return Version(row["number"], row["at"], row["actor"], Cause(row["cause"]), row["source"], json.loads(row["chosen"]))
