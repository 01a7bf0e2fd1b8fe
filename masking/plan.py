"""A policy made ready for one audience: compiled once, shared by all sessions that need the same."""

from functools import lru_cache

from masking.policy import Policy
from masking.rule import Action, Profile, Rule
from relay._core import Plan

PLANS_KEPT = 256
"""Compiled plans kept for the next session of the same group, site and role."""


def plan_for(policy: Policy, role: str) -> Plan:
    """The core's plan for viewers of `role`; the core adds the built-in rules itself."""
    return _compile(policy.for_role(role), policy.profile)


@lru_cache(maxsize=PLANS_KEPT)
def _compile(rules: tuple[Rule, ...], profile: Profile) -> Plan:
    masks = [(rule.selector, int(rule.action.level), rule.label) for rule in rules if rule.action not in (Action.PAGE, Action.SHOW)]
    pages = [(rule.selector, rule.label) for rule in rules if rule.action is Action.PAGE]
    shown = [rule.selector for rule in rules if rule.action is Action.SHOW]
    return Plan(masks, pages, shown if profile is Profile.PRIVATE else None)
