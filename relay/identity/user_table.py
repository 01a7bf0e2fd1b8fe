"""Users as a table of comma-separated values: what a file to import may hold, with row and column of each fault; and the export.

The first row names the columns, in any order and case. A password in a file is plain text: leave the column out for users who sign on
by login key.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields

from relay.errors import Refused
from relay.identity.passwords import checked as checked_password
from relay.identity.profiles import Profile, checked_profile, faults_of

COLUMNS = {
    "username": "username",
    "partneruserid": "puid",
    "name": "name",
    "title": "title",
    "firstname": "first_name",
    "lastname": "last_name",
    "email": "email",
    "phone": "phone",
    "role": "role",
    "suspended": "suspended",
}
"""Columns by the names that files use, and the fields of a profile that they fill."""

PASSWORD = "password"
ROWS = 10_000
BYTES = 8 * 1024 * 1024

YES, NO = frozenset({"1", "yes", "true"}), frozenset({"0", "no", "false", ""})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row (as a spreadsheet counts: the first below the heading is 2) and a column."""

    row: int
    column: str
    rule: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.rule}"


class TableRefused(Refused):
    """The table has faults; nothing of it was taken."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


@dataclass(frozen=True, slots=True)
class Row:
    """A user to add; the password is empty for one who has none."""

    number: int
    profile: Profile
    password: str


def read_table(text: str) -> list[Row]:
    """The users of a file. Raises `TableRefused` with every fault that shows without looking at the database."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        lines = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise TableRefused([Fault(reader.line_num, "-", f"this is no table of comma-separated values: {error}")]) from None
    if not lines:
        raise TableRefused([Fault(1, "-", "the file is empty")])
    if len(lines) > ROWS + 1:
        raise TableRefused([Fault(ROWS + 2, "-", f"a file has at most {ROWS} users")])
    columns = _heading(lines[0])
    faults: list[Fault] = []
    rows = [row for number, line in enumerate(lines[1:], 2) if (row := _row(number, columns, line, faults))]
    _only_once(rows, faults)
    if faults:
        raise TableRefused(sorted(faults, key=lambda fault: fault.row))
    return rows


def write_table(profiles: Iterable[Profile]) -> str:
    """The users as a file that can be imported again. Passwords are in nobody's file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for profile in profiles:
        writer.writerow([_cell(getattr(profile, field)) for field in COLUMNS.values()])
    return out.getvalue()


def column_of(field: str) -> str:
    """The column of a file that fills a field."""
    return next(column for column, name in COLUMNS.items() if name == field)


def _heading(line: list[str]) -> list[str]:
    columns = [cell.strip().lower().replace(" ", "").replace("_", "") for cell in line]
    for number, column in enumerate(columns):
        if column not in COLUMNS and column != PASSWORD:
            known = ", ".join([*COLUMNS, PASSWORD])
            raise TableRefused([Fault(1, line[number].strip() or str(number + 1), f"there is no such column; columns are {known}")])
        if column in columns[:number]:
            raise TableRefused([Fault(1, column, "this column is there twice")])
    if "username" not in columns:
        raise TableRefused([Fault(1, "username", "this column is missing")])
    return columns


def _row(number: int, columns: list[str], line: list[str], faults: list[Fault]) -> Row | None:
    if len(line) != len(columns):
        faults.append(Fault(number, "-", f"the row has {len(line)} cells, the heading {len(columns)}"))
        return None
    cells = {column: _uncell(cell.strip()) for column, cell in zip(columns, line, strict=True)}
    password = cells.pop(PASSWORD, "")
    suspended = cells.pop("suspended", "").lower()
    if suspended not in YES | NO:
        faults.append(Fault(number, "suspended", "it is one of 1, 0, yes, no, true, false"))
    if password:
        try:
            checked_password(password)
        except Refused as refused:
            faults.append(Fault(number, PASSWORD, str(refused)))
    profile = Profile(**{COLUMNS[name]: cell for name, cell in cells.items()}, suspended=suspended in YES)
    if found := faults_of(profile):
        faults += [Fault(number, column_of(one.field), str(one)) for one in found]
        return None
    return Row(number, checked_profile(profile), password)


def _only_once(rows: list[Row], faults: list[Fault]) -> None:
    for field in ("username", "puid"):
        seen: dict[str, int] = {}
        for row in rows:
            value = getattr(row.profile, field)
            folded = value.casefold() if field == "username" else value
            if value and folded in seen:
                faults.append(Fault(row.number, column_of(field), f"{value} stands in row {seen[folded]} too"))
            seen.setdefault(folded, row.number)


FORMULA = ("=", "+", "-", "@", "\t", "\r")


def spreadsheet_safe(text: str) -> str:
    """A spreadsheet must not take a text for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _uncell(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA) else text


def _cell(value: str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return spreadsheet_safe(value)


assert set(COLUMNS.values()) == {field.name for field in fields(Profile)}
