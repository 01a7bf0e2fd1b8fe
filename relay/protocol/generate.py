"""Writes the protocol's names for Python, Rust and TypeScript from spec.toml.

`python relay/protocol/generate.py` writes, `--check` only compares and fails with the names of stale files.
Needs nothing but the standard library, so that a Rust or TypeScript developer can run it too.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "relay/protocol/spec.toml"
NUMBER_GROUPS = ("message", "flag", "node", "namespace", "quirks", "state", "media", "playback", "mask", "placeholder", "scope")
NOTICE = "Generated from relay/protocol/spec.toml by `make generate`. Do not edit."

Spec = dict[str, Any]


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def check(spec: Spec) -> None:
    """Refuse what a later version could not read: reused numbers, reused names."""
    for table in ("op", "close"):
        codes = [entry["code"] for entry in spec[table].values()]
        if len(set(codes)) != len(codes):
            raise SystemExit(f"spec.toml: a code of [{table}] is used twice")
    names = spec["dictionary"]["names"].split()
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SystemExit(f"spec.toml: dictionary names stand twice: {' '.join(twice)}")


def words(spec: Spec, table: str) -> list[str]:
    return sorted(set(spec["allow"][table].split()))


def per_element(spec: Spec) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for entry in spec["allow"]["per_element"].split():
        element, attributes = entry.split(":")
        table[element] = sorted(attributes.split(","))
    return dict(sorted(table.items()))


PY_TYPES = {"int": "int", "str": "str"}


def python_type(declared: str) -> tuple[str, bool]:
    optional = declared.endswith("!")
    declared = declared.removesuffix("!")
    if declared.startswith("["):
        return f"list[{camel(declared[1:-1])}Record]", optional
    return PY_TYPES.get(declared, f"{camel(declared)}Record"), optional


def python_struct(name: str, fields: dict[str, str], tag: str | None) -> list[str]:
    head = f"class {name}(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True"
    lines = [head + (f', tag="{tag}"' if tag else "") + "):"]
    for field, declared in fields.items():
        kind, optional = python_type(declared)
        lines.append(f"    {field}: {kind}" + (" | None = None" if optional else ""))
    if not fields:
        lines.append("    pass")
    return [*lines, "", ""]


def python(spec: Spec) -> str:
    out = [f"# {NOTICE}", '"""Names and numbers of the wire protocol, and its control messages as declared models."""', ""]
    out += ["from enum import IntEnum", "from typing import Final", "", "import msgspec", ""]
    out += [f"PROTOCOL_VERSION: Final = {spec['protocol']['version']}", "", ""]
    for group in NUMBER_GROUPS:
        out.append(f"class {camel(group)}(IntEnum):")
        out += [f"    {name.upper()} = {number}" for name, number in spec[group].items()]
        out += ["", ""]
    out.append("class Op(IntEnum):")
    for name, op in spec["op"].items():
        out += [f"    {name.upper()} = {op['code']}"]
    out += ["", "", "# The fields of each op, in wire order.", "OP_FIELDS: Final[dict[Op, tuple[tuple[str, str], ...]]] = {"]
    for name, op in spec["op"].items():
        fields = ", ".join(f'("{field}", "{kind}")' for field, kind in op["fields"])
        out.append(f"    Op.{name.upper()}: ({fields},),")
    out += ["}", "", "", "class Close(IntEnum):"]
    for name, close in spec["close"].items():
        out += [f"    {name.upper()} = {close['code']}", f'    """{close["about"]}"""']
    out += [
        "",
        "    @property",
        "    def comes_back(self) -> bool:",
        '        """Whether the peer should connect again."""',
        "        return self < 4400",
        "",
        "",
        "class Limit:",
    ]
    out += [f"    {name.upper()}: Final = {number}" for name, number in spec["limit"].items()]
    out += ["", "", "BUILTIN_SELECTORS: Final = ("]
    out += [f"    {quoted(selector)}," for selector in spec["builtin"]["selectors"]]
    out += [
        ")",
        f'BULLETS: Final = "{spec["builtin"]["bullets"]}"',
        "DICTIONARY: Final = tuple(",
        f'    """{" ".join(spec["dictionary"]["names"].split())}""".split()',
        ")",
        "",
        "",
    ]
    for name, record in spec["record"].items():
        out += python_struct(f"{camel(name)}Record", record["fields"], None)
    for side, messages in spec["control"].items():
        suffix = camel(side)
        for name, fields in messages.items():
            out += python_struct(f"{camel(name)}{'' if side.startswith('to_') else 'From'}{suffix}", fields, name)
        prefix = "" if side.startswith("to_") else "From"
        union = " | ".join(f"{camel(name)}{prefix}{suffix}" for name in messages)
        out += [f"{prefix}{suffix} = {union}", ""]
    return "\n".join(out).rstrip() + "\n"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rust_words(name: str, items: list[str]) -> str:
    return f"pub const {name}: &[&str] = &[{', '.join(quoted(item) for item in items)}];"


def rust(spec: Spec) -> str:
    out = [f"// {NOTICE}", "//! Names and numbers of the wire protocol, and what may reach an agent's browser.", ""]
    out += [f"pub const PROTOCOL_VERSION: u8 = {spec['protocol']['version']};"]
    for group in NUMBER_GROUPS:
        out += ["", f"pub mod {group} {{"]
        out += [f"    pub const {name.upper()}: u32 = {number};" for name, number in spec[group].items()]
        out.append("}")
    out += ["", "/// Op codes.", "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]", "#[repr(u8)]", "pub enum OpCode {"]
    for name, op in spec["op"].items():
        out += [f"    /// {op['about']}", f"    {camel(name)} = {op['code']},"]
    out += [
        "}",
        "",
        "impl OpCode {",
        "    /// The op of a wire number, if there is one.",
        "    #[must_use]",
        "    pub fn from_wire(code: u32) -> Option<Self> {",
        "        match code {",
    ]
    out += [f"            {op['code']} => Some(Self::{camel(name)})," for name, op in spec["op"].items()]
    out += [
        "            _ => None,",
        "        }",
        "    }",
        "",
        "    /// Its name in the specification.",
        "    #[must_use]",
        "    pub fn name(self) -> &'static str {",
        "        match self {",
    ]
    out += [f'            Self::{camel(name)} => "{name}",' for name in spec["op"]]
    out += ["        }", "    }", "}", "", "pub mod limit {"]
    out += [f"    pub const {name.upper()}: usize = {number};" for name, number in spec["limit"].items()]
    out += ["}", "", "// Sorted, for binary search."]
    for table, name in (
        ("html", "HTML"),
        ("svg", "SVG"),
        ("mathml", "MATHML"),
        ("boxed", "BOXED"),
        ("void", "VOID"),
        ("global", "GLOBAL"),
        ("svg_attributes", "SVG_ATTRIBUTES"),
        ("mathml_attributes", "MATHML_ATTRIBUTES"),
        ("layout", "LAYOUT"),
        ("native_hyphenated", "NATIVE_HYPHENATED"),
        ("never_aside", "NEVER_ASIDE"),
        ("layout_properties", "LAYOUT_PROPERTIES"),
        ("layout_keywords", "LAYOUT_KEYWORDS"),
        ("global_prefixes", "GLOBAL_PREFIXES"),
    ):
        out.append(rust_words(f"ALLOW_{name}", words(spec, table)))
    out.append("pub const ALLOW_PER_ELEMENT: &[(&str, &[&str])] = &[")
    for element, attributes in per_element(spec).items():
        out.append(f"    ({quoted(element)}, &[{', '.join(quoted(item) for item in attributes)}]),")
    out += ["];", "", rust_words("BUILTIN_SELECTORS", spec["builtin"]["selectors"])]
    out += [f"pub const BULLETS: &str = {quoted(spec['builtin']['bullets'])};"]
    out += ["/// Names that need not travel, by number.", rust_words("DICTIONARY", spec["dictionary"]["names"].split())]
    return "\n".join(out) + "\n"


def ts_value(name: str, items: dict[str, Any]) -> list[str]:
    return [f"export const {name} = {{", *[f"  {key}: {value}," for key, value in items.items()], "} as const;"]


TS_TYPES = {"int": "number", "str": "string"}


def ts_type(declared: str) -> str:
    if declared.startswith("["):
        return f"{camel(declared[1:-1])}Record[]"
    return TS_TYPES.get(declared, f"{camel(declared)}Record")


def ts_fields(fields: dict[str, str]) -> str:
    parts = [f"{name}{'?' if kind.endswith('!') else ''}: {ts_type(kind.removesuffix('!'))}" for name, kind in fields.items()]
    return "; ".join(parts)


def typescript(spec: Spec, side: str) -> str:
    out = [f"// {NOTICE}", f"export const PROTOCOL_VERSION = {spec['protocol']['version']};"]
    for group in NUMBER_GROUPS:
        out += ts_value(camel(group) + "Code", {camel(name): number for name, number in spec[group].items()})
    out += ts_value("Op", {camel(name): op["code"] for name, op in spec["op"].items()})
    out += ts_value("Close", {camel(name): close["code"] for name, close in spec["close"].items()})
    out += ts_value("Limit", {camel(name): number for name, number in spec["limit"].items()})
    out.append(f"export const BULLETS = {quoted(spec['builtin']['bullets'])};")
    out.append(f"export const DICTIONARY = {quoted(' '.join(spec['dictionary']['names'].split()))}.split(' ');")
    tables = (
        ["layout", "layout_properties"]
        if side == "visitor"
        else [
            "html",
            "svg",
            "mathml",
            "boxed",
            "void",
            "global",
            "global_prefixes",
            "native_hyphenated",
            "svg_attributes",
            "mathml_attributes",
            "layout",
        ]
    )
    for table in tables:
        out.append(f"export const ALLOW_{table.upper()} = {quoted(' '.join(words(spec, table)))}.split(' ');")
    if side == "visitor":
        out.append("export const BUILTIN_SELECTORS = [" + ", ".join(quoted(item) for item in spec["builtin"]["selectors"]) + "];")
    else:
        out.append("export const ALLOW_PER_ELEMENT: Record<string, string> = {")
        out += [f"  {element}: {quoted(' '.join(attributes))}," for element, attributes in per_element(spec).items()]
        out.append("};")
    for name, record in spec["record"].items():
        out.append(f"export interface {camel(name)}Record {{ {ts_fields(record['fields'])} }}")
    for direction in (side, f"to_{side}"):
        variants = []
        for name, fields in spec["control"][direction].items():
            body = ts_fields(fields)
            variants.append(f"  | {{ type: '{name}'{'; ' + body if body else ''} }}")
        out += [f"export type {camel(direction) if direction.startswith('to_') else 'From' + camel(direction)} =", *variants, ";"]
    return "\n".join(out) + "\n"


def outputs(spec: Spec) -> dict[Path, str]:
    return {
        ROOT / "relay/protocol/names.py": python(spec),
        ROOT / "relay_core/src/names.rs": rust(spec),
        ROOT / "visitor_js/src/names.gen.ts": typescript(spec, "visitor"),
        ROOT / "viewer_js/src/names.gen.ts": typescript(spec, "viewer"),
    }


def main() -> None:
    spec = tomllib.loads(SPEC.read_text(encoding="utf-8"))
    check(spec)
    stale = [path for path, text in outputs(spec).items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        if stale:
            raise SystemExit("stale, run `make generate`: " + ", ".join(str(path.relative_to(ROOT)) for path in stale))
        return
    for path in stale:
        path.write_text(outputs(spec)[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
