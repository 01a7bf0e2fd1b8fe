"""Webhooks of a site over REST: made, changed, given new secrets; what became of deliveries, and once more."""

from typing import Annotated

import msgspec

from cam_proxy.targets import Reach
from masking.rule import Site
from relay.identity.audit_table import iso
from relay.identity.webhook_secrets import LONGEST_OVERLAP_HOURS
from relay.identity.webhook_target import URL_CHARACTERS, Event, checked_url
from relay.store.webhook_log import PAGE, Delivery, WebhookLog
from relay.store.webhook_queue import Progress
from relay.store.webhooks import WEBHOOKS, Made, Webhook, WebhookChange, Webhooks
from relay.web.bearers import GREATEST_ID
from relay.web.rest.operation import GONE, TAKEN, Call, Done, Operation, checking

USUAL_PAGE = 100
HOUR_MS = 3_600_000

Url = Annotated[str, msgspec.Meta(min_length=1, max_length=URL_CHARACTERS)]
Events = Annotated[list[Event], msgspec.Meta(min_length=1, max_length=len(Event))]
Number = Annotated[int, msgspec.Meta(ge=1, le=GREATEST_ID)]
Numbers = Annotated[list[Number], msgspec.Meta(max_length=WEBHOOKS)]


class NewWebhook(msgspec.Struct, forbid_unknown_fields=True):
    """`url` is https, unless the operator lists its host. Without `events` it is told of all."""

    url: Url
    events: Events = msgspec.field(default_factory=lambda: list(Event))


class ChangedWebhook(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out, or null, stays as it is."""

    url: Url | None = None
    events: Events | None = None
    on: bool | None = None


class Rotation(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Hours for which the secret before signs too."""

    overlap_hours: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_OVERLAP_HOURS)] = 0


class Replay(msgspec.Struct, forbid_unknown_fields=True):
    deliveries: Annotated[list[Number], msgspec.Meta(max_length=PAGE)]


class ShownWebhook(msgspec.Struct, rename="camel"):
    """`overlapEnds` (UTC): until then the secret before signs too."""

    webhook_id: int
    site: Site
    url: str
    events: list[Event]
    on: bool
    created: str
    overlap_ends: str | None


class WebhookSecret(msgspec.Struct, rename="camel"):
    """The one time that the secret is told."""

    webhook: ShownWebhook
    secret: str


class ShownDelivery(msgspec.Struct, rename="camel"):
    """`messageId` is the header `webhook-id`. `due` is the next attempt of one that waits; `status` and `failure` are of the last one."""

    delivery_id: int
    message_id: str
    session_id: str
    sequence: int
    event: Event
    progress: Progress
    created: str
    attempts: int
    due: str | None
    status: int | None
    failure: str
    done: str | None


class DeliveryPage(msgspec.Struct):
    """`next` is what the next page is asked with as `before`; null when there is none."""

    deliveries: list[ShownDelivery]
    next: int | None


class DeliveryQuery(msgspec.Struct, forbid_unknown_fields=True):
    progress: Progress | msgspec.UnsetType = msgspec.UNSET
    before: Number | msgspec.UnsetType = msgspec.UNSET
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE)] = USUAL_PAGE


class WebhookService:
    """`reach` is what the operator lets webhooks go to."""

    def __init__(self, webhooks: Webhooks, deliveries: WebhookLog, reach: Reach) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._reach = reach

    def operations(self) -> list[Operation]:
        webhooks, webhook = "/sites/{site}/webhooks", "/sites/{site}/webhooks/{webhookId}"
        return [
            Operation(
                name="listWebhooks",
                method="GET",
                path=webhooks,
                about="Where the site's sessions are told of.",
                handle=self.all,
                answer=list[ShownWebhook],
                refuses=GONE,
            ),
            Operation(
                name="createWebhook",
                method="POST",
                path=webhooks,
                about="A new webhook; its secret is told this once.",
                handle=self.create,
                body=NewWebhook,
                answer=WebhookSecret,
                refuses=GONE + TAKEN,
            ),
            Operation(
                name="changeWebhook",
                method="PATCH",
                path=webhook,
                about="Change where it goes, of what it is told, or switch it off and on.",
                handle=self.change,
                body=ChangedWebhook,
                answer=ShownWebhook,
                refuses=GONE,
            ),
            Operation(
                name="rotateWebhookSecret",
                method="POST",
                path=f"{webhook}/rotate",
                about="A new secret, told this once; the one before may sign beside it for some hours.",
                handle=self.rotate,
                body=Rotation,
                answer=WebhookSecret,
                refuses=GONE,
            ),
            Operation(
                name="deleteWebhooks",
                method="POST",
                path="/sites/{site}/delete-webhooks",
                about="Delete webhooks and what waits for them, all or none.",
                handle=self.remove,
                body=Numbers,
                refuses=GONE,
            ),
            Operation(
                name="listWebhookDeliveries",
                method="GET",
                path=f"{webhook}/deliveries",
                about="What became of deliveries, the newest first; kept for 30 days after their end.",
                handle=self.deliveries,
                query=DeliveryQuery,
                answer=DeliveryPage,
                refuses=GONE,
            ),
            Operation(
                name="replayWebhookDeliveries",
                method="POST",
                path=f"{webhook}/replay",
                about="Deliver once more under the same message ids, all or none.",
                handle=self.replay,
                body=Replay,
                refuses=GONE,
            ),
        ]

    async def all(self, call: Call[None, None]) -> list[ShownWebhook]:
        return [_shown(one) for one in await self._webhooks.all(call.group, call.site)]

    async def create(self, call: Call[NewWebhook, None]) -> WebhookSecret:
        site, url = call.site, self._checked(call.body.url)
        return _made(await self._webhooks.add(call.group, site, url, call.now, call.by, events=frozenset(call.body.events)))

    async def change(self, call: Call[ChangedWebhook, None]) -> ShownWebhook:
        wanted = call.body
        url = None if wanted.url is None else self._checked(wanted.url)
        change = WebhookChange(url, None if wanted.events is None else frozenset(wanted.events), wanted.on)
        return _shown(await self._webhooks.change(call.group, call.site, call.number("webhookId"), change, call.now, call.by))

    async def rotate(self, call: Call[Rotation, None]) -> WebhookSecret:
        overlap, number = call.body.overlap_hours * HOUR_MS, call.number("webhookId")
        return _made(await self._webhooks.rotate(call.group, call.site, number, call.now, call.by, overlap_ms=overlap))

    async def remove(self, call: Call[list[int], None]) -> Done:
        await self._webhooks.remove(call.group, call.site, call.body, call.now, call.by)
        return Done()

    async def deliveries(self, call: Call[None, DeliveryQuery]) -> DeliveryPage:
        webhook = await self._webhooks.get(call.group, call.site, call.number("webhookId"))
        query = call.query
        progress = None if query.progress is msgspec.UNSET else query.progress
        before = None if query.before is msgspec.UNSET else query.before
        found = await self._deliveries.find(webhook.id, progress=progress, before=before, limit=query.limit)
        return DeliveryPage([_delivery(one) for one in found], found[-1].id if len(found) == query.limit else None)

    async def replay(self, call: Call[Replay, None]) -> Done:
        await self._deliveries.replay(call.group, call.site, call.number("webhookId"), call.body.deliveries, call.now, call.by)
        return Done()

    def _checked(self, url: str) -> str:
        with checking():
            return checked_url(url, self._reach)


def _shown(webhook: Webhook) -> ShownWebhook:
    ends = None if webhook.overlap_ends is None else iso(webhook.overlap_ends)
    return ShownWebhook(webhook.id, webhook.site, webhook.url, _in_order(webhook.events), webhook.on, iso(webhook.created), ends)


def _in_order(events: frozenset[Event]) -> list[Event]:
    return [event for event in Event if event in events]


def _made(made: Made) -> WebhookSecret:
    return WebhookSecret(_shown(made.webhook), made.secret)


def _delivery(one: Delivery) -> ShownDelivery:
    return ShownDelivery(
        one.id,
        one.message,
        one.ssnid,
        one.sequence,
        one.event,
        one.progress,
        iso(one.created),
        one.attempts,
        iso(one.due) if one.progress is Progress.WAITING else None,
        one.status,
        one.failure,
        None if one.done is None else iso(one.done),
    )
