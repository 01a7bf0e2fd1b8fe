"""Pages written down as nested lists, as tests and mask vectors have them, and the ops that build them.

An element is `[tag, {attribute: value}, child, …]`, a text a string. `["#shadow", child, …]` is the open shadow root of the element
that it stands in, `["#document", child, …]` the document inside an iframe; both stand before other children. Nodes are numbered in
preorder from 2 on; 1 is the document. In `value` and `checked` keys beginning with `.` are properties.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.codec import OpTuple

Outline = Any
SVG_TAGS = frozenset({"svg", "g", "text", "circle"})
STATES = {".checked": 1, ".selected": 4}


@dataclass
class _Builder:
    last: int = 1
    run: list[dict[str, Any]] = field(default_factory=list)
    after: list[OpTuple] = field(default_factory=list)

    def number(self) -> int:
        self.last += 1
        return self.last

    def add(self, node: Outline, depth: int) -> None:
        if isinstance(node, str):
            self.run.append({"id": self.number(), "depth": depth, "text": node})
        elif node[0] == "#shadow":
            self.run.append({"id": self.number(), "depth": depth, "shadow": "open"})
            for child in node[1:]:
                self.add(child, depth + 1)
        else:
            self.element(node, depth)

    def element(self, node: Outline, depth: int) -> None:
        tag, given, *children = node
        number = self.number()
        attributes = [[name, value] for name, value in given.items() if not name.startswith(".")]
        namespace = "svg" if tag in SVG_TAGS else "html"
        self.run.append({"id": number, "depth": depth, "ns": namespace, "tag": tag, "attributes": attributes})
        if ".value" in given:
            self.after.append(("set_value", number, given[".value"]))
        if bits := sum(bit for name, bit in STATES.items() if given.get(name)):
            self.after.append(("set_state", number, bits))
        for child in children:
            if child[0] == "#document":
                self.inner(number, child[1:])
            else:
                self.add(child, depth + 1)

    def inner(self, frame: int, children: list[Outline]) -> None:
        document = self.number()
        outer, self.run = self.run, []
        for child in children:
            self.add(child, 0)
        self.after[:0] = [("document", document, frame, "https://shop.example/inner", "", "", "html", 0), ("insert", document, 0, self.run)]
        self.run = outer


def ops(outline: list[Outline], address: str = "https://shop.example/") -> list[OpTuple]:
    """The ops of a first frame that build a page whose document has these children."""
    builder = _Builder()
    for node in outline:
        builder.add(node, 0)
    return [("document", 1, 0, address, "", "Shop", "html", 0), ("insert", 1, 0, builder.run), *builder.after]
