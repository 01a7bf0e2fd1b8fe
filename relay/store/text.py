"""Text columns that take any Python string: what a database cannot hold (NUL, half a surrogate pair) becomes U+FFFD (requirements 5.7)."""

from typing import Any

from sqlalchemy import Dialect, String, Text, TypeDecorator

REPLACEMENT = "\ufffd"


def storable(value: str) -> str:
    """`value` as every database can hold it."""
    if "\x00" not in value and value.isascii():
        return value
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", REPLACEMENT)


class _Storable(TypeDecorator[str]):
    impl: Any = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class CleanText(_Storable):
    impl = Text
    cache_ok = True


class CleanString(_Storable):
    impl = String
    cache_ok = True
