"""All rules of one group's site, and who they are for."""

from collections.abc import Iterable
from dataclasses import dataclass

from masking.rule import Profile, Rule, source_rule


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of a site in the order in which they were added; `revision` grows with every change of them or of the profile."""

    rules: tuple[Rule, ...] = ()
    revision: int = 0
    profile: Profile = Profile.OPEN

    @classmethod
    def of(cls, rules: Iterable[Rule], revision: int = 0, profile: Profile = Profile.OPEN) -> "Policy":
        return cls(tuple(rules), revision, profile)

    def at_source(self) -> tuple[Rule, ...]:
        """The rules that the visitor's script applies: what no viewer may see never leaves the page."""
        return tuple(filter(None, (source_rule(rule) for rule in self.rules)))

    def for_role(self, role: str) -> tuple[Rule, ...]:
        """The rules for viewers of a role: those for everyone and those for this role."""
        return tuple(rule for rule in self.rules if rule.role is None or rule.role == role)
