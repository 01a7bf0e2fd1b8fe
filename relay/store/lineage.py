"""The line of a group: itself, its parent, and so on to the group that has none."""

from collections.abc import Mapping

from sqlalchemy import CTE, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from relay.store import schema

GENERATIONS = 4
"""A group may have so many groups above it."""


def lineage(group: int) -> CTE:
    """Rows `id`, `depth`: the group with depth 0, its parent with 1, and so on."""
    table = schema.groups
    line = select(table.c.id, table.c.parent_id, literal(0).label("depth")).where(table.c.id == group).cte("line", recursive=True)
    above = select(table.c.id, table.c.parent_id, line.c.depth + 1).where(table.c.id == line.c.parent_id, line.c.depth < GENERATIONS)
    return line.union_all(above)


async def parents_of_children(connection: AsyncConnection) -> dict[int, int]:
    """The parent of each group that has one."""
    table = schema.groups
    query = select(table.c.id, table.c.parent_id).where(table.c.parent_id.is_not(None))
    return {child: parent for child, parent in (await connection.execute(query)).all()}


def line_of(group: int, parents: Mapping[int, int]) -> list[int]:
    """The same line by what `parents_of_children` gives: the group, its parent, and so on."""
    line = [group]
    while line[-1] in parents and len(line) <= GENERATIONS:
        line.append(parents[line[-1]])
    return line
