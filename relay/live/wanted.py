"""Assets of one session's page: which are here, which the visitor has been asked for, and who waits for them."""

from collections.abc import Callable

from cam_proxy.store import AssetStore, Kept

SESSION_BYTES = 256 * 1024 * 1024
"""Bytes of assets that one session may hold."""

SHARED_BYTES = 64 * 1024 * 1024
"""Bytes that one session may put into its group's common cache: no visitor drives out what the others brought."""

Arrived = Callable[[], None]


class Wanted:
    """Assets by id. `wait` and `arrived` are two ends of one line; the caller has its own way of waiting."""

    __slots__ = ("_asked", "_bytes", "_fetched", "_kept", "_out_of_reach", "_shared", "_store", "_waiting")

    def __init__(self, store: AssetStore) -> None:
        self._store = store
        self._kept: dict[str, Kept] = {}
        self._bytes = 0
        self._shared = 0
        self._asked: set[str] = set()
        self._out_of_reach: set[str] = set()
        self._fetched: set[str] = set()
        self._waiting: dict[str, list[Arrived]] = {}

    def get(self, asset: str) -> Kept | None:
        return self._kept.get(asset)

    def ask(self, asset: str) -> bool:
        """Whether the visitor is to be asked for it now: each asset is asked for once, until the visitor's page is another one."""
        if asset in self._asked:
            return False
        self._asked.add(asset)
        return True

    def fetch(self, asset: str) -> bool:
        """Whether the relay is to get it itself now: once in a session (requirements 4.9), and only what is not here."""
        if asset in self._fetched or asset in self._kept:
            return False
        self._fetched.add(asset)
        return True

    def give_up(self, asset: str) -> None:
        """The visitor's browser cannot have it: nobody waits for it until the visitor's page is another one."""
        if asset not in self._kept:
            self._out_of_reach.add(asset)
        self._wake(asset)

    def out_of_reach(self, asset: str) -> bool:
        return asset in self._out_of_reach

    def wait(self, asset: str, arrived: Arrived) -> Callable[[], None]:
        """Call `arrived` once when it is here or will not come. Returns what ends the waiting."""
        waiting = self._waiting.setdefault(asset, [])
        waiting.append(arrived)
        return lambda: waiting.remove(arrived) if arrived in waiting else None

    def has_room(self, size: int) -> bool:
        return self._bytes + size <= SESSION_BYTES

    def may_share(self, size: int) -> bool:
        """Whether so many bytes more may go into the common cache; if so, they count."""
        if self._shared + size > SHARED_BYTES:
            return False
        self._shared += size
        return True

    def keep(self, asset: str, kept: Kept) -> None:
        """The asset is here now."""
        if before := self._kept.pop(asset, None):
            self._bytes -= before.size
            self._store.drop(before)
        self._kept[asset] = kept
        self._bytes += kept.size
        self._out_of_reach.discard(asset)
        self._wake(asset)

    def missing(self) -> list[str]:
        """What somebody waits for: asked for again when the visitor is back."""
        return [asset for asset, waiting in self._waiting.items() if waiting]

    def renew(self) -> None:
        """The visitor has a new page or connection: what did not come may be asked for again."""
        self._asked = {asset for asset in self._asked if asset in self._kept}
        self._out_of_reach.clear()

    def clear(self) -> None:
        for kept in self._kept.values():
            self._store.drop(kept)
        self._kept.clear()
        self._bytes = 0
        for asset in list(self._waiting):
            self._wake(asset)

    def _wake(self, asset: str) -> None:
        for arrived in self._waiting.pop(asset, []):
            arrived()
