"""Takes what waits for webhooks to where it goes, beside everything else: no session and no other group waits for a slow target.

A target that fails is left alone for longer and longer, and then asked with one delivery at a time, until it answers.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from cam_proxy.outbound import Bounds, Outbound, OutboundFailed
from cam_proxy.targets import TargetRefused
from relay.clock import Clock
from relay.errors import Refused, StorageDown
from relay.identity.webhook_secrets import signatures
from relay.identity.webhook_target import checked_url
from relay.store.webhook_queue import GIVE_UP_MS, LONGEST_WAIT_MS, MOST_WAITING, Parcel, WebhookQueue

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Deliveries to one webhook that are under way together, as long as it answers quickly; else there is one."""

WRITERS = 2
"""Of results, at the same time: sessions write to the same database."""

SLOW_SECONDS = 1.0
IN_ALL = 512

ANSWER = Bounds(first_byte=10.0, total=15.0, size=64 * 1024)
"""How long a target may take, and how much it may say."""

WAITS_SECONDS = (5, 30, 120, 600, 1800, 3600, LONGEST_WAIT_MS // 1000)
"""Before the second attempt, the third and so on; the last holds for all that follow."""

RESTS_SECONDS = (5, 15, 60, 300)
"""How long a target is left alone after so many failures in a row."""

CLEAR_SECONDS = 60.0

Jitter = Callable[[], float]
"""A number from 0 to 1, by chance."""


@dataclass(slots=True)
class Counts:
    """Since the process began; `waiting` as it was last looked at."""

    delivered: int = 0
    failed: int = 0
    given_up: int = 0
    waiting: int = 0


@dataclass(slots=True)
class _Target:
    """What is known of a webhook's target."""

    under_way: int = 0
    failures: int = 0
    slow: bool = False
    rests_until: float = 0.0

    def room(self, now: float) -> int:
        """How many more deliveries may begin."""
        most = int(self.rests_until <= now) if self.failures or self.slow else AT_ONCE
        return most - self.under_way


class Courier:
    """`round` is to be called again and again; it begins what is due and waits for none of it."""

    def __init__(self, queue: WebhookQueue, outbound: Outbound, clock: Clock, jitter: Jitter = random.random) -> None:
        self._queue = queue
        self._outbound = outbound
        self._clock = clock
        self._jitter = jitter
        self.counts = Counts()
        self._targets: dict[int, _Target] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._clear_at = 0.0
        self._ended = asyncio.Event()
        self._writers = asyncio.Semaphore(WRITERS)

    async def round(self) -> int:
        """Begin the deliveries that are due and have room; how many. Raises `StorageDown`."""
        now = self._clock.wall()
        await self._clear(now)
        most = IN_ALL - len(self._under_way)
        if most <= 0 or not await self._queue.waits(now):
            return 0
        taken = await self._queue.take(now, self._rooms(), AT_ONCE, most)
        for parcel in taken:
            task = asyncio.create_task(self._deliver(parcel, self._targets.setdefault(parcel.webhook, _Target())))
            self._under_way.add(task)
            task.add_done_callback(self._end)
        return len(taken)

    async def rest(self, seconds: float) -> None:
        """Until a delivery has ended, and makes room for another, or for `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        self._ended.clear()

    async def finish(self) -> None:
        """Wait for what is under way, which takes no longer than an answer may."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._ended.set()
        if not task.cancelled() and (fault := task.exception()):
            log.error("a delivery to a webhook fell over: %s", type(fault).__name__)

    def _rooms(self) -> dict[int, int]:
        """How many more deliveries each webhook may have of which anything is to be remembered."""
        self._targets = {webhook: target for webhook, target in self._targets.items() if target != _Target()}
        return {webhook: target.room(self._clock.now()) for webhook, target in self._targets.items()}

    async def _deliver(self, parcel: Parcel, target: _Target) -> None:
        target.under_way += 1
        began = self._clock.now()
        try:
            status, failure = await self._post(parcel)
        finally:
            target.under_way -= 1
        target.slow = self._clock.now() - began > SLOW_SECONDS
        try:
            async with self._writers:
                await self._settle(parcel, target, status, failure)
        except StorageDown as down:
            # It is due again after its lease: told twice rather than not at all.
            log.error("webhook %d: what became of a delivery could not be written: %s", parcel.webhook, down.why)

    async def _post(self, parcel: Parcel) -> tuple[int | None, str]:
        """What the target answered, if it did, and in a few words why that is not enough; empty if it is."""
        timestamp = self._clock.wall() // 1000
        headers = {
            "Content-Type": "application/json",
            "webhook-id": parcel.message,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signatures(parcel.secrets, parcel.message, timestamp, parcel.body),
        }
        try:
            answer = await self._outbound.post(checked_url(parcel.url, self._outbound.reach), parcel.body, headers, ANSWER)
        except (OutboundFailed, TargetRefused) as failed:
            return None, failed.reason
        except Refused as refused:
            return None, str(refused)
        return answer.status, "" if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES else f"answered {answer.status}"

    async def _settle(self, parcel: Parcel, target: _Target, status: int | None, failure: str) -> None:
        now = self._clock.wall()
        if not failure:
            target.failures, target.rests_until = 0, 0.0
            self.counts.delivered += 1
            await self._queue.delivered(parcel.id, status, now)
            return
        rests = RESTS_SECONDS[min(target.failures, len(RESTS_SECONDS) - 1)]
        target.failures += 1
        target.rests_until = self._clock.now() + self._some_of(rests)
        self.counts.failed += 1
        waits = WAITS_SECONDS[min(parcel.attempt, len(WAITS_SECONDS)) - 1]
        log.warning("webhook %d: attempt %d of a delivery failed: %s", parcel.webhook, parcel.attempt, failure)
        await self._queue.failed(parcel.id, status, failure, now + int(self._some_of(waits) * 1000))

    def _some_of(self, seconds: float) -> float:
        """From half of it to all: those that failed together do not come back together."""
        return seconds * (1 + self._jitter()) / 2

    async def _clear(self, now: int) -> None:
        if self._clock.now() < self._clear_at:
            return
        self._clear_at = self._clock.now() + CLEAR_SECONDS
        if given_up := await self._queue.clear(now):
            hours = GIVE_UP_MS // 3_600_000
            log.error("%d deliveries to webhooks were given up, after %d hours or as one had more than %d", given_up, hours, MOST_WAITING)
            self.counts.given_up += given_up
        self.counts.waiting = await self._queue.waiting()
