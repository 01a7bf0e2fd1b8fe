"""The keyed chain of the audit log: each entry's code covers the one before, so nothing can be changed or taken out unnoticed (9.1).

What can be cut off unnoticed is the end; a checkpoint, kept elsewhere, holds that too.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field

START = bytes(32)
"""Stands before a chain's first entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done, or tried.

    `group` 0 is for what belongs to none; `number` counts in the group from 1; `at` in ms since 1970.
    """

    group: int
    number: int
    at: int
    actor: str
    address: str
    action: str
    result: str
    subject: str
    detail: str
    code: bytes = field(default=b"", repr=False)


def code_of(key: bytes, before: bytes, entry: Entry) -> bytes:
    """The code that `entry` must have after an entry with the code `before`."""
    content = [
        entry.group,
        entry.number,
        entry.at,
        entry.actor,
        entry.address,
        entry.action,
        entry.result,
        entry.subject,
        entry.detail,
    ]
    message = before + json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()
    return hmac.new(key, message, hashlib.sha256).digest()


class Verifier:
    """Takes a chain's entries one after the other; `fault` says what is wrong with the first that does not fit."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._before = START
        self.number = 0

    @property
    def head(self) -> bytes:
        return self._before

    def fault(self, entry: Entry) -> str | None:
        if entry.number != self.number + 1:
            return f"entry {self.number + 1} is missing"
        if not hmac.compare_digest(entry.code, code_of(self._key, self._before, entry)):
            return f"entry {entry.number} has been changed, or is not this relay's"
        self.number, self._before = entry.number, entry.code
        return None
