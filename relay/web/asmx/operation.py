"""One operation of such a service. Its description, its page, how it is called and how it answers follow from this."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from relay.web.asmx.parameters import Given, Parameter
from relay.web.asmx.shapes import type_name

Do = Callable[[Given, Request], Awaitable[Any]]
"""Raises `CallRefused`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`answer` is a shape or a list of one, `example` a value of it."""

    name: str
    about: str
    parameters: Sequence[Parameter[Any]]
    answer: Any
    example: Any
    do: Do

    @property
    def root(self) -> str:
        """The root element of an answer that is XML without SOAP."""
        return type_name(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`path` as documented; addresses are found whatever the case of its letters."""

    name: str
    path: str
    about: str
    operations: Sequence[Operation]

    def find(self, name: str) -> Operation | None:
        return next((one for one in self.operations if one.name == name), None)
