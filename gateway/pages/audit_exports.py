"""What auditors take away as tables: visits that were found, findings, the entries of one visit. Each is an event.

Asked for by a form and never by a link, so that no other site has an auditor's name put under one. Ids and codes alone,
no names and no values. A list is read a page at a time while it is sent, and ends at `MOST` lines,
which its last line then says.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from audit.events import EventName
from gateway.ledger import outbox
from gateway.ledger.trail import Logged, read_chain
from gateway.pages import audit_findings, audit_search
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import exporting, finding_list, register
from gateway.visits.bundles import Disclosure
from gateway.visits.finding_list import Line
from gateway.visits.finding_list import Search as FindingSearch
from gateway.visits.register import Registered, Search
from gateway.web import csv_lines
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T")
_AUDITOR = allow(Who.AUDITOR)
MOST: Final = 5000
"""Lines of one list."""
_AT_A_TIME: Final = 500
_CUT: Final = "cut: there are more lines than one file takes; narrow the search"
_VISITS: Final = (
    "visit",
    "opened",
    "closed",
    "channel",
    "ending",
    "help_reason",
    "centre_id",
    "assistant_id",
    "service_id",
)
_FINDINGS: Final = (
    "finding",
    "kind",
    "severity",
    "state",
    "outcome",
    "recorded",
    "answer_by",
    "answered",
    "ended",
    "visit",
    "centre_id",
    "assistant_id",
    "sign",
    "draw",
)
_ENTRIES: Final = (
    "n",
    "time",
    "type",
    "actor_kind",
    "actor_id",
    "terminal_id",
    "centre_id",
    "log_entry",
    "leaf_hash",
    "data",
)


@post("/audit/visits.csv", status_code=200, **_AUDITOR)
async def export_visits(request: AnyRequest, session: StaffSession, parts: Parts) -> Stream:
    """The visits that a search finds, from the newest."""
    choices = await parts.database.read(lambda conn: audit_search.choices(conn, request, session.language))
    looked = audit_search.read(parts, request, choices)
    search = replace(looked.search, after=None)
    found = await parts.database.read(lambda conn: register.find(conn, search, language=session.language, most=1))
    data = audit_search.said(search, found=bool(found)) | {"of": "visits"}
    await parts.database.write(lambda conn: _note(conn, parts, session, data))

    def page_after(last: Registered | None) -> Callable[[Connection], Sequence[Registered]]:
        """Reads the visits that follow one in the list."""
        here: Search = search if last is None else replace(search, after=last.key)
        return lambda conn: register.find(conn, here, language=session.language, most=_AT_A_TIME)

    return _sent("visits", _VISITS, _lines(parts, page_after, _of_visit))


@post("/audit/findings.csv", status_code=200, **_AUDITOR)
async def export_findings(request: AnyRequest, session: StaffSession, parts: Parts) -> Stream:
    """The findings that a search finds, what waits first."""
    choices = await parts.database.read(lambda conn: audit_search.choices(conn, request, session.language))
    looked, _fields = audit_findings.read(request, choices)
    search: FindingSearch = replace(looked, after=None)
    data = audit_findings.said(search) | {"of": "findings"}
    await parts.database.write(lambda conn: _note(conn, parts, session, data))

    def page_after(last: Line | None) -> Callable[[Connection], Sequence[Line]]:
        """Reads the findings that follow one in the list."""
        here = search if last is None else replace(search, after=last.place)
        return lambda conn: finding_list.find(conn, parts, here, language=session.language, most=_AT_A_TIME)

    return _sent("findings", _FINDINGS, _lines(parts, page_after, _of_finding))


@post("/audit/visits/{visit_id:str}/entries.csv", status_code=200, **_AUDITOR)
async def export_entries(session: StaffSession, parts: Parts, visit_id: FromPath[str]) -> Response[Any]:
    """The entries of one visit, for whoever has said why; its resident sees that they were taken."""

    def work(conn: Connection) -> bool:
        reason = exporting.reason_of(conn, parts, session.actor, visit_id)
        if reason is not None:
            exporting.note(conn, parts, session.actor, visit_id, Disclosure(statements=False), reason)
        return reason is not None

    if not await parts.database.write(work):
        return see_other(f"/audit/visits/{visit_id}")
    trail = await parts.database.read(lambda conn: read_chain(conn, visit_id, most=MOST))
    content = csv_lines.MARK + csv_lines.line(_ENTRIES) + "".join(map(_of_entry, trail.events))
    if len(trail.events) < trail.length:
        content += csv_lines.line([_CUT])
    return Response(content.encode(), media_type=csv_lines.MEDIA_TYPE, headers=_attached(f"visit-{visit_id}"))


async def _lines(
    parts: Parts, page_after: Callable[[T | None], Callable[[Connection], Sequence[T]]], write: Callable[[T], str]
) -> AsyncIterator[str]:
    """A list, a page at a time; one page is read while the one before it is sent."""
    last: T | None = None
    sent = 0
    while sent < MOST:
        found = await parts.database.read(page_after(last))
        yield "".join(map(write, found))
        sent += len(found)
        if len(found) < _AT_A_TIME:
            return
        last = found[-1]
    if await parts.database.read(page_after(last)):
        yield csv_lines.line([_CUT])


def _sent(name: str, head: Sequence[str], lines: AsyncIterator[str]) -> Stream:
    async def content() -> AsyncIterator[str]:
        yield csv_lines.MARK + csv_lines.line(head)
        async for each in lines:
            yield each

    return Stream(content(), media_type=csv_lines.MEDIA_TYPE, headers=_attached(name))


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.csv"'}


def _of_visit(line: Registered) -> str:
    ids = (line.centre_id, line.assistant_id, line.service_id)
    return csv_lines.line((line.id, line.opened_at, line.closed_at, line.channel, line.ending, line.help_reason, *ids))


def _of_finding(line: Line) -> str:
    times = (line.opened_at, line.last_day, line.answered_at, line.ended_at)
    ids = (line.visit_id, line.centre_id, line.assistant_id)
    return csv_lines.line(
        (line.id, line.kind, line.severity, line.state, line.outcome, *times, *ids, line.sign, line.draw)
    )


def _of_entry(event: Logged) -> str:
    entry, actor = event.entry, event.entry.actor
    who = (actor.kind, actor.id, actor.terminal, actor.centre)
    data = msgspec.json.encode(entry.data).decode()
    return csv_lines.line((entry.n, entry.time, entry.type, *who, event.index, event.hash.hex(), data))


def _note(conn: Connection, parts: Parts, session: StaffSession, data: dict[str, Any]) -> None:
    outbox.record(
        conn,
        chain=f"staff:{session.staff_id}",
        type=EventName.TRAIL_EXPORTED,
        actor=session.actor,
        data=data,
        at=parts.clock.database_now(conn),
    )


HANDLERS = (export_visits, export_findings, export_entries)
