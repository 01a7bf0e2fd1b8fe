"""What operations answer, as types; their JSON, their XML and their schema follow from these.

In XML a list is an element with one child for each of its items, and what is null has no element.
"""

from datetime import datetime
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import msgspec
from lxml import etree
from msgspec import inspect

from relay.web.soap import NAMESPACE
from relay.web.xml import xml_text

XSD = "http://www.w3.org/2001/XMLSchema"

Long = Annotated[int, msgspec.Meta(extra={"xs": "long"})]
"""A number of 64 bits."""


class Shape(msgspec.Struct, rename="camel", frozen=True):
    """A complex type. Those whose JSON names them have a `tag`, under `__type`."""


def type_name(kind: Any) -> str:
    """The name of a type in the schema: `sessionCount`, `ArrayOfSessionCount`."""
    if get_origin(kind) is list:
        return f"ArrayOf{get_args(kind)[0].__name__}"
    name: str = kind.__name__
    return name[0].lower() + name[1:]


def item_name(kind: Any) -> str:
    """The name of a list's elements."""
    return type_name(get_args(kind)[0])


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def as_xml(value: Any, name: str) -> etree._Element:
    """`value`, a shape or a list of shapes, as an element of our namespace."""
    element = etree.Element(tag(name), nsmap={None: NAMESPACE})
    _fill(element, value)
    return element


def schema_types(kind: Any) -> dict[str, etree._Element]:
    """The complex types that `kind` is made of, by their names."""
    found: dict[str, etree._Element] = {}
    _collect(inspect.type_info(kind), found)
    return found


def _fill(element: etree._Element, value: Any) -> None:
    match value:
        case list():
            for one in value:
                _fill(etree.SubElement(element, tag(type_name(type(one)))), one)
        case Shape():
            for name, attribute in _parts(type(value)):
                if (part := getattr(value, attribute)) is not None:
                    _fill(etree.SubElement(element, name), part)
        case _:
            element.text = _text(value)


@cache
def _parts(kind: type[Shape]) -> list[tuple[str, str]]:
    """The element and the attribute of each field."""
    return [(tag(field.encode_name), field.name) for field in msgspec.structs.fields(kind)]


def _text(value: str | int | bool | datetime) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case _:
            return xml_text(str(value))


def _collect(kind: inspect.Type, found: dict[str, etree._Element]) -> str:
    """The name of a type as schemas have it; what it is made of is in `found` then."""
    match kind:
        case inspect.Metadata(type=inner, extra=extra):
            return f"xs:{extra['xs']}" if extra else _collect(inner, found)
        case inspect.BoolType():
            return "xs:boolean"
        case inspect.IntType():
            return "xs:int"
        case inspect.StrType():
            return "xs:string"
        case inspect.DateTimeType():
            return "xs:dateTime"
        case inspect.ListType(item_type=inspect.StructType() as item):
            return _collect_list(item, found)
        case inspect.StructType():
            return _collect_struct(kind, found)
        case _:
            raise TypeError(f"no shape: {kind}")


def _collect_list(item: inspect.StructType, found: dict[str, etree._Element]) -> str:
    name = f"ArrayOf{item.cls.__name__}"
    if name not in found:
        found[name] = complex_type = _complex(name)
        _part(complex_type, type_name(item.cls), _collect(item, found), least="0", most="unbounded")
    return f"tns:{name}"


def _collect_struct(kind: inspect.StructType, found: dict[str, etree._Element]) -> str:
    name = type_name(kind.cls)
    if name not in found:
        found[name] = complex_type = _complex(name)
        for field in kind.fields:
            inner, nullable = _not_null(field.type)
            _part(complex_type, field.encode_name, _collect(inner, found), least="0" if nullable else "1", most="1")
    return f"tns:{name}"


def _complex(name: str) -> etree._Element:
    element = etree.Element(f"{{{XSD}}}complexType", {"name": name})
    etree.SubElement(element, f"{{{XSD}}}sequence")
    return element


def _part(complex_type: etree._Element, name: str, kind: str, *, least: str, most: str) -> None:
    attributes = {"name": name, "type": kind, "minOccurs": least, "maxOccurs": most}
    etree.SubElement(complex_type[0], f"{{{XSD}}}element", attributes)


def _not_null(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    if isinstance(kind, inspect.UnionType):
        inner = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        if len(inner) == 1:
            return inner[0], len(kind.types) > 1
    return kind, False
