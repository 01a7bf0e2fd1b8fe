"""Writes frame.json: frames as hex beside their meaning, made by the reference codec. `--check` compares only.

Every op of the specification is in at least one; beside them are the edges of each field and frames that must be refused.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from relay.protocol.names import Message
from tests.codec import OpTuple, encode

HERE = Path(__file__).parent

ARRANGED = b"\x01\x01\x00\x01\x01\x00" + b"\x00\x00\x00\x00" + b"\x01"
"""A frame up to the lengths of the columns of its one op."""

PAGE: list[OpTuple] = [
    ("document", 1, 0, "https://shop.example/", "https://shop.example/", "Shop", "html", 0),
    (
        "insert",
        1,
        0,
        [
            {"id": 2, "depth": 0, "ns": "html", "tag": "html", "attributes": [["lang", "en"]]},
            {"id": 3, "depth": 1, "ns": "html", "tag": "head", "attributes": []},
            {"id": 4, "depth": 1, "ns": "html", "tag": "body", "attributes": [["class", "page"]]},
            {"id": 5, "depth": 2, "ns": "html", "tag": "p", "attributes": [["id", "a"], ["data-x", "1"]]},
            {"id": 6, "depth": 3, "text": "Hello"},
            {"id": 7, "depth": 2, "ns": "html", "tag": "p", "attributes": [["id", "b"], ["data-x", "1"]]},
            {"id": 8, "depth": 3, "text": "Hello"},
            {"id": 9, "depth": 2, "ns": "html", "tag": "input", "attributes": [["type", "checkbox"]]},
            {"id": 10, "depth": 2, "ns": "html", "tag": "x-card", "attributes": []},
            {"id": 11, "depth": 3, "shadow": "open"},
            {"id": 12, "depth": 4, "ns": "html", "tag": "slot", "attributes": []},
            {"id": 13, "depth": 2, "ns": "svg", "tag": "svg", "attributes": [["viewBox", "0 0 9 9"]]},
            {"id": 14, "depth": 3, "ns": "svg", "tag": "use", "attributes": [["xlink:href", "#i"]]},
            {"id": 15, "depth": 2, "ns": "html", "tag": "iframe", "attributes": []},
        ],
    ),
    ("set_viewport", 1280, 720, 2000),
]


def case(name: str, ops: list[OpTuple], **head: Any) -> dict[str, Any]:
    head = {"epoch": 1, "sequence": 1, "base": 0, "message": "visitor_frame", "deflated": False, "partial": False, **head}
    frame = encode(
        ops,
        epoch=head["epoch"],
        sequence=head["sequence"],
        base=head["base"],
        message=Message[head["message"].upper()],
        deflate=head["deflated"],
        partial=head["partial"],
    )
    return {"name": name, "hex": frame.hex(), **head, "ops": ops}


def refused(name: str, frame: bytes, kind: str) -> dict[str, Any]:
    return {"name": name, "hex": frame.hex(), "error": kind}


def cases() -> list[dict[str, Any]]:
    text = {"id": 20, "depth": 0, "text": "new"}
    return [
        case("empty", []),
        case("page", PAGE),
        case("page, deflated", PAGE, deflated=True),
        case("page in part", PAGE, partial=True),
        case("page in part, deflated", PAGE, partial=True, deflated=True),
        case("end of a page", [], sequence=2),
        case(
            "viewer frame with large numbers",
            [("set_text", 2**31 - 1, "x")],
            message="viewer_frame",
            epoch=7,
            sequence=2**53 - 1,
            base=2**53 - 2,
        ),
        case("child document", [*PAGE, ("document", 16, 15, "about:srcdoc", "https://shop.example/", "", "", 1)]),
        case("insert first", [("insert", 4, 0, [text])]),
        case("insert a run of siblings", [("insert", 4, 5, [text, {"id": 21, "depth": 0, "ns": "html", "tag": "b", "attributes": []}])]),
        case("insert out of numeric order", [("insert", 4, 5, [{"id": 30, "depth": 0, "text": ""}, {"id": 22, "depth": 0, "text": ""}])]),
        case(
            "insert deep, step out by three",
            [
                (
                    "insert",
                    4,
                    0,
                    [{"id": 40 + depth, "depth": depth, "ns": "html", "tag": "div", "attributes": []} for depth in range(4)]
                    + [{"id": 44, "depth": 1, "ns": "mathml", "tag": "mi", "attributes": []}, {"id": 45, "depth": 2, "text": "π"}],
                )
            ],
        ),
        case("closed shadow root", [("insert", 10, 0, [{"id": 50, "depth": 0, "shadow": "closed"}])]),
        case("move one", [("move", 5, 1, 4, 9)]),
        case("move a run", [("move", 5, 2, 10, 0)]),
        case("remove a run", [("remove", 5, 2)]),
        case("set_text", [("set_text", 6, "Bye")]),
        case("set_text, astral, U+2028, byte order mark, emoji", [("set_text", 6, "\ufeff𝒳\u2028é😀"), ("set_text", 8, "\ufeff")]),
        case(
            "set_text, the same twice",
            [("set_text", 6, "same"), ("set_text", 8, "same"), ("set_text", 6, "other"), ("set_text", 8, "same")],
        ),
        case("set_attribute, dictionary and own name", [("set_attribute", 5, "class", "big"), ("set_attribute", 5, "aria-level", "2")]),
        case("remove_attribute", [("remove_attribute", 5, "data-x")]),
        case("set_attributes", [("set_attributes", 5, [["id", "c"], ["x-y", "c"]]), ("set_attributes", 7, [])]),
        case("set_value", [("set_value", 9, "typed")]),
        case("set_state", [("set_state", 9, 3)]),
        case("set_scroll", [("set_scroll", 1, 0, 4000), ("set_scroll", 5, -12, 2147483647), ("set_scroll", 5, -2147483648, 0)]),
        case("set_sheet", [("set_sheet", 3, "https://cdn.example/a/b.css", "p { background: url(x.png) }")]),
        case("set_mask", [("set_mask", 5, 1, "", 0, 0), ("set_mask", 7, 3, "Account", 320, 48)]),
        case("set_mask, whole page", [("set_mask", 1, 2, "", 0, 0)]),
        case("set_placeholder", [("set_placeholder", 15, 1)]),
        case("set_tile", [("set_tile", 15, 0, 0, "iVBORw0KGgo="), ("set_tile", 15, 3, 2, "")]),
        case("set_focus", [("set_focus", 9), ("set_focus", 0)]),
        case("set_pointer", [("set_pointer", 17, -3, 1)]),
        case("set_viewport", [("set_viewport", 390, 844, 3000)]),
        case("set_title", [("set_title", 1, "Cart")]),
        case("lift", [("lift", 9), ("lift", 5)]),
        case("set_hover", [("set_hover", 9, 5), ("set_hover", 0, 0)]),
        case("set_selection", [("set_selection", 6, 1, 8, 4), ("set_selection", 0, 0, 0, 0)]),
        case("set_animation", [("set_animation", 5, "i { animation: spin; --time: 12.5; --rate: 1 }")]),
        case("set_clock", [("set_clock", 61_500)]),
        case("set_playback", [("set_playback", 15, 61_500, 0, 1000, 17, 1280, 720)]),
        case("set_media", [("set_media", 257)]),
        case("set_constructed", [("set_constructed", 1, "https://shop.example/", "p { color: red }"), ("set_constructed", 1, "", "")]),
        case("set_adopted", [("set_adopted", 1, "1 2"), ("set_adopted", 1, "")]),
        case("set_address", [("set_address", 1, "https://shop.example/cart", "https://shop.example/")]),
        case("arrange, a reversed run", [("arrange", 4, [[0, [10, 9, 7, 5]]])]),
        case("arrange, runs after siblings", [("arrange", 4, [[5, [13, 15]], [10, [7]], [0, [9]]]), ("set_focus", 9)]),
        case("verify", [("verify", 1, 3, 2**32 - 1), ("verify", 5, 1, 0), ("verify", 4, 2, 7)]),
        refused("arrange with an empty run", ARRANGED + b"\x01\x02\x02\x00\x00\x00\x00" + b"\x14" + b"\x08\x00" + b"\x01\x00", "field"),
        refused(
            "arrange with a node twice",
            ARRANGED + b"\x01\x04\x04\x00\x00\x00\x00" + b"\x14" + b"\x08\x00\x02\x02" + b"\x01\x02\x00\x01",
            "reference",
        ),
        refused(
            "arrange with nodes that do not rise",
            ARRANGED + b"\x01\x04\x04\x00\x00\x00\x00" + b"\x14" + b"\x08\x00\x02\x00" + b"\x01\x02\x00\x00",
            "number",
        ),
        refused("no bytes", b"", "truncated"),
        refused("unknown message byte", b"\x09\x01\x00\x01\x01\x00\x00\x00\x00\x00\x00", "message"),
        refused("protocol version 2", b"\x01\x02\x00\x01\x01\x00", "version"),
        refused("a viewer's frame of a page in part", b"\x02\x01\x02\x01\x01\x00", "flags"),
        refused("unknown flag", b"\x01\x01\x80\x01\x01\x00", "flags"),
        refused("overlong epoch", b"\x01\x01\x00\x81\x00\x01\x00", "overlong"),
        refused("epoch over 2^53-1", b"\x01\x01\x00" + b"\xff" * 7 + b"\x7f\x01\x00", "number"),
        refused("trailing byte", bytes.fromhex(case("", [])["hex"]) + b"\x00", "trailing"),
        refused("name count without names", b"\x01\x01\x00\x01\x01\x00" + b"\x05", "truncated"),
        refused("names that are no UTF-8", b"\x01\x01\x00\x01\x01\x00" + b"\x01\x01\xff" + b"\x00" * 11, "utf8"),
        refused("shape with an unknown name", b"\x01\x01\x00\x01\x01\x00" + b"\x00" + b"\x01\x00\xff\x7f\x00" + b"\x00" * 10, "reference"),
        refused("unknown op", b"\x01\x01\x00\x01\x01\x00" + b"\x00\x00\x00\x00" + b"\x01\x01\x00\x00\x00\x00\x00\x00" + b"\x7f", "op"),
        refused("deflated garbage", b"\x01\x01\x01\x01\x01\x00\x10" + b"\xff\xff\xff", "inflate"),
    ]


def main() -> None:
    rows = ",\n".join(json.dumps(row, ensure_ascii=True) for row in cases())
    made = f"[\n{rows}\n]\n"
    path = HERE / "frame.json"
    if "--check" in sys.argv[1:]:
        if path.read_text(encoding="utf-8") != made:
            raise SystemExit("stale: tests/vectors/frame.json; run `make generate`")
        return
    path.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
