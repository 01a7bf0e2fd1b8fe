"""Bytes of assets on disk, named by their SHA-256, apart for each group; they leave with the last session that has them.

Two groups never share a file, so that neither learns from the other what exists. Nothing outlives the process: which session has what is
known in memory only, and a visitor sends again what is missing.
"""

import hashlib
import os
import secrets
import shutil
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from cam_proxy.uploads import AssetType


@dataclass(frozen=True, slots=True)
class Kept:
    """One asset on disk."""

    group: int
    digest: str
    kind: AssetType
    size: int


class AssetStore:
    """Keeps bytes by content. `keep` and `drop` come in pairs, from any thread; the file goes with the last `drop`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._holders: Counter[Path] = Counter()
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget everything an earlier process left."""
        shutil.rmtree(self._root, ignore_errors=True)

    def keep(self, group: int, kind: AssetType, data: bytes) -> Kept:
        kept = Kept(group, hashlib.sha256(data).hexdigest(), kind, len(data))
        path = self.path(kept)
        # Counted first: a `drop` of the same bytes meanwhile leaves the file alone.
        with self._lock:
            self._holders[path] += 1
        try:
            if not path.exists():
                _write(path, data)
        except BaseException:
            self.drop(kept)
            raise
        return kept

    def read(self, kept: Kept) -> bytes:
        return self.path(kept).read_bytes()

    def drop(self, kept: Kept) -> None:
        path = self.path(kept)
        with self._lock:
            self._holders[path] -= 1
            if self._holders[path] <= 0:
                del self._holders[path]
                path.unlink(missing_ok=True)

    def path(self, kept: Kept) -> Path:
        return self._root / str(kept.group) / kept.digest[:2] / f"{kept.digest}.{kept.kind.ending}"


def _write(path: Path, data: bytes) -> None:
    """All or nothing: a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(data)
    draft.replace(path)
