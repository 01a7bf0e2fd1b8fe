"""Pages of the selector vectors: written like HTML, sent as a frame and built in a browser.

The writing is that of the core's own tests (relay_core/src/sketch.rs): `<p id=a class="x y">text<br/></p>`, `svg:`, `math:` and `other:`
before a tag, `<#open>` and `<#closed>` for shadow roots, `<#document>` for the document of a frame. Names with `!` are properties:
`!state=1 !value=x !focus`, of a document `!quirks=1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from relay.protocol.names import State
from tests.codec import OpTuple

NAMESPACES = {"svg": "svg", "math": "mathml", "other": "other"}
_TAG = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*>|[^<]+""")
_ATTRIBUTE = re.compile(r"""([^\s=]+)(?:=(?:"([^"]*)"|'([^']*)'|(\S*)))?""")


@dataclass(eq=False)
class Node:
    """An element, a text (`text`), a shadow root or document (`tag` with `#`). Children are in order, shadow root and document first."""

    id: int
    tag: str = ""
    ns: str = "html"
    text: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    def plain(self) -> dict[str, Any]:
        """As JSON, for the page that builds it."""
        return {
            "id": self.id,
            "tag": self.tag,
            "ns": self.ns,
            "text": self.text,
            "attributes": self.attributes,
            "properties": self.properties,
            "children": [child.plain() for child in self.children],
        }


def read(page: str, quirks: int = 0) -> Node:
    """The document of a page. What is not one element is put into `<html><body>`."""
    top = _Reader().read(page)
    roots = top.children
    if len(roots) != 1 or roots[0].tag != "html":
        top = _Reader().read(f"<html><body>{page}</body></html>")
    top.properties["quirks"] = str(quirks)
    return top


class _Reader:
    def __init__(self) -> None:
        self.last = 0

    def node(self, **fields: Any) -> Node:
        self.last += 1
        return Node(self.last, **fields)

    def read(self, page: str) -> Node:
        top = self.node(tag="#document")
        open_nodes = [top]
        for piece in _TAG.findall(page):
            if not piece.startswith("<"):
                open_nodes[-1].children.append(self.node(text=piece))
            elif piece.startswith("</"):
                open_nodes.pop()
            else:
                node = self.element(piece[1:-1].removesuffix("/"))
                open_nodes[-1].children.append(node)
                if not piece.endswith("/>"):
                    open_nodes.append(node)
        assert len(open_nodes) == 1, page
        return top

    def element(self, inside: str) -> Node:
        name, _, rest = inside.partition(" ")
        prefix, _, local = name.partition(":")
        ns = NAMESPACES.get(prefix, "html") if local else "html"
        node = self.node(tag=local if ns != "html" else name, ns=ns)
        for name, *values in _ATTRIBUTE.findall(rest):
            value = next((value for value in values if value), "")
            (node.properties if name.startswith("!") else node.attributes)[name.removeprefix("!")] = value
        return node


def frame_ops(page: Node, properties: dict[int, tuple[str | None, int]], focus: int) -> list[OpTuple]:
    """The ops of one frame: the page, and of its controls value and state bits."""
    ops: list[OpTuple] = []
    _add_document(ops, page, 0)
    for node in page.walk():
        value, bits = properties.get(node.id, (None, 0))
        if value is not None:
            ops.append(("set_value", node.id, value))
        if node.id in properties:
            ops.append(("set_state", node.id, bits))
    if focus:
        ops.append(("set_focus", focus))
    return ops


def _add_document(ops: list[OpTuple], document: Node, frame: int) -> None:
    quirks = int(document.properties.get("quirks", "0"))
    ops.append(("document", document.id, frame, "https://shop.example/", "https://shop.example/", "", "html", quirks))
    rows: list[dict[str, Any]] = []
    inner: list[tuple[Node, int]] = []
    for child in document.children:
        _add_rows(rows, inner, child, 0)
    if rows:
        ops.append(("insert", document.id, 0, rows))
    for below, host in inner:
        _add_document(ops, below, host)


def _add_rows(rows: list[dict[str, Any]], inner: list[tuple[Node, int]], node: Node, depth: int) -> None:
    row: dict[str, Any] = {"id": node.id, "depth": depth}
    if node.text is not None:
        row["text"] = node.text
    elif node.tag in ("#open", "#closed"):
        row["shadow"] = node.tag[1:]
    else:
        row |= {"ns": node.ns, "tag": node.tag, "attributes": [list(pair) for pair in node.attributes.items()]}
    rows.append(row)
    for child in node.children:
        if child.tag == "#document":
            inner.append((child, node.id))
        else:
            _add_rows(rows, inner, child, depth + 1)


STATES = {"checked": State.CHECKED, "indeterminate": State.INDETERMINATE, "selected": State.SELECTED}
"""Properties of controls that are state bits."""
