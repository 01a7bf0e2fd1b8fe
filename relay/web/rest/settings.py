"""Settings of a group's sites over REST: read, changed, published from one site to the other, backed out."""

from typing import Annotated, Literal

import msgspec

from masking.rule import Site
from relay.errors import Refused
from relay.identity.audit_table import iso
from relay.store.setting_versions import Held, SettingVersions, Version
from relay.web.bearers import GREATEST_ID
from relay.web.rest.operation import GONE, TAKEN, Call, Operation, checking

HISTORY = 20
MOST_HISTORY = 1000

Value = bool | int | str | list[str]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class ShownSetting(msgspec.Struct):
    """`group` has set it; null: the relay's own default holds."""

    name: str
    value: Value
    group: int | None


class Changes(msgspec.Struct, forbid_unknown_fields=True):
    """`set` has values by the names of settings; what `unset` names comes from the parent group again, or from the relay."""

    set: dict[Name, Value] = {}
    unset: Annotated[list[Name], msgspec.Meta(max_length=100)] = []


class ShownVersion(msgspec.Struct):
    """What was set in a site from `time` (UTC) on. `source`: the version of the other site, or the earlier one, that it was taken from."""

    version: int
    time: str
    actor: str
    cause: Literal["set", "publish", "back-out"]
    source: int | None
    values: dict[str, Value]


class Publication(msgspec.Struct, forbid_unknown_fields=True):
    """The site that is to have what this one has."""

    to: Site = Site.PRODUCTION


class Return(msgspec.Struct, forbid_unknown_fields=True):
    """The version to go back to, 0 for the time before anything was set; null: the one before."""

    version: Annotated[int, msgspec.Meta(ge=0, le=GREATEST_ID)] | None = None


class HistoryQuery(msgspec.Struct, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_HISTORY)] = HISTORY


class SettingService:
    def __init__(self, versions: SettingVersions) -> None:
        self._versions = versions

    def operations(self) -> list[Operation]:
        settings = "/sites/{site}/settings"
        return [
            Operation(
                name="listSettings",
                method="GET",
                path=settings,
                about="What holds in a site, and which group has set it.",
                handle=self.all,
                answer=list[ShownSetting],
                refuses=GONE,
            ),
            Operation(
                name="changeSettings",
                method="PATCH",
                path=settings,
                about="Set some settings and unset others, all or none.",
                handle=self.change,
                body=Changes,
                answer=ShownVersion,
                refuses=GONE,
            ),
            Operation(
                name="listSettingVersions",
                method="GET",
                path=f"{settings}/versions",
                about="What was set from when on, the newest first.",
                handle=self.history,
                query=HistoryQuery,
                answer=list[ShownVersion],
                refuses=GONE,
            ),
            Operation(
                name="publishSettings",
                method="POST",
                path=f"{settings}/publish",
                about="Set in another site what is set in this one, and nothing else.",
                handle=self.publish,
                body=Publication,
                answer=ShownVersion,
                refuses=GONE + TAKEN,
            ),
            Operation(
                name="backOutSettings",
                method="POST",
                path=f"{settings}/back-out",
                about="Go back to what an earlier version had, which makes a new version.",
                handle=self.back_out,
                body=Return,
                answer=ShownVersion,
                refuses=GONE + TAKEN,
            ),
        ]

    async def all(self, call: Call[None, None]) -> list[ShownSetting]:
        return [_held(one) for one in await self._versions.held(call.group, call.site)]

    async def change(self, call: Call[Changes, None]) -> ShownVersion:
        changes, site = call.body, call.site
        if both := sorted(changes.set.keys() & set(changes.unset)):
            with checking():
                raise Refused(f"{', '.join(both)} cannot be set and unset at once")
        with checking():
            version = await self._versions.change(call.group, site, changes.set, frozenset(changes.unset), call.now, call.by)
        return _version(version)

    async def history(self, call: Call[None, HistoryQuery]) -> list[ShownVersion]:
        return [_version(one) for one in await self._versions.history(call.group, call.site, call.query.limit)]

    async def publish(self, call: Call[Publication, None]) -> ShownVersion:
        return _version(await self._versions.publish(call.group, call.site, call.body.to, call.now, call.by))

    async def back_out(self, call: Call[Return, None]) -> ShownVersion:
        return _version(await self._versions.back_out(call.group, call.site, call.body.version, call.now, call.by))


def _held(one: Held) -> ShownSetting:
    return ShownSetting(one.name, one.value, one.group)


def _version(version: Version) -> ShownVersion:
    return ShownVersion(version.number, iso(version.at), version.actor, version.cause.value, version.source, version.values)
