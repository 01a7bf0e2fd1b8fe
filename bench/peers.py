"""The HTML libraries of Python that can do what the replica does: find what a list of selectors names, write bullets over its texts, serialise.

Each gets a page that it has parsed already, and edits its tree in place. A text that is blank or masked is left alone, as in ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from relay.protocol.names import BULLETS

BLANK = re.compile(r"\s*\Z")


def is_kept(text: str) -> bool:
    return text == BULLETS or BLANK.match(text) is not None


def turbohtml(page: str) -> Callable[[Sequence[str]], str]:
    import turbohtml as peer

    document: Any = peer.parse(page)

    def mask(selectors: Sequence[str]) -> str:
        for selector in selectors:
            for element in document.select(selector):
                for node in element.descendants:
                    if isinstance(node, peer.Text) and not is_kept(node.data):
                        node.data = BULLETS
        return str(document.serialize())

    return mask


def selectolax(page: str) -> Callable[[Sequence[str]], str]:
    from selectolax.lexbor import LexborHTMLParser

    document = LexborHTMLParser(page)

    def mask(selectors: Sequence[str]) -> str:
        for selector in selectors:
            for element in document.css(selector):
                texts = [node for node in element.traverse(include_text=True) if node.tag == "-text"]
                for node in texts:
                    if not is_kept(node.text_content or ""):
                        node.replace_with(BULLETS)
        return document.html or ""

    return mask


def lxml(page: str) -> Callable[[Sequence[str]], str]:
    from lxml import etree, html
    from lxml.cssselect import CSSSelector

    document = html.document_fromstring(page)
    compiled: dict[str, Any] = {}

    def mask(selectors: Sequence[str]) -> str:
        for selector in selectors:
            if selector not in compiled:
                compiled[selector] = CSSSelector(selector, translator="html")
        for selector in selectors:
            for element in compiled[selector](document):
                for node in element.iter():
                    if node.text and not is_kept(node.text):
                        node.text = BULLETS
                    if node is not element and node.tail and not is_kept(node.tail):
                        node.tail = BULLETS
        return str(etree.tostring(document, encoding="unicode", method="html"))

    return mask


def beautifulsoup(page: str) -> Callable[[Sequence[str]], str]:
    from bs4 import BeautifulSoup

    document = BeautifulSoup(page, "lxml")

    def mask(selectors: Sequence[str]) -> str:
        for selector in selectors:
            for element in document.select(selector):
                for text in element.find_all(string=True):
                    if not is_kept(text):
                        text.replace_with(BULLETS)
        return str(document)

    return mask


PEERS = {"turbohtml": turbohtml, "selectolax": selectolax, "lxml + cssselect": lxml, "BeautifulSoup": beautifulsoup}
