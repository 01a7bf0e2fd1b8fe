"""The masking rules of groups, by site. Each change raises the site's revision, by which running relays notice it.

What a group masks, its child groups mask as well.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from masking.policy import Policy
from masking.rule import Action, Profile, Rule, Site, check
from relay.errors import Refused
from relay.identity.actor import RELAY, Actor
from relay.protocol.names import Limit
from relay.store import schema
from relay.store.audit import Deed, record
from relay.store.database import Database, lock_group, upsert
from relay.store.lineage import line_of, lineage, parents_of_children
from relay.store.mask_versions import Masked, head, keep, masked_at
from relay.store.setting_versions import Cause


@dataclass(frozen=True, slots=True)
class KeptRule:
    """A rule with its number; None until it is written."""

    id: int | None
    rule: Rule


Edit = Callable[[list[KeptRule]], list[KeptRule]]


class Masks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, group: int, site: Site, rule: Rule, now: int, by: Actor = RELAY) -> None:
        """Keep a rule. Raises `RuleRefused` when it cannot be honoured, `Refused` when it is there already or there are too many."""
        await self.edit(group, site, lambda rules: [*rules, KeptRule(None, rule)], now, by)

    async def remove(self, group: int, site: Site, selector: str, role: str | None, now: int, by: Actor = RELAY) -> None:
        def without(rules: list[KeptRule]) -> list[KeptRule]:
            left = [kept for kept in rules if (kept.rule.selector, kept.rule.role or "") != (selector, role or "")]
            if len(left) == len(rules):
                raise Refused("there is no such rule")
            return left

        await self.edit(group, site, without, now, by)

    async def edit(self, group: int, site: Site, change: Edit, now: int, by: Actor = RELAY) -> list[KeptRule]:
        """The group's own rules after `change`, which is asked once, in the transaction that writes; all of it is done, or nothing."""
        async with self._database.write() as connection:
            await lock_group(connection, group)
            before = await _kept(connection, group, site)
            after = change(before)
            kept = [one for one in after if one in before]
            fresh = [one for one in after if one not in before]
            for one in fresh:
                check(one.rule)
                await _require_role(connection, group, one.rule.role)
            gone = [one for one in before if one not in kept]
            await _replace(connection, group, site, gone, fresh, now)
            for deed, ones in ((Deed.MASK_REMOVE, gone), (Deed.MASK_ADD, fresh)):
                for one in ones:
                    detail = {"site": site.value, "role": one.rule.role or ""}
                    await record(self._database, connection, group, by, deed, now, subject=one.rule.selector, detail=detail)
            if gone or fresh:
                profile = await _profile(connection, group, site)
                states = _masked(before, profile), _masked(await _kept(connection, group, site), profile)
                await keep(connection, group, site, states, Cause.SET, None, now, by)
            return await _kept(connection, group, site)

    async def set_profile(self, group: int, site: Site, profile: Profile, now: int, by: Actor = RELAY) -> None:
        """What the site masks where no rule says anything."""
        async with self._database.write() as connection:
            await lock_group(connection, group)
            before = await _state(connection, group, site)
            await _write_profile(connection, group, site, profile)
            await keep(connection, group, site, (before, replace(before, profile=profile)), Cause.SET, None, now, by)
            await record(self._database, connection, group, by, Deed.MASK_PROFILE, now, subject=profile.value, detail={"site": site.value})

    async def publish(self, group: int, source: Site, target: Site, now: int, by: Actor = RELAY) -> int:
        """What the group masks in `source` from now on also in `target`, and nothing else; the version that holds there."""
        if source is target:
            raise Refused(f"{source.value} cannot be published to itself")
        async with self._database.write() as connection:
            await lock_group(connection, group)
            wanted, number = await _state(connection, group, source), await head(connection, group, source)
            return await self._become(connection, group, target, wanted, Cause.PUBLISH, number, now, by)

    async def back_out(self, group: int, site: Site, number: int | None, now: int, by: Actor = RELAY) -> int:
        """Back to what an earlier version masked; the one before if none is named. That makes a new version."""
        async with self._database.write() as connection:
            await lock_group(connection, group)
            last = await head(connection, group, site)
            wanted = last - 1 if number is None else number
            if last == 0 or not 0 <= wanted < last:
                raise Refused(f"the masks of {site.value} of group {group} have no version {wanted} before {last}")
            masked = await masked_at(connection, group, site, wanted)
            return await self._become(connection, group, site, masked, Cause.BACK_OUT, wanted, now, by)

    async def _become(
        self, connection: AsyncConnection, group: int, site: Site, wanted: Masked, cause: Cause, source: int, now: int, by: Actor
    ) -> int:
        before = await _state(connection, group, site)
        if wanted == before:
            return await head(connection, group, site)
        gone = await _kept(connection, group, site)
        for rule in wanted.rules:
            await _require_role(connection, group, rule.role)
        await _replace(connection, group, site, gone, [KeptRule(None, rule) for rule in wanted.rules], now)
        await _write_profile(connection, group, site, wanted.profile)
        version = await keep(connection, group, site, (before, wanted), cause, source, now, by)
        detail = {"site": site.value, "version": version.number, "source": source, "rules": len(wanted.rules)}
        await record(self._database, connection, group, by, _DEEDS[cause], now, subject=site.value, detail=detail)
        return version.number

    async def policy(self, group: int, site: Site) -> Policy:
        """All rules of a site, the oldest ancestor's first, in the order of their making. Private is who has a private group above."""
        table, line = schema.policies, lineage(group)
        query = select(table).join(line, table.c.group_id == line.c.id).where(table.c.site == site.value)
        async with self._database.read() as connection:
            found = (await connection.execute(query)).mappings().all()
            rules = await _rules(connection, group, site)
        private = any(Profile(row["profile"]) is Profile.PRIVATE for row in found)
        return Policy.of(rules, sum(row["revision"] for row in found), Profile.PRIVATE if private else Profile.OPEN)

    async def own_rules(self, group: int, site: Site) -> list[KeptRule]:
        """The rules that the group made itself."""
        async with self._database.read() as connection:
            return await _kept(connection, group, site)

    async def own_profile(self, group: int, site: Site) -> Profile:
        """The profile that the group chose itself."""
        async with self._database.read() as connection:
            return await _profile(connection, group, site)

    async def revisions(self) -> dict[tuple[int, Site], int]:
        """The revision of every site that has ever had a rule, by itself or by a group above."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(schema.policies))).mappings().all()
            parents = await parents_of_children(connection)
        own = {(row["group_id"], Site(row["site"])): int(row["revision"]) for row in rows}
        groups = {group for group, _ in own} | parents.keys()
        sums = {(group, site): sum(own.get((above, site), 0) for above in line_of(group, parents)) for group in groups for site in Site}
        return {where: revision for where, revision in sums.items() if revision}


_DEEDS = {Cause.PUBLISH: Deed.MASK_PUBLISH, Cause.BACK_OUT: Deed.MASK_BACK_OUT}


def _is(group: int, site: Site) -> ColumnElement[bool]:
    return and_(schema.policies.c.group_id == group, schema.policies.c.site == site.value)


async def _kept(connection: AsyncConnection, group: int, site: Site) -> list[KeptRule]:
    table = schema.masks
    query = select(table).where(table.c.group_id == group, table.c.site == site.value).order_by(table.c.id)
    return [KeptRule(row["id"], _rule(row)) for row in (await connection.execute(query)).mappings()]


async def _profile(connection: AsyncConnection, group: int, site: Site) -> Profile:
    found = (await connection.execute(select(schema.policies.c.profile).where(_is(group, site)))).scalar_one_or_none()
    return Profile(found) if found else Profile.OPEN


async def _state(connection: AsyncConnection, group: int, site: Site) -> Masked:
    return _masked(await _kept(connection, group, site), await _profile(connection, group, site))


def _masked(kept: list[KeptRule], profile: Profile) -> Masked:
    return Masked(tuple(one.rule for one in kept), profile)


async def _write_profile(connection: AsyncConnection, group: int, site: Site, profile: Profile) -> None:
    await _raise_revision(connection, group, site)
    await connection.execute(update(schema.policies).where(_is(group, site)).values(profile=profile.value))


async def _replace(connection: AsyncConnection, group: int, site: Site, gone: list[KeptRule], fresh: list[KeptRule], now: int) -> None:
    table = schema.masks
    for one in gone:
        await connection.execute(delete(table).where(table.c.id == one.id))
    for one in fresh:
        values = _values(one.rule) | ({} if one.id is None else {"id": one.id})
        try:
            await connection.execute(insert(table).values(group_id=group, site=site.value, created=now, **values))
        except IntegrityError:
            raise Refused("this selector has a rule already; remove that first") from None
    if fresh and await _most_rules(connection, group, site) > Limit.SELECTORS:
        raise Refused(f"a site has at most {Limit.SELECTORS} rules, those of the groups above it included")
    if gone or fresh:
        await _raise_revision(connection, group, site)


def _values(rule: Rule) -> dict[str, Any]:
    return {
        "selector": rule.selector,
        "role": rule.role or "",
        "action": rule.action.value,
        "label": rule.label,
        "relay_only": rule.relay_only,
    }


async def _rules(connection: AsyncConnection, group: int, site: Site) -> list[Rule]:
    table, line = schema.masks, lineage(group)
    query = select(table).join(line, table.c.group_id == line.c.id).where(table.c.site == site.value)
    return [_rule(row) for row in (await connection.execute(query.order_by(line.c.depth.desc(), table.c.id))).mappings()]


def _rule(row: RowMapping) -> Rule:
    return Rule(row["selector"], Action(row["action"]), row["label"], row["role"] or None, row["relay_only"])


async def _most_rules(connection: AsyncConnection, group: int, site: Site) -> int:
    """How many rules the fullest site has of those that a rule of this group would come to: its own and its descendants'."""
    table = schema.masks
    query = select(table.c.group_id, func.count()).where(table.c.site == site.value).group_by(table.c.group_id)
    counts: dict[int, int] = {number: count for number, count in (await connection.execute(query)).all()}
    parents = await parents_of_children(connection)
    lines = (line_of(one, parents) for one in {group, *parents})
    return max(sum(counts.get(above, 0) for above in line) for line in lines if group in line)


async def _raise_revision(connection: AsyncConnection, group: int, site: Site) -> None:
    table = schema.policies
    first = upsert(connection, table).values(group_id=group, site=site.value, revision=1)
    await connection.execute(
        first.on_conflict_do_update(index_elements=[table.c.group_id, table.c.site], set_={"revision": table.c.revision + 1})
    )


async def raise_revision_of_role(connection: AsyncConnection, group: int, role: str) -> None:
    """The rules for a role are about to change, in a transaction that is under way."""
    table = schema.masks
    query = select(table.c.site).where(table.c.group_id == group, table.c.role == role).distinct()
    for site in (await connection.execute(query)).scalars().all():
        await _raise_revision(connection, group, Site(site))


async def _require_role(connection: AsyncConnection, group: int, role: str | None) -> None:
    """A rule for a role that is not there would hide nothing from anybody."""
    roles = schema.roles
    query = select(roles.c.id).where(roles.c.group_id == group, roles.c.name == role)
    if role is not None and (await connection.execute(query)).first() is None:
        raise Refused(f"group {group} has no role {role}")
