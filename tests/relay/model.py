"""A page as a plain tree of objects, for tests: a visitor that makes random changes, and a viewer that applies what it is sent.

Ops are tuples as in `tests.codec`. Nothing here is fast or clever; it is the third opinion.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from relay.protocol.names import BULLETS, Mask

Op = tuple[Any, ...]

# What a masked element may still carry, of the attributes that this model makes.
LAYOUT = {"class", "id"}
PROPERTIES = {"set_value": "value", "set_state": "state", "set_scroll": "scroll", "set_sheet": "sheet", "set_placeholder": "placeholder"}


@dataclass(eq=False)
class Node:
    id: int
    tag: str = ""
    text: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    level: int = Mask.PLAIN

    def walk(self) -> Iterator[Node]:
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def inside(self, other: Node) -> bool:
        node: Node | None = self
        while node is not None:
            if node is other:
                return True
            node = node.parent
        return False


class Page:
    """A tree that applies ops."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.nodes: dict[int, Node] = {}
        self.document: tuple[Any, ...] = ()

    def apply(self, ops: list[Op]) -> None:
        for op in ops:
            getattr(self, f"_{op[0]}", self._set_property)(*op)

    def _document(self, _name: str, node: int, frame: int, address: str, base: str, title: str, doctype: str, quirks: int) -> None:
        assert frame == 0
        self.root = Node(node)
        self.nodes = {node: self.root}
        self.document = (title, doctype, quirks)

    def _insert(self, _name: str, parent: int, after: int, nodes: list[dict[str, Any]]) -> None:
        top: list[Node] = []
        path: list[Node] = []
        for record in nodes:
            node = Node(record["id"], record.get("tag", ""), record.get("text"), dict(record.get("attributes", ())))
            assert node.id not in self.nodes
            self.nodes[node.id] = node
            del path[record["depth"] :]
            if path:
                node.parent = path[-1]
                path[-1].children.append(node)
            else:
                top.append(node)
            path.append(node)
        self._put(top, parent, after)

    def _move(self, _name: str, node: int, count: int, parent: int, after: int) -> None:
        self._put(self._take(node, count), parent, after)

    def _arrange(self, _name: str, parent: int, runs: list[tuple[int, list[int]]]) -> None:
        for after, nodes in runs:
            for node in nodes:
                self._move("move", node, 1, parent, after)
                after = node

    def _set_title(self, _name: str, node: int, title: str) -> None:
        if self.nodes[node] is self.root:
            self.document = (title, *self.document[1:])

    def _remove(self, _name: str, node: int, count: int) -> None:
        for top in self._take(node, count):
            for gone in top.walk():
                del self.nodes[gone.id]

    def _set_text(self, _name: str, node: int, text: str) -> None:
        self.nodes[node].text = text

    def _set_attribute(self, _name: str, node: int, name: str, value: str) -> None:
        self.nodes[node].attributes[name] = value

    def _remove_attribute(self, _name: str, node: int, name: str) -> None:
        self.nodes[node].attributes.pop(name, None)

    def _set_attributes(self, _name: str, node: int, pairs: list[list[str]]) -> None:
        self.nodes[node].attributes = {name: value for name, value in pairs}

    def _set_mask(self, _name: str, node: int, *fields: Any) -> None:
        self.nodes[node].properties["mask"] = fields[:2]

    def _set_property(self, name: str, *fields: Any) -> None:
        if name in PROPERTIES:
            self.nodes[fields[0]].properties[PROPERTIES[name]] = fields[1:]

    def _take(self, node: int, count: int) -> list[Node]:
        first = self.nodes[node]
        assert first.parent is not None
        siblings = first.parent.children
        at = siblings.index(first)
        run = siblings[at : at + count]
        assert len(run) == count
        del siblings[at : at + count]
        return run

    def _put(self, run: list[Node], parent: int, after: int) -> None:
        home = self.nodes[parent]
        at = 0 if after == 0 else home.children.index(self.nodes[after]) + 1
        home.children[at:at] = run
        for node in run:
            node.parent = home

    def shown(self) -> list[Any]:
        """The tree without ids, as something that compares and prints."""
        return [self.document, *([] if self.root is None else [_shown(node, self.root) for node in self.root.walk()])]


def _shown(node: Node, root: Node) -> tuple[Any, ...]:
    depth, above = 0, node.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    # Scrolled to the top is the same as never scrolled.
    properties = {name: value for name, value in node.properties.items() if name != "mask" and value != (0, 0)}
    return depth, node.tag, node.text, sorted(node.attributes.items()), sorted(properties.items())


class RandomVisitor:
    """A visitor whose page changes at random; `secret` is the class that the rules mask."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.page = Page()
        self.epoch = self.sequence = self._last_id = 0

    def snapshot(self) -> list[Op]:
        """Ops that start a new document."""
        self._last_id += 1
        ops: list[Op] = [("document", self._last_id, 0, "https://shop.example/", "", f"Page {self.draw.randrange(9)}", "html", 0)]
        ops.append(("insert", self._last_id, 0, self._subtree(self.draw.randint(1, 30), "body")))
        self.page.apply(ops)
        self._settle()
        return ops

    def again(self) -> list[Op]:
        """Ops that send the page that is there once more, under new numbers. What was masked stays so."""
        root = self.page.root
        assert root is not None
        levels = [node.level for node in root.walk()]
        records: list[dict[str, Any]] = []
        properties: list[Op] = []
        self._last_id += 1
        document = self._last_id
        for node in root.walk():
            if node is root:
                continue
            self._last_id += 1
            depth, above = -1, node.parent
            while above is not None:
                depth, above = depth + 1, above.parent
            records.append(_record(node, self._last_id, depth))
            properties += [(f"set_{name}", self._last_id, *value) for name, value in node.properties.items()]
        title, doctype, quirks = self.page.document
        ops: list[Op] = [("document", document, 0, "https://shop.example/", "", title, doctype, quirks)]
        if records:
            ops.append(("insert", document, 0, records))
        ops += properties
        self.page.apply(ops)
        assert self.page.root is not None
        for node, level in zip(self.page.root.walk(), levels, strict=True):
            node.level = level
        self._settle()
        return ops

    def change(self) -> list[Op]:
        """One to eight random changes."""
        ops = []
        for _ in range(self.draw.randint(1, 8)):
            op = self._one()
            if op is not None:
                self.page.apply([op])
                ops.append(op)
        self._settle()
        return ops

    def _one(self) -> Op | None:
        nodes = list(self.page.nodes.values())
        elements = [node for node in nodes if node.tag]
        choice = self.draw.choice(
            ("insert", "insert", "insert", "remove", "move", "move", "text", "text", "class", "attribute", "value", "scroll")
        )
        node = self.draw.choice(elements)
        if choice == "insert":
            home = self.draw.choice([one for one in elements if one.tag != "input"])
            after = self.draw.choice([0, *(child.id for child in home.children)])
            return ("insert", home.id, after, self._subtree(self.draw.randint(1, 6), None))
        if choice == "text":
            texts = [one for one in nodes if one.text is not None]
            return ("set_text", self.draw.choice(texts).id, self._words()) if texts else None
        if choice == "class":
            return ("set_attribute", node.id, "class", self._class())
        if choice == "attribute":
            if self.draw.random() < 0.3:
                return ("remove_attribute", node.id, self.draw.choice(list(node.attributes))) if node.attributes else None
            return ("set_attribute", node.id, self.draw.choice(("title", "data-n", "id")), self._words())
        if choice == "value":
            inputs = [one for one in elements if one.tag == "input"]
            return ("set_value", self.draw.choice(inputs).id, self._words()) if inputs else None
        if choice == "scroll":
            return ("set_scroll", node.id, self.draw.randrange(100), self.draw.randrange(1000))
        return self._remove_or_move(choice, nodes)

    def _remove_or_move(self, choice: str, nodes: list[Node]) -> Op | None:
        movable = [node for node in nodes if node.parent is not None and node.parent is not self.page.root]
        if not movable:
            return None
        first = self.draw.choice(movable)
        assert first.parent is not None
        siblings = first.parent.children
        at = siblings.index(first)
        count = self.draw.randint(1, min(4, len(siblings) - at))
        if choice == "remove":
            return ("remove", first.id, count) if len(self.page.nodes) > 12 else None
        run = siblings[at : at + count]
        homes = [node for node in nodes if node.tag not in ("", "input") and not any(node.inside(top) for top in run)]
        home = self.draw.choice(homes)
        after = self.draw.choice([0, *(child.id for child in home.children if child not in run)])
        return ("move", first.id, count, home.id, after)

    def _subtree(self, size: int, top: str | None) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        depth = 0
        for index in range(size):
            self._last_id += 1
            if index:
                before = records[-1]
                depth = self.draw.randint(1 if top else 0, before["depth"] + (1 if before.get("tag") not in (None, "input") else 0))
            tag = top if top and not index else self.draw.choice(("div", "div", "p", "li", "b", "input", "", ""))
            node = Node(self._last_id, tag, None if tag else self._words())
            if tag and self.draw.random() < 0.5:
                node.attributes["class"] = self._class()
            if tag and self.draw.random() < 0.3:
                node.attributes["title"] = self._words()
            records.append(_record(node, self._last_id, depth))
        return records

    def _class(self) -> str:
        return self.draw.choice(("card", "row", "card row", "secret", "row secret"))

    def _words(self) -> str:
        return " ".join(self.draw.choice(("oak", "pine", "harbour", "€ 20", "😀", "x")) for _ in range(self.draw.randint(1, 3)))

    def _settle(self) -> None:
        """After a frame, levels only rise: a masked node stays masked wherever it goes, and so does all that was ever below it."""
        assert self.page.root is not None
        for node in self.page.root.walk():
            own = Mask.TEXT if "secret" in node.attributes.get("class", "").split() else Mask.PLAIN
            node.level = max(node.level, own, node.parent.level if node.parent else Mask.PLAIN)

    def masked(self) -> list[Any]:
        """What a viewer under the rules may see: texts and fields of masked nodes are bullets, other attributes are gone."""
        copy = Page()
        copy.document = self.page.document
        copy.root = _masked(self.page.root, None)
        return copy.shown()


def _masked(node: Node | None, parent: Node | None) -> Node | None:
    if node is None:
        return None
    copy = Node(node.id, node.tag, node.text, dict(node.attributes), [], parent, dict(node.properties))
    if node.level:
        copy.text = BULLETS if node.text is not None and node.text.strip() else node.text
        copy.attributes = {name: value for name, value in node.attributes.items() if name in LAYOUT}
        copy.properties.pop("scroll", None)
        if node.tag == "input":
            copy.properties["value"] = (BULLETS,)
    copy.children = [child for one in node.children if (child := _masked(one, copy)) is not None]
    return copy


def _record(node: Node, number: int, depth: int) -> dict[str, Any]:
    if node.text is not None:
        return {"id": number, "depth": depth, "text": node.text}
    return {"id": number, "depth": depth, "ns": "html", "tag": node.tag, "attributes": [list(pair) for pair in node.attributes.items()]}
