"""Peers that do not keep to WebSocket, to their address or to reasonable names (requirements, section 5: W13, W14, W28 to W30)."""

from __future__ import annotations

import random
import socket
import struct
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.relay.conftest import Launch
from tests.relay.peers import SHOP, Agent, Visitor, document
from tests.relay_process import RelayProcess

SECONDS = 10
PROTOCOL_ERROR, INVALID_DATA, TOO_LARGE = 1002, 1007, 4413
MASK = b"\x01\x02\x03\x04"
FIN, RSV1, MASKED = 0x80, 0x40, 0x80
CONTINUATION, TEXT, BINARY, CLOSE, PING = 0, 1, 2, 8, 9


def frame(first: int, payload: bytes = b"", *, masked: bool = True, size: int | None = None) -> bytes:
    """A frame as RFC 6455 has it, with whatever the test wants in its head; `size` is what the head claims."""
    claimed = len(payload) if size is None else size
    flag = MASKED if masked else 0
    if claimed < 126:
        head = bytes((first, flag | claimed))
    elif claimed < 1 << 16:
        head = struct.pack("!BBH", first, flag | 126, claimed)
    else:
        head = struct.pack("!BBQ", first, flag | 127, claimed)
    if not masked:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


class Raw:
    """A socket that has shaken hands and may send any bytes. `status` is that of the handshake's answer."""

    def __init__(self, relay: RelayProcess, **headers: str) -> None:
        self.line = socket.create_connection(("127.0.0.1", relay.port), SECONDS)
        given = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self.line.sendall(
            f"GET /cobrowse/visitor HTTP/1.1\r\nHost: 127.0.0.1:{relay.port}\r\nOrigin: {SHOP}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{given}\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.line.recv(1)
            assert byte, head
            head += byte
        self.status = int(head.split()[1])

    def code(self) -> int:
        """Wait for the relay's close frame; its code."""
        seen = b""
        with suppress(ConnectionResetError):
            while data := self.line.recv(4096):
                seen += data
        at = seen.rfind(bytes((FIN | CLOSE,)))
        assert at >= 0, seen
        return int(struct.unpack("!H", seen[at + 2 : at + 4])[0])

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *exc: object) -> None:
        self.line.close()


BROKEN = {
    "unmasked": (frame(FIN | TEXT, b"{}", masked=False), PROTOCOL_ERROR),
    "reserved bit": (frame(FIN | RSV1 | TEXT, b"{}"), PROTOCOL_ERROR),
    "all reserved bits": (frame(0xF0 | BINARY, b"{}"), PROTOCOL_ERROR),
    **{f"opcode {code}": (frame(FIN | code, b"{}"), PROTOCOL_ERROR) for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "a ping in pieces": (frame(PING, b"x"), PROTOCOL_ERROR),
    "a long ping": (frame(FIN | PING, b"x" * 126), PROTOCOL_ERROR),
    "a long close": (frame(FIN | CLOSE, struct.pack("!H", 1000) + b"x" * 124), PROTOCOL_ERROR),
    "half a close code": (frame(FIN | CLOSE, b"\x03"), PROTOCOL_ERROR),
    "a close code that nobody may send": (frame(FIN | CLOSE, struct.pack("!H", 1005)), PROTOCOL_ERROR),
    "nothing to continue": (frame(FIN | CONTINUATION, b"x"), PROTOCOL_ERROR),
    "a message in a message": (frame(TEXT, b"{") + frame(FIN | TEXT, b"}"), PROTOCOL_ERROR),
    "no UTF-8": (frame(FIN | TEXT, b"\xff\xfe"), INVALID_DATA),
    "half a character": (frame(TEXT, b"\xe2\x82") + frame(FIN | CONTINUATION, b"x"), INVALID_DATA),
    "a surrogate": (frame(FIN | TEXT, b"\xed\xa0\x80"), INVALID_DATA),
    "an overlong character": (frame(FIN | TEXT, b"\xc0\xaf"), INVALID_DATA),
    "a length beyond all": (frame(FIN | BINARY, size=(1 << 63) - 1), TOO_LARGE),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_websocket_does_not_have_ends_the_connection_and_says_why(relay: RelayProcess, name: str) -> None:
    sent, code = BROKEN[name]
    with Raw(relay) as raw:
        raw.line.sendall(sent)
        assert raw.code() == code


def test_a_length_with_its_highest_bit_is_refused(relay: RelayProcess) -> None:
    with Raw(relay) as raw:
        raw.line.sendall(frame(FIN | BINARY, size=(1 << 64) - 1))
        assert raw.code() in (PROTOCOL_ERROR, TOO_LARGE)


def test_random_bytes_cost_nobody_else_anything(relay: RelayProcess, agent: Agent) -> None:
    seed = 20261125
    chance = random.Random(seed)
    with Visitor(relay) as visitor:
        started = visitor.start()
        for _ in range(40):
            with Raw(relay) as raw, suppress(OSError):
                raw.line.sendall(chance.randbytes(chance.randrange(1, 3000)))
        version = visitor.send(document("still here"))["version"]
        with agent.join(started["key"]) as viewer:
            viewer.reach(version)


def resident(relay: RelayProcess) -> int:
    """Bytes of memory of the relay's process."""
    assert relay.process
    (line,) = [one for one in Path(f"/proc/{relay.process.pid}/status").read_text().splitlines() if one.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024


def test_a_flood_of_pings_is_answered_or_cut_in_bounded_memory(relay: RelayProcess) -> None:
    flood = frame(FIN | PING, b"p" * 125) * 500
    with Raw(relay) as raw, Visitor(relay) as other:
        before = resident(relay)
        raw.line.settimeout(2)
        # Nothing is read here: what the relay answers piles up at it until it cuts the line.
        with suppress(OSError):
            for _ in range(400):
                raw.line.sendall(flood)
        assert resident(relay) < before + 8 * 1024 * 1024
        other.start()


@pytest.mark.parametrize(
    "visitorid", ["a b", "*", "a>b", "a\nb", "a\x00b", "<script>", "é\u2028", "'; drop table sessions; --", "a" * 3000]
)
def test_a_strange_visitor_id_is_an_id_or_an_answer(launch: Launch, visitorid: str) -> None:
    relay = launch()
    with Visitor(relay) as visitor:
        visitor.say(type="start", protocol=1, groupid=1000, site="production", visitorid=visitorid, name=visitorid[:50])
        visitor.socket.recv(SECONDS)
    lines = relay.log.read_text().splitlines()
    assert lines and all(visitorid not in line for line in lines if len(visitorid) > 1)
    # Nothing of it begins a line of its own.
    assert all(line[:2].isdigit() or line.startswith("Cobrowse Relay") for line in lines), lines


def few(relay: RelayProcess, *addresses: str) -> list[int]:
    """Silent sockets, one from each of these addresses as a forwarding header tells them: the answers to their handshakes."""
    with ExitStack() as stack:
        return [stack.enter_context(Raw(relay, X_Forwarded_For=address)).status for address in addresses]


def test_nobody_gets_another_address_by_saying_so(launch: Launch) -> None:
    relay = launch(newcomers=2)
    assert few(relay, "192.0.2.1", "192.0.2.2", "192.0.2.3") == [101, 101, 403]


def test_a_proxy_is_believed_and_what_its_client_said_is_not(launch: Launch) -> None:
    relay = launch(newcomers=2, proxies="127.0.0.1")
    assert few(relay, "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1") == [101, 101, 101, 403]
    # The proxy adds what it sees behind what the client claims.
    assert few(relay, "198.51.100.1, 192.0.2.7", "198.51.100.2, 192.0.2.7", "198.51.100.3, 192.0.2.7") == [101, 101, 403]
