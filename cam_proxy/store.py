"""Bytes of the assets of running sessions on disk, named by their SHA-256, apart for each group; they leave with the last that has them.

Two groups never share a file, so that neither learns from the other what exists. Which session has what is known in memory only: at a
start all of it goes, and a visitor sends again what is missing. What may outlive a session is in the common cache (`common.py`) too.
"""

import hashlib
import shutil
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from cam_proxy.common import CommonCache
from cam_proxy.files import write
from cam_proxy.uploads import AssetType

SESSIONS, COMMON = "sessions", "common"
"""Folders of the store."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One asset on disk."""

    group: int
    digest: str
    kind: AssetType
    size: int

    @property
    def name(self) -> str:
        return file_name(self.digest, self.kind)


def file_name(digest: str, kind: AssetType) -> str:
    """The name of the file of these bytes as this type: other bytes, or the same as another type, have another name."""
    return f"{digest}.{kind.ending}"


class AssetStore:
    """Keeps bytes by content. `keep` or `take`, and `drop`, come in pairs, from any thread; a session's file goes with the last `drop`."""

    def __init__(self, root: Path, common: CommonCache) -> None:
        self._root = root
        self._common = common
        self._holders: Counter[Path] = Counter()
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget all that an earlier process left but the common cache."""
        for path in self._root.iterdir() if self._root.is_dir() else ():
            if path.name != COMMON:
                shutil.rmtree(path, ignore_errors=True)

    def keep(self, group: int, kind: AssetType, data: bytes) -> Kept:
        kept = Kept(group, hashlib.sha256(data).hexdigest(), kind, len(data))
        path = self._held(group, kept.name)
        try:
            if not path.exists():
                write(path, data)
        except BaseException:
            self._let_go(path)
            raise
        return kept

    def share(self, kept: Kept, now: int) -> None:
        """Let it outlive its session: anybody may have these bytes."""
        self._common.add(kept.group, kept.name, self.path(kept), kept.size, now)

    def take(self, group: int, kind: AssetType, digest: str, now: int) -> Kept | None:
        """What the group's common cache has under this SHA-256, in hexadecimal digits."""
        name = file_name(digest, kind)
        path = self._held(group, name)
        size = None
        try:
            size = self._common.use(group, name, path, now)
        finally:
            if size is None:
                self._let_go(path)
        return None if size is None else Kept(group, digest, kind, size)

    def drop(self, kept: Kept) -> None:
        self._let_go(self.path(kept))

    def path(self, kept: Kept) -> Path:
        return self._path(kept.group, kept.name)

    def _path(self, group: int, name: str) -> Path:
        return self._root / SESSIONS / str(group) / name[:2] / name

    def _held(self, group: int, name: str) -> Path:
        """Counted before there is a file: a `drop` of the same bytes meanwhile leaves it alone."""
        path = self._path(group, name)
        with self._lock:
            self._holders[path] += 1
        return path

    def _let_go(self, path: Path) -> None:
        with self._lock:
            self._holders[path] -= 1
            if self._holders[path] <= 0:
                del self._holders[path]
                path.unlink(missing_ok=True)
