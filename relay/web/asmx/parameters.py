"""What operations are given: one parameter of a call, its rule, and the values of a call read by these rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from relay.errors import CallRefused

T = TypeVar("T")
SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Generic[T]):
    """`read` raises `ValueError` with the rule. `sample` stands in sample requests; `kind` is the type in the schema.

    A `secret` is never shown, also not to who sent it.
    """

    name: str
    about: str
    read: Callable[[str], T]
    sample: str
    kind: str = "xs:string"
    secret: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind != "xs:string"


class Given:
    """The texts of a call by the names of its parameters, whatever their case."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {name.lower(): text.strip() for name, text in texts.items()}

    def __getitem__(self, parameter: Parameter[T]) -> T:
        """The value. Raises `CallRefused`, which names parameter, value and rule."""
        text = self._texts.get(parameter.name.lower())
        if text is None:
            raise CallRefused("missing", f"{parameter.name} has to be given: {parameter.about}")
        try:
            return parameter.read(text)
        except ValueError as error:
            shown = "" if parameter.secret else f" {text[:SHOWN_CHARACTERS]!r}"
            raise CallRefused("value", f"{parameter.name}{shown} {error}") from None


def any_text(limit: int) -> Callable[[str], str]:
    """A text, which may be empty."""

    def read(text: str) -> str:
        if len(text) > limit:
            raise ValueError(f"has more than {limit} characters")
        return text

    return read


def some_text(limit: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not 0 < len(text) <= limit:
            raise ValueError(f"has to have 1 to {limit} characters")
        return text

    return read


def one_of(*choices: str) -> Callable[[str], str]:
    """One of some texts, the empty one perhaps among them."""

    def read(text: str) -> str:
        if text not in choices:
            named = [repr(choice) if choice else "empty" for choice in choices]
            raise ValueError(f"has to be {', '.join(named[:-1])} or {named[-1]}")
        return text

    return read


def number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most):
            raise ValueError(f"has to be a whole number from {least} to {most}")
        return int(text)

    return read
