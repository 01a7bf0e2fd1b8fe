"""Webhooks: told at least once, in order, of what happened and of nothing else, whatever fails, and at nobody else's cost."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from sqlalchemy import select

from cam_proxy.outbound import Answer, Outbound, OutboundFailed
from cam_proxy.targets import Reach
from masking.rule import Site
from relay import courier
from relay.clock import Clock
from relay.courier import Courier
from relay.errors import NotThere, Refused
from relay.identity.webhook_target import Event, checked_url
from relay.live.lifecycle import State
from relay.live.participant import Kind, Person, Presence
from relay.live.record import SessionRecord
from relay.store import schema, session_news, webhook_queue
from relay.store.backup import back_up, restore
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.participants import Arrival
from relay.store.sessions import Sessions, Transition
from relay.store.webhook_log import Delivery, WebhookLog
from relay.store.webhook_queue import GIVE_UP_MS, KEPT_MS, LEASE_MS, LONGEST_WAIT_MS, Progress, WebhookQueue, _due, _is_due, enqueue
from relay.store.webhooks import WEBHOOKS, Webhook, WebhookChange, Webhooks
from tests.engines import Engine
from tests.relay.lines import RECORD

HOUR_MS = 3_600_000
BEGIN_MS = 1_800_000_000_000


@dataclass
class Time:
    """Both clocks, moved by hand."""

    now: float = 0.0
    wall: int = BEGIN_MS

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        self.wall += round(seconds * 1000)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: self.wall)


@dataclass
class Post:
    url: str
    body: bytes
    headers: dict[str, str]
    status: int = 0
    """What the target answered; 0 if it did not."""

    @property
    def data(self) -> dict[str, Any]:
        return dict(json.loads(self.body)["data"])

    @property
    def place(self) -> tuple[str, int]:
        return self.data["sessionId"], self.data["sequence"]


@dataclass
class Network:
    """Takes the place of what sends. `answers` says by address what a target does."""

    answers: dict[str, Callable[[], Awaitable[int]]] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    reach: Reach = field(default_factory=Reach)
    poison: set[tuple[str, int]] = field(default_factory=set)
    """Deliveries that no target takes."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], _bounds: object) -> Answer:
        post = Post(url, body, dict(headers))
        self.posts.append(post)
        post.status = 500 if post.place in self.poison else await self.answers.get(url, fine)()
        return Answer(post.status, "", b"", cacheable=False)

    def to(self, url: str) -> list[Post]:
        return [post for post in self.posts if post.url == url]


async def fine() -> int:
    return 204


async def broken() -> int:
    return 500


async def dead() -> int:
    raise OutboundFailed("no answer")


async def for_ever() -> int:
    await asyncio.Event().wait()
    return 200


@dataclass
class World:
    """A database with group 1000 and 2000, and a courier whose network is ours."""

    database: Database
    time: Time = field(default_factory=Time)
    network: Network = field(default_factory=Network)
    count: int = 0

    def __post_init__(self) -> None:
        self.hooks, self.sessions = Webhooks(self.database), Sessions(self.database)
        self.log, self.queue = WebhookLog(self.database), WebhookQueue(self.database)
        self.courier = self.new_courier()

    def new_courier(self, jitter: float = 1.0) -> Courier:
        return Courier(self.queue, self.network, self.time.clock, lambda: jitter)  # type: ignore[arg-type]

    async def hook(self, name: str, group: int = 1000, **more: Any) -> Webhook:
        return (await self.hooks.add(group, Site.PRODUCTION, f"https://{name}.example/in", self.time.wall, **more)).webhook

    async def start(self, group: int = 1000, **fields: Any) -> SessionRecord:
        self.count += 1
        record = replace(RECORD, group=group, ssnid=f"{group}.k.{self.count}", scope=f"scope{self.count}", **fields)
        await self.sessions.add(record, self.time.wall)
        return record

    async def join(self, record: SessionRecord, number: int = 1, kind: Kind = Kind.AGENT) -> None:
        person = Person(user=7, username="ada", puid="p-7", full_name="Ada Byron", address="192.0.2.1")
        await self.sessions.write([Arrival(record.ssnid, number, kind, person, Presence.WAITING, self.time.wall)])

    async def end(self, record: SessionRecord, state: State = State.COMPLETED) -> None:
        await self.sessions.write([Transition(record.ssnid, state, "visitor", self.time.wall)])

    async def tell(self) -> None:
        """All that can be told now."""
        while await self.courier.round():
            await self.courier.finish()

    async def deliveries(self, hook: Webhook) -> list[Delivery]:
        return list(reversed(await self.log.find(hook.id)))


@pytest.fixture
def world(tmp_path: Path, engine: Engine) -> Callable[[Callable[[World], Awaitable[None]]], None]:
    address = engine.address()

    @asynccontextmanager
    async def opened() -> AsyncIterator[World]:
        database = Database.open(tmp_path, address)
        try:
            for group in (1000, 2000):
                await Groups(database).add(Group(group, "Test"), 0)
            yield World(database)
        finally:
            await database.close()

    def run(work: Callable[[World], Awaitable[None]]) -> None:
        async def all_of_it() -> None:
            async with opened() as made:
                await work(made)
                made_tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
                for task in made_tasks:
                    task.cancel()
                await asyncio.gather(*made_tasks, return_exceptions=True)

        asyncio.run(all_of_it())

    return run


Run = Callable[[Callable[[World], Awaitable[None]]], None]


def test_what_is_told_and_what_is_not(world: Run) -> None:
    async def work(world: World) -> None:
        everything = await world.hook("all")
        ends = await world.hook("ends", events=frozenset({Event.ENDED}))
        off = await world.hook("off")
        await world.hooks.change(1000, Site.PRODUCTION, off.id, WebhookChange(on=False), 0)
        await world.hooks.add(1000, Site.STAGING, "https://staging.example/", 0)
        await world.hook("others", group=2000)
        record = await world.start()
        world.time.pass_by(60)
        await world.join(record)
        await world.join(record, 2, Kind.GUEST)
        await world.end(record)
        # What did not happen: a session that is over ends no second time, one that never was ends not at all.
        await world.end(record, State.LOST)
        await world.join(record, 3)
        for act in (world.end, world.join):
            await act(replace(record, ssnid="1000.none.1"))
        await world.tell()
        assert {post.url for post in world.network.posts} == {everything.url, ends.url}
        started, joined, ended = world.network.to(everything.url)
        assert json.loads(started.body) == {
            "type": "session.started",
            "timestamp": "2027-01-15T08:00:00.000Z",
            "data": {
                "groupId": 1000, "site": "production", "sessionId": record.ssnid, "sequence": 1, "sessionKey": record.key,
                "visitorId": "", "created": "2027-01-15T08:00:00.000Z",
            },
        }  # fmt: skip
        assert joined.data["sequence"] == 2 and joined.data["agent"] == {"userId": 7, "username": "ada", "partnerUserId": "p-7"}
        assert ended.data["sequence"] == 3 and (ended.data["state"], ended.data["reason"]) == ("C", "visitor")
        assert [post.place for post in world.network.to(ends.url)] == [(record.ssnid, 1)]
        # The visitor's name is the session's, not the webhook's.
        assert all(b"Vera" not in post.body and b"Byron" not in post.body for post in world.network.posts)

    world(work)


def test_a_record_and_what_is_told_of_it_are_there_together_or_not_at_all(world: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction is cut after the one and the other were written."""

    async def cut(*event: Any) -> None:
        await enqueue(*event)
        raise RuntimeError("the relay is killed here")

    async def work(world: World) -> None:
        hook = await world.hook("whole")
        record = await world.start()
        with monkeypatch.context() as killed:
            killed.setattr(session_news, "enqueue", cut)
            for act in (world.start(), world.join(record), world.end(record)):
                with pytest.raises(RuntimeError, match="killed"):
                    await act
        assert [one.event for one in await world.deliveries(hook)] == [Event.STARTED]
        (stored,) = await world.sessions.unfinished()
        assert stored.record.ssnid == record.ssnid and stored.active is None
        await world.join(record)
        await world.end(record)
        assert [one.sequence for one in await world.deliveries(hook)] == [1, 2, 3]

    world(work)


def test_signatures_are_as_the_specification_says_and_two_secrets_hold_while_changing_over(world: Run) -> None:
    async def work(world: World) -> None:
        made = await world.hooks.add(1000, Site.PRODUCTION, "https://a.example/", world.time.wall)
        again = await world.hooks.rotate(1000, Site.PRODUCTION, made.webhook.id, world.time.wall, overlap_ms=HOUR_MS)
        assert made.secret != again.secret and made.secret.startswith("whsec_")
        await world.start()
        await world.tell()
        world.time.pass_by(3601)
        await world.start()
        await world.tell()
        both, one = world.network.posts

        def by_the_library(post: Post, secret: str) -> str:
            at = datetime.fromtimestamp(int(post.headers["webhook-timestamp"]), UTC)
            signature: str = standardwebhooks.Webhook(secret).sign(post.headers["webhook-id"], at, post.body.decode())
            return signature

        assert both.headers["webhook-signature"].split(" ") == [by_the_library(both, secret) for secret in (again.secret, made.secret)]
        assert one.headers["webhook-signature"] == by_the_library(one, again.secret)
        assert both.headers["Content-Type"] == "application/json"
        once = await world.hooks.rotate(1000, Site.PRODUCTION, made.webhook.id, world.time.wall)
        await world.start()
        await world.tell()
        last = world.network.posts[-1]
        assert last.headers["webhook-signature"] == by_the_library(last, once.secret)

    world(work)


def test_it_is_tried_again_with_growing_waits_and_given_up_in_the_end_and_replayed(world: Run) -> None:
    async def work(world: World) -> None:
        hook = await world.hook("broken")
        world.network.answers[hook.url] = broken
        record, began = await world.start(), world.time.now
        times: list[float] = []
        while (waiting := (await world.deliveries(hook))[0]).progress is Progress.WAITING:
            world.time.pass_by((waiting.due - world.time.wall) / 1000)
            before = len(world.network.posts)
            await world.tell()
            times += [world.time.now - began] * (len(world.network.posts) - before)
        gaps = [round(after - before) for before, after in itertools.pairwise(times)]
        waits = [*courier.WAITS_SECONDS, *[courier.WAITS_SECONDS[-1]] * len(gaps)]
        assert gaps == waits[: len(gaps)] and len(gaps) > 20
        assert GIVE_UP_MS / 1000 <= world.time.now - began <= (GIVE_UP_MS + LONGEST_WAIT_MS) / 1000
        assert world.courier.counts.given_up == 1 and world.courier.counts.failed == len(times)
        (lost,) = await world.deliveries(hook)
        assert (lost.progress, lost.status, lost.failure, lost.attempts) == (Progress.GIVEN_UP, 500, "answered 500", len(times))
        world.network.answers[hook.url] = fine
        await world.log.replay(1000, Site.PRODUCTION, hook.id, [lost.id], world.time.wall)
        world.time.pass_by(300)
        await world.tell()
        (told,) = await world.deliveries(hook)
        assert (told.progress, told.status, told.attempts) == (Progress.DELIVERED, 204, 1)
        assert {post.headers["webhook-id"] for post in world.network.posts} == {lost.message}
        assert {post.place for post in world.network.posts} == {(record.ssnid, 1)}
        world.time.pass_by(KEPT_MS / 1000 + 1)
        await world.courier.round()
        assert await world.deliveries(hook) == []

    world(work)


def test_what_is_too_much_for_one_webhook_is_given_up_and_the_newest_is_told(world: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_queue, "MOST_WAITING", 3)

    async def work(world: World) -> None:
        crowded, other = await world.hook("crowded"), await world.hook("other", group=2000)
        world.network.answers |= {crowded.url: broken, other.url: broken}
        for _ in range(8):
            await world.start()
        for _ in range(3):
            await world.start(group=2000)
        assert await world.queue.clear(world.time.wall) == 5
        progress = [one.progress for one in await world.deliveries(crowded)]
        assert progress == [Progress.GIVEN_UP] * 5 + [Progress.WAITING] * 3
        assert [one.progress for one in await world.deliveries(other)] == [Progress.WAITING] * 3
        assert await world.queue.clear(world.time.wall) == 0

    world(work)


def test_a_dead_and_a_slow_target_hold_up_neither_each_other_nor_anybody_else(world: Run) -> None:
    async def work(world: World) -> None:
        gone, slow, healthy = await world.hook("gone"), await world.hook("slow"), await world.hook("healthy", group=2000)
        world.network.answers |= {gone.url: dead, slow.url: for_ever}
        for _ in range(24):
            await world.start()
        for _ in range(16):
            await world.start(group=2000)
        async with asyncio.timeout(60):
            while len(world.network.to(healthy.url)) < 16 or len(world.courier._under_way) > courier.AT_ONCE:
                if not await world.courier.round():
                    await world.courier.rest(1)
        assert len(world.network.to(healthy.url)) == 16
        # Whoever does not answer has as many as are let in at first, and whoever fails is left alone.
        assert len(world.network.to(slow.url)) == len(world.network.to(gone.url)) == courier.AT_ONCE
        for seconds in courier.RESTS_SECONDS:
            world.time.pass_by(seconds)
            await world.courier.round()
            await world.courier.rest(10)
        assert len(world.network.to(gone.url)) <= courier.AT_ONCE + len(courier.RESTS_SECONDS)

    world(work)


def test_of_a_session_nothing_is_told_before_what_came_before_it(world: Run) -> None:
    async def work(world: World) -> None:
        hook = await world.hook("strict")
        record = await world.start()
        world.network.poison = {(record.ssnid, 1)}
        await world.tell()
        world.time.pass_by(courier.WAITS_SECONDS[0])
        await world.tell()
        await world.end(record)
        # The target is asked again, and others' are told; of this one the first is due later.
        world.time.pass_by(courier.RESTS_SECONDS[1])
        other = await world.start()
        await world.tell()
        assert [post.place for post in world.network.posts] == [(record.ssnid, 1)] * 2 + [(other.ssnid, 1)]
        world.network.poison = set()
        world.time.pass_by(courier.WAITS_SECONDS[1])
        await world.tell()
        assert [post.place for post in world.network.posts][3:] == [(record.ssnid, 1), (record.ssnid, 2)]
        assert {one.progress for one in await world.deliveries(hook)} == {Progress.DELIVERED}

    world(work)


@pytest.mark.parametrize("hours", [1, -1, 24, -24, -48])
def test_a_clock_that_jumps_loses_nothing_and_holds_nothing_up(world: Run, hours: int) -> None:
    async def work(world: World) -> None:
        hook = await world.hook("jumps")
        world.network.answers[hook.url] = broken
        first = await world.start()
        await world.tell()
        world.time.wall += hours * HOUR_MS
        world.network.answers[hook.url] = fine
        world.time.pass_by(400)
        second = await world.start()
        await world.tell()
        # At most as long as is ever waited: what a set-back clock makes due later than that is due now.
        world.time.pass_by(LONGEST_WAIT_MS / 1000)
        await world.tell()
        assert {post.place for post in world.network.posts} == {(first.ssnid, 1), (second.ssnid, 1)}
        assert {one.progress for one in await world.deliveries(hook)} == {Progress.DELIVERED}

    world(work)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_all_is_told_in_order(world: Run, seed: int) -> None:
    """Sessions, failures, relays that are killed in mid delivery, and time, in any order."""
    chance = random.Random(seed)

    async def work(world: World) -> None:
        hooks = [await world.hook("one"), await world.hook("two"), await world.hook("three", group=2000)]
        open_ones: list[SessionRecord] = []
        expected: dict[int, set[tuple[str, int]]] = defaultdict(set)

        async def unsure() -> int:
            await asyncio.sleep(0)
            return chance.choice([200, 200, 500, 302])

        world.network.answers = {hook.url: unsure for hook in hooks}
        for _ in range(80):
            match chance.choice(["start", "start", "join", "end", "tell", "tell", "kill", "time"]):
                case "start":
                    record = await world.start(group=chance.choice([1000, 2000]))
                    open_ones.append(record)
                    expected[record.group].add((record.ssnid, 1))
                case "join" if open_ones:
                    record = chance.choice(open_ones)
                    told = sum(ssnid == record.ssnid for ssnid, _ in expected[record.group])
                    await world.join(record, told)
                    expected[record.group].add((record.ssnid, told + 1))
                case "end" if open_ones:
                    record = open_ones.pop(chance.randrange(len(open_ones)))
                    told = sum(ssnid == record.ssnid for ssnid, _ in expected[record.group])
                    await world.end(record)
                    expected[record.group].add((record.ssnid, told + 1))
                case "tell":
                    await world.courier.round()
                    await world.courier.finish()
                case "kill":
                    await world.courier.round()
                    for _ in range(chance.randrange(3)):
                        await asyncio.sleep(0)
                    for task in list(world.courier._under_way):
                        task.cancel()
                    await world.courier.finish()
                    world.courier = world.new_courier(chance.random())
                case "time":
                    world.time.pass_by(chance.choice([1, 10, 100, 1000]))
        world.network.answers = {}
        for _ in range(12):
            world.time.pass_by(LONGEST_WAIT_MS / 1000)
            await world.tell()
        for hook in hooks:
            places = [post.place for post in world.network.to(hook.url)]
            assert set(places) == expected[hook.group], seed
            taken = [post.place if post.status in (200, 204) else None for post in world.network.to(hook.url)]
            later = [(ssnid, sequence) for ssnid, sequence in expected[hook.group] if sequence > 1]
            assert all(taken.index((ssnid, sequence - 1)) < places.index((ssnid, sequence)) for ssnid, sequence in later), seed
            log = await world.deliveries(hook)
            assert {(one.ssnid, one.sequence) for one in log if one.progress is Progress.DELIVERED} == expected[hook.group]
            ids = {(post.place, post.headers["webhook-id"]) for post in world.network.to(hook.url)}
            assert len(ids) == len(expected[hook.group])

    world(work)


def test_looking_for_what_is_due_reads_what_waits_and_nothing_else(world: Run) -> None:
    """It is done every second, over all that was delivered in a month."""

    async def work(world: World) -> None:
        queries = [_due(world.database.is_sqlite, 0, {1: 0}, 4, 10), select(schema.webhook_deliveries.c.id).where(_is_due(0)).limit(1)]
        async with world.database.read() as connection:
            if not world.database.is_sqlite:
                # The table of the test is small, and this asks what is possible.
                await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            for query in queries:
                compiled = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
                assert "progress = 'waiting'" in str(query.compile(connection.engine, compile_kwargs={"render_postcompile": True}))
                explain = "EXPLAIN QUERY PLAN" if world.database.is_sqlite else "EXPLAIN"
                rows = (await connection.exec_driver_sql(f"{explain} {str(compiled).replace('%', '%%')}")).all()
                plan = [str(row[-1]) for row in rows]
                reads = [line for line in plan if "webhook_deliveries" in line]
                assert any("ix_webhook_deliveries_waiting" in line for line in reads), plan
                assert not any(line.startswith("SCAN webhook_deliveries") and "ix_" not in line for line in reads), plan
                assert not any("Seq Scan on webhook_deliveries" in line for line in reads), plan

    world(work)


def test_two_relays_at_one_database_share_the_work(world: Run) -> None:
    async def work(world: World) -> None:
        hook = await world.hook("shared")
        for _ in range(20):
            await world.start()
        other = world.new_courier()
        while any(await asyncio.gather(world.courier.round(), other.round())):
            await asyncio.gather(world.courier.finish(), other.finish())
        places = [post.place for post in world.network.to(hook.url)]
        assert len(places) == len(set(places)) == 20
        world.time.pass_by(LEASE_MS / 1000 + 1)
        assert await other.round() == 0

    world(work)


def test_a_restored_copy_neither_tells_again_nor_forgets_to_tell(tmp_path: Path) -> None:
    async def run() -> None:
        database = Database.open(tmp_path / "data")
        try:
            await Groups(database).add(Group(1000, "Test"), 0)
            world = World(database)
            hook = await world.hook("kept")
            first = await world.start()
            await asyncio.to_thread(back_up, database.url, tmp_path / "copy")
            await world.tell()
            later = await world.hook("later")
            second = await world.start()
            await asyncio.to_thread(restore, database.url, tmp_path / "copy")
            await world.tell()
            assert [post.place for post in world.network.posts] == [(first.ssnid, 1), (second.ssnid, 1)]
            assert [one.id for one in await world.hooks.all(1000)] == [hook.id]
            assert (await world.hook("new")).id > later.id
        finally:
            await database.close()

    asyncio.run(run())


def test_a_group_has_its_own_and_so_many(world: Run) -> None:
    async def work(world: World) -> None:
        hook = await world.hook("mine")
        with pytest.raises(NotThere):
            await world.hooks.change(2000, Site.PRODUCTION, hook.id, WebhookChange(on=False), 0)
        with pytest.raises(NotThere):
            await world.hooks.rotate(1000, Site.STAGING, hook.id, 0)
        with pytest.raises(NotThere):
            await world.hooks.remove(2000, Site.PRODUCTION, [hook.id], 0)
        await world.start()
        (delivery,) = await world.deliveries(hook)
        for group, site, number in ((2000, Site.PRODUCTION, hook.id), (1000, Site.STAGING, hook.id), (1000, Site.PRODUCTION, hook.id + 1)):
            with pytest.raises(NotThere):
                await world.log.replay(group, site, number, [delivery.id], 0)
        for count in range(WEBHOOKS - 1):
            await world.hook(f"more{count}")
        with pytest.raises(Refused, match="at most"):
            await world.hook("toomany")
        await world.hooks.remove(1000, Site.PRODUCTION, [hook.id], 0)
        assert (await world.hook("later")).id > hook.id + WEBHOOKS - 1

    world(work)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hooks.example/", "only https"), ("https://127.0.0.1/", "not public"), ("https://10.0.0.1/", "not public"),
        ("https://[::1]/", "not public"), ("https://localhost/", "not public"), ("https://db.internal/", "not public"),
        ("https://169.254.169.254/", "not public"), ("https://a.example:8443/", "ports"), ("https://u:p@a.example/", "password"),
        ("ftp://a.example/", "http"), ("//a.example", "no address"), ("https://a.example/\n", "printable"), ("https://relay.example/", "itself"),
        (f"https://a.example/{'x' * 2048}", "at most"), ("http://2130706433/", "not public"),
    ],
)  # fmt: skip
def test_where_a_webhook_may_not_go(url: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        checked_url(url, Reach(own=frozenset({("relay.example", 443)})))


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["203.0.113.7", "127.0.0.1"], ["::ffff:192.168.0.1"], ["169.254.169.254"], []])
def test_a_name_that_leads_inside_gets_no_connection(world: Run, addresses: list[str]) -> None:
    """The name was public when the webhook was made, or nobody asked; each delivery looks anew."""

    async def resolve(_host: str, _port: int) -> list[str]:
        return addresses

    async def work(world: World) -> None:
        hook = await world.hook("inside")
        await world.start()
        world.courier = Courier(world.queue, Outbound(resolve=resolve), world.time.clock, lambda: 1.0)
        await world.courier.round()
        await world.courier.finish()
        (delivery,) = await world.deliveries(hook)
        assert (delivery.progress, delivery.status, delivery.attempts) == (Progress.WAITING, None, 1)
        assert delivery.failure == ("this name has an address that is not public" if addresses else "this name has no address")

    world(work)


def test_what_the_operator_lists_may_be_plain_and_private() -> None:
    reach = Reach(private=frozenset({("127.0.0.1", 9000)}))
    assert checked_url("http://127.0.0.1:9000/in", reach) == "http://127.0.0.1:9000/in"
    with pytest.raises(Refused):
        checked_url("http://127.0.0.1:9001/in", reach)
