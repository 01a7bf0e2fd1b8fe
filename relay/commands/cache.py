"""`cache list`, `clear`: the common cache of public pictures and fonts, while the relay serves or not."""

from pathlib import Path

import click

from cam_proxy.common import CommonBounds, CommonCache
from cam_proxy.store import COMMON
from relay.commands.context import answer, data_option, group_option, json_option
from relay.settings import Settings


@click.group()
def cache() -> None:
    """The common cache: public pictures and fonts that outlive their session (setting `commonCache`)."""


@cache.command(name="list")
@data_option
@json_option
def list_(data: Path, as_json: bool) -> None:
    """Show what each group has in it."""
    held = [{"group": group, "files": files, "bytes": size} for group, (files, size) in sorted(_cache(data).usage().items())]
    lines = [f"{one['group']}: {one['files']} files, {one['bytes']} bytes" for one in held]
    answer(as_json, held, "\n".join(lines) or "The common cache is empty.")


@cache.command()
@group_option
@data_option
@json_option
def clear(group: int, data: Path, as_json: bool) -> None:
    """Clear away what a group has in it. Running sessions keep what they have; visitors' browsers bring the rest again."""
    files = _cache(data).clear(group)
    answer(as_json, {"group": group, "files": files}, f"{files} files of group {group} cleared away.")


def _cache(data: Path) -> CommonCache:
    found = CommonCache(Settings(data=data).assets / COMMON, CommonBounds())
    found.load()
    return found
