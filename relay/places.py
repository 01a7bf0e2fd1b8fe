"""Where a network address is, by a database file that the operator keeps (MaxMind DB format: https://maxmind.github.io/MaxMind-DB/).

Off without a file, and nothing is asked of anybody: the file is all there is. One that is replaced while the relay serves is taken at
the next look.
"""

import ipaddress
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import maxminddb

from relay.errors import Refused

log = logging.getLogger(__name__)

LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Place:
    """As far as it is known; `country` is the code of ISO 3166."""

    city: str | None = None
    region: str | None = None
    country: str | None = None


NOWHERE = Place()

Stamp = tuple[int, int, int]


class Places:
    """The places of addresses by the file `path`; none without one. Raises `Refused` for a file that is no such database."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: Stamp | None = None
        self._reader: maxminddb.Reader | None = None
        if path is not None:
            try:
                self._open(path)
            except (OSError, maxminddb.InvalidDatabaseError) as error:
                raise Refused(f"location_database: {path}: {_reason(error)}") from None

    def of(self, address: str) -> Place:
        """Of an IP address; what is not one, or is not in the file, is nowhere."""
        self._renew()
        if self._reader is None:
            return NOWHERE
        try:
            found = self._reader.get(ipaddress.ip_address(address))
        except (ValueError, maxminddb.InvalidDatabaseError):
            return NOWHERE
        return _place(found)

    def _renew(self) -> None:
        """Take a file that was put in the place of the last one; with one that cannot be read, the last one stays."""
        if self._path is None:
            return
        try:
            if _stamp(self._path) != self._stamp:
                self._open(self._path)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            log.warning("the database of places cannot be read: %s", _reason(error))

    def _open(self, path: Path) -> None:
        # Noted first: a file that cannot be read is looked at once.
        self._stamp = _stamp(path)
        self._reader = maxminddb.open_database(path, maxminddb.MODE_MEMORY)


def _stamp(path: Path) -> Stamp:
    status = os.stat(path)
    return status.st_ino, status.st_size, status.st_mtime_ns


def _place(found: Any) -> Place:
    if not isinstance(found, dict):
        return NOWHERE
    regions = found.get("subdivisions")
    return Place(
        city=_name(found.get("city")),
        region=_name(regions[-1] if isinstance(regions, list) and regions else None),
        country=_text(_part(found.get("country"), "iso_code")),
    )


def _name(entry: object) -> str | None:
    return _text(_part(_part(entry, "names"), LANGUAGE))


def _part(entry: object, name: str) -> object:
    return entry.get(name) if isinstance(entry, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else "it is no database in MaxMind DB format"
