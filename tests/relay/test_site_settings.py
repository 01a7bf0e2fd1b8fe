"""Settings of sites: their table, their versions, inheritance, and what of them running sessions take."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking.rule import Site
from relay.errors import Refused, SettingsError
from relay.identity.actor import Actor
from relay.identity.site_settings import BY_NAME, SETTINGS, SiteSettings, applied, value_of
from relay.live.bounds import Bounds
from relay.live.lifecycle import State
from relay.live.outbox import Outbox
from relay.protocol.names import Close
from relay.store.audit import AuditLog
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.lineage import GENERATIONS
from relay.store.setting_versions import SettingVersions, Values, changes
from tests.engines import Engine
from tests.relay.lines import FakeLine, make_session
from tests.relay.peers import SECONDS, Agent, Viewer, Visitor
from tests.relay_process import GROUP, RelayProcess

HERE = ("--group", str(GROUP), "--site", "production")
BY = Actor("tess")
DEFAULTS = SiteSettings(waiting_seconds=77)

GOOD: dict[str, list[Any]] = {
    "randomKeyLength": [4, 12],
    "preventDuplicateKeys": [True, False],
    "waitingSeconds": [10, 3600],
    "reconnectSeconds": [5, 3600],
    "viewerLimit": [1, 100],
    "agentListInEvents": [True, False],
    "presence": [True, False],
    "serverFetch": [True, False],
    "commonCache": [True, False],
    "termsUrl": ["", "https://www.example.com/terms?lang=en#share"],
    "termsText": ["", "Dürfen wir mitsehen?", "x" * 1000],
    "agentOrigins": [[], ["https://desk.example", "desk.example"]],
}
BAD: dict[str, list[Any]] = {
    "randomKeyLength": [3, 13, 5.0, "5", True, None],
    "preventDuplicateKeys": [0, 1, "true", None],
    "waitingSeconds": [9, 3601, "60"],
    "reconnectSeconds": [4, 3601],
    "viewerLimit": [0, 101],
    "agentListInEvents": ["no"],
    "presence": [[]],
    "serverFetch": [1, None],
    "commonCache": [0, "yes"],
    "termsUrl": [
        "http://www.example.com/",
        "javascript:go()",
        "https://",
        "https://a b/",
        "https://x.example/\n",
        "https://x.example/" + "x" * 2000,
        1,
        None,
    ],
    "termsText": ["x" * 1001, "two\nlines", 1, None],
    "agentOrigins": ["https://desk.example", ["ftp://desk.example"], ["com"], [7], ["a.example"] * 101],
}


def test_every_setting_is_in_the_table_and_has_its_bounds() -> None:
    assert [setting.field for setting in SETTINGS] == [field.name for field in fields(SiteSettings)]
    assert set(BY_NAME) == set(GOOD) == set(BAD)
    for name, setting in BY_NAME.items():
        assert setting.checked(value_of(SiteSettings(), setting)) == value_of(SiteSettings(), setting)
        for value in GOOD[name]:
            assert value_of(applied(SiteSettings(), {name: value}), setting) == value
        for value in BAD[name]:
            with pytest.raises(SettingsError) as caught:
                setting.checked(value)
            assert str(caught.value) == f"the setting {name} cannot be {value!r}: {setting.kind.rule}"
            assert applied(SiteSettings(), {name: value, "later": 1}) == SiteSettings()


@given(st.sampled_from(SETTINGS), st.text())
def test_what_people_type_is_a_value_or_refused(setting: Any, text: str) -> None:
    try:
        value = setting.typed(text)
    except SettingsError:
        return
    assert setting.checked(value) == value


def on(data: Path, engine: Engine, work: Any) -> None:
    address = engine.address()

    async def run() -> None:
        database = Database.open(data, address)
        try:
            groups = Groups(database)
            await groups.add(Group(1, "Top"), 0)
            await groups.add(Group(2, "Middle", parent=1), 0)
            await groups.add(Group(3, "Leaf", parent=2), 0)
            await groups.add(Group(9, "Other"), 0)
            await work(database)
        finally:
            await database.close()

    asyncio.run(run())


@pytest.mark.parametrize("seed", range(3))
def test_settings_follow_their_model_through_random_histories(tmp_path: Path, engine: Engine, seed: int) -> None:
    """Set, unset, publish and back out in a line of groups and beside it; what holds, the history and the log agree with a model."""
    rng = random.Random(seed)
    line = {1: [1], 2: [1, 2], 3: [1, 2, 3], 9: [9]}
    model: dict[tuple[int, Site], list[Values]] = {(group, site): [{}] for group in line for site in Site}

    async def step(versions: SettingVersions, now: int) -> None:
        group, site = rng.choice([1, 2, 3, 9]), rng.choice(list(Site))
        kept = model[group, site]
        match rng.choice(["set", "set", "unset", "publish", "back-out"]):
            case "set":
                chosen = {name: rng.choice(GOOD[name]) for name in rng.sample(sorted(GOOD), 2)}
                after = {**kept[-1], **chosen}
                version = await versions.change(group, site, chosen, frozenset(), now, BY)
            case "unset":
                names = frozenset(rng.sample(sorted(GOOD), 3))
                after = {name: value for name, value in kept[-1].items() if name not in names}
                version = await versions.change(group, site, {}, names, now, BY)
            case "publish":
                source = Site.PRODUCTION if site is Site.STAGING else Site.STAGING
                after = model[group, source][-1]
                version = await versions.publish(group, source, site, now, BY)
            case _:
                if len(kept) == 1:
                    with pytest.raises(Refused):
                        await versions.back_out(group, site, None, now, BY)
                    return
                number = rng.randrange(len(kept) - 1)
                after = kept[number]
                version = await versions.back_out(group, site, number, now, BY)
        if after != kept[-1]:
            kept.append(after)
        assert (version.number, version.values) == (len(kept) - 1, after)

    async def work(database: Database) -> None:
        versions = SettingVersions(database, DEFAULTS)
        for now in range(60):
            await step(versions, now)
        for (group, site), kept in model.items():
            expected = DEFAULTS
            for ancestor in line[group]:
                expected = applied(expected, model[ancestor, site][-1])
            assert await versions.settings(group, site) == expected
            held = await versions.held(group, site)
            assert {one.name: one.value for one in held} == {name: value_of(expected, setting) for name, setting in BY_NAME.items()}
            for one in held:
                setters = [ancestor for ancestor in line[group] if one.name in model[ancestor, site][-1]]
                assert one.group == (setters[-1] if setters else None)
            history = await versions.history(group, site, 1000)
            assert [version.values for version in history] == kept[:0:-1]
        heads = await versions.heads()
        assert heads == {where: len(kept) - 1 for where, kept in model.items() if len(kept) > 1}
        log = AuditLog(database)
        for group in line:
            entries = [entry for entry in await log.find(group, action="setting") if entry.actor == "tess"]
            assert len(entries) == sum(len(model[group, site]) - 1 for site in Site)
            assert (await log.verify(group))[1] is None

    on(tmp_path, engine, work)


def test_a_line_of_groups_has_an_end(tmp_path: Path, engine: Engine) -> None:
    async def work(database: Database) -> None:
        groups = Groups(database)
        for number in range(4, GENERATIONS + 2):
            await groups.add(Group(number, "Deeper", parent=number - 1), 0)
        with pytest.raises(Refused, match=f"at most {GENERATIONS} groups above it"):
            await groups.add(Group(100, "Too deep", parent=GENERATIONS + 1), 0)
        with pytest.raises(Refused, match="there is no group 50"):
            await groups.add(Group(51, "Orphan", parent=50), 0)
        with pytest.raises(Refused, match="child groups, such as 2"):
            await groups.remove(1, 0)
        versions = SettingVersions(database, DEFAULTS)
        await versions.change(1, Site.STAGING, {"viewerLimit": 3}, frozenset(), 0)
        assert (await versions.settings(GENERATIONS + 1, Site.STAGING)).viewer_limit == 3

    on(tmp_path, engine, work)


def first_of(viewer: Viewer, *kinds: str) -> dict[str, Any]:
    """The first control message of one of these kinds."""
    while True:
        control: dict[str, Any] = json.loads(viewer.socket.recv(SECONDS))
        if control["type"] in kinds:
            return control


def test_changes_name_what_was_and_is() -> None:
    assert changes({"a": 1, "b": 2}, {"b": 3, "c": 4}) == {"a": [1, None], "b": [2, 3], "c": [None, 4]}


def test_the_command_line_sets_shows_publishes_and_backs_out(relay: RelayProcess) -> None:
    staging = ("--group", str(GROUP), "--site", "staging")
    relay.cli("setting", "set", *staging, "randomKeyLength=6", "agentOrigins=https://desk.example,crm.example", "presence=off")
    shown = {one["name"]: one for one in relay.json("setting", "show", *staging)}
    assert shown["agentOrigins"] == {"name": "agentOrigins", "value": ["https://desk.example", "crm.example"], "group": GROUP}
    assert shown["viewerLimit"] == {"name": "viewerLimit", "value": 10, "group": None}
    assert relay.json("setting", "show", *HERE, "presence") == [{"name": "presence", "value": True, "group": None}]
    published = relay.json("setting", "publish", "--group", str(GROUP))
    assert (published["site"], published["version"], published["cause"], published["source"]) == ("production", 1, "publish", 1)
    assert published["values"] == {"randomKeyLength": 6, "agentOrigins": ["https://desk.example", "crm.example"], "presence": False}
    assert relay.json("setting", "unset", *HERE, "presence")["version"] == 2
    assert relay.json("setting", "back-out", *HERE)["values"]["presence"] is False
    assert relay.json("setting", "back-out", *HERE, "--to", "0")["values"] == {}
    history = relay.json("setting", "history", *HERE, "--limit", "2")
    assert [(one["version"], one["cause"], one["source"]) for one in history] == [(4, "back-out", 0), (3, "back-out", 1)]
    assert history[1]["changes"] == {"presence": [None, False]}
    assert "production of group" in relay.cli("setting", "set", *HERE, "viewerLimit=10")
    relay.cli("setting", "unset", *HERE, "viewerLimit")
    assert [one["name"] for one in relay.json("setting", "list")] == list(BY_NAME)
    log = relay.json("audit", "list", "--group", str(GROUP), "--action", "setting.publish")
    assert log[-1]["detail"]["changes"]["randomKeyLength"] == [None, 6]


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("set", *HERE, "viewerLimit=0"), 2, "the setting viewerLimit cannot be 0: it is a whole number from 1 to 100"),
        (("set", *HERE, "viewerLimit=many"), 2, "the setting viewerLimit cannot be 'many': it is a whole number from 1 to 100"),
        (("set", *HERE, "colour=red"), 1, "there is no setting 'colour'; the settings are "),
        (("set", *HERE, "presence"), 1, "'presence' is not NAME=VALUE"),
        (("back-out", *HERE, "--to", "99"), 1, "production of group 1000 has no version 99 before"),
        (("publish", "--group", "1000", "--from", "staging", "--to", "staging"), 1, "staging cannot be published to itself"),
        (("show", "--group", "77", "--site", "staging"), 1, "there is no group 77"),
    ],
)
def test_what_cannot_be_set_is_refused_with_value_and_rule(relay: RelayProcess, arguments: tuple[str, ...], code: int, error: str) -> None:
    assert relay.cli("setting", *arguments, expect=code).startswith(f"Error: {error}")


def test_a_child_group_inherits(relay: RelayProcess) -> None:
    relay.cli("role", "add", "--group", str(GROUP), "--name", "Trainee", "--nothing")
    relay.cli("group", "change", "--group", str(GROUP), "--origin", "shop.example", "--forbid", "inviteGuest")
    added = relay.json("group", "add", "--id", "1001", "--name", "Branch", "--parent", str(GROUP))
    relay.cli("group", "change", "--group", str(GROUP), "--any-origin")
    assert added == {"id": 1001, "name": "Branch", "origins": ["shop.example"], "parent": GROUP}
    assert "Trainee" in [role["name"] for role in relay.json("role", "list", "--group", "1001")]
    assert relay.json("group", "show", "--group", "1001")["settings"]["inviteGuest"] is False
    relay.cli("setting", "set", *HERE, "randomKeyLength=9", "preventDuplicateKeys=off")
    child = ("--group", "1001", "--site", "production")
    relay.cli("setting", "set", *child, "randomKeyLength=11")
    shown = {one["name"]: (one["value"], one["group"]) for one in relay.json("setting", "show", *child)}
    assert shown["randomKeyLength"] == (11, 1001) and shown["preventDuplicateKeys"] == (False, GROUP)
    assert "inherited from group 1000" in relay.cli("setting", "show", *child)
    with Visitor(relay, "https://www.shop.example") as visitor:
        assert len(visitor.start(groupid=1001)["key"]) == 11
    relay.cli("setting", "unset", *child, "randomKeyLength")
    with Visitor(relay, "https://www.shop.example") as visitor:
        assert len(visitor.start(groupid=1001)["key"]) == 9
    relay.cli("setting", "unset", *HERE, "randomKeyLength", "preventDuplicateKeys")


def test_with_duplicate_keys_agents_find_the_newest_and_stay_where_they_are(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as first:
        first.start(key="one")
        with Visitor(relay) as second:
            second.say(type="start", protocol=1, groupid=GROUP, site="production", key="one")
            assert second.hear("error")["code"] == "dupkey"
    relay.cli("setting", "set", *HERE, "preventDuplicateKeys=off")
    with Visitor(relay) as first, Visitor(relay) as second:
        older, newer = first.start(key="two"), second.start(key="two")
        assert older["ssnid"] != newer["ssnid"]
        with agent.join("two") as viewer:
            assert viewer.hear("joined")["ssnid"] == newer["ssnid"]
        again = agent.post("/agentjoin/ticket", json={"sessionkey": "two", "ssnid": older["ssnid"]}).json()
        with Viewer(relay, again["ticket"]) as viewer:
            assert viewer.hear("joined")["ssnid"] == older["ssnid"]
        second.say(type="stop", reason="visitor")
        assert second.closed() == Close.ENDED
        with agent.join("two") as viewer:
            assert viewer.hear("joined")["ssnid"] == older["ssnid"]
        assert agent.post("/agentjoin/ticket", json={"sessionkey": "two", "ssnid": newer["ssnid"]}).status_code == 404
    relay.cli("setting", "unset", *HERE, "preventDuplicateKeys")


def test_a_full_session_takes_nobody_but_who_was_there(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        with agent.join(key) as first:
            joined = first.hear("joined")
            relay.cli("setting", "set", *HERE, "viewerLimit=1")
            # Until the running session has it, one more may come.
            while True:
                with agent.join(key) as more:
                    answer = first_of(more, "joined", "error")
                    if answer["type"] == "error":
                        assert answer["code"] == "full" and more.closed() == Close.DENIED
                        break
                for count in (2, 1):
                    while visitor.hear("agents")["count"] != count:
                        pass
            first.cut()
        with agent.join(key, incarnation=joined["incarnation"], version=0) as back:
            assert back.hear("joined")["ssnid"] == joined["ssnid"]
            relay.cli("setting", "unset", *HERE, "viewerLimit")


def test_a_running_session_takes_other_times() -> None:
    waiting, away = make_session(state=State.WAITING), make_session(state=State.ACTIVE)
    waiting.resumed(Outbox(FakeLine()), 0)
    for session in (waiting, away):
        session.tick(30.0)
        assert not session.state.final
        session.bounds = Bounds(waiting=20, grace=25)
        session.tick(30.0)
    assert (waiting.state, away.state) == (State.TIMED_OUT, State.LOST)


def test_a_running_session_takes_what_it_says_of_agents(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        relay.cli("setting", "set", *HERE, "agentListInEvents=off")
        named = True
        while named:
            with agent.join(key) as viewer:
                viewer.hear("joined")
                told = visitor.hear("agents")
                assert told["count"] == 1
                named = bool(told["agentlist"])
            while visitor.hear("agents")["count"]:
                pass
    relay.cli("setting", "unset", *HERE, "agentListInEvents")
