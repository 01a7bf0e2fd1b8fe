"""What kind of session a record is of (documentation: Activity Service, session type)."""

from enum import StrEnum


class SessionType(StrEnum):
    """The documented letters. The relay has cobrowse sessions only."""

    COBROWSE = "C"
    SCREEN_SHARE = "G"
    VIDEO = "V"
