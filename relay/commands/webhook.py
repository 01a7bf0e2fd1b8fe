"""`webhook add`, `list`, `change`, `remove`, `rotate`, `deliveries`, `replay`."""

from pathlib import Path
from typing import Any

import click

from cam_proxy.targets import Reach, listed_hosts
from masking.rule import Site
from relay.clock import Clock
from relay.commands.context import F, answer, data_option, database_address, group_option, json_option, with_database
from relay.commands.mask import site_option
from relay.identity.actor import operator
from relay.identity.audit_table import iso
from relay.identity.webhook_secrets import LONGEST_OVERLAP_HOURS
from relay.identity.webhook_target import EVERY, Event, checked_url
from relay.settings import Settings
from relay.store.database import Database
from relay.store.groups import Groups
from relay.store.webhook_log import PAGE, Delivery, WebhookLog
from relay.store.webhook_queue import Progress
from relay.store.webhooks import Made, Webhook, WebhookChange, Webhooks

HOUR_MS = 3_600_000

webhook_option = click.option("--id", "number", type=click.IntRange(min=1), required=True, help="Number of the webhook.")


def event_option(command: F) -> F:
    events = click.Choice([event.value for event in Event])
    return click.option("--event", "events", type=events, multiple=True, help="What it is told of; all if not given.")(command)


@click.group()
def webhook() -> None:
    """Webhooks: where a site's sessions are told of, signed and until they are taken."""


@webhook.command()
@group_option
@site_option
@click.option("--url", required=True, help="https, unless the operator lists the host in webhook_private.")
@event_option
@data_option
@json_option
def add(group: int, site: str, url: str, events: tuple[str, ...], data: Path, as_json: bool) -> None:
    """Add a webhook. Its secret is shown this once."""
    checked, wanted = checked_url(url, _reach(data)), frozenset(map(Event, events)) or EVERY

    async def work(database: Database) -> Made:
        await Groups(database).require(group)
        return await Webhooks(database).add(group, Site(site), checked, Clock().wall(), operator(), events=wanted)

    _answer_made(with_database(data, work), as_json)


@webhook.command(name="list")
@group_option
@data_option
@json_option
def list_(group: int, data: Path, as_json: bool) -> None:
    """List the webhooks of both sites."""

    async def work(database: Database) -> list[Webhook]:
        await Groups(database).require(group)
        return await Webhooks(database).all(group)

    found = with_database(data, work)
    answer(as_json, [_value(one) for one in found], "\n".join(map(_line, found)) or "No webhooks.")


@webhook.command()
@group_option
@site_option
@webhook_option
@click.option("--url")
@event_option
@click.option("--on/--off", "on", default=None, help="One that is off is told of nothing; what waits for it waits on.")
@data_option
@json_option
def change(
    group: int, site: str, number: int, url: str | None, events: tuple[str, ...], on: bool | None, data: Path, as_json: bool
) -> None:
    """Change what is given; the rest stays."""
    wanted = WebhookChange(None if url is None else checked_url(url, _reach(data)), frozenset(map(Event, events)) or None, on)
    if wanted == WebhookChange():
        raise click.UsageError("nothing to change was given")

    async def work(database: Database) -> Webhook:
        return await Webhooks(database).change(group, Site(site), number, wanted, Clock().wall(), operator())

    changed = with_database(data, work)
    answer(as_json, _value(changed), _line(changed))


@webhook.command()
@group_option
@site_option
@webhook_option
@data_option
@json_option
def remove(group: int, site: str, number: int, data: Path, as_json: bool) -> None:
    """Remove a webhook, and what waits for it."""

    async def work(database: Database) -> None:
        await Webhooks(database).remove(group, Site(site), [number], Clock().wall(), operator())

    with_database(data, work)
    answer(as_json, {"id": number, "removed": True}, f"Webhook {number} removed.")


@webhook.command()
@group_option
@site_option
@webhook_option
@click.option(
    "--overlap",
    type=click.IntRange(0, LONGEST_OVERLAP_HOURS),
    default=0,
    show_default=True,
    help="Hours for which the secret before signs too, while those who verify change over.",
)
@data_option
@json_option
def rotate(group: int, site: str, number: int, overlap: int, data: Path, as_json: bool) -> None:
    """Make a new secret, shown this once."""

    async def work(database: Database) -> Made:
        now, before = Clock().wall(), overlap * HOUR_MS
        return await Webhooks(database).rotate(group, Site(site), number, now, operator(), overlap_ms=before)

    _answer_made(with_database(data, work), as_json)


@webhook.command()
@group_option
@site_option
@webhook_option
@click.option("--progress", type=click.Choice([progress.value for progress in Progress]), help="Only these.")
@click.option("--before", type=click.IntRange(min=1), help="Only those with smaller numbers.")
@click.option("--limit", type=click.IntRange(1, PAGE), default=100, show_default=True)
@data_option
@json_option
def deliveries(group: int, site: str, number: int, progress: str | None, before: int | None, limit: int, data: Path, as_json: bool) -> None:
    """What became of deliveries, the newest first."""
    only = None if progress is None else Progress(progress)

    async def work(database: Database) -> list[Delivery]:
        found = await Webhooks(database).get(group, Site(site), number)
        return await WebhookLog(database).find(found.id, progress=only, before=before, limit=limit)

    found = with_database(data, work)
    answer(as_json, [_delivery(one) for one in found], "\n".join(map(_delivery_line, found)) or "No deliveries.")


@webhook.command()
@group_option
@site_option
@webhook_option
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(min=1), metavar="DELIVERY…")
@data_option
@json_option
def replay(group: int, site: str, number: int, numbers: tuple[int, ...], data: Path, as_json: bool) -> None:
    """Deliver once more, under the same message ids."""

    async def work(database: Database) -> int:
        return await WebhookLog(database).replay(group, Site(site), number, numbers, Clock().wall(), operator())

    count = with_database(data, work)
    answer(as_json, {"id": number, "replayed": count}, f"{count} deliveries wait to be made once more.")


def _reach(data: Path) -> Reach:
    settings = Settings.read({"data": data, "database": database_address()})
    return Reach(listed_hosts(settings.webhook_private) or frozenset())


def _answer_made(made: Made, as_json: bool) -> None:
    answer(as_json, {**_value(made.webhook), "secret": made.secret}, f"{_line(made.webhook)}\nsecret, shown this once: {made.secret}")


def _value(one: Webhook) -> dict[str, Any]:
    ends = None if one.overlap_ends is None else iso(one.overlap_ends)
    return {
        "id": one.id,
        "group": one.group,
        "site": one.site.value,
        "url": one.url,
        "events": [event.value for event in Event if event in one.events],
        "on": one.on,
        "created": iso(one.created),
        "overlap_ends": ends,
    }


def _line(one: Webhook) -> str:
    return f"{one.id} {one.site.value} {one.url} ({', '.join(event for event in Event if event in one.events)}){'' if one.on else ' off'}"


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "message": one.message,
        "session": one.ssnid,
        "sequence": one.sequence,
        "event": one.event.value,
        "progress": one.progress.value,
        "created": iso(one.created),
        "attempts": one.attempts,
        "due": iso(one.due) if one.progress is Progress.WAITING else None,
        "status": one.status,
        "failure": one.failure,
        "done": None if one.done is None else iso(one.done),
    }


def _delivery_line(one: Delivery) -> str:
    last = one.failure or (f"answered {one.status}" if one.status else "not tried yet")
    return f"{one.id} {iso(one.created)} {one.event.value} {one.progress.value} after {one.attempts} attempts: {last}"
