"""Where addresses are: by a file of the operator's alone, whatever is in it, and by its next one when it is replaced."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from relay.errors import Refused
from relay.places import NOWHERE, Place, Places
from tests.relay.conftest import Launch
from tests.relay.peers import Agent, Visitor, document
from tests.relay_process import GROUP

SALEM = {"city": {"names": {"en": "Salem"}}, "subdivisions": [{"names": {"en": "Oregon"}}], "country": {"iso_code": "US"}}

Write = Callable[[dict[str, Any]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Puts a database in its place, at once and whole as tools that fetch one do."""

    def put(entries: dict[str, Any]) -> Path:
        writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test-City")
        for network, value in entries.items():
            writer.insert_network(IPSet([network]), value)
        writer.to_db_file(str(tmp_path / "draft"))
        os.replace(tmp_path / "draft", tmp_path / "places.mmdb")
        return tmp_path / "places.mmdb"

    return put


def test_an_address_is_where_the_file_says(write: Write) -> None:
    places = Places(write({"192.0.2.0/24": SALEM, "2001:db8::/32": {"country": {"iso_code": "NL"}}}))
    assert places.of("192.0.2.9") == Place("Salem", "Oregon", "US")
    assert places.of("2001:db8::9") == Place(country="NL")
    assert places.of("198.51.100.1") == NOWHERE


@pytest.mark.parametrize("address", ["", "localhost", "192.0.2", "192.0.2.9:80", "fe80::1%eth0", "::ffff:192.0.2.9\n", "x" * 5000])
def test_what_is_no_address_is_nowhere(write: Write, address: str) -> None:
    assert Places(write({"192.0.2.0/24": SALEM})).of(address) == NOWHERE


@pytest.mark.parametrize(
    "entry",
    [
        "text",
        7,
        {"city": "Salem", "subdivisions": {"names": {}}, "country": []},
        {"city": {"names": {"de": "Salem"}}, "subdivisions": [], "country": {"iso_code": 1}},
        {"city": {"names": {"en": ""}}, "subdivisions": ["Oregon"], "country": {}},
    ],
)
def test_entries_of_another_shape_are_nowhere(write: Write, entry: Any) -> None:
    assert Places(write({"192.0.2.0/24": entry})).of("192.0.2.9") == NOWHERE


def test_without_a_file_everybody_is_nowhere() -> None:
    assert Places(None).of("192.0.2.9") == NOWHERE


def test_a_file_that_is_replaced_is_taken_and_a_broken_one_is_not(write: Write, caplog: pytest.LogCaptureFixture) -> None:
    path = write({"192.0.2.0/24": SALEM})
    places = Places(path)
    write({"192.0.2.0/24": {"country": {"iso_code": "FR"}}})
    assert places.of("192.0.2.9") == Place(country="FR")
    path.write_bytes(b"half a file")
    assert [places.of("192.0.2.9") for _ in range(3)] == [Place(country="FR")] * 3
    assert len(caplog.records) == 1
    assert "192.0.2" not in caplog.text
    path.unlink()
    assert places.of("192.0.2.9") == Place(country="FR")


@pytest.mark.parametrize("content", [None, b"", b"half a file"])
def test_a_file_that_is_no_database_is_refused_at_the_start(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "places.mmdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused, match=r"location_database: .*places\.mmdb"):
        Places(path)


def test_reports_tell_where_visitors_were(launch: Launch, write: Write) -> None:
    relay = launch(location_database=write({"192.0.2.0/24": SALEM}), proxies="127.0.0.1")
    key = relay.json("key", "show", "--group", str(GROUP))["key"]
    with Agent(relay) as agent, Visitor(relay, forwarded="192.0.2.9") as visitor:
        agent.log_in()
        session = visitor.start()
        version = visitor.send(document("one"))["version"]
        with agent.join(session["key"]) as viewer:
            viewer.reach(version)
            viewer.say(type="end")
        visitor.closed()
    today = datetime.now(UTC)
    asked = {
        "partnerId": GROUP,
        "apiKey": key,
        "startRange": (today - timedelta(1)).isoformat(timespec="seconds"),
        "endRange": (today + timedelta(1)).isoformat(timespec="seconds"),
    }
    asked |= {"sessionKey": "", "nResults": 10, "nextId": 0}
    answer = httpx.post(f"{relay.url}/services/activityservice.asmx/PartnerCompletedSessions", json=asked, trust_env=False)
    (session,) = answer.json()["d"]["users"][0]["sessions"]
    guests = {guest["type"]: guest for guest in session["guests"]}
    assert guests["visitor"]["ip"] == "192.0.2.9"
    assert guests["visitor"]["location"] == {"city": "Salem", "region": "Oregon", "countryCode": "US"}
    assert guests["agent"]["location"] == {"city": None, "region": None, "countryCode": None}
