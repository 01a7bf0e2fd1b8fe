"""XML that strangers send: bounded, without document types, entities and network (requirements 7.9)."""

import codecs
import re

from lxml import etree
from starlette.requests import Request

from relay.errors import RelayError
from relay.web.body import read

BODY_BYTES = 64 * 1024
"""Many times what a call of any service needs; it is parsed before anybody is known."""

DEPTH = 64
"""Of elements in each other; no service of ours needs a tenth of it."""

ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "ascii": "utf-8", "utf-16": "utf-16", "iso-8859-1": "iso-8859-1"}
"""Names of encodings that are read, and how."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"""\A<\?xml[^>]{1,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Atomic, so that no input makes it go back.
_DOCTYPE = re.compile(r"\A(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<!DOCTYPE", re.DOTALL)


class XmlRefused(RelayError):
    """This is no XML that is read here; `rule` says what would be."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule

    def __str__(self) -> str:
        return self.rule


async def read_xml(request: Request, limit: int = BODY_BYTES) -> etree._Element:
    """The root of the body's document. Raises `XmlRefused`; too much is answered with 413."""
    return parse(await read(request, limit), charset(request.headers.get("content-type", "")))


def parse(body: bytes, named: str = "") -> etree._Element:
    """The root element of a document, without comments and processing instructions. `named` is the encoding that its sender names."""
    text = _decode(body, named)
    if _DOCTYPE.match(text):
        raise XmlRefused("a document type is not accepted")
    parser = etree.XMLParser(
        encoding="utf-8",  # before what the document declares, which was dealt with above
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        where = f" (line {error.lineno}, column {error.offset})" if isinstance(error, etree.XMLSyntaxError) else ""
        raise XmlRefused(f"the body is no well-formed XML{where}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefused("a document type is not accepted")
    if _depth(root) > DEPTH:
        raise XmlRefused(f"elements may stand at most {DEPTH} deep in each other")
    return root


def fields(element: etree._Element) -> dict[str, str]:
    """The texts of the children by their local names, whatever their order and namespace; the last of a name counts, nil is empty."""
    return {local_name(child): (child.text or "").strip() for child in element if isinstance(child.tag, str)}


def local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


def namespace(element: etree._Element) -> str:
    return etree.QName(element).namespace or ""


def written(element: etree._Element) -> bytes:
    """The document that `element` is the root of."""
    return etree.tostring(element, xml_declaration=True, encoding="utf-8")


def xml_text(text: str) -> str:
    """`text` with U+FFFD for each character that XML cannot carry."""
    return _NOT_XML.sub("\ufffd", text)


_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def charset(content_type: str) -> str:
    """The encoding that a `Content-Type` names, empty if it names none."""
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()
    return ""


def _decode(body: bytes, named: str) -> str:
    encoding = next((encoding for mark, encoding in _MARKS if body.startswith(mark)), "")
    if not encoding:
        declared = _DECLARED.match(body)
        name = named or (declared[1].decode().lower() if declared else "utf-8")
        encoding = ENCODINGS.get(name, "")
        if not encoding:
            raise XmlRefused(f"the encoding {name[:40]!r} is not read; use utf-8")
    try:
        return body.decode(encoding)
    except UnicodeError:
        raise XmlRefused(f"the body is no {encoding.removesuffix('-sig')}") from None


def _depth(root: etree._Element) -> int:
    deepest = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest
