"""The accounts under load: authorization requests one after the other, and agents who all look their session up at the same moment.

Beside each stands the same number of requests for `/healthz`, which asks nobody and nothing: what the server and the line cost by
themselves. Any answer but the right one ends the run.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx

from bench.row import Row, row
from relay.identity.login_keys import sign
from tests.relay.peers import Agent, Visitor
from tests.relay_process import AGENT, GROUP, RelayProcess

REQUESTS = int(os.environ.get("BENCH_AUTHORIZATIONS", "2000"))
LOOK_UPS = 500
RUNS = 3

PUID = "ada"
SERVICE = "/services/AuthorizationService.svc/rest/authorize"
HEALTH = "/healthz"

Ask = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


@contextmanager
def served() -> Iterator[RelayProcess]:
    with tempfile.TemporaryDirectory() as folder:
        relay = RelayProcess(Path(folder))
        relay.seed()
        relay.cli("user", "change", "--username", AGENT, "--puid", PUID)
        # The session that is looked up waits as long as the requests take.
        relay.cli("setting", "set", "--group", str(GROUP), "--site", "production", "waitingSeconds=3600")
        relay.start()
        try:
            yield relay
        finally:
            relay.stop()


Measure = Callable[[httpx.AsyncClient, Ask], Awaitable[float]]


async def in_a_row(client: httpx.AsyncClient, ask: Ask) -> float:
    """Milliseconds for each request."""
    start = time.perf_counter()
    for _ in range(REQUESTS):
        require(await ask(client))
    return (time.perf_counter() - start) / REQUESTS * 1000


async def at_once(client: httpx.AsyncClient, ask: Ask) -> float:
    """Seconds until the last of all has its answer."""
    start = time.perf_counter()
    for answer in await asyncio.gather(*(ask(client) for _ in range(LOOK_UPS))):
        require(answer)
    return time.perf_counter() - start


def require(answer: httpx.Response) -> None:
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.request.url.path}: {answer.status_code} {answer.text[:200]}")


async def measure(relay: RelayProcess, cookie: str, code: str) -> list[Row]:
    key = sign(relay.json("key", "show", "--group", str(GROUP))["key"], GROUP, PUID, int(time.time()) + 3600)
    wish = {"service": "presence", "credentials": {"partnerid": str(GROUP), "partneruserid": PUID, "loginkey": key}}
    headers = {"Origin": relay.url, "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
    limits = httpx.Limits(max_connections=LOOK_UPS)

    async def once(measure: Measure, ask: Ask) -> float:
        # New connections each time: the server closes idle ones after five seconds, maybe just when one is used again.
        async with httpx.AsyncClient(base_url=relay.url, headers=headers, limits=limits, timeout=60.0, trust_env=False) as client:
            return await measure(client, ask)

    row_ours, row_health, burst_ours, burst_health = [], [], [], []
    for _ in range(RUNS):
        row_ours.append(await once(in_a_row, lambda client: client.post(SERVICE, json=wish)))
        row_health.append(await once(in_a_row, lambda client: client.get(HEALTH)))
        burst_ours.append(await once(at_once, lambda client: client.post("/agentjoin/ticket", json={"sessionkey": code})))
        burst_health.append(await once(at_once, lambda client: client.get(HEALTH)))
    authorization = f"an authorization, {REQUESTS} in a row, each in the audit log"
    look_up = f"{LOOK_UPS} agents look up at once, until the last has it"
    return [
        row("accounts", authorization, "ms", row_ours, HEALTH, row_health, aim=0.02),
        row("accounts", look_up, "s", burst_ours, HEALTH, burst_health, aim=0.1),
    ]


def run() -> list[Row]:
    with served() as relay, Visitor(relay) as visitor, Agent(relay) as agent:
        if agent.log_in().status_code != 303:
            raise RuntimeError("the agent cannot log in")
        cookie = "; ".join(f"{name}={value}" for name, value in agent.cookies.items())
        return asyncio.run(measure(relay, cookie, visitor.start()["key"]))
