"""The settings that a group makes for each of its sites: their names, types, defaults and bounds, all in one table.

What is read is a `SiteSettings`; what is kept are the values that somebody has set, by name. The rest comes from the parent group, and at
last from the relay.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from relay.errors import Refused, SettingsError
from relay.identity.origins import checked_entry


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """All settings of a site as they hold. The values here are the defaults."""

    random_key_length: int = 5
    prevent_duplicate_keys: bool = True
    waiting_seconds: float = 120.0
    reconnect_seconds: float = 60.0
    viewer_limit: int = 10
    agent_list_in_events: bool = True
    presence: bool = True
    agent_origins: tuple[str, ...] = ()
    server_fetch: bool = False
    common_cache: bool = True
    terms_url: str = ""
    terms_text: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What values of a setting look like: as JSON (`check` gives the value or raises `ValueError`), and typed by a person."""

    rule: str
    check: Callable[[Any], Any]
    read: Callable[[str], Any] = json.loads


@dataclass(frozen=True, slots=True)
class Setting:
    """`name` is the one that people and programs use, `field` that of `SiteSettings`; `running` says when a running session takes it."""

    name: str
    field: str
    kind: Kind
    about: str
    running: str

    def checked(self, value: object) -> Any:
        """The value as it is kept. Raises `SettingsError`."""
        try:
            return self.kind.check(value)
        except (ValueError, TypeError, Refused):
            raise SettingsError(self.name, value, self.kind.rule) from None

    def typed(self, text: str) -> Any:
        """The value that a person typed. Raises `SettingsError`."""
        try:
            value = self.kind.read(text)
        except ValueError:
            raise SettingsError(self.name, text, self.kind.rule) from None
        return self.checked(value)


LIST_ENTRIES = 100
ADDRESS_CHARACTERS = 2000
TEXT_CHARACTERS = 1000


def _switch() -> Kind:
    def check(value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError
        return value

    words = {"on": True, "true": True, "off": False, "false": False}
    return Kind("it is true or false", check, lambda text: words.get(text.lower(), text))


def _whole(least: int, most: int) -> Kind:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return Kind(f"it is a whole number from {least} to {most}", check)


def _origins() -> Kind:
    def check(value: Any) -> list[str]:
        if not isinstance(value, list | tuple) or len(value) > LIST_ENTRIES or not all(isinstance(entry, str) for entry in value):
            raise ValueError
        return [checked_entry(entry) for entry in value]

    rule = f"it is a list of at most {LIST_ENTRIES} origins (https://desk.example) or domains (desk.example)"
    return Kind(rule, check, lambda text: text.replace(",", " ").split())


def _address() -> Kind:
    def check(value: Any) -> str:
        if not isinstance(value, str) or len(value) > ADDRESS_CHARACTERS or (value and not _is_https(value)):
            raise ValueError
        return value

    return Kind(f"it is an address that begins with https:// and has at most {ADDRESS_CHARACTERS} characters, or empty", check, str)


def _is_https(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" and bool(parts.hostname) and address.isprintable() and " " not in address


def _line() -> Kind:
    def check(value: Any) -> str:
        if not isinstance(value, str) or len(value) > TEXT_CHARACTERS or not value.isprintable():
            raise ValueError
        return value.strip()

    return Kind(f"it is one line of at most {TEXT_CHARACTERS} characters, or empty", check, str)


NEW, AT_ONCE = "sessions that start from then on", "at once"
SOON = "for dialogs that are opened a minute later"

SETTINGS = (
    Setting("randomKeyLength", "random_key_length", _whole(4, 12), "Digits of a random session key.", NEW),
    Setting(
        "preventDuplicateKeys",
        "prevent_duplicate_keys",
        _switch(),
        "A second session with the key of a running one is refused (`dupkey`). Off: agents find the newest.",
        NEW,
    ),
    Setting("waitingSeconds", "waiting_seconds", _whole(10, 3600), "How long a session waits for an agent.", AT_ONCE),
    Setting(
        "reconnectSeconds",
        "reconnect_seconds",
        _whole(5, 3600),
        "How long a visitor who dropped may take to come back.",
        "at the next drop",
    ),
    Setting("viewerLimit", "viewer_limit", _whole(1, 100), "How many may watch one session.", "for those who join from then on"),
    Setting(
        "agentListInEvents",
        "agent_list_in_events",
        _switch(),
        "The visitor's page is told who watches, not only how many.",
        "when somebody joins or leaves",
    ),
    Setting("presence", "presence", _switch(), "Tokens for the service `presence` are given.", "for tokens from then on"),
    Setting("agentOrigins", "agent_origins", _origins(), "Pages of agent desks that may ask for tokens from a browser.", AT_ONCE),
    Setting("serverFetch", "server_fetch", _switch(), "The relay gets public assets that the visitor's browser cannot bring.", AT_ONCE),
    Setting(
        "commonCache",
        "common_cache",
        _switch(),
        "Public pictures and fonts outlive their session, so that no visitor's browser brings them again.",
        AT_ONCE,
    ),
    Setting("termsUrl", "terms_url", _address(), "What the terms dialog links to, if the tag says nothing else (`data-termsurl`).", SOON),
    Setting("termsText", "terms_text", _line(), "What the terms dialog says, in place of the usual text.", SOON),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}


def setting_of(name: str) -> Setting:
    """Raises `Refused` for a name that no setting has."""
    found = BY_NAME.get(name)
    if found is None:
        raise Refused(f"there is no setting {name!r}; the settings are {', '.join(BY_NAME)}")
    return found


def applied(base: SiteSettings, values: Mapping[str, object]) -> SiteSettings:
    """`base` with the values that were set. A name or value of a later version means nothing to this one."""
    fields: dict[str, Any] = {}
    for name, value in values.items():
        setting = BY_NAME.get(name)
        if setting is not None:
            try:
                fields[setting.field] = _frozen(setting.checked(value))
            except SettingsError:
                continue
    return replace(base, **fields)


def value_of(settings: SiteSettings, setting: Setting) -> Any:
    """The value as JSON has it."""
    value = getattr(settings, setting.field)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return list(value) if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
