"""`mask add`, `mask list`, `mask remove`."""

from pathlib import Path
from typing import Any

import click

from masking.builtin import BUILTIN_RULES
from masking.policy import Policy
from masking.rule import Action, Rule, RuleRefused, Site, relay_only
from relay.clock import Clock
from relay.commands.context import F, answer, data_option, group_option, json_option, with_database
from relay.errors import Refused
from relay.identity.roles import Role
from relay.store.database import Database
from relay.store.groups import Groups
from relay.store.masks import Masks


def site_option(command: F) -> F:
    return click.option("--site", type=click.Choice([site.value for site in Site]), required=True, help="Which settings of the group.")(
        command
    )


def role_option(command: F) -> F:
    return click.option("--role", type=click.Choice([role.value for role in Role]), help="Only for viewers of this role.")(command)


@click.group()
def mask() -> None:
    """Masking rules: what agents do not see. A change reaches running sessions within a second."""


@mask.command()
@group_option
@site_option
@click.option("--selector", required=True, help="CSS selector (Selectors Level 4).")
@click.option(
    "--action", type=click.Choice([action.value for action in Action]), required=True, help="Bullets, an empty box, or a labelled box."
)
@click.option("--label", default="", help="What a masked box says.")
@role_option
@data_option
@json_option
def add(group: int, site: str, selector: str, action: str, label: str, role: str | None, data: Path, as_json: bool) -> None:
    """Add a rule."""
    rule = Rule(selector, Action(action), label, role)

    async def work(database: Database) -> None:
        await Groups(database).require(group)
        await Masks(database).add(group, Site(site), rule, Clock().wall())

    try:
        with_database(data, work)
    except RuleRefused as refused:
        raise Refused(_pointed(refused)) from None
    value = {"group": group, "site": site, **_value(rule), "relay_only": relay_only(rule)}
    answer(as_json, value, f"Rule added to {site} of group {group}: {_line(rule)}{_note(rule)}")


@mask.command(name="list")
@group_option
@site_option
@click.option("--builtin", is_flag=True, help="Also the rules that always hold.")
@data_option
@json_option
def list_(group: int, site: str, builtin: bool, data: Path, as_json: bool) -> None:
    """List the rules of a site."""

    async def work(database: Database) -> Policy:
        await Groups(database).require(group)
        return await Masks(database).policy(group, Site(site))

    rules = [*(BUILTIN_RULES if builtin else ()), *with_database(data, work).rules]
    answer(as_json, [_value(rule) for rule in rules], "\n".join(map(_line, rules)) or "No rules.")


@mask.command()
@group_option
@site_option
@click.option("--selector", required=True, help="The selector as it was added.")
@role_option
@data_option
@json_option
def remove(group: int, site: str, selector: str, role: str | None, data: Path, as_json: bool) -> None:
    """Remove a rule. What it has hidden in a running session stays hidden until the visitor's next page."""

    async def work(database: Database) -> None:
        await Masks(database).remove(group, Site(site), selector, role)

    with_database(data, work)
    answer(as_json, {"group": group, "site": site, "selector": selector, "role": role, "removed": True}, "Rule removed.")


def _value(rule: Rule) -> dict[str, Any]:
    return {"selector": rule.selector, "action": rule.action.value, "label": rule.label, "role": rule.role}


def _line(rule: Rule) -> str:
    label = f' "{rule.label}"' if rule.label else ""
    role = f" for {rule.role}" if rule.role else ""
    return f"{rule.action.value:5} {rule.selector}{label}{role}"


def _note(rule: Rule) -> str:
    selectors = relay_only(rule)
    if not selectors:
        return ""
    return f"""
Note: visitors' browsers cannot look for
  {selectors}
The relay masks what it matches before any agent sees it; until then the content is in the relay's memory."""


def _pointed(refused: RuleRefused) -> str:
    """The reason, and below it the selector with a caret under its fault."""
    if not refused.column:
        return str(refused)
    selector = "".join(character if character.isprintable() else " " for character in refused.rule.selector)
    return f"{refused}\n  {selector}\n  {' ' * (refused.column - 1)}^"
