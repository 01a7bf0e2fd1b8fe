"""The replica of a visitor's page, in Rust (relay_core). Bytes and numbers cross, never trees.

A panic in the core raises `CoreError` of kind `panic`; the replica it happened in then raises it for every call.
"""

from collections.abc import Mapping, Sequence
from typing import Self, final

__all__ = [
    "Applied",
    "ControlFrame",
    "CoreError",
    "FrameRefused",
    "Plan",
    "Replica",
    "Rules",
    "SelectorError",
    "WebSocketReader",
    "WireFault",
    "check_selector",
    "inspect_frame",
    "meters",
    "split_selector",
]

class CoreError(Exception):
    """`kind` is `misuse` (the caller's mistake), `panic`, or that of a subclass."""

    kind: str

class FrameRefused(CoreError):
    """A frame that changed nothing. `kind` as docs/protocol.md lists them under "Refusals"; `detail` holds no page content."""

    detail: str

class SelectorError(CoreError):
    """A rule that cannot be honoured: its index, where in its selector (characters, from 1), and why."""

    rule: int
    column: int
    message: str

@final
class Plan:
    """Rules made ready for an audience: selector, level (`names.Mask`, from `text` up), label. What is always masked is part of it.

    `pages`: address patterns (`*`: any characters) and labels of pages masked as a whole. With `shown`, selectors, all else is masked.
    """

    def __new__(
        cls, rules: Sequence[tuple[str, int, str]], pages: Sequence[tuple[str, str]] = ..., shown: Sequence[str] | None = None
    ) -> Self: ...

@final
class Rules:
    """Selectors whose masked elements are counted; SelectorError for one that cannot be honoured."""

    def __new__(cls, selectors: Sequence[str]) -> Self: ...

@final
class Applied:
    """What a frame did. `alarms`: how often content had to be masked here that the visitor's side should have masked; `cards`: card
    numbers masked that no rule had masked."""

    @property
    def epoch(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def operations(self) -> int: ...
    @property
    def alarms(self) -> int: ...
    @property
    def cards(self) -> int: ...
    @property
    def pending(self) -> bool:
        """Viewers see none of it yet: the rest of the page is still to come."""
    @property
    def drifted(self) -> list[tuple[int, int]]:
        """Nodes that are not what a `verify` of the frame said: the visitor's numbers, with a scope of `names.Scope`."""

@final
class Replica:
    """One session's page. `limits`: other numbers for limits of spec.toml, by name; ValueError for a name the core does not know."""

    def __new__(cls, *, asset_key: bytes, asset_prefix: str, limits: Mapping[str, int] | None = None) -> Self: ...
    @property
    def version(self) -> int:
        """0 before the first frame, then grows with every frame and every rule change that masked something."""
    @property
    def epoch(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    def apply(self, frame: bytes) -> Applied:
        """Applies one visitor frame, whole or (FrameRefused) not at all."""
    def show(self) -> None:
        """Let viewers see the page that is coming as far as it is there."""
    def next_view(self) -> None:
        """The visitor has gone to another page. Without this a new epoch is the same page, sent once more: what was masked stays so."""
    def add_audience(self, plan: Plan) -> int:
        """A number for viewers by this plan. What has been masked for others with the same plan is so for them."""
    def set_plan(self, audience: int, plan: Plan) -> int:
        """Other rules from here on; what was masked stays so. The version, which grew if something became masked."""
    def drop_audience(self, audience: int) -> None: ...
    def delta(self, audience: int, since: int) -> bytes:
        """The viewer frame from `since` (0: nothing; at most `version`) to `version`. Its base is 0 where it starts from nothing."""
    def doubt(self, audience: int) -> bytes:
        """The viewer frame by which viewers that have `version` find out whether they have it right."""
    def mend(self, audience: int, spots: Sequence[tuple[int, int]]) -> tuple[bytes, list[int]] | None:
        """The viewer frame for a viewer that has `version` and these nodes wrong (its numbers, with a scope of `names.Scope`), and
        those of them that it sends again."""
    def release(self, oldest: int) -> None:
        """No delta from before `oldest` will be asked for, 0 excepted: what happened before may be forgotten."""
    def html(self, audience: int) -> str: ...
    def select(self, selector: str) -> list[int]:
        """The visitor's numbers of the elements that a selector matches, in the order of the page; SelectorError."""
    def levels(self, audience: int) -> dict[int, int]:
        """The mask level of each node that is masked for an audience, by the visitor's numbers."""
    def watch(self, rules: Rules) -> None:
        """Counts what these rules mask from here on."""
    def tally(self) -> list[tuple[str, list[int], int]]:
        """Of each page since the last call, the present one included: address, masked elements by rule, those that none matches here."""
    def asset(self, id: str) -> str | None:
        """The address that an asset of this id is to be got from."""
    def stats(self) -> dict[str, int]:
        """nodes and bytes (of text held; of a page that is coming too), documents, frames, refused, operations, alarms, cards, drifts,
        repairs, audiences, version."""

@final
class ControlFrame:
    """A close (8), ping (9) or pong (10) that came (RFC 6455, section 5.5)."""

    @property
    def opcode(self) -> int: ...
    @property
    def payload(self) -> bytes: ...

@final
class WireFault:
    """Nothing more can be read. `kind`: `protocol`, `utf8` or `too_large`."""

    @property
    def kind(self) -> str: ...
    @property
    def reason(self) -> str: ...

@final
class WebSocketReader:
    """The reading side of one WebSocket connection, whose messages may have `limit` bytes."""

    def __new__(cls, limit: int) -> Self: ...
    def allow(self, limit: int) -> None: ...
    def feed(self, data: bytes) -> list[bytes | str | ControlFrame | WireFault]:
        """Messages and control frames that are whole now, in order; a fault is the last of all."""

def check_selector(selector: str) -> None:
    """SelectorError when it cannot be honoured."""

def split_selector(selector: str) -> tuple[str, str]:
    """Of a selector list, what visitors' browsers can apply and what the relay alone can; either may be empty. SelectorError."""

def inspect_frame(frame: bytes) -> str:
    """The frame as JSON, in the form of tests/vectors; FrameRefused when it is malformed."""

def meters() -> dict[str, tuple[list[int], int]]:
    """What the core has done since the process began: of each meter the counts by size, and the sum of all values.

    Place `k` counts the values below 2^k and not below 2^(k-1). Meters: apply_nanoseconds, frame_bytes, frame_operations,
    delta_nanoseconds, delta_bytes.
    """
