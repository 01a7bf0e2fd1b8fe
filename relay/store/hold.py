"""The hold of a serving relay on its data folder: one relay for one folder. The system ends it with the process, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from relay.errors import FolderHeld, Refused

FILE_NAME = "serving.lock"
PID_CHARACTERS = 20


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the folder, made if there is none, and leave in it the number of this process. Raises `FolderHeld` if another one serves it.

    Commands do not ask for it: they work beside a relay.
    """
    path = data / FILE_NAME
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = open(path, "r+", opener=_open_own, encoding="ascii")  # noqa: SIM115
    except OSError as error:
        raise Refused(f"{path} cannot be opened: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderHeld(str(data), file.read(PID_CHARACTERS).strip()) from None
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _open_own(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_CREAT, 0o600)
