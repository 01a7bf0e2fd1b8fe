"""`mask add`, `list`, `remove`, `profile`, `publish`, `back-out`, `history`."""

from pathlib import Path
from typing import Any

import click

from masking.builtin import BUILTIN_RULES
from masking.policy import Policy
from masking.rule import Action, Profile, Rule, RuleRefused, Site, beyond_source
from relay.clock import Clock
from relay.commands.context import F, answer, data_option, group_option, json_option, with_database
from relay.commands.statement import statement, verify
from relay.errors import Refused
from relay.identity.actor import operator
from relay.identity.audit_table import iso
from relay.store.database import Database
from relay.store.groups import Groups
from relay.store.mask_versions import MaskVersion, MaskVersions
from relay.store.masks import Masks


def site_option(command: F) -> F:
    return click.option("--site", type=click.Choice([site.value for site in Site]), required=True, help="Which settings of the group.")(
        command
    )


def role_option(command: F) -> F:
    return click.option("--role", help="Only for viewers of this role of the group.")(command)


def what_options(command: F) -> F:
    """What a rule is about: elements, or pages."""
    page = click.option("--page", help="Address pattern of pages masked as a whole, such as https://shop.example/account/*.")
    return click.option("--selector", help="CSS selector (Selectors Level 4).")(page(command))


def _what(selector: str | None, page: str | None) -> str:
    if (selector is None) == (page is None):
        raise click.UsageError("Name either --selector or --page.")
    return selector if selector is not None else page or ""


class _WithAudit(click.Group):
    """The audit brings a server and a browser; the other commands start without them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "audit"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "audit":
            from relay.commands.audit import audit

            return audit
        return super().get_command(ctx, cmd_name)


@click.group(cls=_WithAudit)
def mask() -> None:
    """Masking rules: what agents do not see. A change reaches running sessions within a second."""


mask.add_command(statement)
mask.add_command(verify)


@mask.command()
@group_option
@site_option
@what_options
@click.option(
    "--action",
    type=click.Choice([action.value for action in Action if action is not Action.PAGE]),
    help="Bullets, an empty box, a labelled box; or `show` under the profile `private`.",
)
@click.option("--label", default="", help="What a masked box says.")
@role_option
@click.option("--relay-only", is_flag=True, help="Not in the visitor's browser: the content comes to the relay.")
@data_option
@json_option
def add(
    group: int,
    site: str,
    selector: str | None,
    page: str | None,
    action: str | None,
    label: str,
    role: str | None,
    relay_only: bool,
    data: Path,
    as_json: bool,
) -> None:
    """Add a rule."""
    if (action is None) == (page is None):
        raise click.UsageError("A rule for elements needs --action; one for pages has none.")
    rule = Rule(_what(selector, page), Action(action) if action else Action.PAGE, label, role, relay_only)

    async def work(database: Database) -> None:
        await Groups(database).require(group)
        await Masks(database).add(group, Site(site), rule, Clock().wall(), operator())

    try:
        with_database(data, work)
    except RuleRefused as refused:
        raise Refused(_pointed(refused)) from None
    value = {"group": group, "site": site, **_value(rule), "beyond_source": beyond_source(rule)}
    answer(as_json, value, f"Rule added to {site} of group {group}: {_line(rule)}{_note(rule)}")


@mask.command(name="list")
@group_option
@site_option
@click.option("--builtin", is_flag=True, help="Also the rules that always hold.")
@click.option("--inherited", is_flag=True, help="Also the rules of the groups above.")
@data_option
@json_option
def list_(group: int, site: str, builtin: bool, inherited: bool, data: Path, as_json: bool) -> None:
    """List the rules of a site."""

    async def work(database: Database) -> tuple[Policy, list[Rule]]:
        await Groups(database).require(group)
        masks = Masks(database)
        return await masks.policy(group, Site(site)), [kept.rule for kept in await masks.own_rules(group, Site(site))]

    policy, own = with_database(data, work)
    rules = [*(BUILTIN_RULES if builtin else ()), *(policy.rules if inherited else own)]
    lines = [f"profile {policy.profile.value}"] if policy.profile is Profile.PRIVATE else []
    answer(as_json, [_value(rule) for rule in rules], "\n".join([*lines, *map(_line, rules)]) or "No rules.")


@mask.command()
@group_option
@site_option
@what_options
@role_option
@data_option
@json_option
def remove(group: int, site: str, selector: str | None, page: str | None, role: str | None, data: Path, as_json: bool) -> None:
    """Remove a rule. What it has hidden in a running session stays hidden until the visitor's next page."""
    what = _what(selector, page)

    async def work(database: Database) -> None:
        await Masks(database).remove(group, Site(site), what, role, Clock().wall(), operator())

    with_database(data, work)
    answer(as_json, {"group": group, "site": site, "selector": what, "role": role, "removed": True}, "Rule removed.")


@mask.command()
@group_option
@site_option
@click.argument("name", type=click.Choice([profile.value for profile in Profile]), required=False)
@data_option
@json_option
def profile(group: int, site: str, name: str | None, data: Path, as_json: bool) -> None:
    """Show or set what a site masks where no rule says anything: `open` nothing, `private` everything that no rule shows."""

    async def work(database: Database) -> Profile:
        await Groups(database).require(group)
        masks = Masks(database)
        if name:
            await masks.set_profile(group, Site(site), Profile(name), Clock().wall(), operator())
        return (await masks.policy(group, Site(site))).profile

    now = with_database(data, work).value
    answer(as_json, {"group": group, "site": site, "profile": now}, f"The profile of {site} of group {group} is {now}.")


@mask.command()
@group_option
@click.option("--from", "source", type=click.Choice([site.value for site in Site]), default=Site.STAGING.value, show_default=True)
@click.option("--to", "target", type=click.Choice([site.value for site in Site]), default=Site.PRODUCTION.value, show_default=True)
@data_option
@json_option
def publish(group: int, source: str, target: str, data: Path, as_json: bool) -> None:
    """Mask in one site what the group masks in the other, and nothing else: rules and profile."""

    async def work(database: Database) -> int:
        await Groups(database).require(group)
        return await Masks(database).publish(group, Site(source), Site(target), Clock().wall(), operator())

    _say_version(group, target, with_database(data, work), as_json)


@mask.command(name="back-out")
@group_option
@site_option
@click.option("--to", "number", type=click.IntRange(min=0), help="The version to go back to; 0 masks nothing.  [default: the one before]")
@data_option
@json_option
def back_out(group: int, site: str, number: int | None, data: Path, as_json: bool) -> None:
    """Go back to what an earlier version masked. That makes a new version, which can be backed out too."""

    async def work(database: Database) -> int:
        await Groups(database).require(group)
        return await Masks(database).back_out(group, Site(site), number, Clock().wall(), operator())

    _say_version(group, site, with_database(data, work), as_json)


@mask.command()
@group_option
@site_option
@data_option
@json_option
def history(group: int, site: str, data: Path, as_json: bool) -> None:
    """Who changed the rules or the profile, when; the newest first."""

    async def work(database: Database) -> list[MaskVersion]:
        await Groups(database).require(group)
        return await MaskVersions(database).history(group, Site(site))

    found = with_database(data, work)
    values = [
        {"version": one.number, "time": iso(one.at), "actor": one.actor, "cause": one.cause.value, "source": one.source}
        | {"rules": one.rules, "profile": one.profile.value}
        for one in found
    ]
    lines = [f"{one['version']} {one['time']} {one['actor']}: {one['cause']}, {one['rules']} rules, {one['profile']}" for one in values]
    answer(as_json, values, "\n".join(lines) or "Nothing was ever masked.")


def _say_version(group: int, site: str, version: int, as_json: bool) -> None:
    answer(as_json, {"group": group, "site": site, "version": version}, f"The masks of {site} of group {group} are at version {version}.")


def _value(rule: Rule) -> dict[str, Any]:
    return {"selector": rule.selector, "action": rule.action.value, "label": rule.label, "role": rule.role, "source": rule.at_source}


def _line(rule: Rule) -> str:
    label = f' "{rule.label}"' if rule.label else ""
    role = f" for {rule.role}" if rule.role else ""
    relay = " at the relay only" if rule.relay_only else ""
    return f"{rule.action.value:5} {rule.selector}{label}{role}{relay}"


def _note(rule: Rule) -> str:
    selectors = beyond_source(rule)
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
