"""`setting list`, `show`, `set`, `unset`, `publish`, `back-out`, `history`."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from masking.rule import Site
from relay.clock import Clock
from relay.commands.context import answer, data_option, database_address, group_option, json_option, with_database
from relay.commands.mask import site_option
from relay.errors import Refused
from relay.identity.actor import operator
from relay.identity.audit_table import iso
from relay.identity.site_settings import SETTINGS, SiteSettings, setting_of, value_of
from relay.settings import Settings
from relay.store.groups import Groups
from relay.store.setting_versions import Held, SettingVersions, Version, changes

T = TypeVar("T")

HISTORY = 20


@click.group()
def setting() -> None:
    """Settings of a group's sites. A change reaches running sessions within a second where `setting list` says so."""


@setting.command(name="list")
@data_option
@json_option
def list_(data: Path, as_json: bool) -> None:
    """List the settings there are: values, defaults, and when running sessions take them."""
    defaults = _defaults(data)
    values = [
        {
            "name": one.name,
            "rule": one.kind.rule,
            "default": value_of(defaults, one),
            "about": one.about,
            "running": one.running,
        }
        for one in SETTINGS
    ]
    lines = [
        f"{one['name']}: {one['about']} {one['rule']}; {_shown(one['default'])} if not set. Taken: {one['running']}." for one in values
    ]
    answer(as_json, values, "\n".join(lines))


@setting.command()
@group_option
@site_option
@click.argument("name", required=False)
@data_option
@json_option
def show(group: int, site: str, name: str | None, data: Path, as_json: bool) -> None:
    """Show what holds in a site, and which group has set it; one setting, or all."""
    wanted = setting_of(name).name if name else None
    held = [one for one in _with(data, group, lambda versions: versions.held(group, Site(site))) if wanted in (None, one.name)]
    answer(as_json, [_held(one) for one in held], "\n".join(f"{one.name} = {_shown(one.value)} ({_origin(one, group)})" for one in held))


@setting.command(name="set")
@group_option
@site_option
@click.argument("assignments", nargs=-1, required=True, metavar="NAME=VALUE…")
@data_option
@json_option
def set_(group: int, site: str, assignments: tuple[str, ...], data: Path, as_json: bool) -> None:
    """Set one or more settings, all or none. Lists are written with commas; an empty value is an empty list."""
    values = dict(_assigned(text) for text in assignments)
    version = _with(data, group, lambda versions: versions.change(group, Site(site), values, frozenset(), Clock().wall(), operator()))
    _answer(group, site, version, as_json)


@setting.command()
@group_option
@site_option
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@data_option
@json_option
def unset(group: int, site: str, names: tuple[str, ...], data: Path, as_json: bool) -> None:
    """Take back what the group has set: what its parent has, or the relay's default, holds again."""
    version = _with(data, group, lambda versions: versions.change(group, Site(site), {}, frozenset(names), Clock().wall(), operator()))
    _answer(group, site, version, as_json)


@setting.command()
@group_option
@click.option("--from", "source", type=click.Choice([site.value for site in Site]), default=Site.STAGING.value, show_default=True)
@click.option("--to", "target", type=click.Choice([site.value for site in Site]), default=Site.PRODUCTION.value, show_default=True)
@data_option
@json_option
def publish(group: int, source: str, target: str, data: Path, as_json: bool) -> None:
    """Set in one site what is set in the other, and nothing else."""
    version = _with(data, group, lambda versions: versions.publish(group, Site(source), Site(target), Clock().wall(), operator()))
    _answer(group, target, version, as_json)


@setting.command(name="back-out")
@group_option
@site_option
@click.option("--to", "number", type=click.IntRange(min=0), help="The version to go back to; 0 has nothing set.  [default: the one before]")
@data_option
@json_option
def back_out(group: int, site: str, number: int | None, data: Path, as_json: bool) -> None:
    """Go back to what an earlier version had. That makes a new version, which can be backed out too."""
    version = _with(data, group, lambda versions: versions.back_out(group, Site(site), number, Clock().wall(), operator()))
    _answer(group, site, version, as_json)


@setting.command()
@group_option
@site_option
@click.option("--limit", type=click.IntRange(1, 1000), default=HISTORY, show_default=True)
@data_option
@json_option
def history(group: int, site: str, limit: int, data: Path, as_json: bool) -> None:
    """Who changed what, when; the newest first."""
    versions = _with(data, group, lambda versions: versions.history(group, Site(site), limit + 1))
    befores = [version.values for version in versions[1:]] + [{}]
    values = [
        {**_version(version), "changes": changes(before, version.values)} for version, before in zip(versions, befores, strict=False)
    ][:limit]
    answer(as_json, values, "\n".join(map(_history_line, values)) or "Nothing was ever set.")


def _with(data: Path, group: int, work: Callable[[SettingVersions], Awaitable[T]]) -> T:
    defaults = _defaults(data)

    async def run(database: Any) -> T:
        await Groups(database).require(group)
        return await work(SettingVersions(database, defaults))

    return with_database(data, run)


def _defaults(data: Path) -> SiteSettings:
    return Settings.read({"data": data, "database": database_address()}).of_sites


def _assigned(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Refused(f"{text!r} is not NAME=VALUE")
    return name, setting_of(name).typed(value)


def _answer(group: int, site: str, version: Version, as_json: bool) -> None:
    value = {"group": group, "site": site, **_version(version)}
    answer(as_json, value, f"{site} of group {group} is at version {version.number}: {_listed(version.values)}")


def _version(version: Version) -> dict[str, Any]:
    return {
        "version": version.number,
        "time": iso(version.at),
        "actor": version.actor,
        "cause": version.cause.value,
        "source": version.source,
        "values": version.values,
    }


def _held(one: Held) -> dict[str, Any]:
    return {"name": one.name, "value": one.value, "group": one.group}


def _origin(one: Held, group: int) -> str:
    if one.group is None:
        return "the relay's default"
    return "set here" if one.group == group else f"inherited from group {one.group}"


def _history_line(value: dict[str, Any]) -> str:
    source = f" of version {value['source']}" if value["source"] is not None else ""
    said = ", ".join(f"{name} {_shown(before)} → {_shown(after)}" for name, (before, after) in value["changes"].items())
    return f"{value['version']} {value['time']} {value['actor']}: {value['cause']}{source}: {said}"


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={_shown(value)}" for name, value in values.items()) or "nothing is set"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(value) or "(empty)"
    return "unset" if value is None else json.dumps(value)
