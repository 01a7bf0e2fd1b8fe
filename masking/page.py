"""Address patterns of pages that are masked as a whole."""

import re
from urllib.parse import urlsplit

PATTERN_BYTES = 2048
"""Of an address pattern."""

_HOST = re.compile(r"[a-z0-9*](?:[a-z0-9.*-]*[a-z0-9*])?")


class PatternRefused(ValueError):
    """Not a pattern of page addresses; says why."""


def check_pattern(pattern: str) -> None:
    """Raise `PatternRefused` unless it is `https://host/path` (or http), where `*` stands for any characters.

    Query and fragment do not leave the visitor's browser, so they cannot be asked for.
    """
    if len(pattern.encode("utf-8", "surrogatepass")) > PATTERN_BYTES:
        raise PatternRefused(f"the pattern is longer than {PATTERN_BYTES} bytes")
    if not pattern.isascii() or not pattern.isprintable() or " " in pattern:
        raise PatternRefused("a pattern is written as browsers write addresses: printable ASCII, anything else percent-encoded")
    if "?" in pattern or "#" in pattern:
        raise PatternRefused("query and fragment of an address cannot be asked for")
    try:
        parts = urlsplit(pattern)
        port = parts.netloc.rpartition(":")[2] if ":" in parts.netloc else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not parts.path.startswith("/"):
        raise PatternRefused("a pattern is an address with http or https, a host and a path, such as https://shop.example/account/*")
    host = parts.netloc.removesuffix(f":{port}") if port else parts.netloc
    if not _HOST.fullmatch(host) or not (port == "" or port == "*" or port.isdigit()):
        raise PatternRefused("the host of a pattern has small letters, digits, dots, hyphens and *")
