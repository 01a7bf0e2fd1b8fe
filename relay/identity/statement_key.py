"""The key that signs statements of what was masked: made once, in the data folder, readable by the relay's user only."""

import os
import secrets
from pathlib import Path

from relay.errors import Refused

FILE_NAME = "statement.key"
KEY_BYTES = 32


def statement_key(data: Path) -> bytes:
    """The key of a data folder, made if there is none."""
    path = data / FILE_NAME
    try:
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
    except FileExistsError:
        pass
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise Refused(f"{path} is no key of {KEY_BYTES} bytes in hexadecimal")
    return key
