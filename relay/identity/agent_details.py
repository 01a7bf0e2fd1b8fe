"""What a page that brings an agent to a session says of it: identity parameters of the Service Target URLs, `origin` and `xid` of a join.

The agent's own browser says so, on behalf of a desk that nobody here can check: it is shown and written down, and decides nothing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from relay.identity.profiles import FieldRefused
from relay.live.participant import EMAIL_CHARACTERS, NAME_CHARACTERS, ORIGIN_CHARACTERS, PHONE_CHARACTERS

LIMITS = {
    "name": NAME_CHARACTERS,
    "email": EMAIL_CHARACTERS,
    "phone": PHONE_CHARACTERS,
    "origin": ORIGIN_CHARACTERS,
    "xid": ORIGIN_CHARACTERS,
}
"""Documented, in characters; of Latin-1 except for names."""


@dataclass(frozen=True, slots=True)
class AgentDetails:
    """Empty where nothing was said. `origin` is the calling application, `xid` its own number for the case."""

    name: str = ""
    email: str = ""
    phone: str = ""
    origin: str = ""
    xid: str = ""

    def given(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}


NO_DETAILS = AgentDetails()


def read_details(parameters: Mapping[str, str]) -> AgentDetails:
    """Those among the parameters, whose names may be in any case. Raises `FieldRefused` for the first that cannot be."""
    lower = {name.lower(): value for name, value in parameters.items()}
    return checked_details(AgentDetails(**{field.name: lower.get(field.name, "") for field in fields(AgentDetails)}))


def checked_details(details: AgentDetails) -> AgentDetails:
    """The details, trimmed. Raises `FieldRefused`."""
    texts = {name: value.strip() for name, value in asdict(details).items()}
    for name, value in texts.items():
        charset = "printable" if name == "name" else "printable Latin-1"
        fits = name == "name" or all(ord(character) < 256 for character in value)
        if len(value) > LIMITS[name] or not value.isprintable() or not fits:
            raise FieldRefused(name, f"the parameter {name} has at most {LIMITS[name]} {charset} characters")
    return AgentDetails(**texts)
