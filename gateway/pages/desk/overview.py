"""The desk: open visits and what each needs next, what waits for a person, what was closed today, and a new visit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Stream
from sqlalchemy import Connection

from gateway.pages import outcome_words
from gateway.pages.desk import words
from gateway.pages.desk.answering import path_of
from gateway.pages.forms import Form, field
from gateway.pages.rendering import LANGUAGES, page
from gateway.pages.staff_values import KINDS
from gateway.parts import Parts
from gateway.people import sessions
from gateway.people.access import StaffSession, Who, allow
from gateway.services import naming
from gateway.visits import centre_doubts, day, listing, opening, reading
from gateway.visits.tables import Channel
from gateway.web.live import changes
from gateway.web.redirects import see_other
from ui.formats import ZONE

AnyRequest = Request[Any, Any, Any]
_MOST = 20
"""Visits in one list: an assistant has a handful open, and looks for nothing older here."""


@get("/desk", **allow(Who.ASSISTANT))
async def show_desk(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """All that this assistant has at this terminal."""
    return await _desk(request, session, parts)


@post("/desk/visits", **allow(Who.ASSISTANT))
async def open_visit(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Open a visit."""
    channel = next((each for each in Channel if each.value == field(data, "channel")), None)
    language = next((each for each in LANGUAGES if each == field(data, "language")), None)
    if channel is None or language is None:
        return await _desk(request, session, parts, typed=data, status=400)
    visit_id = await parts.database.write(
        lambda conn: opening.open_visit(conn, parts, session, channel=channel, language=language)
    )
    return see_other(path_of(visit_id))


async def _desk(
    request: AnyRequest, session: StaffSession, parts: Parts, *, typed: dict[str, str] | None = None, status: int = 200
) -> Response[Any]:
    lists = await parts.database.read(lambda conn: _lists(conn, parts, session))
    given = typed or {"channel": Channel.COUNTER.value, "language": session.language}
    return page(
        request,
        "pages/desk/desk.html",
        status=status,
        typed=given,
        is_wrong=typed is not None,
        note=words.NOTES.get(request.query_params.get("note", "")),
        words=words,
        outcome_words=outcome_words,
        **lists,
    )


@post("/desk/news/seen", **allow(Who.ASSISTANT))
async def mark_seen(session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """What was new has been seen, up to the newest that the page showed."""
    until = _moment(field(data, "until"))
    if until is not None:
        await parts.database.write(lambda conn: day.mark_seen(conn, parts, session, until))
    return see_other("/desk")


@get("/desk/events", **allow(Who.ASSISTANT))
async def desk_events(session: StaffSession, parts: Parts) -> Stream:
    """Tell the desk when something that it lists has changed, until the session is over."""

    def look(conn: Connection) -> Sequence[Any] | None:
        now = parts.clock.now()
        return day.moment(conn, session, now) if sessions.is_open(conn, session.token_hash, now) else None

    return changes(parts.database, look)


def _moment(typed: str) -> datetime | None:
    """A time as the page wrote it; none where it is not one."""
    try:
        read = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return read if read.tzinfo else None


def _lists(conn: Connection, parts: Parts, session: StaffSession) -> dict[str, Any]:
    views = reading.open_at_desk(conn, parts, session, most=_MOST)
    visits = [(view, naming.listed(view.service, session.language) if view.service else None) for view in views]
    doubtful = centre_doubts.at_desk(conn, session, most=_MOST + 1)
    waiting = day.waiting(conn, session, parts.clock.now())
    return {
        "visits": [each for each in visits if each[0].stage not in words.WAIT_FOR_OTHERS],
        "waiting": [each for each in visits if each[0].stage in words.WAIT_FOR_OTHERS],
        "is_full": len(visits) == _MOST,
        "elsewhere": waiting,
        "news": day.news_of(conn, session, most=_MOST),
        "doubtful": doubtful[:_MOST],
        "more_doubtful": len(doubtful) > _MOST,
        "closed": listing.closed_since(conn, session, _midnight(parts.clock.now()), most=_MOST),
        "most": _MOST,
        "missing": [KINDS[kind] for kind in waiting.missing],
        "second_looks": waiting.second_looks,
    }


def _midnight(now: datetime) -> datetime:
    """When this day began in Latvia."""
    return now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


HANDLERS = (show_desk, open_visit, mark_seen, desk_events)
