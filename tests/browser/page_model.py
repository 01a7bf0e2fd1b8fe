"""A page as a plain tree, and random changes to it: what a stage has to look like after the same ops."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.codec import OpTuple

Row = Any  # text, or [tag, attributes, properties, shadow rows or None, rows]

# What the stage makes of a tag, where that is not the tag itself.
BUILT = {"blink": "span", "script": "cobrowse-void", "object": "cobrowse-box", "meta": "cobrowse-void", "link": "style"}
SEALED = ("cobrowse-void", "cobrowse-box", "style")
DROPPED = ("onclick", "action", "srcdoc", "tabindex", "formaction")
TAGS = (
    *(("html", tag) for tag in ("div", "p", "span", "ul", "li", "table", "tr", "td", "button", "form", "x-card", "article", "a")),
    *(("html", tag) for tag in ("blink", "script", "object", "meta", "link", "input", "textarea")),
    *(("svg", tag) for tag in ("svg", "g", "path", "text")),
    ("mathml", "mi"),
)
HOSTS = ("div", "span", "p", "article", "x-card")
TEXTS = ("", "one", "two  spaces", "é😀", "<b>not bold</b>", "\ufeff", "&amp;")


@dataclass(eq=False)
class Node:
    id: int
    tag: str = ""
    ns: str = "html"
    text: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None
    shadow: Node | None = None
    document: Node | None = None
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def built(self) -> str:
        return BUILT.get(self.tag, self.tag)

    @property
    def holds(self) -> bool:
        """Whether nodes may be put into it here: sealed ones hide what they have."""
        return self.text is None and self.built not in SEALED and self.tag not in ("iframe", "input", "textarea")

    def walk(self) -> Iterator[Node]:
        yield self
        for below in (self.shadow, *self.children):
            if below:
                yield from below.walk()

    def row(self) -> Row:
        if self.text is not None:
            return self.text
        plain = self.built != "cobrowse-void"
        attributes = {name: value for name, value in self.attributes.items() if plain and name not in DROPPED}
        if self.built == "cobrowse-box":
            attributes = {name: value for name, value in attributes.items() if name in ("class", "title", "data-x")}
        shadow = [child.row() for child in self.shadow.children] if self.shadow else None
        return [self.built, attributes, self.properties, shadow, [child.row() for child in self.children]]


# Of a stage's document, as `Node.row` says it; `frames` in document order, for their documents are elsewhere.
ROWS = """() => {
  const ours = /^(data-cobrowse-|data-stage$|autocomplete$)/;
  const attributes = (e) => Object.fromEntries([...e.attributes]
    .filter(({name}) => !ours.test(name) && !(e.localName === 'iframe' && /^(src|sandbox)$/.test(name)))
    .map(({name, value}) => [name, value]));
  const properties = (e) => e.localName === 'textarea' ? {value: e.value}
    : e.localName !== 'input' ? {} : e.type === 'checkbox' ? {checked: e.checked, indeterminate: e.indeterminate} : {value: e.value};
  const row = (n) => n.nodeType === 3 ? n.data
    : [n.localName, attributes(n), properties(n), n.shadowRoot ? [...n.shadowRoot.childNodes].map(row) : null, [...n.childNodes].map(row)];
  return row(document.documentElement);
}"""


class Model:
    """One visitor's page, with at most one level of frames."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.last_id = 0
        self.root = Node(0)
        self.documents: list[Node] = []

    def new_id(self) -> int:
        self.last_id += 1
        return self.last_id

    # --- starting ---

    def start(self) -> list[OpTuple]:
        self.documents = []
        self.root = document = Node(self.new_id())
        self.documents.append(document)
        op = ("document", document.id, 0, "https://shop.example/", "https://shop.example/", "Shop", "html", 0)
        return [op, *self.skeleton(document), ("set_viewport", 900, 600, 1000)]

    def skeleton(self, document: Node) -> list[OpTuple]:
        html, head, body = (Node(self.new_id(), tag, parent=document) for tag in ("html", "head", "body"))
        document.children = [html]
        html.children = [head, body]
        head.parent = body.parent = html
        body.children = [self.grow(body, 2) for _ in range(4)]
        return [self.insert_op(document, None, [html])]

    def grow(self, parent: Node, depth: int) -> Node:
        if self.random.random() < 0.3:
            return Node(self.new_id(), text=self.random.choice(TEXTS), parent=parent)
        ns, tag = self.random.choice(TAGS)
        node = Node(self.new_id(), tag, ns, attributes=self.attributes(), parent=parent)
        if tag == "input":
            node.attributes["type"] = self.random.choice(("text", "checkbox"))
        if tag in ("input", "textarea"):
            checkbox = node.attributes.get("type") == "checkbox"
            node.properties = {"checked": False, "indeterminate": False} if checkbox else {"value": ""}
        elif node.holds and depth:
            if tag in HOSTS and self.random.random() < 0.25:
                node.shadow = Node(self.new_id(), parent=node)
                node.shadow.children = [self.grow(node.shadow, depth - 1) for _ in range(self.random.randrange(3))]
            node.children = [self.grow(node, depth - 1) for _ in range(self.random.randrange(4))]
        return node

    def attributes(self) -> dict[str, str]:
        names = self.random.sample(("class", "title", "data-x", *DROPPED), self.random.randrange(4))
        return {name: self.random.choice(("a", "b c", "", "x y z")) for name in names}

    # --- ops ---

    def insert_op(self, parent: Node, after: Node | None, nodes: list[Node]) -> OpTuple:
        listed: list[dict[str, Any]] = []
        for node in nodes:
            self._list(node, 0, listed)
        return ("insert", parent.id, after.id if after else 0, listed)

    def _list(self, node: Node, depth: int, listed: list[dict[str, Any]]) -> None:
        if node.text is not None:
            listed.append({"id": node.id, "depth": depth, "text": node.text})
            return
        attributes = [[name, value] for name, value in node.attributes.items()]
        listed.append({"id": node.id, "depth": depth, "ns": node.ns, "tag": node.tag, "attributes": attributes})
        if node.shadow:
            listed.append({"id": node.shadow.id, "depth": depth + 1, "shadow": "open"})
            for child in node.shadow.children:
                self._list(child, depth + 2, listed)
        for child in node.children:
            self._list(child, depth + 1, listed)

    def nodes(self, document: Node | None = None) -> list[Node]:
        """Everything below the html elements."""
        tops = [document] if document else self.documents
        return [node for top in tops for html in top.children for node in html.walk() if node is not html]

    def change(self) -> list[OpTuple]:
        """One random change: its ops, and the tree is as after them."""
        kinds = (
            self.insert,
            self.insert,
            self.move,
            self.move,
            self.arrange,
            self.remove,
            self.write,
            self.set_attribute,
            self.set_attributes,
            self.type_in,
            self.frame,
        )
        return self.random.choice(kinds)()

    def insert(self) -> list[OpTuple]:
        parent = self.random.choice([node for node in self.nodes() if node.holds])
        nodes = [self.grow(parent, 2) for _ in range(self.random.randrange(1, 4))]
        at = self.random.randrange(len(parent.children) + 1)
        after = parent.children[at - 1] if at else None
        parent.children[at:at] = nodes
        return [self.insert_op(parent, after, nodes)]

    def run(self, nodes: list[Node]) -> list[Node]:
        movable = [node for node in nodes if node.parent and node in node.parent.children and node.parent.tag != "html"]
        if not movable:
            return []
        first = self.random.choice(movable)
        assert first.parent is not None
        at = first.parent.children.index(first)
        return first.parent.children[at : at + self.random.randrange(1, 4)]

    def move(self) -> list[OpTuple]:
        document = self.random.choice(self.documents)
        run = self.run(self.nodes(document))
        inside = {node for top in run for node in top.walk()}
        parents = [node for node in self.nodes(document) if node.holds and node not in inside and node.tag != "head"]
        if not run or not parents:
            return []
        old, parent = run[0].parent, self.random.choice(parents)
        assert old is not None
        old.children = [child for child in old.children if child not in run]
        at = self.random.randrange(len(parent.children) + 1)
        after = parent.children[at - 1] if at else None
        parent.children[at:at] = run
        for node in run:
            node.parent = parent
        return [("move", run[0].id, len(run), parent.id, after.id if after else 0)]

    def arrange(self) -> list[OpTuple]:
        """Children in another order, some of them named."""
        parents = [node for node in self.nodes() if len(node.children) > 2]
        if not parents:
            return []
        parent = self.random.choice(parents)
        first, *others = parent.children
        self.random.shuffle(others)
        parent.children = [first, *others]
        return [("arrange", parent.id, [[first.id, [node.id for node in others]]])]

    def remove(self) -> list[OpTuple]:
        run = self.run(self.nodes())
        if not run or run[0].parent is None:
            return []
        run[0].parent.children = [child for child in run[0].parent.children if child not in run]
        gone = {node for top in run for node in top.walk()}
        self.documents = [self.root, *(node.document for node in self.nodes(self.root) if node.document and node not in gone)]
        return [("remove", run[0].id, len(run))]

    def write(self) -> list[OpTuple]:
        texts = [node for node in self.nodes() if node.text is not None]
        if not texts:
            return []
        node = self.random.choice(texts)
        node.text = self.random.choice(TEXTS)
        return [("set_text", node.id, node.text)]

    def element(self) -> Node | None:
        elements = [node for node in self.nodes() if node.tag]
        return self.random.choice(elements) if elements else None

    def set_attribute(self) -> list[OpTuple]:
        node, name = self.element(), self.random.choice(("class", "title", "data-x", *DROPPED))
        if node is None:
            return []
        if name in node.attributes and self.random.random() < 0.5:
            del node.attributes[name]
            return [("remove_attribute", node.id, name)]
        node.attributes[name] = self.random.choice(("p", "q r"))
        return [("set_attribute", node.id, name, node.attributes[name])]

    def set_attributes(self) -> list[OpTuple]:
        node = self.element()
        if node is None:
            return []
        kept = {"type": node.attributes["type"]} if "type" in node.attributes else {}
        node.attributes = {**self.attributes(), **kept}
        return [("set_attributes", node.id, [[name, value] for name, value in node.attributes.items()])]

    def type_in(self) -> list[OpTuple]:
        fields = [node for node in self.nodes() if node.properties]
        if not fields:
            return []
        node = self.random.choice(fields)
        if "checked" in node.properties:
            bits = self.random.randrange(4)
            node.properties = {"checked": bool(bits & 1), "indeterminate": bool(bits & 2)}
            return [("set_state", node.id, bits)]
        node.properties = {"value": self.random.choice(("typed", "", "••••••"))}
        return [("set_value", node.id, node.properties["value"])]

    def frame(self) -> list[OpTuple]:
        """A frame comes, with its document; seldom, for each is a document to load."""
        if len(self.documents) > 2 or self.random.random() < 0.6:
            return []
        parent = self.random.choice([node for node in self.nodes(self.root) if node.holds and node.tag != "head" and node.ns == "html"])
        frame = Node(self.new_id(), "iframe", parent=parent, document=Node(self.new_id()))
        parent.children.insert(0, frame)
        assert frame.document is not None
        self.documents.append(frame.document)
        start = ("document", frame.document.id, frame.id, "about:srcdoc", "", "", "", self.random.randrange(2))
        return [self.insert_op(parent, None, [frame]), start, *self.skeleton(frame.document)]
