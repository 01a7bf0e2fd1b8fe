"""Hostile requests to all services that read XML: an answer of the protocol each time, nothing fetched, no memory kept.

`XML_FUZZ_CASES` requests from `XML_FUZZ_SEED`, which a failure prints.
"""

from __future__ import annotations

import os
import random
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx2 as httpx
import pytest
from lxml import etree

from relay.identity.login_keys import sign
from relay.web import activity, authorization, session_service
from relay.web.asmx.shapes import tag
from relay.web.soap import NAMESPACE, Version
from tests.relay.hostile_xml import Hostile, Sent, Target
from tests.relay_process import AGENT, GROUP, RelayProcess

CASES = int(os.environ.get("XML_FUZZ_CASES", "400"))
SOAK_CASES = int(os.environ.get("XML_FUZZ_CASES", "30000"))
WARM = 200
"""Requests after which memory counts: by then every path has been gone once."""

GROWTH = 48 * 1024 * 1024
"""Of the process, at most: a few bodies that the allocator keeps, not one for each request."""

EACH = 6
"""Requests from one address: fewer wrong credentials than lock it out."""

STATUS = {200, 400, 401, 403, 404, 408, 413, 415, 429}
SENDER_11 = {"Client", "VersionMismatch", "MustUnderstand"}
SECONDS = 60.0


def call(operation: str, **values: object) -> etree._Element:
    element = etree.Element(tag(operation), nsmap={None: NAMESPACE})
    for name, value in values.items():
        etree.SubElement(element, tag(name)).text = str(value)
    return element


@pytest.fixture(scope="module")
def api_key(relay: RelayProcess) -> str:
    relay.cli("user", "change", "--username", AGENT, "--puid", "P-7")
    return str(relay.json("key", "show", "--group", str(GROUP))["key"])


@pytest.fixture(scope="module")
def targets(api_key: str) -> list[Target]:
    """Each service with right calls of its operations; those that are answered by an issued token are one of many."""
    partner = {"partnerId": GROUP, "apiKey": api_key}
    agent = {"partnerid": GROUP, "partneruserid": "P-7", "loginkey": sign(api_key, GROUP, "P-7", int(time.time()) + 80_000)}
    days = {"startRange": "2026-03-31", "endRange": "2026-04-01"}
    listing = {**days, "sessionKey": "", "nResults": 10, "nextId": 0}
    authorize = call("Authorize", service="presence", groupid=GROUP, duration=1, site="staging", **agent)
    return [
        Target(activity.PATH, call("PartnerSessionCounts", **partner, type="C", status="C", **days)),
        Target(activity.PATH, call("PartnerSessionCountsEnding", **partner, type="", **days)),
        Target(activity.PATH, call("PartnerActiveSessions", **partner)),
        Target(activity.PATH, call("PartnerCompletedSessions", **partner, **listing)),
        Target(activity.PATH, call("PartnerCompletedSessionsEnding", **partner, **listing)),
        Target(activity.PATH, call("PartnerUserSessions", **partner, partnerUserId="P-7", **days, status="C", sessionKey="")),
        Target(session_service.PATH, call("LookupPartnerCobrowseSession", **agent, ssnkey="none")),
        Target(authorization.PATH, authorize),
        Target(f"{authorization.PATH}/rest/authorize", authorize, soap=False),
    ]


class Outside:
    """An address on this machine that a document may name, and that hears of it if somebody asks."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/x.dtd"

    def asked(self) -> bool:
        with suppress(BlockingIOError):
            self.socket.accept()
            return True
        return False


@pytest.fixture
def outside() -> Iterator[Outside]:
    outside = Outside()
    with closing(outside.socket):
        yield outside


class Run:
    def __init__(self, relay: RelayProcess, targets: list[Target], outside: Outside, seed: int) -> None:
        self.relay = relay
        self.hostile = Hostile(seed, targets, outside.url)
        self.targets = targets
        self.seen: Counter[str] = Counter()
        self.addresses = (f"127.{30 + number // 60_000}.{number // 240 % 250}.{number % 240 + 1}" for number in range(10**6))

    def go(self, cases: int) -> None:
        for _ in range(0, cases, EACH):
            transport = httpx.HTTPTransport(local_address=next(self.addresses))
            with httpx.Client(base_url=self.relay.url, transport=transport, timeout=SECONDS) as client:
                self._at_home(client)
                for _ in range(EACH):
                    self._one(client, self.hostile.request())

    def _at_home(self, client: httpx.Client) -> None:
        """Right calls of each account, so that what others have got wrong does not count here; and that right ones are answered."""
        for target in (self.targets[2], self.targets[6]):
            sent = self.hostile.right(target, "text/xml")
            answer = post(client, sent)
            # Wrong session keys, of which there are many here, are counted by agent, wherever they come from.
            assert answer is not None and (answer.status_code == 200 or ">busy<" in answer.text), answer and answer.text

    def _one(self, client: httpx.Client, sent: Sent) -> None:
        answer = post(client, sent)
        self.seen[str(answer.status_code) if answer else "cut off"] += 1
        if answer is None:
            assert len(sent.body) > 1024 * 1024, sent
            return
        assert "root:" not in answer.text and "lollol" not in answer.text, sent
        if answer.status_code == 500:
            assert fault_code(answer) in SENDER_11, (sent, answer.text)
        else:
            assert answer.status_code in STATUS, (sent, answer.status_code, answer.text)


def post(client: httpx.Client, sent: Sent) -> httpx.Response | None:
    """None where the relay has hung up on a body that it will not read."""
    pieces = (sent.body[at : at + 65_536] for at in range(0, len(sent.body), 65_536))
    headers = {"Content-Type": sent.kind, **sent.headers}
    try:
        return client.post(sent.path, content=pieces if sent.chunked else sent.body, headers=headers)
    except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        return None


def fault_code(answer: httpx.Response) -> str:
    """Of a fault of SOAP 1.1, which has the status 500 for all of them; empty for anything else."""
    if not answer.headers["content-type"].startswith("text/xml"):
        return ""
    code = etree.fromstring(answer.content).findtext(f"{Version.SOAP_11.tag('Body')}/{Version.SOAP_11.tag('Fault')}/faultcode")
    return (code or "").removeprefix("soap:")


def resident(relay: RelayProcess) -> int:
    """Bytes of memory that the relay holds."""
    assert relay.process is not None
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{relay.process.pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def run(relay: RelayProcess, targets: list[Target], outside: Outside, cases: int) -> None:
    seed = int(os.environ.get("XML_FUZZ_SEED", random.randrange(2**32)))
    print(f"XML_FUZZ_SEED={seed}")
    fuzz = Run(relay, targets, outside, seed)
    try:
        fuzz.go(WARM)
        before = resident(relay)
        fuzz.go(cases - WARM)
        grown = resident(relay) - before
    except Exception as error:
        pytest.fail(f"XML_FUZZ_SEED={seed}: {type(error).__name__}: {error}"[:4000])
    print(f"{cases} requests: {dict(fuzz.seen)}; {grown / 2**20:.1f} MiB more")
    assert grown < GROWTH, f"XML_FUZZ_SEED={seed}: {grown / 2**20:.1f} MiB more after {cases} requests"
    assert fuzz.seen["200"] > cases / 20 and fuzz.seen["400"] > cases / 20, fuzz.seen
    assert not outside.asked(), f"XML_FUZZ_SEED={seed}: an address in a document was asked for"
    assert b"Traceback" not in relay.log.read_bytes(), f"XML_FUZZ_SEED={seed}: {relay.log.read_text()[-4000:]}"


def test_hostile_requests_are_answered_and_forgotten(relay: RelayProcess, targets: list[Target], outside: Outside) -> None:
    run(relay, targets, outside, CASES)


@pytest.mark.soak
def test_many_hostile_requests_are_answered_and_forgotten(relay: RelayProcess, targets: list[Target], outside: Outside) -> None:
    run(relay, targets, outside, SOAK_CASES)
