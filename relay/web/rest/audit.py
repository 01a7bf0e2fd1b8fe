"""The audit log of a group over REST: asked page by page, and as a table for spreadsheets."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from starlette.responses import Response, StreamingResponse

from relay.identity.audit_table import as_row, as_value, heading
from relay.store.audit import PAGE, AuditLog, Deed
from relay.web.bearers import GREATEST_ID
from relay.web.rest.operation import CSV, Call, Operation
from relay.web.site import NO_STORE

Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""RFC 3339, with a zone."""


class Span(msgspec.Struct, forbid_unknown_fields=True):
    """`since` ≤ time < `until`. `action` may be the word before the dot, such as `role`."""

    since: Time | msgspec.UnsetType = msgspec.UNSET
    until: Time | msgspec.UnsetType = msgspec.UNSET
    actor: Annotated[str, msgspec.Meta(max_length=255)] = ""
    action: Annotated[str, msgspec.Meta(max_length=40)] = ""
    result: Literal["ok", "failed", ""] = ""


class AuditQuery(Span, forbid_unknown_fields=True):
    """`after` is the `next` of the page before."""

    after: Annotated[int, msgspec.Meta(ge=0, le=GREATEST_ID)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE)] = 100


class ShownEntry(msgspec.Struct):
    """`time` in UTC; `detail` depends on the action."""

    number: int
    time: str
    group: int
    actor: str
    address: str
    action: str
    result: str
    subject: str
    detail: dict[str, Any]


class AuditPage(msgspec.Struct):
    """`next` is null when there is no more now."""

    entries: list[ShownEntry]
    next: int | None


class AuditService:
    def __init__(self, log: AuditLog) -> None:
        self._log = log

    def operations(self) -> list[Operation]:
        return [
            Operation(
                name="listAuditEntries",
                method="GET",
                path="/audit",
                about="Entries in their order.",
                handle=self.find,
                query=AuditQuery,
                answer=AuditPage,
            ),
            Operation(
                name="exportAuditLog",
                method="GET",
                path="/audit.csv",
                about="The same as comma-separated values, all of them. The export is an entry of the log.",
                handle=self.export,
                query=Span,
                answer=str,
                media=CSV,
            ),
        ]

    async def find(self, call: Call[None, AuditQuery]) -> AuditPage:
        query = call.query
        entries = await self._log.find(call.group, **_span(query), after=query.after, limit=query.limit)
        more = entries[-1].number if len(entries) == query.limit else None
        return AuditPage([ShownEntry(**as_value(entry)) for entry in entries], more)

    async def export(self, call: Call[None, Span]) -> Response:
        await self._log.write(call.group, call.by, Deed.EXPORT, call.now, subject="audit")
        name = f'attachment; filename="audit-{call.group}.csv"'
        headers = {**NO_STORE, "Content-Disposition": name}
        return StreamingResponse(self._rows(call.group, _span(call.query)), headers=headers, media_type=f"{CSV}; charset=utf-8")

    async def _rows(self, group: int, span: dict[str, Any]) -> AsyncIterator[str]:
        yield heading()
        after = 0
        while entries := await self._log.find(group, **span, after=after):
            yield "".join(map(as_row, entries))
            after = entries[-1].number


def _span(query: Span) -> dict[str, Any]:
    until = None if query.until is msgspec.UNSET else milliseconds(query.until)
    since = 0 if query.since is msgspec.UNSET else milliseconds(query.since)
    return {"since": since, "until": until, "actor": query.actor, "action": query.action, "result": query.result}


def milliseconds(time: datetime) -> int:
    """Since 1970."""
    return int((time - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
