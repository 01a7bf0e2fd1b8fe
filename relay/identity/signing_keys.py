"""The secrets that sign authorization tokens: a new one every two hours, the two before still verify (requirements 7.2).

They lie in one file of the data folder, readable by the relay's user only, written whole or not at all. Processes that share the folder
share them, and they survive a restart.
"""

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

FILE_NAME = "token.keys"
LOCK_NAME = "token.lock"
KEY_BYTES = 32
ID_BYTES = 8

ROTATION_MS = 2 * 3600 * 1000
LONGEST_TOKEN_MS = 2 * 3600 * 1000
KEPT = 3
"""The current one and two before: what any of them signed lives out its term."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """`since` in ms since 1970: when it began to sign."""

    kid: str
    secret: bytes = field(repr=False)
    since: int

    def verifies(self, now: int) -> bool:
        """Whether something that it signed may still be good."""
        return now < self.since + ROTATION_MS + LONGEST_TOKEN_MS


class SigningKeys:
    """`now` is the wall clock in ms. A clock that was set back makes no new key. Threads may share this."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE_NAME
        self._lock = data / LOCK_NAME
        self._reading = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._keys: list[SigningKey] = []

    def current(self, now: int) -> SigningKey:
        """The key to sign with; made if there is none or the last one is due."""
        keys = self._look()
        return keys[0] if keys and now < keys[0].since + ROTATION_MS else self._rotate(now)

    def find(self, kid: str, now: int) -> SigningKey | None:
        """The key of this name, if it may verify."""
        return next((key for key in self._look() if key.kid == kid and key.verifies(now)), None)

    def revoke(self) -> None:
        """Whatever was signed is worth nothing from now on."""
        with self._locked():
            self._path.unlink(missing_ok=True)

    def _rotate(self, now: int) -> SigningKey:
        with self._locked():
            # Another process may have been first.
            keys = self._look()
            if keys and now < keys[0].since + ROTATION_MS:
                return keys[0]
            fresh = SigningKey(secrets.token_urlsafe(ID_BYTES), secrets.token_bytes(KEY_BYTES), now)
            self._write([fresh, *(key for key in keys if key.verifies(now))][:KEPT])
            return fresh

    def _look(self) -> list[SigningKey]:
        with self._reading:
            try:
                state = os.stat(self._path)
                if (state.st_ino, state.st_mtime_ns) != self._seen:
                    kept = json.loads(self._path.read_text())
                    self._keys = [SigningKey(one["kid"], bytes.fromhex(one["secret"]), one["since"]) for one in kept]
                    self._seen = (state.st_ino, state.st_mtime_ns)
            except FileNotFoundError:
                self._seen, self._keys = None, []
            return self._keys

    def _write(self, keys: list[SigningKey]) -> None:
        fresh = self._path.with_name(f".{FILE_NAME}.{secrets.token_hex(8)}")
        values = [{"kid": key.kid, "secret": key.secret.hex(), "since": key.since} for key in keys]
        with open(fresh, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            json.dump(values, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self._path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self._lock, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
