"""The masking rules of groups, by site. Each change raises the site's revision, by which running relays notice it.

What a group masks, its child groups mask as well.
"""

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


class Masks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, group: int, site: Site, rule: Rule, now: int, by: Actor = RELAY) -> None:
        """Keep a rule. Raises `RuleRefused` when it cannot be honoured, `Refused` when it is there already or there are too many."""
        check(rule)
        table = schema.masks
        values = {
            "selector": rule.selector,
            "role": rule.role or "",
            "action": rule.action.value,
            "label": rule.label,
            "created": now,
            "relay_only": rule.relay_only,
        }
        try:
            async with self._database.write() as connection:
                await lock_group(connection, group)
                await _require_role(connection, group, rule.role)
                if await _most_rules(connection, group, site) >= Limit.SELECTORS:
                    raise Refused(f"a site has at most {Limit.SELECTORS} rules, those of the groups above it included")
                await connection.execute(insert(table).values(group_id=group, site=site.value, **values))
                await _raise_revision(connection, group, site)
                await record(
                    self._database, connection, group, by, Deed.MASK_ADD, now, subject=rule.selector, detail=_detail(site, rule.role)
                )
        except IntegrityError:
            raise Refused("this selector has a rule already; remove that first") from None

    async def remove(self, group: int, site: Site, selector: str, role: str | None, now: int, by: Actor = RELAY) -> None:
        table = schema.masks
        same = and_(table.c.group_id == group, table.c.site == site.value, table.c.selector == selector, table.c.role == (role or ""))
        async with self._database.write() as connection:
            result = await connection.execute(delete(table).where(same))
            if not result.rowcount:
                raise Refused("there is no such rule")
            await _raise_revision(connection, group, site)
            await record(self._database, connection, group, by, Deed.MASK_REMOVE, now, subject=selector, detail=_detail(site, role))

    async def set_profile(self, group: int, site: Site, profile: Profile, now: int, by: Actor = RELAY) -> None:
        """What the site masks where no rule says anything."""
        async with self._database.write() as connection:
            await _raise_revision(connection, group, site)
            await connection.execute(update(schema.policies).where(_is(group, site)).values(profile=profile.value))
            await record(self._database, connection, group, by, Deed.MASK_PROFILE, now, subject=profile.value, detail={"site": site.value})

    async def policy(self, group: int, site: Site) -> Policy:
        """All rules of a site, the oldest ancestor's first, in the order of their making. Private is who has a private group above."""
        table, line = schema.policies, lineage(group)
        query = select(table).join(line, table.c.group_id == line.c.id).where(table.c.site == site.value)
        async with self._database.read() as connection:
            found = (await connection.execute(query)).mappings().all()
            rules = await _rules(connection, group, site)
        private = any(Profile(row["profile"]) is Profile.PRIVATE for row in found)
        return Policy.of(rules, sum(row["revision"] for row in found), Profile.PRIVATE if private else Profile.OPEN)

    async def own_rules(self, group: int, site: Site) -> list[Rule]:
        """The rules that the group made itself."""
        table = schema.masks
        query = select(table).where(table.c.group_id == group, table.c.site == site.value).order_by(table.c.id)
        async with self._database.read() as connection:
            return [_rule(row) for row in (await connection.execute(query)).mappings()]

    async def revisions(self) -> dict[tuple[int, Site], int]:
        """The revision of every site that has ever had a rule, by itself or by a group above."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(schema.policies))).mappings().all()
            parents = await parents_of_children(connection)
        own = {(row["group_id"], Site(row["site"])): int(row["revision"]) for row in rows}
        groups = {group for group, _ in own} | parents.keys()
        sums = {(group, site): sum(own.get((above, site), 0) for above in line_of(group, parents)) for group in groups for site in Site}
        return {where: revision for where, revision in sums.items() if revision}


def _is(group: int, site: Site) -> ColumnElement[bool]:
    return and_(schema.policies.c.group_id == group, schema.policies.c.site == site.value)


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


def _detail(site: Site, role: str | None) -> dict[str, str]:
    return {"site": site.value, "role": role or ""}
