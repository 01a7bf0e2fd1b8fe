"""Roles of a group: what their holders may do, and, by the masking rules made for them, see."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from relay.errors import Refused
from relay.identity.permissions import USUAL, Permission, Permissions, changed

NAME_CHARACTERS = 70
DESCRIPTION_CHARACTERS = 255
NO_ROLE = "-none-"
"""The documented word for a user without a role."""


@dataclass(frozen=True, slots=True)
class Role:
    """`permissions` are its own wishes; the group's limits are not taken off. An owner runs the group: users, roles, settings, reports."""

    name: str
    description: str = ""
    permissions: Permissions = USUAL
    owner: bool = False


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What is to be different; None, and a permission that is not named, stays as it is."""

    name: str | None = None
    description: str | None = None
    settings: Mapping[Permission, bool] = field(default_factory=dict)
    owner: bool | None = None

    def applied(self, before: Role) -> Role:
        """The role from now on. Raises `Refused`."""
        return checked_role(
            Role(
                before.name if self.name is None else self.name,
                before.description if self.description is None else self.description,
                changed(before.permissions, self.settings),
                before.owner if self.owner is None else self.owner,
            )
        )


AGENT = Role("agent", "Joins visitors' sessions.")
SUPERVISOR = Role("supervisor", "Joins visitors' sessions; for masking rules of its own.")
ADMIN = Role("admin", "Runs the group, and joins visitors' sessions.", owner=True)

FIRST_ROLES = (AGENT, SUPERVISOR, ADMIN)
"""What a new group has; its own to change."""


def checked_role(role: Role) -> Role:
    """The role if it may be kept."""
    if not role.name.strip() or not role.name.isprintable() or len(role.name) > NAME_CHARACTERS:
        raise Refused(f"the name of a role has 1 to {NAME_CHARACTERS} printable characters")
    if role.name == NO_ROLE:
        raise Refused(f"{NO_ROLE} is no name: it stands for having no role")
    if len(role.description) > DESCRIPTION_CHARACTERS:
        raise Refused(f"the description of a role has at most {DESCRIPTION_CHARACTERS} characters")
    return role
