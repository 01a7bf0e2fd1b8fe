"""What a role may allow, by the documented keys (documentation: Roles), and how a role's wishes and its group's limits meet."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from relay.errors import Refused


class Permission(StrEnum):
    """The documented keys, in their order and spelling."""

    EDIT_ADDRESS = "editAddress"
    JOIN_COBROWSE_SESSIONS = "joinCobrowseSessions"
    START_SCREEN_SHARE_SESSIONS = "startScreenShareSessions"
    JOIN_CUSTOMER_SCREEN_SHARE_SESSIONS = "joinCustomerScreenShareSessions"
    VIEW_VIDEO = "viewVideo"
    ONE_WAY_AGENT_VIDEO = "oneWayAgentVideo"
    MULTI_PARTICIPANT_VIDEO = "multiParticipantVideo"
    ENABLE_AGENT_VIDEO_BACKGROUND_EFFECTS = "enableAgentVideoBackgroundEffects"
    INVITE_GUEST = "inviteGuest"
    REMOTE_ASSIST = "remoteAssist"
    REMOTE_ASSIST_SELECTIVE_EDITING = "remoteAssistSelectiveEditing"
    VISITOR_DOCUMENT_SHARE = "visitorDocumentShare"
    AGENT_DOWNLOAD_DOCUMENT_SHARE = "agentDownloadDocumentShare"
    AGENT_DOCUMENT_SHARE = "agentDocumentShare"
    VISITOR_DOWNLOAD_DOCUMENT_SHARE = "visitorDownloadDocumentShare"
    NAVIGATION_ASSIST = "navigationAssist"
    ESCALATE_TO_SHOW = "escalateToShow"
    SHOW_ENTIRE_SCREEN = "showEntireScreen"
    SHOW_WINDOW = "showWindow"
    RESTRICT_SCREEN_SHARE = "restrictScreenShare"
    SHARE_SINGLE_TAB = "shareSingleTab"
    ESCALATE_TO_VIEW = "escalateToView"
    REPORT_PROBLEM = "reportProblem"
    SCREEN_READER_GESTURING = "screenReaderGesturing"
    AGENT_ACCESSIBILITY = "agentAccessibilty"
    SHOW_SCREEN = "showScreen"
    GUEST_REMOTE_CONTROL = "guestRemoteControl"
    GUEST_ANNOTATION = "guestAnnotation"
    GUEST_SHOW_SCREEN = "guestShowScreen"
    VIEW_A_GUESTS_SCREEN = "viewAGuestsScreen"
    AGENT_REMOTE_CONTROL = "agentRemoteControl"
    AGENT_ANNOTATION = "agentAnnotation"
    INVITE_GUEST_SHARE_VIDEO = "inviteGuestShareVideo"
    KEYLESS_SESSIONS = "keylessSessions"
    DATA_CAPTURE = "dataCapture"


Permissions = frozenset[Permission]

EVERYTHING: Permissions = frozenset(Permission)

LIMITING: Permissions = frozenset({Permission.RESTRICT_SCREEN_SHARE, Permission.REMOTE_ASSIST_SELECTIVE_EDITING})
"""What takes freedom from an agent instead of giving it; off unless somebody wants it."""

OFF_AT_FIRST: Permissions = LIMITING | {Permission.KEYLESS_SESSIONS, Permission.DATA_CAPTURE}

USUAL: Permissions = EVERYTHING - OFF_AT_FIRST
"""What a new group allows, and its first roles with it."""


def from_words(text: str) -> Permissions:
    """Permissions as they are stored: documented keys with spaces. A key of a later version means nothing to this one."""
    return frozenset(Permission(word) for word in text.split() if word in EVERYTHING)


def to_words(permissions: Permissions) -> str:
    return " ".join(key for key in Permission if key in permissions)


def checked_settings(settings: Mapping[str, object]) -> dict[Permission, bool]:
    """The documented object `{key: true or false}`."""
    for key, value in settings.items():
        if key not in EVERYTHING:
            raise Refused(f"there is no permission {key!r}")
        if not isinstance(value, bool):
            raise Refused(f"the permission {key} is true or false, not {value!r}")
    return {Permission(key): bool(value) for key, value in settings.items()}


def changed(before: Permissions, settings: Mapping[Permission, bool]) -> Permissions:
    """Only the keys that are named change."""
    on = {key for key, value in settings.items() if value}
    return (before - settings.keys()) | on


def effective(group: Permissions, role: Permissions | None) -> Permissions:
    """What a user may: the role's wishes within the group's limits; without a role, all that the group allows.

    A role keeps its wishes while its group does not allow them, so that each comes back with the group's.
    """
    return group if role is None else group & role


def as_settings(permissions: Iterable[Permission]) -> dict[str, bool]:
    """The documented object with every key."""
    found = frozenset(permissions)
    return {key.value: key in found for key in Permission}
