"""Assets that the relay gets itself, where a group allows it: the guarded request, what may be kept, and how many at a time."""

from collections import Counter

from cam_proxy.outbound import MIB, Bounds, Outbound, OutboundFailed
from cam_proxy.targets import TargetRefused
from cam_proxy.uploads import UPLOAD_BYTES, AssetType, UploadRefused, checked_type

PARALLEL = 6
"""Fetches of one session at the same time (requirements 4.6). One more is not made: the agent does without."""

IMAGE_BYTES = 5 * MIB
"""Bytes of what is no font (requirements 4.6); fonts may have as many as an upload."""

OK = 200


class Fetches:
    """Who fetches what now. One for the relay."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._running: Counter[str] = Counter()

    async def get(self, scope: str, url: str) -> tuple[AssetType, bytes] | None:
        """The type and bytes of an asset of the session with this scope. None whatever the reason: it is the agent's browser that asks."""
        if self._running[scope] >= PARALLEL:
            return None
        self._running[scope] += 1
        try:
            answer = await self._outbound.get(url, Bounds(size=UPLOAD_BYTES))
            if answer.status != OK:
                return None
            kind = checked_type(answer.kind, answer.body)
        except (TargetRefused, OutboundFailed, UploadRefused):
            return None
        finally:
            self._running[scope] -= 1
            self._running += Counter()  # forgets those that are at nothing
        if not kind.name.startswith("font/") and len(answer.body) > IMAGE_BYTES:
            return None
        return kind, answer.body
