"""What is known of a user, and the rules for each field (documentation: user provisioning)."""

from dataclasses import dataclass, fields, replace

from relay.errors import Refused
from relay.identity.roles import NO_ROLE

SEPARATOR = "~"
"""Stands between user name and login key where both are one text, so it is in no user name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`username` is the address that the user signs in with; `name` and `title` are what visitors see.

    `role` is the name of a role, or empty.
    """

    username: str
    puid: str = ""
    name: str = ""
    title: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    role: str = ""
    suspended: bool = False

    @property
    def shown_name(self) -> str:
        """What visitors see if no name was chosen."""
        return self.name or f"{self.first_name} {self.last_name}".strip() or self.username


class FieldRefused(Refused):
    """The value of one field of a user cannot be; `rule` says what can."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(field, rule)
        self.field = field
        self.rule = rule

    def __str__(self) -> str:
        return self.rule


LIMITS = {"name": 200, "title": 200, "puid": 255, "first_name": 49, "last_name": 49, "email": 127, "phone": 31, "role": 70}
USERNAME_CHARACTERS = 200


def faults_of(profile: Profile) -> list[FieldRefused]:
    """Everything that is wrong with it, at most one fault for each field."""
    faults = []
    for field in fields(profile):
        try:
            if field.name != "suspended":
                _check(field.name, getattr(profile, field.name).strip())
        except FieldRefused as refused:
            faults.append(refused)
    return faults


def checked_profile(profile: Profile) -> Profile:
    """The profile, trimmed, if it may be kept. Raises `FieldRefused` for its first fault."""
    texts = {field.name: getattr(profile, field.name).strip() for field in fields(profile) if field.name != "suspended"}
    for field, value in texts.items():
        _check(field, value)
    if texts["role"] == NO_ROLE:
        texts["role"] = ""
    return replace(profile, **texts)


def _check(field: str, value: str) -> None:
    if field == "username":
        if not value or not value.isprintable() or len(value) > USERNAME_CHARACTERS:
            raise FieldRefused(field, f"a user name has 1 to {USERNAME_CHARACTERS} printable characters")
        if SEPARATOR in value or "*" in value:
            raise FieldRefused(field, "a user name has neither ~ nor *")
        return
    words = field.replace("_", " ").replace("puid", "partner user id")
    if len(value) > LIMITS[field] or not (value.isprintable() or not value):
        raise FieldRefused(field, f"the {words} has at most {LIMITS[field]} printable characters")
    if field == "email" and value and not _is_email(value):
        raise FieldRefused(field, f"{value!r} is not an e-mail address")


def _is_email(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(local and at and domain) and " " not in text and not domain.startswith(".")
