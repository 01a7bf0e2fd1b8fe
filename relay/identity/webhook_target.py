"""Where a webhook may point to, and what it may be told of."""

from collections.abc import Iterable
from enum import StrEnum

from cam_proxy.targets import Reach, TargetRefused, target
from relay.errors import Refused

URL_CHARACTERS = 2048


class Event(StrEnum):
    """What webhooks are told of."""

    STARTED = "session.started"
    JOINED = "agent.joined"
    ENDED = "session.ended"


EVERY = frozenset(Event)


def checked_url(url: str, reach: Reach) -> str:
    """The address if the relay may post to it: https, or what the operator lists. Names are looked up at each delivery, not here."""
    if len(url) > URL_CHARACTERS or not url.isprintable():
        raise Refused(f"the address of a webhook has at most {URL_CHARACTERS} printable characters")
    try:
        found = target(url, reach)
    except TargetRefused as refused:
        raise Refused(f"a webhook cannot go there: {refused.reason}") from None
    if found.scheme != "https" and not found.trusted:
        raise Refused("a webhook cannot go there: only https is posted to, unless the operator lists the host in webhook_private")
    return url


def from_words(text: str) -> frozenset[Event]:
    """Events as they are stored. One of a later version means nothing to this one."""
    return frozenset(Event(word) for word in text.split() if word in EVERY)


def to_words(events: Iterable[Event]) -> str:
    wanted = frozenset(events)
    if not wanted:
        raise Refused("a webhook is told of one event at least")
    return " ".join(event for event in Event if event in wanted)
