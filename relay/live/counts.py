"""What happens on the live path, as plain numbers of the whole process: counting costs an addition, and who wants to know adds up later."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """Since the process began. No key, no content, nothing of one session."""

    sent: int = 0
    """Frames sent to viewers."""
    owed: int = 0
    """Times that a viewer had no room when there was something to send: it is owed one delta instead."""
    behind: int = 0
    """Times that a viewer was told that it falls behind."""
    silent: int = 0
    """Viewers closed because they showed nothing any more."""
    doubts: int = 0
    """Times that a viewer was asked whether it shows what the replica says."""
    drifts: int = 0
    """Nodes that a viewer had otherwise, or found something otherwise below."""
    repairs: int = 0
    """Nodes that were sent to a viewer again for that."""
    source_doubts: int = 0
    """Times that a visitor's browser was asked whether its page is what the replica says."""
    source_drifts: int = 0
    """Nodes that the replica had otherwise, or had something otherwise below."""
    source_repairs: int = 0
    """Nodes that a visitor's browser was asked to send again for that."""
    lag: float = 0.0
    """Seconds that the event loop was late when it was last looked at."""
    uploaded: int = 0
    """Assets that visitors' browsers brought."""
    reused: int = 0
    """Assets that visitors' browsers had not to bring: they were in the common cache."""
    alarms: int = 0
    """Masked values that the visitor's side showed."""
    refused: Counter[str] = field(default_factory=Counter)
    """Visitor frames refused, by kind (docs/protocol.md, "Refusals")."""
    ended: Counter[str] = field(default_factory=Counter)
    """Sessions that ended, by the letter of their last state."""
