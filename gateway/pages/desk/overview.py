"""The desk: open visits and what each needs next, what waits for a person, what was closed today, and a new visit."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from gateway.pages import outcome_words
from gateway.pages.desk import words
from gateway.pages.desk.answering import path_of
from gateway.pages.forms import Form, field
from gateway.pages.rendering import LANGUAGES, page
from gateway.pages.staff_values import KINDS
from gateway.parts import Parts
from gateway.people import fingerprints
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import centre_doubts, listing, opening, reading, second_looks
from gateway.visits.tables import Channel
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


def _lists(conn: Connection, parts: Parts, session: StaffSession) -> dict[str, Any]:
    visits = reading.open_at_desk(conn, parts, session, most=_MOST)
    doubtful = centre_doubts.at_desk(conn, session, most=_MOST + 1)
    return {
        "visits": [(view, view.service.card(session.language).title if view.service else None) for view in visits],
        "doubtful": doubtful[:_MOST],
        "more_doubtful": len(doubtful) > _MOST,
        "closed": listing.closed_since(conn, session, _midnight(parts.clock.now()), most=_MOST),
        "most": _MOST,
        "missing": [KINDS[kind] for kind in fingerprints.missing(conn, session.staff_id)],
        "second_looks": second_looks.count_for(conn, session, parts.clock.now()),
    }


def _midnight(now: datetime) -> datetime:
    """When this day began in Latvia."""
    return now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


HANDLERS = (show_desk, open_visit)
