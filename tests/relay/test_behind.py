"""The writer behind the live path: a record that cannot be written costs only itself, and an outage writes nothing twice."""

from __future__ import annotations

import asyncio

import pytest

from relay.errors import StorageDown
from relay.store import behind
from relay.store.behind import Behind


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
