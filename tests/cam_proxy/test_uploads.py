"""Types of assets: header and signature must agree on the family, for every pair of types."""

from __future__ import annotations

import pytest

from cam_proxy.uploads import BY_NAME, UPLOAD_BYTES, UploadRefused, checked_type
from tests.cam_proxy.samples import SAMPLES


def test_there_is_a_sample_of_every_type() -> None:
    assert set(SAMPLES) == set(BY_NAME)


def family(name: str) -> str:
    return "svg" if name == "image/svg+xml" else name.partition("/")[0]


@pytest.mark.parametrize("declared", sorted(SAMPLES))
def test_bytes_decide_inside_a_family_and_nowhere_else(declared: str) -> None:
    for kind, data in SAMPLES.items():
        if family(kind) == family(declared):
            assert checked_type(declared, data).name == kind
        else:
            with pytest.raises(UploadRefused):
                checked_type(declared, data)


@pytest.mark.parametrize("declared", ["application/octet-stream", "binary/octet-stream; charset=x"])
def test_without_a_type_sure_signatures_decide(declared: str) -> None:
    for kind, data in SAMPLES.items():
        if kind in ("image/svg+xml", "image/bmp"):
            with pytest.raises(UploadRefused):
                checked_type(declared, data)
        else:
            assert checked_type(declared, data).name == kind


@pytest.mark.parametrize("declared", ["image/png", "font/woff2", "application/octet-stream"])
def test_documents_are_refused_under_any_type(declared: str) -> None:
    for data in (b"<!DOCTYPE html><script>", b"<svg xmlns='http://www.w3.org/2000/svg'>", b"%PDF-1.7", b"PK\x03\x04", b"GIF8", b""):
        with pytest.raises(UploadRefused):
            checked_type(declared, data)


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("IMAGE/PNG", "image/png"),
        ("image/png; charset=utf-8", "image/png"),
        ("image/jpg", "image/jpeg"),
        ("image/vnd.microsoft.icon", "image/x-icon"),
    ],
)
def test_other_spellings_are_known(declared: str, kind: str) -> None:
    assert checked_type(declared, SAMPLES[kind]).name == kind


@pytest.mark.parametrize(
    "declared",
    ["text/html", "text/css", "application/xhtml+xml", "text/javascript", "", "image/", "application/pdf", "image/png,text/html"],
)
def test_other_types_are_refused(declared: str) -> None:
    for data in SAMPLES.values():
        with pytest.raises(UploadRefused):
            checked_type(declared, data)


@pytest.mark.parametrize(
    "data",
    [
        b"<html><svg></svg></html>",
        b"<!DOCTYPE html><svg>",
        b"x<svg>",
        b"<svgx>",
        b'<?xml version="1.0"?><html/>',
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
        b"",
        b"<!-- " * 2000,
        b"<!---->" * 500,
        b"<!DOCTYPE svg>" * 250,
        b"<!-- --> " * 400 + b"<html><svg>",
    ],
)
def test_svg_begins_with_its_element(data: bytes) -> None:
    with pytest.raises(UploadRefused):
        checked_type("image/svg+xml", data)


def test_size_is_limited() -> None:
    with pytest.raises(UploadRefused):
        checked_type("image/png", SAMPLES["image/png"].ljust(UPLOAD_BYTES + 1, b"\0"))
    assert checked_type("image/png", SAMPLES["image/png"].ljust(UPLOAD_BYTES, b"\0"))
