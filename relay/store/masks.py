"""The masking rules of groups, by site. Each change raises the site's revision, by which running relays notice it."""

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
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
                if len(await _rules(connection, group, site)) >= Limit.SELECTORS:
                    raise Refused(f"a site has at most {Limit.SELECTORS} rules")
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
        """All rules of a site in the order of their making."""
        async with self._database.read() as connection:
            found = (await connection.execute(select(schema.policies).where(_is(group, site)))).mappings().one_or_none()
            rules = await _rules(connection, group, site)
            return Policy.of(rules, found["revision"], Profile(found["profile"])) if found else Policy.of(rules)

    async def revisions(self) -> dict[tuple[int, Site], int]:
        """The revision of every site that has ever had a rule."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(schema.policies))).mappings().all()
        return {(row["group_id"], Site(row["site"])): row["revision"] for row in rows}


def _is(group: int, site: Site) -> ColumnElement[bool]:
    return and_(schema.policies.c.group_id == group, schema.policies.c.site == site.value)


async def _rules(connection: AsyncConnection, group: int, site: Site) -> list[Rule]:
    table = schema.masks
    query = select(table).where(table.c.group_id == group, table.c.site == site.value).order_by(table.c.id)
    rows = (await connection.execute(query)).mappings().all()
    return [Rule(row["selector"], Action(row["action"]), row["label"], row["role"] or None, row["relay_only"]) for row in rows]


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
