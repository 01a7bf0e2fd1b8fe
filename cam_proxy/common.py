"""The common cache of a group: bytes of public assets that outlive their session, so that no visitor's browser brings them again.

Nothing enters but what its own response let anybody share (`relay/web/assets.py` asks, requirements 4.8). Files are named by their content
and apart for each group; the time of a file is that of its last use. A session that uses one has a link of its own to it
(`store.py`), so that what is cleared away here is missing to nobody.
"""

import os
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cam_proxy.files import place

MIB = 1024 * 1024
DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonBounds:
    """What one group may have in the common cache; what was used longest ago goes first."""

    size: int = 512 * MIB
    """Bytes."""
    entries: int = 20_000
    days: float = 30.0
    """How long what nobody uses is kept."""


@dataclass(slots=True)
class _Group:
    """Sizes by name, the one used longest ago first."""

    sizes: OrderedDict[str, int]
    total: int = 0


class CommonCache:
    """Files by group and name. From any thread; times are milliseconds since 1970."""

    def __init__(self, root: Path, bounds: CommonBounds) -> None:
        self._root = root
        self._bounds = bounds
        self._groups: dict[int, _Group] = {}
        self._lock = threading.Lock()

    def load(self) -> None:
        """Find what an earlier process left. What cannot be read is not in the cache."""
        found = []
        for path in self._root.glob("*/*/*.*"):
            number = path.parts[-3]
            try:
                status = path.stat()
            except OSError:
                continue
            if number.isdigit() and path.name.startswith(path.parts[-2]):
                found.append((status.st_mtime_ns, int(number), path.name, status.st_size))
        with self._lock:
            self._groups.clear()
            for _, group, name, size in sorted(found):
                self._put(group, name, size)

    def add(self, group: int, name: str, source: Path, size: int, now: int) -> None:
        """Keep the file `source`, which holds `size` bytes, under `name`."""
        if size > self._bounds.size:
            return
        with self._lock:
            if not self._used(group, name, now):
                place(source, self._path(group, name))
                self._put(group, name, size)
                self._touch(group, name, now)
                self._shrink(group)

    def use(self, group: int, name: str, into: Path, now: int) -> int | None:
        """Put the file at `into` too. Its size; None when the group has no such file."""
        with self._lock:
            if not self._used(group, name, now):
                return None
            try:
                place(self._path(group, name), into)
            except FileNotFoundError:  # cleared away by an operator
                self._forget(group, name)
                return None
            return self._groups[group].sizes[name]

    def sweep(self, now: int) -> None:
        """Let go of what was not used for so long."""
        oldest = now - int(self._bounds.days * DAY_MS)
        with self._lock:
            for number, group in list(self._groups.items()):
                for name in list(group.sizes):
                    if self._last_use(number, name) >= oldest:
                        break
                    self._drop(number, name)

    def usage(self) -> dict[int, tuple[int, int]]:
        """By group: files and bytes."""
        with self._lock:
            return {number: (len(group.sizes), group.total) for number, group in self._groups.items()}

    def clear(self, group: int) -> int:
        """Let go of all that a group has; how many files that were."""
        with self._lock:
            names = list(self._groups[group].sizes) if group in self._groups else []
            for name in names:
                self._drop(group, name)
            return len(names)

    def _path(self, group: int, name: str) -> Path:
        return self._root / str(group) / name[:2] / name

    def _put(self, number: int, name: str, size: int) -> None:
        group = self._groups.setdefault(number, _Group(OrderedDict()))
        group.sizes[name] = size
        group.total += size

    def _used(self, number: int, name: str, now: int) -> bool:
        group = self._groups.get(number)
        if group is None or name not in group.sizes:
            return False
        group.sizes.move_to_end(name)
        self._touch(number, name, now)
        return True

    def _touch(self, number: int, name: str, now: int) -> None:
        with suppress(OSError):
            os.utime(self._path(number, name), ns=(now * 1_000_000, now * 1_000_000))

    def _last_use(self, number: int, name: str) -> int:
        try:
            return self._path(number, name).stat().st_mtime_ns // 1_000_000
        except OSError:
            return 0

    def _shrink(self, number: int) -> None:
        group = self._groups[number]
        while group.total > self._bounds.size or len(group.sizes) > self._bounds.entries:
            self._drop(number, next(iter(group.sizes)))

    def _drop(self, number: int, name: str) -> None:
        self._path(number, name).unlink(missing_ok=True)
        self._forget(number, name)

    def _forget(self, number: int, name: str) -> None:
        group = self._groups[number]
        group.total -= group.sizes.pop(name)
        if not group.sizes:
            del self._groups[number]
