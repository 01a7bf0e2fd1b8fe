"""`mask audit`: walks through a site in a browser with the rules of a group, and tells what agents would be sent."""

import asyncio
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from masking.audit.coverage import BaselineRefused, Report, read_baseline, write_baseline
from masking.audit.journey import JourneyRefused, Step, read_journey, steps
from masking.audit.walk import Site as AuditedSite
from masking.audit.walk import Walk, WalkFailed
from masking.policy import Policy
from masking.rule import Profile, Site
from relay.clock import Clock
from relay.commands.context import data_option, group_option, json_option, with_database
from relay.identity.roles import FIRST_ROLES, Role
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.masks import Masks
from relay.store.roles import Roles

FOUND, FAILED = 1, 2
START_SECONDS = 30
BROWSER_ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-features=LocalNetworkAccessChecks")
NO_BROWSER = """The audit drives a browser by Playwright, which is not here. Install it once:
  pip install playwright
  playwright install chromium
or name an installed Chromium or Chrome with the environment variable CHROMIUM."""


class AuditFailed(click.ClickException):
    """The audit could not be made: nothing is known about the site."""

    exit_code = FAILED


@click.command()
@click.argument("url", required=False)
@click.option(
    "--journey", type=click.Path(path_type=Path, dir_okay=False), help="JSON (or YAML) file with the steps to take, instead of a URL."
)
@group_option
@click.option("--site", type=click.Choice([site.value for site in Site]), default=Site.PRODUCTION.value, show_default=True)
@click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), help="Fields known so far; written if it is not there.")
@click.option("--update-baseline", is_flag=True, help="Write the baseline anew.")
@click.option("--fail-on", type=click.Choice(["new", "unmasked", "leak"]), multiple=True, default=("leak",), show_default=True)
@data_option
@json_option
def audit(url: str | None, journey: Path | None, baseline: Path | None, **given: Any) -> None:
    """Walk through a site and report every field: masked by which rule, unmasked, leaked, new since the baseline.

    Exit code 0: nothing of what --fail-on names; 1: something; 2: the audit could not be made.
    """
    try:
        taken = _steps(url, journey)
        known = read_baseline(baseline) if baseline else None
    except (JourneyRefused, BaselineRefused) as refused:
        raise AuditFailed(str(refused)) from None
    policy, roles = _policy(given["data"], given["group"], Site(given["site"]))
    with _relay(given["group"], Site(given["site"]), policy, roles) as relay:
        report = _walk(AuditedSite(relay, given["group"], given["site"], policy, roles), taken)
    if known is not None:
        report = report.against(known)
    if baseline and (known is None or given["update_baseline"]):
        write_baseline(baseline, report)
    click.echo(json.dumps(report.value(), ensure_ascii=False) if given["as_json"] else report.text())
    if any(report.count(what) for what in given["fail_on"]):
        sys.exit(FOUND)


def _steps(url: str | None, journey: Path | None) -> list[Step]:
    if (url is None) == (journey is None):
        raise click.UsageError("Name either a URL or --journey.")
    return read_journey(journey) if journey else steps([{"open": url}])


def _policy(data: Path, group: int, site: Site) -> tuple[Policy, list[str]]:
    """The rules of the site, and the roles of the group."""

    async def work(database: Database) -> tuple[Policy, list[str]]:
        await Groups(database).require(group)
        roles = [stored.role.name for stored in await Roles(database).all(group)]
        return await Masks(database).policy(group, site), roles

    return with_database(data, work)


def _walk(site: AuditedSite, taken: list[Step]) -> Report:
    try:
        playwright = importlib.import_module("playwright.sync_api")
    except ModuleNotFoundError:
        raise AuditFailed(NO_BROWSER) from None
    walk = Walk(site)
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=list(BROWSER_ARGUMENTS))
        except playwright.Error:
            raise AuditFailed(NO_BROWSER) from None
        context = browser.new_context(bypass_csp=True, ignore_https_errors=True)
        walk.prepare(context)
        page = context.new_page()
        walk.listen(page)
        try:
            for number, step in enumerate(taken, 1):
                walk.take(page, number, step)
        except WalkFailed as failed:
            raise AuditFailed(str(failed)) from None
        finally:
            browser.close()
    return Report.of(walk.fields)


@contextmanager
def _relay(group: int, site: Site, policy: Policy, roles: list[str]) -> Iterator[str]:
    """A relay of the audit's own with the same rules, so that no session of the audit is one of the group's."""
    with tempfile.TemporaryDirectory(prefix="cobrowse-audit-") as folder:
        data = Path(folder)
        asyncio.run(_copy(data, group, site, policy, roles))
        command = [sys.executable, "-m", "relay", "serve", "--data", folder, "--host", "127.0.0.1", "--port", "0", "--json"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COBROWSE_")}
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True) as process:
            try:
                assert process.stdout is not None
                line = process.stdout.readline()
                if not line:
                    raise AuditFailed("the relay of the audit did not start")
                yield str(json.loads(line)["url"])
            finally:
                process.terminate()


async def _copy(data: Path, group: int, site: Site, policy: Policy, roles: list[str]) -> None:
    """Into a file of its own, wherever the group's own records are."""
    database = Database.open(data)
    now = Clock().wall()
    try:
        await Groups(database).add(Group(group, "Audit"), now)
        there = {role.name for role in FIRST_ROLES}
        await Roles(database).add(group, [Role(name) for name in roles if name not in there], now)
        masks = Masks(database)
        if policy.profile is not Profile.OPEN:
            await masks.set_profile(group, site, policy.profile, now)
        for rule in policy.rules:
            await masks.add(group, site, rule, now)
    finally:
        await database.close()
