"""What is written about a session: enough to list it later, and to take it up again when the relay was killed."""

from dataclasses import dataclass, field

from masking.rule import Site
from relay.protocol.names import VisitorRecord


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What does not change in a session's life. Of the visitor's secret there is only a hash."""

    ssnid: str
    group: int
    key: str
    site: Site
    secret_hash: bytes = field(repr=False)
    scope: str = field(repr=False)
    """The random part of its asset addresses."""
    asset_key: bytes = field(repr=False)
    visitor: VisitorRecord = field(repr=False)

    @property
    def short(self) -> str:
        """The session in a log line: a key lets an agent in, so it is never written out."""
        return shortened(self.ssnid)


def shortened(ssnid: str) -> str:
    """`1000.48….77`: group, the beginning of the key, the end of the number."""
    group, _, rest = ssnid.partition(".")
    key, _, number = rest.rpartition(".")
    return f"{group}.{key[:2]}….{number[-2:]}"
