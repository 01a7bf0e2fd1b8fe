"""Statements of what was masked: numbers that are right, signed, kept with the session, and without content."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from masking.policy import Policy
from masking.rule import Action, Rule
from masking.statement import page_hash, rule_set_hash, sign
from relay.identity.statement_key import statement_key
from relay.live.lifecycle import State
from relay.live.outbox import Outbox
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.sessions import Sessions, Transition
from relay.store.statements import Signed
from tests import codec
from tests.outline import ops
from tests.relay.lines import RECORD, FakeLine, make_session
from tests.relay_process import RelayProcess

PAGE = [
    [
        "html",
        {},
        [
            "body",
            {},
            ["p", {"class": "a"}, "secret one"],
            ["p", {"class": "a"}, "x"],
            ["b", {"class": "b"}, "y"],
            ["input", {"type": "password", ".value": "word"}],
        ],
    ]
]
POLICY = Policy.of([Rule(".a", Action.TEXT), Rule(".b", Action.HIDE, role="agent")], 1)


def test_it_counts_by_rule_and_page_and_says_no_content() -> None:
    session = make_session(policy=POLICY)
    session.started(Outbox(FakeLine()), "secret")
    session._viewers.audiences.of("agent")
    session.apply(codec.encode(ops(PAGE, "https://shop.example/one?q=secret"), epoch=1, sequence=1), 0.0)
    session.apply(
        codec.encode(
            ops([["html", {}, ["body", {}, ["p", {"class": "a"}, "z"], ["i", {}, "w"]]]], "https://shop.example/two"), epoch=2, sequence=1
        ),
        0.0,
    )
    session.apply(codec.encode([("set_mask", 6, 1, "", 0, 0)], epoch=2, sequence=2), 0.0)
    other = Policy.of(POLICY.rules[:1], 2)
    session.set_policy(other)
    text = session.statement(relay="1")
    statement = json.loads(text)
    one, two, again = statement["pages"]
    assert one["page"] == page_hash("https://shop.example/one") and one["rules"] == rule_set_hash(POLICY)
    counts = {(row["selector"], row["role"]): row["elements"] for row in one["masked"]}
    assert counts[(".a", None)] == 2
    assert counts[(".b", "agent")] == 1 and sum(counts.values()) == 4
    assert [row["elements"] for row in two["masked"]] == [1] and two["masked_at_source_by_rules_not_told"] == 1
    assert again["rules"] == rule_set_hash(other) and len(statement["rule_sets"]) == 2
    for content in ("secret", "shop.example", "/two"):
        assert content not in text
    assert RECORD.key not in text


def test_it_is_kept_and_verified(tmp_path: Path) -> None:
    relay = RelayProcess(tmp_path)
    key = statement_key(tmp_path)
    assert statement_key(tmp_path) == key and (tmp_path / "statement.key").stat().st_mode & 0o777 == 0o600

    async def work() -> None:
        database = Database.open(tmp_path)
        await Groups(database).add(Group(1000, "Test"), 1)
        await Sessions(database).add(RECORD, 1)
        await Sessions(database).write([Transition(RECORD.ssnid, State.COMPLETED, "visitor", 2, Signed("{}", sign(key, "{}")))])
        await database.close()

    asyncio.run(work())
    line = relay.cli("mask", "statement", "--group", "1000")
    kept = tmp_path / "statements"
    kept.write_text(line)
    assert relay.json("mask", "verify", str(kept)) == {"verified": 1}
    kept.write_text(line.replace("{}", "{ }"))
    assert "line 1" in relay.cli("mask", "verify", str(kept), expect=1)
    array = relay.cli("mask", "statement", "--group", "1000", "--json")
    assert json.loads(array) == [json.loads(line)]
    for text, fault in ((array.replace("{}", "{ }"), "statement 1 is no"), (array.rstrip()[:-1], "is none"), ("[[]]", "statement 1 is no")):
        kept.write_text(text)
        assert fault in relay.cli("mask", "verify", str(kept), expect=1)
    kept.write_text(array)
    assert relay.json("mask", "verify", str(kept)) == {"verified": 1}


@pytest.mark.parametrize("content", ["", "zz", "00" * 31])
def test_a_broken_key_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "statement.key").write_text(content)
    with pytest.raises(Exception, match="no key"):
        statement_key(tmp_path)
