"""What a group masks in a site over REST: rules for elements and pages, the profile, and the versions of both."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from masking.rule import LABEL_LENGTH, Action, Profile, Rule, check
from relay.errors import NotThere
from relay.identity.audit_table import iso
from relay.protocol.names import Limit
from relay.store.mask_versions import KEPT, MaskVersion, MaskVersions
from relay.store.masks import KeptRule, Masks
from relay.store.roles import Roles
from relay.web.bearers import GREATEST_ID
from relay.web.rest.operation import GONE, TAKEN, Call, Done, Operation, Unfit, checking
from relay.web.rest.settings import Publication, Return

MaskId = Annotated[int, msgspec.Meta(ge=1, le=GREATEST_ID)]
RoleChoice = Annotated[int, msgspec.Meta(ge=0, le=GREATEST_ID, description="The number of a role; 0 for everybody.")]
Selector = Annotated[str, msgspec.Meta(min_length=1, max_length=int(Limit.SELECTOR))]
Label = Annotated[str, msgspec.Meta(max_length=LABEL_LENGTH)]


class NewMask(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """`selector` is a CSS selector, or with the action `page` a pattern of addresses. Relay only: not in the visitor's browser."""

    selector: Selector
    action: Action
    label: Label = ""
    role_id: RoleChoice = 0
    relay_only: bool = False


class ShownMask(msgspec.Struct, rename="camel"):
    """`roleId` 0 is everybody, null a role that is no more: the rule holds for nobody."""

    mask_id: int
    selector: str
    action: Action
    label: str
    role_id: int | None
    relay_only: bool


class MaskProfile(msgspec.Struct, forbid_unknown_fields=True):
    """What is masked where no rule says anything: nothing (`open`) or everything (`private`)."""

    profile: Profile


class ShownMaskVersion(msgspec.Struct):
    """What was masked from `time` (UTC) on. `source`: the version of the other site, or the earlier one, that it was taken from."""

    version: int
    time: str
    actor: str
    cause: Literal["set", "publish", "back-out"]
    source: int | None
    rules: int
    profile: Profile


class HeldVersion(msgspec.Struct):
    """The version that holds now in the site that was changed."""

    version: int


NewMasks = Annotated[list[NewMask], msgspec.Meta(max_length=int(Limit.SELECTORS))]
MaskIds = Annotated[list[MaskId], msgspec.Meta(max_length=int(Limit.SELECTORS))]


class MaskService:
    def __init__(self, masks: Masks, versions: MaskVersions, roles: Roles) -> None:
        self._masks = masks
        self._versions = versions
        self._roles = roles

    def operations(self) -> list[Operation]:
        masks, profile = "/sites/{site}/masks", "/sites/{site}/mask-profile"
        return [
            Operation(
                name="listMasks",
                method="GET",
                path=masks,
                about="The rules that the group made itself.",
                handle=self.all,
                answer=list[ShownMask],
                refuses=GONE,
            ),
            Operation(
                name="createMasks",
                method="POST",
                path=masks,
                about="New rules, all or none; their ids.",
                handle=self.create,
                body=NewMasks,
                answer=list[int],
                refuses=GONE + TAKEN,
            ),
            Operation(
                name="deleteMasks",
                method="POST",
                path="/sites/{site}/delete-masks",
                about="Delete rules, all or none. What one has hidden in a running session stays hidden until the visitor's next page.",
                handle=self.remove,
                body=MaskIds,
                refuses=GONE,
            ),
            Operation(
                name="getMaskProfile",
                method="GET",
                path=profile,
                about="The profile that the group chose itself.",
                handle=self.profile,
                answer=MaskProfile,
                refuses=GONE,
            ),
            Operation(
                name="setMaskProfile",
                method="PUT",
                path=profile,
                about="Choose the profile.",
                handle=self.set_profile,
                body=MaskProfile,
                refuses=GONE,
            ),
            Operation(
                name="listMaskVersions",
                method="GET",
                path=f"{masks}/versions",
                about=f"What was masked from when on, the newest first; the last {KEPT} are kept.",
                handle=self.history,
                answer=list[ShownMaskVersion],
                refuses=GONE,
            ),
            Operation(
                name="publishMasks",
                method="POST",
                path=f"{masks}/publish",
                about="Mask in another site what is masked in this one, and nothing else.",
                handle=self.publish,
                body=Publication,
                answer=HeldVersion,
                refuses=GONE + TAKEN,
            ),
            Operation(
                name="backOutMasks",
                method="POST",
                path=f"{masks}/back-out",
                about="Go back to what an earlier version masked, which makes a new version.",
                handle=self.back_out,
                body=Return,
                answer=HeldVersion,
                refuses=GONE + TAKEN,
            ),
        ]

    async def all(self, call: Call[None, None]) -> list[ShownMask]:
        numbers = {name: number for number, name in (await role_names(self._roles, call.group)).items()}
        return [_shown(kept, numbers) for kept in await self._masks.own_rules(call.group, call.site)]

    async def create(self, call: Call[list[NewMask], None]) -> list[int]:
        roles = await role_names(self._roles, call.group)
        rules = [checked_rule(place, one, roles) for place, one in enumerate(call.body)]
        after = await self._masks.edit(
            call.group, call.site, lambda kept: [*kept, *(KeptRule(None, rule) for rule in rules)], call.now, call.by
        )
        return [kept.id for kept in after[len(after) - len(rules) :] if kept.id is not None]

    async def remove(self, call: Call[list[int], None]) -> Done:
        gone = set(call.body)

        def without(kept: list[KeptRule]) -> list[KeptRule]:
            if not gone <= {one.id for one in kept}:
                raise NotThere("this site has no such rule")
            return [one for one in kept if one.id not in gone]

        await self._masks.edit(call.group, call.site, without, call.now, call.by)
        return Done()

    async def profile(self, call: Call[None, None]) -> MaskProfile:
        return MaskProfile(await self._masks.own_profile(call.group, call.site))

    async def set_profile(self, call: Call[MaskProfile, None]) -> Done:
        await self._masks.set_profile(call.group, call.site, call.body.profile, call.now, call.by)
        return Done()

    async def history(self, call: Call[None, None]) -> list[ShownMaskVersion]:
        return [_version(one) for one in await self._versions.history(call.group, call.site)]

    async def publish(self, call: Call[Publication, None]) -> HeldVersion:
        return HeldVersion(await self._masks.publish(call.group, call.site, call.body.to, call.now, call.by))

    async def back_out(self, call: Call[Return, None]) -> HeldVersion:
        return HeldVersion(await self._masks.back_out(call.group, call.site, call.body.version, call.now, call.by))


async def role_names(roles: Roles, group: int) -> Mapping[int, str | None]:
    """The roles of a group by number; 0 is everybody."""
    return {0: None} | {stored.id: stored.role.name for stored in await roles.all(group)}


def checked_rule(place: int, wanted: NewMask, roles: Mapping[int, str | None]) -> Rule:
    """The rule if it can be honoured. Raises `Unfit`."""
    with checking(f"rule {place + 1}"):
        if wanted.role_id not in roles:
            raise Unfit(f"the group has no role {wanted.role_id}")
        rule = Rule(wanted.selector, wanted.action, wanted.label, roles[wanted.role_id], wanted.relay_only)
        check(rule)
        return rule


def _shown(kept: KeptRule, numbers: Mapping[str | None, int]) -> ShownMask:
    rule = kept.rule
    return ShownMask(kept.id or 0, rule.selector, rule.action, rule.label, numbers.get(rule.role), rule.relay_only)


def _version(version: MaskVersion) -> ShownMaskVersion:
    return ShownMaskVersion(
        version.number, iso(version.at), version.actor, version.cause.value, version.source, version.rules, version.profile
    )
