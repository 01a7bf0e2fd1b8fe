"""The line of a group: itself, its parent, and so on to the group that has none."""

from sqlalchemy import CTE, literal, select

from relay.store import schema

GENERATIONS = 4
"""A group may have so many groups above it."""


def lineage(group: int) -> CTE:
    """Rows `id`, `depth`: the group with depth 0, its parent with 1, and so on."""
    table = schema.groups
    line = select(table.c.id, table.c.parent_id, literal(0).label("depth")).where(table.c.id == group).cte("line", recursive=True)
    above = select(table.c.id, table.c.parent_id, line.c.depth + 1).where(table.c.id == line.c.parent_id, line.c.depth < GENERATIONS)
    return line.union_all(above)
