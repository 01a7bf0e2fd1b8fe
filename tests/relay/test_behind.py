"""The writer behind the live path: a record that cannot be written costs only itself, and an outage writes nothing twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from relay.errors import StorageDown
from relay.live.lifecycle import State
from relay.store import behind
from relay.store.behind import Behind
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.session_writer import SessionWriter
from relay.store.sessions import Sessions, Transition
from tests.engines import Engine
from tests.relay.lines import RECORD


def test_a_bad_record_and_an_outage_beside_it(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(behind, "RETRY_SECONDS", 0.0)
    written: list[str] = []
    called: list[str] = []
    outages = iter([True])

    async def write(batch: list[str]) -> None:
        if "bad" in batch:
            raise ValueError("a fault with bad in its words")
        if batch == ["last"] and next(outages, False):
            raise StorageDown("locked")
        written.extend(batch)

    async def work() -> None:
        writer = Behind("records", write)
        for record in ("first", "bad", "last"):
            writer.note(record, lambda record=record: called.append(record))  # type: ignore[misc]
        writer.finish()
        await asyncio.wait_for(writer.run(), 10)

    asyncio.run(work())
    assert written == ["first", "last"]
    assert called == ["first", "bad", "last"]
    assert "one of the records can never be written and is lost: ValueError" in caplog.text
    assert "in its words" not in caplog.text


TOO_LARGE, WRONG_TYPE, TOO_LONG = 2**70, "soon", "x" * 5000


@pytest.mark.parametrize("bad", [{"at": TOO_LARGE}, {"at": WRONG_TYPE}, {"reason": TOO_LONG}])
def test_a_value_that_the_database_does_not_take_is_no_outage(
    tmp_path: Path, engine: Engine, caplog: pytest.LogCaptureFixture, bad: dict[str, object]
) -> None:
    """SQLite has no types that refuse a text, nor lengths: there only a number that is too large is such a value."""
    if engine.server is None and bad == {"at": WRONG_TYPE}:
        pytest.skip("SQLite would keep it")
    taken, address = engine.server is None and bad != {"at": TOO_LARGE}, engine.address()

    async def work() -> list[object]:
        database = Database.open(tmp_path, address)
        try:
            await Groups(database).add(Group(RECORD.group, "Test"), 0)
            sessions = Sessions(database)
            await sessions.add(RECORD, 5)
            writer = SessionWriter(sessions)
            writer.note(Transition(RECORD.ssnid, State.WAITING, "", 6))
            writer.note(Transition(**{"ssnid": RECORD.ssnid, "state": State.ACTIVE, "reason": "", "at": 7, **bad}))  # type: ignore[arg-type]
            writer.note(Transition(RECORD.ssnid, State.COMPLETED, "visitor", 9))
            writer.finish()
            await asyncio.wait_for(writer.run(), 30)
            stored = await sessions.get(RECORD.ssnid)
            return [stored and (stored.state, stored.reason, stored.ended)]
        finally:
            await database.close()

    assert asyncio.run(work()) == [(State.COMPLETED, "visitor", 9)]
    lost = "one of the session records can never be written and is lost"
    assert (lost in caplog.text) != taken and "trying again" not in caplog.text
    assert TOO_LONG not in caplog.text and WRONG_TYPE not in caplog.text and str(TOO_LARGE) not in caplog.text
