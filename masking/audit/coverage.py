"""What masks cover: the fields of each page, the rule that masks each, which are unmasked, and which were not there at the last report."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

FORMAT = 1


class State(StrEnum):
    """What an agent gets of a field."""

    MASKED = "masked"
    UNMASKED = "unmasked"
    LEAK = "leak"
    """A rule masks it, and it was relayed all the same."""


class BaselineRefused(Exception):
    """The file is no report's baseline."""


@dataclass(frozen=True, slots=True, order=True)
class Field:
    """`name` finds it in its page (a selector); `kind` is what it is: an input's type, select, textarea, or what its text looks like."""

    page: str
    name: str
    kind: str
    state: State
    rule: str = ""
    seen_by: tuple[str, ...] = ()
    """Roles whose agents are sent it."""
    new: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.page, self.name


@dataclass(frozen=True, slots=True)
class Report:
    """The fields of a journey, each once: as it was worst."""

    fields: tuple[Field, ...]

    @classmethod
    def of(cls, fields: Iterable[Field]) -> "Report":
        order = list(State)
        worst: dict[tuple[str, str], Field] = {}
        for field in fields:
            known = worst.get(field.key)
            if known is None or order.index(field.state) > order.index(known.state):
                worst[field.key] = field
        return cls(tuple(sorted(worst.values())))

    def count(self, what: str) -> int:
        """How many fields are `new`, or in a state."""
        return sum(field.new if what == "new" else field.state.value == what for field in self.fields)

    def against(self, known: set[tuple[str, str]]) -> "Report":
        """The same with the fields that are not among `known` marked as new."""
        return Report(tuple(replace(field, new=field.key not in known) for field in self.fields))

    def value(self) -> dict[str, Any]:
        """For JSON."""
        counts = {what: self.count(what) for what in ("masked", "unmasked", "leak", "new")}
        return {"counts": counts, "fields": [asdict(field) for field in self.fields]}

    def text(self) -> str:
        lines: list[str] = []
        page = None
        for field in self.fields:
            if field.page != page:
                page = field.page
                lines.append(page)
            by = field.rule or "no rule"
            seen = f", seen by {', '.join(field.seen_by)}" if field.seen_by else ""
            lines.append(f"  {field.state.value:9}{'new  ' if field.new else '     '}{field.kind:16} {field.name}   ({by}{seen})")
        counts = ", ".join(f"{self.count(what)} {what}" for what in ("masked", "unmasked", "leak", "new"))
        return "\n".join([*lines, f"{len(self.fields)} fields: {counts}"])


def read_baseline(path: Path) -> set[tuple[str, str]] | None:
    """The fields of an earlier report; None when there is no such file. Raises `BaselineRefused`."""
    if not path.exists():
        return None
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value["format"] != FORMAT:
            raise BaselineRefused(f"{path} has the format {value['format']!r}, not {FORMAT}")
        return {(str(page), str(name)) for page, name in value["fields"]}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise BaselineRefused(f"{path} is no baseline of `mask audit`") from None


def write_baseline(path: Path, report: Report) -> None:
    value = {"format": FORMAT, "fields": [list(field.key) for field in report.fields]}
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
