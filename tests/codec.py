"""A reference codec of frames, straight from docs/protocol.md and spec.toml, written for reading and not for speed.

It makes the vectors, stands as a third opinion beside the Rust and TypeScript codecs, and lets tests speak as a visitor.
An op is a tuple of its name and its fields in wire order; a subtree is a list of nodes in preorder:
`{"id", "depth", "text"}`, `{"id", "depth", "shadow": "open" | "closed"}` or
`{"id", "depth", "ns", "tag", "attributes": [[name, value], …]}`, where top nodes have depth 0; runs are `[[after, [node, …]], …]`.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from relay.protocol.names import DICTIONARY, OP_FIELDS, PROTOCOL_VERSION, Flag, Message, Namespace, Node, Op

OpTuple = tuple[Any, ...]
COLUMNS = ("kinds", "nodes", "nums", "refs", "shapes", "steps", "ids")


def uint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


def unzigzag(number: int) -> int:
    return number // 2 if number % 2 == 0 else -(number + 1) // 2


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class _Encoder:
    def __init__(self) -> None:
        # Each with its number.
        self.names: dict[str, int] = {}
        self.shapes: dict[bytes, int] = {}
        self.strings: dict[str, int] = {}
        self.columns = {column: bytearray() for column in COLUMNS}
        self.last_node = self.last_id = 0

    def name(self, name: str) -> bytes:
        if name in DICTIONARY:
            return uint(DICTIONARY.index(name))
        return uint(len(DICTIONARY) + self.names.setdefault(name, len(self.names)))

    def string(self, text: str) -> bytes:
        if text in self.strings:
            return uint(1 + self.strings[text])
        self.strings[text] = len(self.strings)
        return uint(0)

    def shape(self, node: dict[str, Any]) -> int:
        shape = uint(Namespace[node["ns"].upper()]) + self.name(node["tag"]) + uint(len(node["attributes"]))
        shape += b"".join(self.name(name) for name, _ in node["attributes"])
        return Node.FIRST_SHAPE + self.shapes.setdefault(shape, len(self.shapes))

    def subtree(self, nodes: Sequence[dict[str, Any]]) -> None:
        self.columns["nums"] += uint(len(nodes))
        depth = -1
        for node in nodes:
            self.columns["steps"] += uint(0 if node["depth"] == depth + 1 else 1 + depth - node["depth"])
            depth = node["depth"]
            self.columns["ids"] += uint(zigzag(node["id"] - self.last_id - 1))
            self.last_id = node["id"]
            if "text" in node:
                self.columns["shapes"] += uint(Node.TEXT)
                self.columns["refs"] += self.string(node["text"])
            elif "shadow" in node:
                self.columns["shapes"] += uint(Node[f"SHADOW_{node['shadow'].upper()}"])
            else:
                self.columns["shapes"] += uint(self.shape(node))
                for _, value in node["attributes"]:
                    self.columns["refs"] += self.string(value)

    def node(self, node: int) -> None:
        self.columns["nodes"] += uint(zigzag(node - self.last_node))
        self.last_node = node

    def runs(self, runs: Sequence[tuple[int, list[int]]]) -> None:
        nodes = [node for _, run in runs for node in run]
        in_order = sorted(nodes)
        self.columns["nums"] += uint(len(runs)) + b"".join(uint(len(run)) for _, run in runs)
        for node in [after for after, _ in runs] + in_order:
            self.node(node)
        ranks = [in_order.index(node) for node in nodes]
        for before, rank in zip([-1, *ranks], ranks, strict=False):
            self.columns["nums"] += uint(zigzag(rank - before - 1))

    def op(self, op: OpTuple) -> None:
        code = Op[op[0].upper()]
        self.columns["kinds"] += uint(code)
        for (_, kind), value in zip(OP_FIELDS[code], op[1:], strict=True):
            match kind:
                case "node":
                    self.node(value)
                case "runs":
                    self.runs(value)
                case "uint":
                    self.columns["nums"] += uint(value)
                case "int":
                    self.columns["nums"] += uint(zigzag(value))
                case "name":
                    self.columns["refs"] += self.name(value)
                case "string":
                    self.columns["refs"] += self.string(value)
                case "pairs":
                    self.columns["nums"] += uint(len(value))
                    for name, text in value:
                        self.columns["refs"] += self.name(name) + self.string(text)
                case "subtree":
                    self.subtree(value)
                case _:
                    raise ValueError(kind)


def encode(
    ops: Sequence[OpTuple],
    *,
    epoch: int,
    sequence: int,
    base: int = 0,
    message: Message = Message.VISITOR_FRAME,
    deflate: bool = False,
    partial: bool = False,
) -> bytes:
    """The bytes of one frame."""
    encoder = _Encoder()
    for op in ops:
        encoder.op(op)
    body = bytearray(uint(len(encoder.names)))
    encoded = [name.encode() for name in encoder.names]
    body += b"".join(uint(len(name)) for name in encoded) + b"".join(encoded)
    body += uint(len(encoder.shapes)) + b"".join(encoder.shapes)
    blob = "".join(encoder.strings).encode()
    body += uint(len(encoder.strings)) + b"".join(uint(utf16_length(text)) for text in encoder.strings) + uint(len(blob)) + blob
    body += uint(len(ops)) + b"".join(uint(len(encoder.columns[column])) for column in COLUMNS)
    body += b"".join(encoder.columns[column] for column in COLUMNS)
    flags = (Flag.DEFLATED if deflate else 0) | (Flag.PARTIAL if partial else 0)
    head = bytes([message, PROTOCOL_VERSION, flags]) + uint(epoch) + uint(sequence) + uint(base)
    if not deflate:
        return head + bytes(body)
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return head + uint(len(body)) + packer.compress(bytes(body)) + packer.flush()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def uint(self) -> int:
        number = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    def take(self, length: int) -> bytes:
        if self.at + length > len(self.data):
            raise IndexError("truncated")
        self.at += length
        return self.data[self.at - length : self.at]


class _Decoder:
    def __init__(self, body: bytes) -> None:
        reader = _Reader(body)
        lengths = [reader.uint() for _ in range(reader.uint())]
        self.names = [*DICTIONARY, *(reader.take(length).decode() for length in lengths)]
        self.shapes = []
        for _ in range(reader.uint()):
            namespace, tag = Namespace(reader.uint()).name.lower(), self.names[reader.uint()]
            self.shapes.append((namespace, tag, [self.names[reader.uint()] for _ in range(reader.uint())]))
        lengths = [reader.uint() for _ in range(reader.uint())]
        blob = reader.take(reader.uint()).decode().encode("utf-16-le")
        self.strings, at = [], 0
        for length in lengths:
            self.strings.append(blob[at : at + 2 * length].decode("utf-16-le"))
            at += 2 * length
        self.count = reader.uint()
        lengths = [reader.uint() for _ in COLUMNS]
        self.column = {column: _Reader(reader.take(length)) for column, length in zip(COLUMNS, lengths, strict=True)}
        if reader.at != len(body):
            raise ValueError("trailing")
        self.fresh = self.last_node = self.last_id = 0

    def string(self) -> str:
        reference = self.column["refs"].uint()
        if reference:
            return self.strings[reference - 1]
        self.fresh += 1
        return self.strings[self.fresh - 1]

    def subtree(self) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = []
        depth = -1
        for _ in range(self.column["nums"].uint()):
            step = self.column["steps"].uint()
            depth = depth + 1 if step == 0 else depth + 1 - step
            self.last_id += 1 + unzigzag(self.column["ids"].uint())
            node: dict[str, Any] = {"id": self.last_id, "depth": depth}
            match self.column["shapes"].uint():
                case Node.TEXT:
                    node["text"] = self.string()
                case Node.SHADOW_OPEN:
                    node["shadow"] = "open"
                case Node.SHADOW_CLOSED:
                    node["shadow"] = "closed"
                case index:
                    namespace, tag, names = self.shapes[index - Node.FIRST_SHAPE]
                    node |= {"ns": namespace, "tag": tag, "attributes": [[name, self.string()] for name in names]}
            nodes.append(node)
        return nodes

    def node(self) -> int:
        self.last_node += unzigzag(self.column["nodes"].uint())
        return self.last_node

    def runs(self) -> list[list[Any]]:
        nums = self.column["nums"]
        lengths = [nums.uint() for _ in range(nums.uint())]
        afters = [self.node() for _ in lengths]
        in_order = [self.node() for _ in range(sum(lengths))]
        rank, runs = -1, []
        for after, length in zip(afters, lengths, strict=True):
            run = []
            for _ in range(length):
                rank += 1 + unzigzag(nums.uint())
                run.append(in_order[rank])
            runs.append([after, run])
        return runs

    def field(self, kind: str) -> Any:
        match kind:
            case "node":
                return self.node()
            case "runs":
                return self.runs()
            case "uint":
                return self.column["nums"].uint()
            case "int":
                return unzigzag(self.column["nums"].uint())
            case "name":
                return self.names[self.column["refs"].uint()]
            case "string":
                return self.string()
            case "pairs":
                return [[self.names[self.column["refs"].uint()], self.string()] for _ in range(self.column["nums"].uint())]
            case "subtree":
                return self.subtree()
        raise ValueError(kind)

    def ops(self) -> list[OpTuple]:
        out: list[OpTuple] = []
        for _ in range(self.count):
            code = Op(self.column["kinds"].uint())
            out.append((code.name.lower(), *(self.field(kind) for _, kind in OP_FIELDS[code])))
        return out


def decode(frame: bytes) -> dict[str, Any]:
    """`{"message", "epoch", "sequence", "base", "ops"}` of a well-formed frame; anything else raises some error."""
    reader = _Reader(frame)
    message, version, flags = reader.take(3)
    if version != PROTOCOL_VERSION:
        raise ValueError("version")
    epoch, sequence, base = reader.uint(), reader.uint(), reader.uint()
    body = frame[reader.at :]
    if flags & Flag.DEFLATED:
        length = reader.uint()
        body = zlib.decompress(frame[reader.at :], -15)
        if len(body) != length:
            raise ValueError("inflate")
    return {"message": Message(message), "epoch": epoch, "sequence": sequence, "base": base, "ops": _Decoder(body).ops()}
