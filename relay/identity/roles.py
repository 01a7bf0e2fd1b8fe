"""Roles of a user in a group. A role decides what its holder may do, and by the masking rules what its holder sees."""

from enum import StrEnum


class Role(StrEnum):
    """The roles there are; a group's own roles come later."""

    ADMIN = "admin"
    AGENT = "agent"
    SUPERVISOR = "supervisor"

    @property
    def may_watch(self) -> bool:
        """Whether the holder may join a visitor's session."""
        return self in (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
