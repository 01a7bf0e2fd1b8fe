"""What a group masks, its child groups mask too, at once and whatever the child's own rules say."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from masking.policy import Policy
from masking.rule import Action, Profile, Rule, Site
from relay.errors import Refused
from relay.protocol.names import Limit
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.masks import Masks
from tests.engines import Engine
from tests.relay.peers import SHOP, Visitor
from tests.relay.test_mask_profiles import seen
from tests.relay_process import GROUP, RelayProcess

LINE = {1: [1], 2: [1, 2], 3: [1, 2, 3], 9: [9]}


@pytest.mark.parametrize("seed", range(2))
def test_policies_follow_their_model_through_random_changes(tmp_path: Path, engine: Engine, seed: int) -> None:
    """Rules, their order, the profile, and a revision that changes exactly when the policy may have."""
    rng = random.Random(seed)
    address = engine.address()
    rules: dict[int, list[Rule]] = {group: [] for group in LINE}
    private: set[int] = set()

    def expected(group: int) -> tuple[tuple[Rule, ...], Profile]:
        held = tuple(rule for above in LINE[group] for rule in rules[above])
        return held, Profile.PRIVATE if private & set(LINE[group]) else Profile.OPEN

    async def change(masks: Masks, group: int, now: int) -> None:
        kept = rules[group]
        if kept and rng.random() < 0.3:
            gone = kept.pop(rng.randrange(len(kept)))
            await masks.remove(group, Site.STAGING, gone.selector, gone.role, now)
        elif rng.random() < 0.2:
            profile = rng.choice(list(Profile))
            await masks.set_profile(group, Site.STAGING, profile, now)
            (private.add if profile is Profile.PRIVATE else private.discard)(group)
        else:
            kept.append(Rule(f".c{now}", rng.choice([Action.TEXT, Action.HIDE, Action.BLOCK])))
            await masks.add(group, Site.STAGING, kept[-1], now)

    async def run() -> None:
        database = Database.open(tmp_path, address)
        groups, masks = Groups(database), Masks(database)
        for number, parent in ((1, None), (2, 1), (3, 2), (9, None)):
            await groups.add(Group(number, "G", parent=parent), 0)
        before: dict[tuple[int, Site], int] = {}
        for now in range(40):
            changed = rng.choice(list(LINE))
            await change(masks, changed, now)
            revisions = await masks.revisions()
            for group, line in LINE.items():
                policy = await masks.policy(group, Site.STAGING)
                assert (policy.rules, policy.profile) == expected(group)
                assert policy.revision == revisions.get((group, Site.STAGING), 0)
                assert (policy.revision != before.get((group, Site.STAGING), 0)) == (changed in line)
                assert [kept.rule for kept in await masks.own_rules(group, Site.STAGING)] == rules[group]
            before = revisions
        await database.close()

    asyncio.run(run())


def test_a_site_is_full_with_what_it_inherits(tmp_path: Path) -> None:
    async def run() -> None:
        database = Database.open(tmp_path)
        groups, masks = Groups(database), Masks(database)
        await groups.add(Group(1, "Top"), 0)
        await groups.add(Group(2, "Child", parent=1), 0)
        await masks.add(1, Site.STAGING, Rule(".a", Action.TEXT), 0)
        values = ", ".join(f"(2, 'staging', '.r{number}', '', 'text', '', 0, 0)" for number in range(Limit.SELECTORS - 1))
        async with database.write() as connection:
            await connection.exec_driver_sql(
                f"INSERT INTO masks (group_id, site, selector, role, action, label, created, relay_only) VALUES {values}"
            )
        for group in (1, 2):
            with pytest.raises(Refused, match="at most 2000 rules"):
                await masks.add(group, Site.STAGING, Rule(".more", Action.TEXT), 0)
        await masks.add(1, Site.PRODUCTION, Rule(".more", Action.TEXT), 0)
        await database.close()

    asyncio.run(run())


@pytest.mark.parametrize("own", [Action.SHOW, Action.TEXT, Action.HIDE])
def test_a_childs_rule_bares_nothing_that_the_parents_masks(own: Action) -> None:
    for profile in Profile:
        [html] = seen(Policy.of([Rule(".a", Action.TEXT), Rule(".a", own)], profile=profile), "agent")
        assert "first" not in html


def test_a_parents_rule_reaches_a_running_session_of_a_child(relay: RelayProcess) -> None:
    relay.cli("group", "add", "--id", "1002", "--name", "Branch", "--parent", str(GROUP))
    with Visitor(relay, SHOP) as visitor:
        assert visitor.start(groupid=1002)["masks"] == []
        relay.mask(".inherited")
        assert [mask["selector"] for mask in visitor.hear("masks")["masks"]] == [".inherited"]
    site = ("--group", "1002", "--site", "production")
    assert relay.json("mask", "list", *site) == []
    assert [rule["selector"] for rule in relay.json("mask", "list", *site, "--inherited")] == [".inherited"]
    assert relay.cli("mask", "remove", *site, "--selector", ".inherited", expect=1) == "Error: there is no such rule\n"
