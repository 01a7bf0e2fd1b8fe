# Generated from relay/protocol/spec.toml by `make generate`. Do not edit.
"""Names and numbers of the wire protocol, and its control messages as declared models."""

from enum import IntEnum
from typing import Final

import msgspec

PROTOCOL_VERSION: Final = 1


class Message(IntEnum):
    VISITOR_FRAME = 1
    VIEWER_FRAME = 2
    PART = 3
    LAST = 4


class Flag(IntEnum):
    DEFLATED = 1
    PARTIAL = 2


class Node(IntEnum):
    TEXT = 0
    SHADOW_OPEN = 1
    SHADOW_CLOSED = 2
    FIRST_SHAPE = 3


class Namespace(IntEnum):
    HTML = 0
    SVG = 1
    MATHML = 2
    OTHER = 3


class Quirks(IntEnum):
    NONE = 0
    QUIRKS = 1
    LIMITED = 2


class State(IntEnum):
    CHECKED = 1
    INDETERMINATE = 2
    SELECTED = 4
    MODAL = 8
    POPOVER = 16
    SHEET_DISABLED = 32
    FOCUS_VISIBLE = 64
    TARGET = 128
    UNDEFINED = 256
    USER_INVALID = 512
    USER_VALID = 1024
    AUTOFILL = 2048
    FULLSCREEN = 4096
    INVALID = 8192
    OPEN = 16384


class Media(IntEnum):
    DARK = 1
    REDUCED_MOTION = 2
    REDUCED_TRANSPARENCY = 4
    REDUCED_DATA = 8
    MORE_CONTRAST = 16
    LESS_CONTRAST = 32
    FORCED_COLORS = 64
    INVERTED_COLORS = 128
    HOVER = 256
    ANY_HOVER = 512
    POINTER_FINE = 1024
    POINTER_COARSE = 2048
    ANY_FINE = 4096
    ANY_COARSE = 8192


class Playback(IntEnum):
    PAUSED = 1
    MUTED = 2
    ENDED = 4
    WAITING = 8
    LIVE = 16


class Mask(IntEnum):
    PLAIN = 0
    TEXT = 1
    HIDE = 2
    BLOCK = 3


class Placeholder(IntEnum):
    CROSS_ORIGIN_FRAME = 1
    PLUGIN = 2
    CANVAS = 3
    MEDIA = 4
    UNDRAWN = 5


class Scope(IntEnum):
    CONTENT = 1
    CHILDREN = 2
    SUBTREE = 3


class Op(IntEnum):
    DOCUMENT = 1
    INSERT = 2
    MOVE = 3
    REMOVE = 4
    SET_TEXT = 5
    SET_ATTRIBUTE = 6
    REMOVE_ATTRIBUTE = 7
    SET_ATTRIBUTES = 8
    SET_VALUE = 9
    SET_STATE = 10
    SET_SCROLL = 11
    SET_SHEET = 12
    SET_MASK = 13
    SET_PLACEHOLDER = 14
    SET_FOCUS = 15
    SET_POINTER = 16
    SET_VIEWPORT = 17
    SET_TITLE = 18
    SET_ADDRESS = 19
    ARRANGE = 20
    VERIFY = 21
    SET_TILE = 22
    LIFT = 23
    SET_SELECTION = 24
    SET_PLAYBACK = 26
    SET_ANIMATION = 27
    SET_CLOCK = 28
    SET_HOVER = 30
    SET_MEDIA = 31
    SET_CONSTRUCTED = 32
    SET_ADOPTED = 33


# The fields of each op, in wire order.
OP_FIELDS: Final[dict[Op, tuple[tuple[str, str], ...]]] = {
    Op.DOCUMENT: (("node", "node"), ("frame", "node"), ("address", "string"), ("base", "string"), ("title", "string"), ("doctype", "string"), ("quirks", "uint"),),
    Op.INSERT: (("parent", "node"), ("after", "node"), ("nodes", "subtree"),),
    Op.MOVE: (("node", "node"), ("count", "uint"), ("parent", "node"), ("after", "node"),),
    Op.REMOVE: (("node", "node"), ("count", "uint"),),
    Op.SET_TEXT: (("node", "node"), ("text", "string"),),
    Op.SET_ATTRIBUTE: (("node", "node"), ("name", "name"), ("value", "string"),),
    Op.REMOVE_ATTRIBUTE: (("node", "node"), ("name", "name"),),
    Op.SET_ATTRIBUTES: (("node", "node"), ("attributes", "pairs"),),
    Op.SET_VALUE: (("node", "node"), ("value", "string"),),
    Op.SET_STATE: (("node", "node"), ("bits", "uint"),),
    Op.SET_SCROLL: (("node", "node"), ("left", "int"), ("top", "int"),),
    Op.SET_SHEET: (("node", "node"), ("base", "string"), ("text", "string"),),
    Op.SET_MASK: (("node", "node"), ("level", "uint"), ("label", "string"), ("width", "uint"), ("height", "uint"),),
    Op.SET_PLACEHOLDER: (("node", "node"), ("reason", "uint"),),
    Op.SET_FOCUS: (("node", "node"),),
    Op.SET_POINTER: (("x", "int"), ("y", "int"), ("down", "uint"),),
    Op.SET_VIEWPORT: (("width", "uint"), ("height", "uint"), ("ratio", "uint"),),
    Op.SET_TITLE: (("node", "node"), ("title", "string"),),
    Op.SET_ADDRESS: (("node", "node"), ("address", "string"), ("base", "string"),),
    Op.ARRANGE: (("parent", "node"), ("runs", "runs"),),
    Op.VERIFY: (("node", "node"), ("scope", "uint"), ("hash", "uint"),),
    Op.SET_TILE: (("node", "node"), ("column", "uint"), ("row", "uint"), ("picture", "string"),),
    Op.LIFT: (("node", "node"),),
    Op.SET_SELECTION: (("node", "node"), ("offset", "uint"), ("end", "node"), ("end_offset", "uint"),),
    Op.SET_PLAYBACK: (("node", "node"), ("time", "uint"), ("duration", "uint"), ("rate", "uint"), ("bits", "uint"), ("width", "uint"), ("height", "uint"),),
    Op.SET_ANIMATION: (("node", "node"), ("text", "string"),),
    Op.SET_CLOCK: (("time", "uint"),),
    Op.SET_HOVER: (("node", "node"), ("active", "node"),),
    Op.SET_MEDIA: (("features", "uint"),),
    Op.SET_CONSTRUCTED: (("sheet", "uint"), ("base", "string"), ("text", "string"),),
    Op.SET_ADOPTED: (("node", "node"), ("sheets", "string"),),
}


class Close(IntEnum):
    GOING_AWAY = 4001
    """The relay stops or moves; come back."""
    TOO_SLOW = 4008
    """The viewer cannot keep up; come back and resume."""
    UNRESPONSIVE = 4009
    """No sign of life in time; come back and resume."""
    REPLACED = 4400
    """A newer connection of the same visitor took the session over."""
    MALFORMED = 4401
    """A message that the protocol does not allow."""
    DENIED = 4403
    """No right to this: wrong ticket, origin, group or secret."""
    ENDED = 4404
    """The session is over or was never there."""
    TOO_LARGE = 4413
    """A message over its limit."""
    LATE = 4414
    """The first message did not come in time."""
    VERSION = 4426
    """The protocol version is not spoken here; load the script again."""

    @property
    def comes_back(self) -> bool:
        """Whether the peer should connect again."""
        return self < 4400


class Limit:
    VISITOR_FRAME: Final = 1048576
    SNAPSHOT_FRAME: Final = 16777216
    PART: Final = 262144
    CONTROL_MESSAGE: Final = 16384
    VIEWER_MESSAGE: Final = 16384
    NODES: Final = 200000
    DEPTH: Final = 1000
    ATTRIBUTES: Final = 256
    ATTRIBUTE_VALUE: Final = 65536
    LONG_ATTRIBUTE_VALUE: Final = 262144
    TEXT: Final = 1048576
    SHEET_TEXT: Final = 5242880
    NAMES: Final = 4096
    SHAPES: Final = 65536
    OPS: Final = 400000
    VALUES: Final = 2000000
    STEPS: Final = 1000000
    NAME_LENGTH: Final = 64
    DOCUMENTS: Final = 50
    DOCUMENT_DEPTH: Final = 8
    AUDIENCES: Final = 16
    ATOMS: Final = 1000000
    HELD_TEXT: Final = 67108864
    INFLATED_FRAME: Final = 33554432
    INFLATE_RATIO: Final = 200
    SELECTOR: Final = 4096
    SELECTORS: Final = 2000
    CONSTRUCTED: Final = 10000
    ADOPTED: Final = 1000
    TILE: Final = 256
    TILE_PLACE: Final = 64
    TILES: Final = 1024
    TOP_LAYER: Final = 256
    PICTURE: Final = 524288
    PICTURES_A_SECOND: Final = 524288
    ANIMATION: Final = 65536
    ASSETS: Final = 20000
    TARGET_TEXT: Final = 16777216
    SHEET_RULES: Final = 50000
    ADOPTED_TEXT: Final = 1048576
    ADDRESS_TEXT: Final = 16777216
    REWRITTEN_TEXT: Final = 67108864
    DEFLATE_FROM: Final = 1400


BUILTIN_SELECTORS: Final = (
    "input[type=password i]",
    "input[type=hidden i]",
    "[autocomplete~=current-password i]",
    "[autocomplete~=new-password i]",
    "[autocomplete~=one-time-code i]",
    "[autocomplete~=cc-name i]",
    "[autocomplete~=cc-given-name i]",
    "[autocomplete~=cc-additional-name i]",
    "[autocomplete~=cc-family-name i]",
    "[autocomplete~=cc-number i]",
    "[autocomplete~=cc-exp i]",
    "[autocomplete~=cc-exp-month i]",
    "[autocomplete~=cc-exp-year i]",
    "[autocomplete~=cc-csc i]",
    "[autocomplete~=cc-type i]",
    "[glance_masked]",
    ".glance_masked",
)
BULLETS: Final = "••••••"
DICTIONARY: Final = tuple(
    """html head body div span p a img ul ol li table thead tbody tfoot tr td th caption colgroup col h1 h2 h3 h4 h5 h6 header footer main nav section article aside form fieldset legend label input button select option optgroup textarea datalist output progress meter script noscript style link meta title base template slot iframe canvas video audio source track picture figure figcaption map area strong em b i u s small big sub sup code pre kbd samp var mark del ins q blockquote cite abbr address time dl dt dd hr br wbr details summary dialog svg g path rect circle ellipse line polyline polygon text tspan defs use symbol clipPath mask linearGradient radialGradient stop math mrow mi mo mn id class href src srcset sizes alt lang dir hidden role tabindex type name value placeholder for action method target rel checked selected disabled readonly required multiple min max step size maxlength autocomplete width height colspan rowspan charset content media loading decoding crossorigin integrity async defer aria-label aria-hidden aria-expanded aria-controls aria-labelledby aria-describedby aria-current aria-live data-id data-testid viewBox d fill stroke stroke-width stroke-linecap stroke-linejoin x y cx cy r rx ry x1 y1 x2 y2 points transform xmlns xlink:href opacity fill-rule clip-rule preserveAspectRatio""".split()
)


class MaskRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    selector: str
    action: str
    label: str


class AgentRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    username: str
    partnerid: int
    partneruserid: str
    name: str
    title: str
    agentrole: str


class AssetRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    url: str


class SpotRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    node: int
    scope: int


class VisitorRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    visitorid: str
    name: str
    email: str
    phone: str


class StartFromVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="start"):
    protocol: int
    groupid: int
    site: str
    key: str | None = None
    visitorid: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None


class ResumeFromVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="resume"):
    protocol: int
    ssnid: str
    secret: str
    epoch: int
    sequence: int


class StopFromVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="stop"):
    reason: str


FromVisitor = StartFromVisitor | ResumeFromVisitor | StopFromVisitor

class StartedToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="started"):
    ssnid: str
    key: str
    secret: str
    masks: list[MaskRecord]
    assets: str
    grace: int
    waiting: int


class ResumedToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="resumed"):
    ssnid: str
    key: str
    epoch: int
    sequence: int
    masks: list[MaskRecord]
    assets: str
    grace: int
    agents: list[AgentRecord]
    waiting: int


class AckToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="ack"):
    epoch: int
    sequence: int
    version: int


class ResyncToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="resync"):
    reason: str


class MasksToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="masks"):
    masks: list[MaskRecord]


class AgentsToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="agents"):
    count: int
    agentlist: list[AgentRecord]


class WantToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="want"):
    assets: list[AssetRecord]


class VerifyToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="verify"):
    pass


class DriftToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="drift"):
    spots: list[SpotRecord]


class WatchedToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="watched"):
    looking: int


class EndedToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="ended"):
    reason: str


class ErrorToVisitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="error"):
    code: str
    msg: str


ToVisitor = StartedToVisitor | ResumedToVisitor | AckToVisitor | ResyncToVisitor | MasksToVisitor | AgentsToVisitor | WantToVisitor | VerifyToVisitor | DriftToVisitor | WatchedToVisitor | EndedToVisitor | ErrorToVisitor

class JoinFromViewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="join"):
    protocol: int
    ticket: str
    incarnation: str | None = None
    version: int | None = None


class AckFromViewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="ack"):
    version: int


class DriftFromViewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="drift"):
    version: int
    spots: list[SpotRecord]


class LookFromViewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="look"):
    visible: int


class EndFromViewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="end"):
    pass


FromViewer = JoinFromViewer | AckFromViewer | DriftFromViewer | LookFromViewer | EndFromViewer

class JoinedToViewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="joined"):
    key: str
    ssnid: str
    incarnation: str
    state: str
    visitor: VisitorRecord
    agents: list[AgentRecord]


class StateToViewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="state"):
    state: str


class AgentsToViewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="agents"):
    count: int
    agentlist: list[AgentRecord]


class EndedToViewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="ended"):
    reason: str


class ErrorToViewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="error"):
    code: str
    msg: str


ToViewer = JoinedToViewer | StateToViewer | AgentsToViewer | EndedToViewer | ErrorToViewer
