"""Sockets end to end: a real server, a visitor and viewers that speak the protocol."""

from __future__ import annotations

import json
import re
import socket
import struct
from contextlib import ExitStack

import pytest
from websockets.exceptions import InvalidStatus

from relay.live.pieces import ADDRESS_BYTES
from relay.protocol.names import Close, Limit, Message
from tests.relay.peers import SHOP, Agent, Viewer, Visitor, document
from tests.relay_process import GROUP, RelayProcess


def test_a_page_reaches_a_viewer_and_changes_follow(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        started = visitor.start(name="Vera", visitorid="vera-1")
        assert re.fullmatch(r"\d{4}\.vera-1\.\d+", started["ssnid"])
        assert started["key"] == "vera-1" and started["grace"] == 60
        assert started["assets"].startswith(f"{relay.url}/cobrowse/assets/")
        version = visitor.send(document("one", "two"))["version"]
        with agent.join("vera-1") as viewer:
            joined = viewer.hear("joined")
            assert joined["state"] == "live"
            assert joined["visitor"]["name"] == "Vera"
            viewer.reach(version)
            assert viewer.texts() == ["one", "two"]
            assert visitor.hear("agents")["agentlist"][0]["username"] == "ada.example"
            viewer.reach(visitor.send([("set_text", 4, "three")])["version"])
            assert viewer.texts() == ["three", "two"]


def test_a_random_key_has_five_digits(relay: RelayProcess) -> None:
    with Visitor(relay) as visitor:
        assert re.fullmatch(r"\d{5}", visitor.start()["key"])


@pytest.mark.parametrize("visitorid", [None, "vera-2", "GLANCE_KEYTYPE_RANDOM"])
def test_a_key_is_random_when_that_is_asked_for(relay: RelayProcess, visitorid: str | None) -> None:
    fields = {} if visitorid is None else {"visitorid": visitorid}
    with Visitor(relay) as visitor:
        assert re.fullmatch(r"\d{5}", visitor.start(key="GLANCE_KEYTYPE_RANDOM", **fields)["key"])


def test_a_second_viewer_costs_the_visitor_nothing(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        version = visitor.send(document("one"))["version"]
        with agent.join(key) as first, agent.join(key) as second:
            first.reach(version)
            second.reach(version)
            assert first.texts() == second.texts() == ["one"]
            assert second.frames[0] == first.frames[0]
            assert {control["type"] for control in visitor.heard} <= {"started", "ack", "agents"}


def test_a_viewer_that_comes_back_gets_only_what_it_missed(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        version = visitor.send(document("one", "two"))["version"]
        with agent.join(key) as viewer:
            incarnation = viewer.hear("joined")["incarnation"]
            viewer.reach(version)
            page, seen = viewer.page, viewer.version
        latest = visitor.send([("set_text", 4, "changed")])["version"]
        answer = agent.ticket(key).json()
        with Viewer(relay, answer["ticket"], incarnation=incarnation, version=seen) as back:
            back.page, back.version = page, seen
            back.reach(latest)
            assert len(back.frames) == 1
            assert back.texts() == ["changed", "two"]


def test_the_end_is_told_to_everybody(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        with agent.join(key) as viewer:
            viewer.hear("joined")
            viewer.say(type="end")
            assert viewer.closed() == Close.ENDED
            assert viewer.heard[-1] == {"type": "ended", "reason": "agent"}
        assert visitor.closed() == Close.ENDED
        assert visitor.heard[-1] == {"type": "ended", "reason": "agent"}
    assert agent.ticket(key).status_code == 404


def test_a_visitor_that_stops_ends_the_session(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        with agent.join(key) as viewer:
            viewer.hear("joined")
            visitor.say(type="stop", reason="visitor")
            assert visitor.closed() == Close.ENDED
            assert viewer.hear("ended")["reason"] == "visitor"


def test_a_key_in_use_is_refused_while_its_visitor_is_there(relay: RelayProcess) -> None:
    with Visitor(relay) as first:
        first.start(key="same-key")
        with Visitor(relay) as second:
            second.say(type="start", protocol=1, groupid=GROUP, site="production", key="same-key")
            assert second.closed() == Close.DENIED
            assert second.heard[0]["code"] == "dupkey"


@pytest.mark.parametrize("key", ["", "a b", "a*", "ä", "x" * 64, "a>b", "a/b", "a\nb"])
def test_a_key_of_other_characters_is_refused_or_replaced(relay: RelayProcess, key: str) -> None:
    with Visitor(relay) as visitor:
        visitor.say(type="start", protocol=1, groupid=GROUP, site="production", key=key)
        if key:
            assert visitor.closed() == Close.DENIED
            assert visitor.heard[0]["code"] == "invalidkey"
        else:
            assert visitor.hear("started")["key"].isdigit()


def test_a_visitor_resumes_with_its_secret_only(relay: RelayProcess) -> None:
    with Visitor(relay) as visitor:
        started = visitor.start()
        visitor.send(document("one"))
        visitor.cut()
    for ssnid in (started["ssnid"], f"{started['ssnid']}0"):
        with Visitor(relay) as stranger:
            stranger.say(type="resume", protocol=1, ssnid=ssnid, secret="wrong", epoch=0, sequence=0)
            assert stranger.closed() == Close.ENDED
    with Visitor(relay) as back:
        resumed = back.resume(started)
        assert (resumed["epoch"], resumed["sequence"]) == (1, 1)
        assert back.send([("set_text", 4, "two")])["sequence"] == 2


def test_a_new_page_takes_the_session_over(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as old:
        started = old.start()
        old.send(document("old page"))
        with agent.join(started["key"]) as viewer, Visitor(relay) as new:
            new.resume(started)
            assert old.closed() == Close.REPLACED
            viewer.reach(new.send(document("new page"))["version"])
            assert viewer.texts() == ["new page"]


@pytest.mark.parametrize("origin", [None, "null", "file://", "https://shop.example:x", "https://shop.example/path", "javascript:1"])
def test_a_visitor_needs_an_origin(relay: RelayProcess, origin: str | None) -> None:
    with Visitor(relay, origin) as visitor:
        visitor.say(type="start", protocol=1, groupid=GROUP, site="production")
        assert visitor.closed() == Close.DENIED


def test_a_group_with_a_list_takes_only_pages_on_it(relay: RelayProcess) -> None:
    relay.cli("group", "add", "--id", "2000", "--name", "Listed", "--origin", "https://one.example:8443", "--origin", "two.example")
    for origin, allowed in {
        "https://one.example:8443": True,
        "https://one.example": False,
        "http://one.example:8443": False,
        "https://two.example": True,
        "https://www.two.example": True,
        "https://nottwo.example": False,
        "https://two.example.evil.example": False,
        "http://two.example": False,
        "https://two.example:444": False,
    }.items():
        with Visitor(relay, origin) as visitor:
            visitor.say(type="start", protocol=1, groupid=2000, site="staging")
            if allowed:
                assert visitor.hear("started")["ssnid"].startswith("2000."), origin
            else:
                refused = visitor.hear("error")
                assert (refused["code"], refused["msg"]) == (
                    "UNTRUSTED_ORIGIN",
                    f"pages of {origin!r} may not share: the origin is not on the list of group 2000",
                )
                assert visitor.closed() == Close.DENIED, origin
                assert f"start refused: UNTRUSTED_ORIGIN: {refused['msg']}\n" in relay.log.read_text()


def test_a_page_is_told_that_its_origin_may_not_go_on(relay: RelayProcess) -> None:
    relay.cli("group", "add", "--id", "2001", "--name", "Listed", "--origin", SHOP)
    with Visitor(relay) as visitor, Visitor(relay, "https://other.example/" + "x" * 500) as elsewhere:
        visitor.say(type="start", protocol=1, groupid=2001, site="staging")
        started = visitor.hear("started")
        elsewhere.say(type="resume", protocol=1, ssnid=started["ssnid"], secret=started["secret"], epoch=0, sequence=0)
        assert len(elsewhere.hear("error")["msg"]) < 200
        assert elsewhere.closed() == Close.DENIED


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://127.0.0.1"])
def test_a_viewer_is_our_own_page_or_nobody(relay: RelayProcess, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Viewer(relay, "ticket", origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ("garbage", Close.MALFORMED),
        ("[]", Close.MALFORMED),
        ('{"type":"start"}', Close.MALFORMED),
        ('{"type":"stop","reason":""}', Close.MALFORMED),
        ('{"type":"start","protocol":1,"groupid":"1000","site":"production"}', Close.MALFORMED),
        ('{"type":"start","protocol":1,"groupid":1000,"site":"production","more":1}', Close.MALFORMED),
        ('{"type":"start","protocol":1,"groupid":1000,"site":"production","site":"production"}', Close.MALFORMED),
        ('{"type":"start","protocol":2,"groupid":1000,"site":"production"}', Close.VERSION),
        ('{"type":"resume","protocol":1,"ssnid":"1.2.3","secret":"x","epoch":0,"sequence":0}', Close.ENDED),
        (b"\x01\x01\x00", Close.MALFORMED),
        ("[" * 4000, Close.MALFORMED),
        (" " * 4097, Close.TOO_LARGE),
    ],
)
def test_a_wrong_first_message_ends_the_connection(relay: RelayProcess, first: str | bytes, code: Close) -> None:
    with Visitor(relay) as visitor:
        visitor.socket.send(first)
        assert visitor.closed() == code


@pytest.mark.parametrize(("path", "origin"), [("/cobrowse/visitor", SHOP), ("/agentjoin/viewer", None)])
def test_a_stranger_announces_at_most_four_kilobytes(relay: RelayProcess, path: str, origin: str | None) -> None:
    with socket.create_connection(("127.0.0.1", relay.port), 10) as line:
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: relay\r\nOrigin: {origin or relay.url}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        answer = line.makefile("rb")
        while answer.readline() != b"\r\n":
            pass
        # The head of a message; of its bytes none is sent.
        line.sendall(struct.pack("!BBH4s", 0x81, 0x80 | 126, 4097, bytes(4)))
        opcode, size, code = struct.unpack("!BBH", answer.read(4))
        assert (opcode, code) == (0x88, Close.TOO_LARGE)
        assert len(answer.read(size - 2)) == size - 2 and answer.read() == b""


def test_a_viewer_that_is_known_may_say_more_but_not_much(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor, agent.join(visitor.start()["key"]) as viewer:
        viewer.hear("joined")
        viewer.socket.send('{"type":"ack","version":0}' + " " * 8000)
        assert viewer.overfill(" " * (Limit.VIEWER_MESSAGE + 1)) == Close.TOO_LARGE


def test_unfinished_frames_of_one_address_have_one_budget(relay: RelayProcess) -> None:
    piece, full = bytes([Message.PART]) + bytes(Limit.PART), Limit.SNAPSHOT_FRAME // Limit.PART
    with Visitor(relay) as last:
        last.start()
        with ExitStack() as others:
            for _ in range(ADDRESS_BYTES // Limit.SNAPSHOT_FRAME):
                visitor = others.enter_context(Visitor(relay))
                visitor.start()
                for _ in range(full):
                    visitor.socket.send(piece)
                # An answer says that all of it has arrived.
                visitor.socket.ping().wait(10)
            with Visitor(relay) as refused:
                refused.start()
                assert refused.overfill(piece) == Close.TOO_LARGE
        frame = last.encode(document("one"))
        last.socket.send(bytes([Message.PART]) + frame[:20])
        last.socket.send(bytes([Message.LAST]) + frame[20:])
        assert last.hear("ack")["sequence"] == 1


def test_unknown_groups_and_sites_are_refused(relay: RelayProcess) -> None:
    wrong = [({"groupid": number}, "invalidgroup") for number in (77, -1, 10**15, 2**63, 2**64, 10**30)]
    for fields, code in [*wrong, ({"site": "test"}, "invalidsite")]:
        with Visitor(relay) as visitor:
            visitor.say(**{"type": "start", "protocol": 1, "groupid": GROUP, "site": "production", **fields})
            assert visitor.closed() == Close.DENIED
            assert visitor.heard[0]["code"] == code


def test_a_refused_frame_is_healed_by_a_new_snapshot(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        visitor.send(document("one"))
        with agent.join(key) as viewer:
            visitor.socket.send(visitor.encode([("set_text", 999, "no such node")]))
            assert visitor.hear("resync")["reason"] == "unknown_node"
            visitor.socket.send(visitor.encode([("set_text", 4, "dropped until the snapshot")]))
            viewer.reach(visitor.send(document("healed"))["version"])
            assert viewer.texts() == ["healed"]
            assert [control["type"] for control in visitor.heard].count("resync") == 1


def test_three_refused_frames_end_the_session(relay: RelayProcess) -> None:
    with Visitor(relay) as visitor:
        visitor.start()
        for _ in range(3):
            visitor.send(document("one"))
            visitor.socket.send(visitor.encode([("remove", 999, 1)]))
            assert visitor.hear("resync")["reason"] == "unknown_node"
        assert visitor.closed() == Close.ENDED
        assert visitor.heard[-1] == {"type": "ended", "reason": "error"}


def test_a_large_frame_travels_in_pieces(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        texts = [f"{number} " + "long text " * 60_000 for number in range(4)]
        frame = visitor.encode(document(*texts))
        assert len(frame) > Limit.VISITOR_FRAME
        pieces = [frame[at : at + Limit.PART] for at in range(0, len(frame), Limit.PART)]
        for piece in pieces[:-1]:
            visitor.socket.send(bytes([Message.PART]) + piece)
        visitor.socket.send(bytes([Message.LAST]) + pieces[-1])
        version = visitor.hear("ack")["version"]
        with agent.join(key) as viewer:
            viewer.reach(version)
            assert viewer.texts() == texts


def test_too_much_is_too_large(relay: RelayProcess) -> None:
    with Visitor(relay) as visitor:
        visitor.start()
        assert visitor.overfill(bytes([Message.PART]) + b"x" * (Limit.PART + 1)) == Close.TOO_LARGE
    with Visitor(relay) as visitor:
        visitor.start()
        assert visitor.overfill(json.dumps({"type": "stop", "reason": "x" * Limit.CONTROL_MESSAGE})) == Close.TOO_LARGE
    with Visitor(relay) as visitor:
        visitor.start()
        assert visitor.overfill(b"\x01" + b"x" * Limit.VISITOR_FRAME) == Close.TOO_LARGE


def test_many_fragments_are_refused(relay: RelayProcess) -> None:
    with Visitor(relay) as visitor:
        visitor.start()
        assert visitor.overfill(b"x" for _ in range(100_000)) == Close.TOO_LARGE


def test_a_viewer_sends_no_frames_and_nothing_out_of_order(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        for message in (b"\x02\x01\x00", '{"type":"join","protocol":1,"ticket":"x"}', '{"type":"click"}', '{"type":"ack","version":"1"}'):
            with agent.join(key) as viewer:
                viewer.hear("joined")
                viewer.socket.send(message)
                assert viewer.closed() == Close.MALFORMED


def test_rules_added_by_the_command_line_reach_running_sessions(relay: RelayProcess, agent: Agent) -> None:
    relay.cli("group", "add", "--id", "3000", "--name", "Masked")
    relay.cli("user", "add", "--group", "3000", "--username", "mia", "--password-stdin", stdin="a password of mia\n")
    with Visitor(relay) as visitor, Agent(relay) as mia:
        assert mia.log_in("mia", "a password of mia").status_code == 303
        key = visitor.start(groupid=3000)["key"]
        version = visitor.send(document("one"))["version"]
        with mia.join(key) as viewer:
            viewer.reach(version)
            assert viewer.texts() == ["one"]
            relay.cli("mask", "add", "--group", "3000", "--site", "production", "--selector", ".line", "--action", "text")
            assert visitor.hear("masks")["masks"] == [{"selector": ".line", "action": "text", "label": ""}]
            viewer.reach(version + 1)
            assert viewer.texts() == ["••••••"]
