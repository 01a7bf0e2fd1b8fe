"""Brings changed settings of sites to running sessions."""

from masking.rule import Site
from relay.live.bounds import Bounds
from relay.reception import bounds_of
from relay.registry import Registry
from relay.store.setting_versions import SettingVersions


class SettingsWatch:
    def __init__(self, settings: SettingVersions, registry: Registry) -> None:
        self._settings = settings
        self._registry = registry
        self._heads: dict[tuple[int, Site], int] = {}

    async def look(self) -> None:
        """Hold every session to what its site has set now, if anything was set since the last look."""
        heads = await self._settings.heads()
        if heads == self._heads:
            return
        found: dict[tuple[int, Site], Bounds] = {}
        for session in self._registry.running():
            site = (session.record.group, session.record.site)
            if site not in found:
                found[site] = bounds_of(await self._settings.settings(*site))
            session.bounds = found[site]
        self._heads = heads
