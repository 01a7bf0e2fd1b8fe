"""May these bytes be kept as an asset, and as what: the declared type must be on the list and the bytes must begin as a type of its family.

Requirements 4.7: raster images, SVG and fonts; header and signature must agree on the family. Inside it the bytes decide, as in browsers
(https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern): sites serve JPEG as `image/png` and OpenType as `font/ttf`. Nothing
here looks further into the bytes: what is served is sandboxed and typed (`headers.py`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

UPLOAD_BYTES = 10 * 1024 * 1024
"""Bytes of one asset."""

SIGNATURE_BYTES = 4096
"""How far into the bytes a signature is looked for; SVG may start with a prolog and comments."""

# Atomic: bytes of many comments and no element would otherwise be read in every way in which they can be cut into comments.
_SVG = re.compile(rb"\s*(<\?xml[^>]*\?>\s*)?((?><!--.*?-->|<!DOCTYPE svg[^>\[]*>)\s*)*+<svg[\s>]", re.DOTALL)


class UploadRefused(Exception):
    """The bytes are not kept."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class AssetType:
    """A media type that is kept: its name, the ending of its file, and how its bytes begin."""

    name: str
    ending: str
    begins: Callable[[bytes], bool]


def _starts(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(signatures)


def _brand(*brands: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[4:8] == b"ftyp" and any(brand in head[8:64] for brand in brands)


def _webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _svg(head: bytes) -> bool:
    return _SVG.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


_TYPES = (
    AssetType("image/png", "png", _starts(b"\x89PNG\r\n\x1a\n")),
    AssetType("image/jpeg", "jpg", _starts(b"\xff\xd8\xff")),
    AssetType("image/gif", "gif", _starts(b"GIF87a", b"GIF89a")),
    AssetType("image/webp", "webp", _webp),
    AssetType("image/avif", "avif", _brand(b"avif", b"avis")),
    AssetType("image/bmp", "bmp", _starts(b"BM")),
    AssetType("image/x-icon", "ico", _starts(b"\x00\x00\x01\x00", b"\x00\x00\x02\x00")),
    AssetType("image/svg+xml", "svg", _svg),
    AssetType("font/woff", "woff", _starts(b"wOFF")),
    AssetType("font/woff2", "woff2", _starts(b"wOF2")),
    AssetType("font/ttf", "ttf", _starts(b"\x00\x01\x00\x00", b"true", b"ttcf")),
    AssetType("font/otf", "otf", _starts(b"OTTO")),
)
BY_NAME = {kind.name: kind for kind in _TYPES}
BY_ENDING = {kind.ending: kind for kind in _TYPES}

# Other names under which servers send the same types.
_SYNONYMS = {
    "image/jpg": "image/jpeg",
    "image/vnd.microsoft.icon": "image/x-icon",
    "image/x-ms-bmp": "image/bmp",
    "application/font-woff": "font/woff",
    "application/font-woff2": "font/woff2",
    "application/x-font-woff2": "font/woff2",
    "application/x-font-woff": "font/woff",
    "application/x-font-ttf": "font/ttf",
    "application/x-font-truetype": "font/ttf",
    "application/x-font-opentype": "font/otf",
    "application/vnd.ms-opentype": "font/otf",
    "font/sfnt": "font/ttf",
}


_SVG_ALONE = (BY_NAME["image/svg+xml"],)
_PICTURES = tuple(kind for kind in _TYPES if kind.name.startswith("image/") and kind not in _SVG_ALONE)
_FONTS = tuple(kind for kind in _TYPES if kind.name.startswith("font/"))

# Servers that do not know fonts and newer pictures send these. Two bytes make a bitmap: too few to go by without a type.
_UNTYPED = frozenset({"application/octet-stream", "binary/octet-stream"})
_SURE = (*(kind for kind in _PICTURES if kind.ending != "bmp"), *_FONTS)


def family(declared: str) -> tuple[AssetType, ...]:
    """What bytes under this Content-Type may be; nothing if they are not kept."""
    name = declared.partition(";")[0].strip().lower()
    if name in _UNTYPED:
        return _SURE
    kind = BY_NAME.get(_SYNONYMS.get(name, name))
    return next((family for family in (_SVG_ALONE, _PICTURES, _FONTS) if kind in family), ())


def checked_type(declared: str, data: bytes) -> AssetType:
    """The type under which `data` is kept. `declared` is a Content-Type header. Raises `UploadRefused`."""
    kinds = family(declared)
    if not kinds:
        raise UploadRefused("this type is not kept")
    if len(data) > UPLOAD_BYTES:
        raise UploadRefused(f"more than {UPLOAD_BYTES} bytes")
    kind = next((kind for kind in kinds if kind.begins(data[:SIGNATURE_BYTES])), None)
    if kind is None:
        raise UploadRefused(f"these bytes are not {', '.join(kind.name for kind in kinds)}")
    return kind
