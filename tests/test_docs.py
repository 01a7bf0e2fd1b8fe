"""What the documentation points at is there: files, headings, and in each file the test that is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\((?P<target>[^()\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?)\s*$", re.MULTILINE)
ANCHOR = re.compile(r'<a id="([^"]+)">')
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"`((?:test_)?\w+)`")


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """As sites that show Markdown make them of headings: lower case, without signs, a hyphen for each space."""
    text = prose(page)
    plain = (re.sub(r"[^\w\- ]", "", re.sub(r"\]\([^)]*\)", "", heading).lower()) for heading in HEADING.findall(text))
    return {heading.replace(" ", "-") for heading in plain} | set(ANCHOR.findall(text))


def faults(page: Path) -> list[str]:
    found = []
    for text, target in LINK.findall(prose(page)):
        if "://" in target or target.startswith(("mailto:", "/")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists():
            found.append(f"{target}: there is no such file")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            found.append(f"{target}: there is no such heading")
        elif file.suffix in (".py", ".rs", ".ts") and (named := NAME.fullmatch(text)) and not defines(file, named[1]):
            found.append(f"{target}: it has no {named[1]}")
    return found


def defines(file: Path, name: str) -> bool:
    """Whether the file is called so, or has a test of this name."""
    return file.stem == name or re.search(rf"\b(def|fn) {name}\b", file.read_text(encoding="utf-8")) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_pointed_at_is_there(page: Path) -> None:
    assert faults(page) == []


def test_what_is_not_there_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_it() -> None: ...\n")
    page = tmp_path / "page.md"
    good = "# A heading, of a kind\n[here](#a-heading-of-a-kind) [`test_it`](test_one.py) [`test_one`](test_one.py) [away](https://example.com/)\n"
    page.write_text(good)
    assert faults(page) == []
    page.write_text(good + "[no](#none) [no](none.md) [`test_that`](test_one.py)\n```\n[code](nothing.md)\n```\n")
    assert [fault.partition(":")[0] for fault in faults(page)] == ["#none", "none.md", "test_one.py"]
