"""Passwords: argon2id in a bounded pool of threads, so that logins cannot take the machine from live sessions.

A user that does not exist costs the same time as a wrong password (requirements 7.4).
"""

import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from relay.errors import Busy, Refused

# At least 19 MiB, 2 passes, 1 lane (requirements 7.4).
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

THREADS = 2
WAITING = 32
"""Hashes in hand and waiting; more are refused at once."""

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 1000


def checked(password: str) -> str:
    """The password if it may be set."""
    if not MINIMUM_LENGTH <= len(password) <= MAXIMUM_LENGTH:
        raise Refused(f"a password has {MINIMUM_LENGTH} to {MAXIMUM_LENGTH} characters")
    return password


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with weaker settings than ours are now."""
    return _HASHER.check_needs_rehash(password_hash)


class PasswordPool:
    """Verifies off the event loop. `verify` raises `Busy` rather than queue without end."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._nobody = hash_password(secrets.token_urlsafe())
        self._in_hand = 0

    def verify(self, password_hash: str | None, password: str) -> Future[bool]:
        """Whether the password is right; `None`, or an empty one, stands for a user that does not exist or has no password."""
        if self._in_hand >= WAITING:
            raise Busy
        self._in_hand += 1
        future = self._pool.submit(_verify, password_hash or self._nobody, password)
        future.add_done_callback(self._done)
        return future

    def hash(self, password: str) -> Future[str]:
        return self._pool.submit(hash_password, password)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _done(self, _future: Future[bool]) -> None:
        self._in_hand -= 1


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password[:MAXIMUM_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
