"""Requests that a hostile or broken program sends to services that read XML, made from a seed."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from relay.web.soap import NAMESPACE, Version, enveloped
from tests.relay.test_soap import BOMB

KINDS = {version.media_type: version for version in Version}
XML_KINDS = (*KINDS, "application/xml")
BIG = 10 * 1024 * 1024

NASTY = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "007",
        "1e3",
        "0x10",
        "2147483648",
        "9" * 400,
        "NaN",
        "٣",
        "true",
        "null",
        "'",
        '"',
        "' OR 1=1 --",
        "%s",
        "%n",
    ),
    *(
        "2012-12-01",
        "2012-12-01T16:08:00-5:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2012-02-30",
        "A",
        "C",
        "c",
        "GG",
    ),
    *(
        "../../etc/passwd",
        "${jndi:ldap://x}",
        "{{7*7}}",
        "\u202e",
        "\ufeff",
        "\U0001f600" * 40,
        "x" * 70_000,
        "~",
        "$1$1$x",
        "\x85",
        "\ufffd",
    ),
)
ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037", "latin-1", "ascii", "shift_jis", "gb18030"),
    *("cp1252", "koi8-r", "iso2022_jp", "euc_kr"),
)
DECLARED = (*ENCODINGS, "UTF-8", "UTF8", "x-user-defined", "unicode", "ebcdic-cp-us", "", "a" * 60, "utf-8\x00")


@dataclass(frozen=True, slots=True)
class Sent:
    """A request; `what` says which kind of hostility it is."""

    what: str
    path: str
    body: bytes = field(repr=False)
    kind: str
    chunked: bool = False
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """An address, and a right call for it as the element that its body or its document is."""

    path: str
    call: etree._Element = field(repr=False)
    soap: bool = True


class Hostile:
    """`outside` is an address that nobody must ever ask for."""

    def __init__(self, seed: int, targets: list[Target], outside: str) -> None:
        self.rng = random.Random(seed)
        self.targets = targets
        self.outside = outside
        self.ways: list[Callable[[Target, str], Sent]] = [
            *(self.entities, self.depth, self.width, self.encodings, self.changed, self.changed, self.changed),
            *(self.cut, self.flipped, self.large, self.frame, self.headers, self.noise),
        ]

    def request(self) -> Sent:
        target = self.rng.choice(self.targets)
        return self.rng.choice(self.ways)(target, self.rng.choice(list(KINDS) if target.soap else XML_KINDS[1:]))

    def right(self, target: Target, kind: str) -> Sent:
        return Sent("right", target.path, etree.tostring(self._document(target, kind, copy.deepcopy(target.call))), kind)

    def entities(self, target: Target, kind: str) -> Sent:
        system = self.rng.choice([self.outside, "file:///etc/passwd", "file:///dev/zero", "php://input", "jar:file:///x!/y"])
        doctype, use = self.rng.choice(
            [
                (f"<!DOCTYPE a [<!ENTITY e0 'lol'>{BOMB}]>", "&e9;"),
                (f"<!DOCTYPE a [<!ENTITY q '{'q' * 50_000}'>]>", "&q;" * 2000),
                (f"<!DOCTYPE a [<!ENTITY x SYSTEM '{system}'>]>", "&x;"),
                (f"<!DOCTYPE a [<!ENTITY % x SYSTEM '{system}'> %x;]>", ""),
                (f"<!DOCTYPE a PUBLIC '-//A' '{system}'>", "&x;"),
                ("<!DOCTYPE a [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>", "&a;"),
                ("<!DOCTYPE a [<!ATTLIST a b CDATA 'x'>]>", ""),
                (f"<?xml-stylesheet href='{system}'?>", ""),
                ("", f"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{system}' parse='text'/>"),
                ("", "&x;"),
                ("", "&#0;"),
                ("", "&#x1F600;&#60;"),
                (f"<!--{'-' * self.rng.randrange(9)}--><!doctype a>", ""),
            ]
        )
        before = self.rng.choice(["", "<?xml version='1.0'?>", "\ufeff", "<!-- x -->", "<?p ?>\n"])
        return self._text("entities", target, kind, lambda text: before + doctype + self._inside(text, use))

    def depth(self, target: Target, kind: str) -> Sent:
        many = self.rng.choice([50, 60, 64, 65, 255, 257, 5000, 60_000])
        start, end = self.rng.choice(
            [("<a>", "</a>"), ("<a b='c'>", "</a>"), (f"<a xmlns='{NAMESPACE}'>", "</a>"), ("<a>", ""), ("", "</a>")]
        )
        return self._text("depth", target, kind, lambda text: self._inside(text, start * many + end * many))

    def width(self, target: Target, kind: str) -> Sent:
        many = self.rng.choice([100, 3000, 30_000])
        more = self.rng.choice(
            [
                "<a/>" * many,
                "<partnerId>1</partnerId>" * many,
                "<a" + "".join(f" b{n}='x'" for n in range(many)) + "/>",
                "<a" + "".join(f" xmlns:b{n}='urn:{n}'" for n in range(many)) + "/>",
                f"<a b='{'x' * many}'/>",
                f"<{'a' * many}/>",
                "<!-- -->" * many,
                "<?p q?>" * many,
                f"<![CDATA[{']]' * many}]]>",
            ]
        )
        return self._text("width", target, kind, lambda text: self._inside(text, more))

    def encodings(self, target: Target, kind: str) -> Sent:
        encoding, declared, named = self.rng.choice(ENCODINGS), self.rng.choice(DECLARED), self.rng.choice(("", *DECLARED))
        text = etree.tostring(self.changed_document(target, kind), encoding="unicode")
        before = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
        given = f"{kind}; charset={named.rstrip(chr(0))}" if named else kind
        return Sent(f"{encoding} as {declared!r} and {named!r}", target.path, (before + text).encode(encoding, "replace"), given)

    def changed(self, target: Target, kind: str) -> Sent:
        return Sent("changed", target.path, etree.tostring(self.changed_document(target, kind)), kind)

    def changed_document(self, target: Target, kind: str) -> etree._Element:
        """Well-formed, and in some places not what it should be. The credentials stay, so that what is behind them is reached."""
        call = copy.deepcopy(target.call)
        for _ in range(self.rng.randrange(1, 4)):
            child = self.rng.choice(list(call))
            if not isinstance(child.tag, str) or len(child) or etree.QName(child).localname.lower() in CREDENTIALS:
                continue
            self.rng.choice([self._value, self._value, self._value, self._twice, self._drop, self._rename, self._nest, self._nil])(child)
        if self.rng.random() < 0.1:
            call.tag = self.rng.choice([f"{{{NAMESPACE}}}Fly", "Authorize", "{urn:x}PartnerActiveSessions", f"{{{NAMESPACE}}}Envelope"])
        return self._document(target, kind, call)

    def cut(self, target: Target, kind: str) -> Sent:
        body = self.right(target, kind).body
        return Sent("cut", target.path, body[: self.rng.randrange(len(body))], kind)

    def flipped(self, target: Target, kind: str) -> Sent:
        body = bytearray(self.changed(target, kind).body)
        for _ in range(self.rng.randrange(1, 8)):
            body[self.rng.randrange(len(body))] = self.rng.randrange(256)
        return Sent("flipped", target.path, bytes(body), kind)

    def large(self, target: Target, kind: str) -> Sent:
        text = etree.tostring(self._document(target, kind, copy.deepcopy(target.call)), encoding="unicode")
        filling = self.rng.choice(["x", "<a/>", "<a>", "<!-- -->", " "])
        size = self.rng.choice([1_000_000, 1024 * 1024, BIG, BIG])
        body = self._inside(text, filling * (size // len(filling))).encode()
        return Sent(f"{len(body)} bytes", target.path, body, kind, chunked=self.rng.random() < 0.5)

    def frame(self, target: Target, kind: str) -> Sent:
        """An envelope whose parts are there twice, elsewhere or of another version."""
        version = KINDS.get(kind, Version.SOAP_12)
        envelope = enveloped(version, copy.deepcopy(target.call))
        body, tag = envelope[0], self.rng.choice([version, *Version]).tag
        match self.rng.randrange(7):
            case 0:
                envelope.append(copy.deepcopy(body))
            case 1:
                body.append(copy.deepcopy(target.call))
            case 2:
                envelope = enveloped(version, envelope)
            case 3:
                envelope.tag = tag("Envelope")
            case 4:
                body.tag = tag(self.rng.choice(["Body", "Header", "Fault"]))
            case 5:
                header = etree.SubElement(etree.SubElement(envelope, tag("Header")), "{urn:x}Security")
                header.set(tag("mustUnderstand"), self.rng.choice(["1", "true", "0", "x", ""]))
            case _:
                body.text = self.rng.choice(NASTY[:20]) + "&x;"
        return Sent("frame", target.path, etree.tostring(envelope), kind)

    def headers(self, target: Target, kind: str) -> Sent:
        sent = self.right(target, kind)
        kinds = [
            "",
            "text/xml;",
            "text/xml; charset",
            'text/xml; charset="',
            "TEXT/XML",
            "multipart/related; boundary=x",
            "a/b/c",
            ";",
            "x" * 500,
        ]
        action = self.rng.choice(["", '""', "x", '"' * 50, "urn:" + "a" * 4000, f"{NAMESPACE}/Fly"])
        return Sent("headers", target.path, sent.body, self.rng.choice([*kinds, kind]), headers={"SOAPAction": action})

    def noise(self, target: Target, kind: str) -> Sent:
        return Sent("noise", target.path, self.rng.randbytes(self.rng.choice([0, 1, 2, 3, 100, 5000])), kind)

    def _document(self, target: Target, kind: str, call: etree._Element) -> etree._Element:
        return enveloped(KINDS[kind], call) if target.soap else call

    def _text(self, what: str, target: Target, kind: str, change: Callable[[str], str]) -> Sent:
        text = etree.tostring(self._document(target, kind, copy.deepcopy(target.call)), encoding="unicode")
        return Sent(what, target.path, change(text).encode("utf-8", "replace"), kind)

    def _inside(self, text: str, more: str) -> str:
        """`more` behind one of the starts of elements."""
        places = [place + 1 for place, sign in enumerate(text) if sign == ">" and text[place - 1] not in "/?"]
        place = self.rng.choice(places[:-1] or places)
        return text[:place] + more + text[place:]

    def _value(self, child: etree._Element) -> None:
        child.text = self.rng.choice(NASTY)

    def _twice(self, child: etree._Element) -> None:
        other = copy.deepcopy(child)
        other.text = self.rng.choice(NASTY)
        child.addprevious(other)

    def _drop(self, child: etree._Element) -> None:
        parent = child.getparent()
        assert parent is not None
        if len(parent) > 1:
            parent.remove(child)

    def _rename(self, child: etree._Element) -> None:
        child.tag = self.rng.choice(
            ["x", f"{{urn:x}}{etree.QName(child).localname}", f"{{{NAMESPACE}}}{etree.QName(child).localname.upper()}"]
        )

    def _nest(self, child: etree._Element) -> None:
        etree.SubElement(child, self.rng.choice(["a", child.tag])).text = self.rng.choice(NASTY)

    def _nil(self, child: etree._Element) -> None:
        child.text = None
        child.set("{http://www.w3.org/2001/XMLSchema-instance}nil", self.rng.choice(["true", "1", "x"]))


CREDENTIALS = frozenset({"partnerid", "apikey", "partneruserid", "loginkey", "username", "password", "credentials"})
