"""What happens when nobody does anything: sessions nobody joins, visitors that stay away, sockets that say nothing or read nothing."""

from __future__ import annotations

import socket
import struct

import httpx2 as httpx
import pytest
from websockets.exceptions import InvalidStatus

from relay.protocol.names import Close
from relay.web.protocol import HEAD_BYTES
from tests.relay.conftest import Launch
from tests.relay.model import Op
from tests.relay.peers import Agent, Visitor, document, form_token
from tests.relay_process import RelayProcess


def test_a_session_that_nobody_joins_times_out(launch: Launch) -> None:
    with Visitor(launch(waiting=0.5)) as visitor:
        visitor.start()
        assert visitor.closed() == Close.ENDED
        assert visitor.heard[-1] == {"type": "ended", "reason": "timeout"}


def test_a_visitor_that_stays_away_is_lost(launch: Launch) -> None:
    relay = launch(grace=0.5)
    with Agent(relay) as agent, Visitor(relay) as visitor:
        agent.log_in()
        started = visitor.start()
        with agent.join(started["key"]) as viewer:
            viewer.hear("joined")
            visitor.cut()
            assert viewer.hear("state")["state"] == "reconnecting"
            assert viewer.hear("ended")["reason"] == "error"
    with Visitor(relay) as visitor:
        visitor.say(type="resume", protocol=1, ssnid=started["ssnid"], secret=started["secret"], epoch=0, sequence=0)
        assert visitor.closed() == Close.ENDED


def test_a_socket_that_says_nothing_is_closed(launch: Launch) -> None:
    with Visitor(launch(first_message=0.3)) as visitor:
        assert visitor.closed() == Close.LATE


HALF_A_HEAD = (b"", b"GET / HTTP/1.1\r\nHost: relay\r\nX-", b"GET /cobrowse/visitor HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\n")


@pytest.mark.parametrize("head", HALF_A_HEAD)
def test_a_head_that_stops_is_not_waited_for(launch: Launch, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", launch(head=0.3).port), 10) as line:
        line.sendall(head)
        assert is_cut(line)


def test_a_head_without_end_is_cut(relay: RelayProcess) -> None:
    with socket.create_connection(("127.0.0.1", relay.port), 10) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: relay\r\n")
        sent, field = 0, b"X-Field: " + b"x" * 16_000 + b"\r\n"
        try:
            while sent < 64 * HEAD_BYTES:
                line.sendall(field)
                sent += len(field)
        except OSError:
            pass
        assert sent < 64 * HEAD_BYTES


def test_a_connection_that_was_asked_before_is_asked_again(launch: Launch) -> None:
    with httpx.Client(base_url=launch(head=0.3).url) as browser:
        for _ in range(3):
            assert browser.get("/healthz").status_code == 200


def is_cut(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


def test_unknown_sockets_are_few_for_an_address(launch: Launch) -> None:
    relay = launch(newcomers=3)
    silent = [Visitor(relay) for _ in range(3)]
    try:
        refused = Visitor(relay)
    except InvalidStatus as error:
        assert error.response.status_code == 403
    else:
        raise AssertionError(refused)
    silent[0].start()
    with Visitor(relay) as another:
        another.start()
    for visitor in silent:
        visitor.cut()


def test_sessions_that_wait_are_few_for_an_address(launch: Launch) -> None:
    relay = launch(pending=2)
    with Visitor(relay) as first, Visitor(relay) as second, Visitor(relay) as third:
        first.start()
        second.start()
        third.say(type="start", protocol=1, groupid=1000, site="production")
        assert third.closed() == Close.DENIED
        assert third.heard[0]["code"] == "service"


def test_a_viewer_that_stops_reading_is_cut_and_nobody_waits_for_it(launch: Launch) -> None:
    relay = launch(write_deadline=1)
    with Agent(relay) as agent, Visitor(relay) as visitor:
        agent.log_in()
        key = visitor.start()["key"]
        visitor.send(document("one"))
        stuck = stuck_viewer(relay, agent.ticket(key).json()["ticket"])
        with agent.join(key) as viewer:
            viewer.hear("joined")
            big: list[Op] = [("set_text", 4, "")]
            for number in range(24):
                big[0] = ("set_text", 4, noise(number))
                viewer.reach(visitor.send(big)["version"])
                assert viewer.texts() == [big[0][2]]
            viewer.hear_once("agents", count=1)
        stuck.close()


def noise(seed: int) -> str:
    """Half a megabyte that does not shrink when it is deflated."""
    state, out = seed + 1, []
    for _ in range(65_000):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append(f"{state >> 32:08x}")
    return "".join(out)


def stuck_viewer(relay: RelayProcess, ticket: str) -> socket.socket:
    """A viewer that joins, and then never reads: a plain socket with a small receive buffer."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", relay.port))
    line.sendall(
        f"GET /agentjoin/viewer HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {relay.url}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert b"101" in line.recv(64)
    join = f'{{"type":"join","protocol":1,"ticket":"{ticket}"}}'.encode()
    line.sendall(struct.pack("!BB4s", 0x81, 0x80 | len(join), bytes(4)) + join)
    return line


def test_a_logout_reaches_a_live_viewer(launch: Launch) -> None:
    relay = launch(rights_poll=0.2)
    with Agent(relay) as agent, Visitor(relay) as visitor:
        agent.log_in()
        with agent.join(visitor.start()["key"]) as viewer:
            viewer.hear("joined")
            agent.post("/logout", data={"csrf": form_token(agent.get("/agentjoin/AgentJoin.aspx").text)})
            assert viewer.closed() == Close.DENIED
        assert visitor.hear("agents")["count"] == 1
        assert visitor.hear("agents")["count"] == 0


def test_the_log_names_no_key(launch: Launch) -> None:
    relay = launch()
    with Visitor(relay) as visitor:
        visitor.start(key="a-key-nobody-may-read", name="Vera\nSecret")
        visitor.send(document("text of the page"))
        visitor.say(type="stop", reason="visitor")
        visitor.closed()
    relay.stop()
    log = relay.log.read_text()
    assert "session 1000.a-…." in log
    assert "nobody-may-read" not in log and "Vera" not in log and "text of the page" not in log
