"""Pages that are masked as a whole, by role, over REST as documented. One page is one rule for each of its roles, or one for everybody."""

from typing import Annotated

import msgspec

from masking.rule import Action
from relay.errors import NotThere
from relay.store.masks import KeptRule, Masks
from relay.store.roles import Roles
from relay.web.bearers import GREATEST_ID
from relay.web.rest.masks import MaskId, MaskIds, NewMask, Selector, checked_rule, role_names
from relay.web.rest.operation import GONE, TAKEN, Call, Done, Operation

PAGES = 200
"""Pages in one request."""

RoleNumbers = Annotated[list[Annotated[int, msgspec.Meta(ge=1, le=GREATEST_ID)]], msgspec.Meta(max_length=PAGES)]


class NewMaskedPage(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """`maskPage` is an address, or a pattern of addresses; without roles it is masked for everybody."""

    mask_page: Selector
    roles: RoleNumbers = []


class MaskedPage(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    id: MaskId
    mask_page: Selector
    roles: RoleNumbers = []


NewMaskedPages = Annotated[list[NewMaskedPage], msgspec.Meta(max_length=PAGES)]
MaskedPages = Annotated[list[MaskedPage], msgspec.Meta(max_length=PAGES)]


class MaskedPageService:
    def __init__(self, masks: Masks, roles: Roles) -> None:
        self._masks = masks
        self._roles = roles

    def operations(self) -> list[Operation]:
        pages = "/sites/{site}/masked-pages"
        return [
            Operation(
                name="listMaskedPages",
                method="GET",
                path=pages,
                about="Masked pages and the roles for which they are.",
                handle=self.all,
                answer=list[MaskedPage],
                refuses=GONE,
            ),
            Operation(
                name="createMaskedPages",
                method="POST",
                path=pages,
                about="New masked pages, all or none; their ids.",
                handle=self.create,
                body=NewMaskedPages,
                answer=list[int],
                refuses=GONE + TAKEN,
            ),
            Operation(
                name="changeMaskedPages",
                method="PUT",
                path=pages,
                about="Masked pages as they are to be from now on, all or none.",
                handle=self.change,
                body=MaskedPages,
                refuses=GONE + TAKEN,
            ),
            Operation(
                name="deleteMaskedPages",
                method="POST",
                path="/sites/{site}/delete-masked-pages",
                about="Delete masked pages, all or none.",
                handle=self.remove,
                body=MaskIds,
                refuses=GONE,
            ),
        ]

    async def all(self, call: Call[None, None]) -> list[MaskedPage]:
        numbers = {name: number for number, name in (await role_names(self._roles, call.group)).items() if number}
        pages = _pages(await self._masks.own_rules(call.group, call.site))
        return [MaskedPage(number, rules[0].rule.selector, _roles(rules, numbers)) for number, rules in pages.items()]

    async def create(self, call: Call[list[NewMaskedPage], None]) -> list[int]:
        fresh = [one for place, page in enumerate(call.body) for one in await self._rules(call.group, place, page)]
        after = await self._masks.edit(call.group, call.site, lambda kept: [*kept, *fresh], call.now, call.by)
        numbers = {rules[0].rule.selector: number for number, rules in _pages(after).items()}
        return [numbers[page.mask_page] for page in call.body]

    async def change(self, call: Call[list[MaskedPage], None]) -> Done:
        wanted = {page.id: await self._rules(call.group, place, page, page.id) for place, page in enumerate(call.body)}

        def changed(kept: list[KeptRule]) -> list[KeptRule]:
            return [*_without(kept, set(wanted)), *(one for rules in wanted.values() for one in rules)]

        await self._masks.edit(call.group, call.site, changed, call.now, call.by)
        return Done()

    async def remove(self, call: Call[list[int], None]) -> Done:
        await self._masks.edit(call.group, call.site, lambda kept: _without(kept, set(call.body)), call.now, call.by)
        return Done()

    async def _rules(self, group: int, place: int, page: NewMaskedPage | MaskedPage, number: int | None = None) -> list[KeptRule]:
        """The first rule has the page's number."""
        roles = await role_names(self._roles, group)
        wanted = [NewMask(page.mask_page, Action.PAGE, role_id=role) for role in dict.fromkeys(page.roles or [0])]
        rules = [checked_rule(place, one, roles) for one in wanted]
        return [KeptRule(None if index else number, rule) for index, rule in enumerate(rules)]


def _pages(kept: list[KeptRule]) -> dict[int, list[KeptRule]]:
    """The rules of each page, by its number: that of the first."""
    by_address: dict[str, list[KeptRule]] = {}
    for one in kept:
        if one.rule.action is Action.PAGE:
            by_address.setdefault(one.rule.selector, []).append(one)
    return {rules[0].id or 0: rules for rules in by_address.values()}


def _roles(rules: list[KeptRule], numbers: dict[str | None, int]) -> list[int]:
    """Those of the roles that are still there; none for everybody, whatever else there is."""
    if any(one.rule.role is None for one in rules):
        return []
    return [numbers[one.rule.role] for one in rules if one.rule.role in numbers]


def _without(kept: list[KeptRule], numbers: set[int]) -> list[KeptRule]:
    pages = _pages(kept)
    if not numbers <= pages.keys():
        raise NotThere("this site has no such masked page")
    gone = {one.id for number in numbers for one in pages[number]}
    return [one for one in kept if one.id not in gone]
