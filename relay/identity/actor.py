"""Who does something, as records of it say."""

import getpass
import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is a user's address, or says what else acted; `address` is the network address, empty for what runs on this machine."""

    name: str
    address: str = ""


RELAY = Actor("relay")
"""The server itself."""

NOBODY = "nobody"
"""Name of an actor of whom nothing is known but the address."""


def operator() -> Actor:
    """The person at the command line."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return Actor(f"operator:{name}")
