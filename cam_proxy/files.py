"""Files that are whole or not there: written beside their place and moved into it, readable by the relay alone."""

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """A reader never meets half a file."""

    def fill(draft: Path) -> None:
        with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(data)

    _whole(path, fill)


def place(source: Path, path: Path) -> None:
    """The file `source` at `path` too: by a link where the file system has links, else as a copy. Raises `FileNotFoundError`."""

    def fill(draft: Path) -> None:
        try:
            os.link(source, draft)
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(source, draft)
            draft.chmod(0o600)

    if not path.exists():
        _whole(path, fill)


def _whole(path: Path, fill: Callable[[Path], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        fill(draft)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
