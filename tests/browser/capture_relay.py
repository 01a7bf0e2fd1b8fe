"""A relay for tests of capture alone: takes a visitor's frames, applies them to a model tree in plain Python and acknowledges.

It knows no sessions, masks nothing and forgives nothing: an op that does not fit the model, or a frame that the core refuses, is a
fault, and `faults` ends the test.
Pages, scripts and assets come from a small HTTP server of its own. Everything is on the loopback interface.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from websockets import ConnectionClosed
from websockets.asyncio.server import Server, ServerConnection, serve

from relay._core import Replica
from relay.protocol.names import BULLETS, Mask, Message
from tests import codec

STATIC = Path(__file__).resolve().parents[2] / "relay" / "static"
SCRIPTS = {"loader.js", "visitor.js", *(path.name for path in STATIC.glob("visitor-*.js"))}
TAG_FORMS = {
    "keys": """data-inputevents='{"ctrl-13":"startSession", "shift-13":"showTerms"}'""",
    "custom": 'data-ui="custom"',
    "terms": 'data-termsurl="https://tag.example/terms"',
    "parts": "",
    "nowhere": "",
}
# What a page asks for with this key, or with none, is a key of the relay's choice.
ANY_KEY, RANDOM_KEY = "GLANCE_KEYTYPE_RANDOM", "5678"
# Nothing but what docs for integrators ask for: our script, and connections to the relay.
STRICT_POLICY = (
    "default-src 'none'; script-src {origin}; connect-src ws://127.0.0.1:{port};"
    " require-trusted-types-for 'script'; trusted-types cobrowse-relay"
)
VERSION = json.loads((Path(__file__).resolve().parents[2] / "visitor_js" / "package.json").read_text())["version"]


@dataclass(eq=False)
class ModelNode:
    """A node as the visitor has described it."""

    id: int
    tag: str = ""
    namespace: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    text: str | None = None
    document: dict[str, Any] | None = None
    children: list[ModelNode] = field(default_factory=list)
    parent: ModelNode | None = None
    host: ModelNode | None = None
    shadow: ModelNode | None = None
    inner: ModelNode | None = None
    value: str | None = None
    state: int = 0
    scroll: tuple[int, int] = (0, 0)
    sheet: tuple[str, str] | None = None
    mask: tuple[int, str, int, int] | None = None
    placeholder: int = 0
    tiles: dict[tuple[int, int], str] = field(default_factory=dict)
    playback: tuple[int, ...] = ()
    animation: str = ""

    def below(self) -> Iterator[ModelNode]:
        """The node and all below it in the composed tree."""
        rest = [self]
        while rest:
            node = rest.pop()
            yield node
            rest += [child for child in (*reversed(node.children), node.inner, node.shadow) if child]


class Model:
    """The tree of one epoch. Every method refuses what the protocol refuses."""

    def __init__(self) -> None:
        self.nodes: dict[int, ModelNode] = {}
        self.used: set[int] = set()
        self.root: ModelNode | None = None
        self.focus = 0
        self.pointer: tuple[int, ...] = ()
        self.viewport: tuple[int, ...] = ()
        self.hover: tuple[int, int] = (0, 0)
        self.media = 0
        self.selection: tuple[int, int, int, int] = (0, 0, 0, 0)
        self.clock = 0
        self.lifted: list[int] = []
        self.constructed: dict[int, tuple[str, str]] = {}
        self.adopted: dict[int, list[int]] = {}

    def apply(self, op: codec.OpTuple) -> None:
        getattr(self, op[0])(*op[1:])

    def create(self, node: ModelNode) -> ModelNode:
        assert node.id not in self.used, f"number {node.id} used twice"
        self.used.add(node.id)
        self.nodes[node.id] = node
        return node

    def drop(self, node: ModelNode) -> None:
        for below in list(node.below()):
            del self.nodes[below.id]

    def position(self, parent: ModelNode, after: int) -> int:
        if after == 0:
            return 0
        return parent.children.index(self.nodes[after]) + 1

    def document(self, node: int, frame: int, address: str, base: str, title: str, doctype: str, quirks: int) -> None:
        if frame == 0:
            self.__init__()  # type: ignore[misc]
        info = {"address": address, "base": base, "title": title, "doctype": doctype, "quirks": quirks}
        document = self.create(ModelNode(node, document=info))
        if frame == 0:
            self.root = document
            return
        host = self.nodes[frame]
        if host.inner:
            self.drop(host.inner)
        host.inner, document.host, host.placeholder = document, host, 0

    def insert(self, parent: int, after: int, nodes: list[dict[str, Any]]) -> None:
        top = self.nodes[parent]
        path: list[ModelNode] = []
        fresh: list[ModelNode] = []
        assert nodes, "an insert of nothing"
        for described in nodes:
            assert described["depth"] <= len(path), "a step too deep"
            del path[described["depth"] :]
            node = self.create(ModelNode(described["id"]))
            above = path[-1] if path else None
            if "shadow" in described:
                host = above or top
                assert host.shadow is None, "a second shadow root"
                host.shadow, node.host = node, host
            else:
                if "text" in described:
                    node.text = described["text"]
                else:
                    node.tag, node.namespace = described["tag"], described["ns"]
                    node.attributes = dict(described["attributes"])
                    assert len(node.attributes) == len(described["attributes"]), "an attribute twice"
                if above:
                    assert above.text is None, "a child of a text"
                    node.parent = above
                    above.children.append(node)
                else:
                    fresh.append(node)
            path.append(node)
        at = self.position(top, after)
        for node in fresh:
            node.parent = top
        top.children[at:at] = fresh

    def run(self, node: int, count: int) -> list[ModelNode]:
        first = self.nodes[node]
        assert first.parent and count > 0
        at = first.parent.children.index(first)
        run = first.parent.children[at : at + count]
        assert len(run) == count, "a run past the end"
        return run

    def move(self, node: int, count: int, parent: int, after: int) -> None:
        run = self.run(node, count)
        target = self.nodes[parent]
        above: ModelNode | None = target
        while above:
            assert above not in run, "a circle"
            above = above.parent or above.host
        assert run[0].parent
        assert self.owner(run[0]) is self.owner(target), "a move to another document"
        for moved in run:
            assert moved.parent
            moved.parent.children.remove(moved)
            moved.parent = target
        at = self.position(target, after)
        target.children[at:at] = run

    def owner(self, node: ModelNode) -> ModelNode:
        while node.document is None:
            above = node.parent or node.host
            assert above
            node = above
        return node

    def remove(self, node: int, count: int) -> None:
        for gone in self.run(node, count):
            assert gone.parent
            gone.parent.children.remove(gone)
            self.drop(gone)

    def set_text(self, node: int, text: str) -> None:
        assert self.nodes[node].text is not None
        self.nodes[node].text = text

    def set_attribute(self, node: int, name: str, value: str) -> None:
        assert self.nodes[node].tag
        self.nodes[node].attributes[name] = value

    def remove_attribute(self, node: int, name: str) -> None:
        assert self.nodes[node].tag
        self.nodes[node].attributes.pop(name, None)

    def set_attributes(self, node: int, attributes: list[list[str]]) -> None:
        assert self.nodes[node].tag
        self.nodes[node].attributes = dict(attributes)  # type: ignore[arg-type]

    def set_value(self, node: int, value: str) -> None:
        assert self.nodes[node].tag in {"input", "textarea", "select"}
        self.nodes[node].value = value

    def set_state(self, node: int, bits: int) -> None:
        self.nodes[node].state = bits

    def set_scroll(self, node: int, left: int, top: int) -> None:
        self.nodes[node].scroll = (left, top)

    def set_sheet(self, node: int, base: str, text: str) -> None:
        assert self.nodes[node].tag in {"link", "style"}
        self.nodes[node].sheet = (base, text)

    def set_mask(self, node: int, level: int, label: str, width: int, height: int) -> None:
        masked = self.nodes[node]
        masked.mask = (level, label, width, height)
        if level >= Mask.HIDE:
            for gone in (*masked.children, masked.shadow, masked.inner):
                if gone:
                    self.drop(gone)
            masked.children, masked.shadow, masked.inner = [], None, None
            return
        for below in masked.below():
            if below.text and below.text.strip():
                below.text = BULLETS
            below.value = BULLETS if below.value is not None else None
            below.state, below.scroll = 0, (0, 0)

    def verify(self, node: int, scope: int, digest: int) -> None:
        assert node in self.nodes

    def set_placeholder(self, node: int, reason: int) -> None:
        self.nodes[node].placeholder = reason
        self.nodes[node].tiles.clear()

    def set_tile(self, node: int, column: int, row: int, picture: str) -> None:
        assert self.nodes[node].tag == "canvas" or (self.nodes[node].tag == "video" and column == row == 0)
        self.nodes[node].tiles[column, row] = picture

    def set_playback(self, node: int, *playback: int) -> None:
        assert self.nodes[node].tag in {"audio", "video"}
        self.nodes[node].playback = playback

    def set_selection(self, node: int, offset: int, end: int, end_offset: int) -> None:
        assert node == end == 0 or (node in self.nodes and end in self.nodes)
        self.selection = (node, offset, end, end_offset)

    def set_animation(self, node: int, text: str) -> None:
        self.nodes[node].animation = text

    def set_clock(self, time: int) -> None:
        self.clock = time

    def lift(self, node: int) -> None:
        assert node in self.nodes
        self.lifted = [*(other for other in self.lifted if other != node), node]

    def set_hover(self, node: int, active: int) -> None:
        assert all(number == 0 or number in self.nodes for number in (node, active))
        self.hover = (node, active)

    def set_media(self, features: int) -> None:
        self.media = features

    def set_constructed(self, sheet: int, base: str, text: str) -> None:
        if text:
            self.constructed[sheet] = (base, text)
        else:
            del self.constructed[sheet]

    def set_adopted(self, node: int, sheets: str) -> None:
        assert node in self.nodes
        self.adopted[node] = [int(sheet) for sheet in sheets.split()]

    def set_focus(self, node: int) -> None:
        assert node == 0 or node in self.nodes
        self.focus = node

    def set_pointer(self, x: int, y: int, down: int) -> None:
        self.pointer = (x, y, down)

    def set_viewport(self, width: int, height: int, ratio: int) -> None:
        self.viewport = (width, height, ratio)

    def set_title(self, node: int, title: str) -> None:
        document = self.nodes[node].document
        assert document
        document["title"] = title

    def set_address(self, node: int, address: str, base: str) -> None:
        document = self.nodes[node].document
        assert document
        document |= {"address": address, "base": base}


def dump(node: ModelNode) -> Any:
    """The tree as `DUMP` gives it of the page itself."""
    if node.text is not None:
        return node.text
    children = [dump(child) for child in node.children]
    if node.document is not None:
        return {"document": node.document["title"], "children": children}
    out: dict[str, Any] = {"tag": f"{node.namespace}:{node.tag}", "attributes": dict(sorted(node.attributes.items())), "children": children}
    if node.shadow:
        out["shadow"] = [dump(child) for child in node.shadow.children]
    if node.inner:
        out["inner"] = dump(node.inner)
    if node.state:
        out["state"] = node.state
    if node.scroll != (0, 0):
        out["scroll"] = list(node.scroll)
    value = node.value if node.value is not None else implied_value(node)
    if value is not None:
        out["value"] = value
    return out


def implied_value(node: ModelNode) -> str | None:
    if node.tag == "textarea":
        return "".join(child.text or "" for child in node.children)
    if node.tag == "input" and node.attributes.get("type", "text") == "text":
        return node.attributes.get("value", "")
    return None


DUMP = """
() => {
  const namespaces = {'http://www.w3.org/1999/xhtml': 'html', 'http://www.w3.org/2000/svg': 'svg', 'http://www.w3.org/1998/Math/MathML': 'mathml'};
  const empty = new Set(['script', 'noscript', 'template', 'meta', 'base']);
  const cut = (text) => (/^ *(data|javascript):/i.test(text) ? '' : text.replace(/[?#].*$/s, ''));
  const links = { link: 'href', iframe: 'src', form: 'action' };
  const script = (tag, name, value) => name === links[tag] && /^ *(data|javascript):/i.test(value);
  const get = (proto, name) => Object.getOwnPropertyDescriptor(proto, name).get;
  const childNodes = get(Node.prototype, 'childNodes');
  const attributesOf = get(Element.prototype, 'attributes');
  const children = (node) => [...childNodes.call(node)].map(dump).filter((child) => child !== null);
  const nodeType = get(Node.prototype, 'nodeType');
  const dump = (node) => {
    const type = nodeType.call(node);
    if (type === 3 || type === 4) return node.data;
    if (type === 9) return {document: node.title, children: children(node)};
    if (type !== 1 || node.hasAttribute('glance_cobrowse_suppress')) return null;
    const tag = node.localName;
    const out = {tag: `${namespaces[node.namespaceURI] ?? 'other'}:${tag}`, attributes: {}, children: []};
    if (empty.has(tag)) return out;
    for (const {name, value} of attributesOf.call(node)) {
      if (script(tag, name, value)) continue;
      if (name.startsWith('on') || name === 'srcdoc') out.attributes[name] = '';
      else if (['a', 'area', 'link'].includes(tag) && name === 'href') out.attributes[name] = cut(value);
      else if (tag === 'iframe' && name === 'src') out.attributes[name] = cut(value);
      else if (name === 'action') out.attributes[name] = cut(value);
      else out.attributes[name] = value;
    }
    out.attributes = Object.fromEntries(Object.entries(out.attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (tag !== 'iframe') out.children = children(node);
    if (node.shadowRoot) out.shadow = children(node.shadowRoot);
    if (tag === 'iframe' && node.contentDocument) out.inner = dump(node.contentDocument);
    const seen = { ':focus-visible': 64, ':target': 128, ':not(:defined)': 256, ':user-invalid': 512, ':user-valid': 1024, ':autofill': 2048, ':fullscreen': 4096, ':invalid': 8192 };
    const also = Object.entries(seen).reduce((bits, [pseudo, bit]) => bits | (bit < 512 || /^(input|textarea|select|option|dialog)$/.test(tag) ? node.matches(pseudo) * bit : 0), 0);
    const state = also | (tag === 'input' ? node.checked * 1 + node.matches(':indeterminate') * 2 : tag === 'option' ? node.selected * 4
      : tag === 'dialog' && node.matches(':modal') ? 8 : tag === 'link' || tag === 'style' ? Boolean(node.sheet?.disabled) * 32 : 0);
    if (state) out.state = state;
    const scroll = [Math.round(node.scrollLeft), Math.round(node.scrollTop)];
    if (scroll.some(Boolean) && tag !== 'html' && tag !== 'body') out.scroll = scroll;
    if (tag === 'textarea' || tag === 'select' || (tag === 'input' && node.type === 'text')) out.value = node.value;
    return out;
  };
  return dump(document);
}
"""


class CaptureRelay:
    """Serves `pages` (path → HTML or bytes), and stands in for the relay until it is closed."""

    def __init__(self, pages: dict[str, str], masks: list[dict[str, str]] | None = None) -> None:
        self.pages = pages
        self.masks = masks or []
        self.model = Model()
        self.core = Replica(asset_key=b"key", asset_prefix="http://assets.test")
        self.alarms = 0
        self.drifted: list[tuple[int, int]] = []
        self.epoch = self.sequence = self.version = 0
        self.frames: list[bytes] = []
        self.ops: list[codec.OpTuple] = []
        self.controls: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.uploads: dict[str, tuple[str, bytes]] = {}
        self.refusals: dict[str, str | None] = {}
        self.referrers: dict[str, str | None] = {}
        self.connections = 0
        self.refuse = False
        self.withheld: set[str] = set()
        self.turns_away = False
        self.waiting = 300
        self._open: set[ServerConnection] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._sockets: Server = self._call(self._listen())
        self.port = self._sockets.sockets[0].getsockname()[1]
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def __enter__(self) -> CaptureRelay:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._sockets.close()
        self._call(self._sockets.wait_closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def tag(self, form: str = "") -> str:
        """The script tag as a customer would paste it; `form` is one of `TAG_FORMS` or a cookie type."""
        host = "127.0.0.1:9" if form == "nowhere" else f"127.0.0.1:{self.port}"
        more = TAG_FORMS.get(form, f'data-cookietype="{form}"' if form else "")
        settings = f'data-groupid="1234" data-site="staging" data-additionalgroupids="77, 59923" data-ws="{host}" {more}'
        source = f'src="{self.origin}/loader.js"'
        if form == "parts":
            return f'<meta id="glance-cobrowse" {settings}><script id="cobrowsescript" {source}></script>'
        return f'<script id="glance-cobrowse" {source} {settings}></script>'

    def page(self, path: str) -> bytes:
        """A page's text with the tag where it is marked."""
        return re.sub(r"<!--tag:?(\w*)-->", lambda found: self.tag(found[1]), self.pages[path]).encode()

    def tree(self) -> Any:
        assert not self.faults, self.faults
        assert not self.alarms, "unmasked content below a mask"
        assert self.model.root
        return dump(self.model.root)

    def find(self, name: str) -> ModelNode:
        """The element with this id attribute."""
        found = [node for node in self.model.nodes.values() if node.attributes.get("id") == name]
        assert len(found) == 1, f"{len(found)} elements #{name}"
        return found[0]

    def contains(self, secret: str) -> bool:
        """Whether a text is in anything that was sent: as bytes, and in what the frames mean."""
        haystack = json.dumps([self.ops, self.controls], ensure_ascii=False)
        return secret in haystack or any(secret.encode() in frame for frame in self.frames)

    def tell(self, message: dict[str, Any]) -> None:
        """A control message to the visitor."""

        async def send() -> None:
            for connection in self._open:
                await connection.send(json.dumps(message))

        self._call(send())

    def cut(self, code: int = 1012) -> None:
        """Breaks the visitor's connection."""

        async def close() -> None:
            for connection in list(self._open):
                await connection.close(code)

        self._call(close())

    async def _listen(self) -> Server:
        return await serve(self._visitor, "127.0.0.1", 0, max_size=None, compression=None)

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _visitor(self, connection: ServerConnection) -> None:
        self.connections += 1
        self._open.add(connection)
        pieces: list[bytes] = []
        try:
            async for message in connection:
                if isinstance(message, str):
                    await self._control(connection, json.loads(message))
                elif message[0] in (Message.PART, Message.LAST):
                    pieces.append(message[1:])
                    if message[0] == Message.LAST:
                        frame, pieces = b"".join(pieces), []
                        await self._frame(connection, frame)
                else:
                    await self._frame(connection, message)
        except ConnectionClosed:
            pass
        except Exception as error:
            self.faults.append(repr(error))
            raise
        finally:
            self._open.discard(connection)

    async def _control(self, connection: ServerConnection, message: dict[str, Any]) -> None:
        self.controls.append(message)
        common = {
            "ssnid": "1234.5678.1",
            "key": RANDOM_KEY if (key := message.get("key", ANY_KEY)) == ANY_KEY else key,
            "masks": self.masks,
            "assets": f"{self.origin}/assets",
            "grace": 30,
            "waiting": self.waiting,
        }
        match message["type"]:
            case "start" if self.turns_away:
                await connection.send(json.dumps({"type": "error", "code": "invalidgroup", "msg": "no"}))
                await connection.close(4403)
            case "start":
                self.model, self.epoch, self.sequence = Model(), 0, 0
                self.core = Replica(asset_key=b"key", asset_prefix="http://assets.test")
                await connection.send(json.dumps({"type": "started", "secret": "hush", **common}))
            case "resume":
                agents: list[Any] = []
                position = {"epoch": self.epoch, "sequence": self.sequence}
                await connection.send(json.dumps({"type": "resumed", **position, "agents": agents, **common}))
            case "stop":
                await connection.close(4404)

    async def _frame(self, connection: ServerConnection, data: bytes) -> None:
        frame = codec.decode(data)
        starts = bool(frame["ops"]) and frame["ops"][0][0] == "document" and frame["ops"][0][2] == 0
        if self.refuse:
            self.refuse = False
            await connection.send(json.dumps({"type": "resync", "reason": "test"}))
            return
        if starts:
            assert frame["epoch"] > self.epoch and frame["sequence"] == 1, "epoch"
        else:
            assert (frame["epoch"], frame["sequence"]) == (self.epoch, self.sequence + 1), "sequence"
        self.frames.append(data)
        applied = self.core.apply(data)
        self.alarms += applied.alarms
        self.drifted += applied.drifted
        for op in frame["ops"]:
            self.ops.append(op)
            try:
                self.model.apply(op)
            except Exception as error:
                raise AssertionError(f"{op!r:.300}: {error!r}") from error
        self.epoch, self.sequence = frame["epoch"], frame["sequence"]
        self.version += 1
        await connection.send(json.dumps({"type": "ack", "epoch": self.epoch, "sequence": self.sequence, "version": self.version}))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def _answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.send_header("access-control-allow-origin", "*")
                self.send_header("access-control-allow-methods", "PUT, DELETE")
                self.send_header("access-control-allow-headers", "authorization, content-type")
                if b"<!--csp-->" in body:
                    self.send_header("content-security-policy", STRICT_POLICY.format(origin=relay.origin, port=relay.port))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                relay.referrers[path] = self.headers["referer"]
                script = path.removeprefix("/").replace(f"cobrowse/js/CobrowseVisitor_{VERSION}M", "visitor")
                if script in SCRIPTS and not any(name in script for name in relay.withheld):
                    self._answer(200, "text/javascript", (STATIC / script).read_bytes())
                elif path in relay.pages:
                    kind = "text/css" if path.endswith(".css") else "image/svg+xml" if path.endswith(".svg") else "text/html; charset=utf-8"
                    self._answer(200, kind, relay.page(path))
                else:
                    self._answer(404, "text/plain", b"not here")

            def do_OPTIONS(self) -> None:
                self._answer(204, "text/plain", b"")

            def do_PUT(self) -> None:
                relay.referrers[self.path] = self.headers["referer"]
                body = self.rfile.read(int(self.headers["content-length"]))
                relay.uploads[self.path] = (f"{self.headers['content-type']} {self.headers['authorization']}", body)
                self._answer(204, "text/plain", b"")

            def do_DELETE(self) -> None:
                relay.refusals[self.path] = self.headers["authorization"]
                self._answer(204, "text/plain", b"")

        return Handler
