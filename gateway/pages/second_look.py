"""The pages of the second pair of eyes: what waits for a colleague, and one question with its answer."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from gateway.pages import witnessing
from gateway.pages.desk.words import SECOND_LOOKS
from gateway.pages.rendering import page
from gateway.paging import Numbered
from gateway.parts import Parts
from gateway.people import freshness, sessions
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import second_acts, second_looks, second_person
from gateway.visits.errors import NotLookedAtError
from gateway.visits.tables import SecondLookKind, SecondLookState
from gateway.web.live import changes
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_PAGE: Final = 20
_WHO: Final = allow(Who.ASSISTANT, Who.MANAGER)

QUESTIONS: Final[Mapping[SecondLookKind, Message]] = {
    SecondLookKind.PAPER_GRANT: message("Did you see this person sign this text?"),
    SecondLookKind.PAPER_PERMIT: message("Did you see this person sign this text?"),
    SecondLookKind.SAME_ADDRESS: message(
        "Talk to the resident without the assistant. Do they want this, from this assistant, of their own will?"
    ),
    SecondLookKind.COLLEAGUE_VALUE: message(
        "Talk to the resident without the assistant. Is the detail theirs, and do they want it used?"
    ),
    SecondLookKind.SENSITIVE_VALUE: message(
        "Ask the resident to say the new detail or to show it on a document. Is it the same?"
    ),
    SecondLookKind.SENT_AGAIN: message(
        "Look in the portal with the resident, or telephone the institution. Is it certain that it has not arrived?"
    ),
}
SHOWN: Final[Mapping[str, Message]] = {
    "person": message("Resident"),
    "address": message("Address"),
    "phone": message("Telephone number"),
    "account": message("Bank account"),
    "code": message("Personal code"),
    "sent_at": message("Sent before"),
    "decided": message("Who found out that it had not arrived"),
}
"""What is judged, by `second_person.Shown.name`; an input of a connector brings its own label."""

_WHICH: Final[Mapping[str, Message]] = {"known": message("Known before"), "new": message("New value")}
_NO_REASON: Final = message("Choose why you do not confirm")
_STATES: Final[Mapping[SecondLookState, Message]] = {
    SecondLookState.CONFIRMED: message("This has been confirmed"),
    SecondLookState.REFUSED: message("This has been refused"),
    SecondLookState.LAPSED: message("This is past its time, or is no longer needed"),
}


@get("/second-look", **_WHO)
async def show_list(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What waits for this member of staff, the oldest first."""
    place = Numbered.parse(request.query_params.get("after", ""), _PAGE)
    now = parts.clock.now()

    def work(conn: Connection) -> tuple[list[second_looks.Waiting], bool]:
        found = second_looks.waiting_for(conn, session, now, most=_PAGE + 1, after=place.after)
        return found, freshness.is_fresh(conn, parts, session.staff_id, now)

    found, is_fresh = await parts.database.read(work)
    return page(
        request,
        "pages/second_look/list.html",
        looks=found[:_PAGE],
        is_fresh=is_fresh,
        kinds=SECOND_LOOKS,
        newer=place.newer("/second-look"),
        older=place.older("/second-look", found),
    )


@get("/second-look/{look_id:str}", **_WHO)
async def show_one(request: AnyRequest, session: StaffSession, parts: Parts, look_id: FromPath[str]) -> Response[Any]:
    """One question: what it is about, and what is judged once looking is recorded."""

    def work(conn: Connection) -> tuple[second_looks.Waiting, tuple[second_person.Shown, ...], dict[str, Any]]:
        one = second_looks.one_for(conn, session, look_id)
        is_open = one.state is SecondLookState.WAITING and parts.clock.now() < one.lapses_at
        if not (one.is_shown and is_open):
            return one, (), {}
        if witnessing.is_sheet(one.kind):
            return one, (), witnessing.gather(conn, parts, session, look_id)
        return one, second_person.subject_of(conn, parts, session, look_id), {}

    one, shown, sheet = await parts.database.read(work)
    is_open = one.state is SecondLookState.WAITING and parts.clock.now() < one.lapses_at
    return page(
        request,
        "pages/second_look/sheet.html" if sheet else "pages/second_look/one.html",
        one=one,
        is_open=is_open,
        heading=SECOND_LOOKS[one.kind],
        question=QUESTIONS[one.kind],
        ending=None if is_open else _STATES.get(one.state, _STATES[SecondLookState.LAPSED]),
        rows=[_row(each, session.language) for each in shown],
        error=_NO_REASON if request.query_params.get("why") == "missing" else None,
        **sheet,
    )


@post("/second-look/{look_id:str}/look", **_WHO)
async def look(session: StaffSession, parts: Parts, look_id: FromPath[str]) -> Response[Any]:
    """Record that it is looked at, and show it."""
    await parts.database.write(lambda conn: second_person.look(conn, parts, session, look_id))
    return see_other(f"/second-look/{look_id}")


@post("/second-look/{look_id:str}/confirm", **_WHO)
async def confirm(session: StaffSession, parts: Parts, look_id: FromPath[str]) -> Response[Any]:
    """It is as it should be."""
    return await _answer(parts, look_id, lambda conn: second_acts.confirm(conn, parts, session, look_id))


@post("/second-look/{look_id:str}/refuse", **_WHO)
async def refuse(session: StaffSession, parts: Parts, look_id: FromPath[str]) -> Response[Any]:
    """It is not, or cannot be said."""
    return await _answer(parts, look_id, lambda conn: second_acts.refuse(conn, parts, session, look_id))


@get("/second-look/events", **_WHO)
async def events(session: StaffSession, parts: Parts) -> Stream:
    """Tell a page that counts what waits when the count has changed, until the session is over."""

    def work(conn: Connection) -> int | None:
        now = parts.clock.now()
        if not sessions.is_open(conn, session.token_hash, now):
            return None
        return second_looks.count_for(conn, session, now)

    return changes(parts.database, work)


async def _answer(parts: Parts, look_id: str, step: Any) -> Response[Any]:
    with suppress(NotLookedAtError):  # a colleague was shown it in between: the page offers to look again
        await parts.database.write(step)
    return see_other(f"/second-look/{look_id}")


def _row(shown: second_person.Shown, language: str) -> dict[str, Any]:
    """A row of what is judged; of a guarded value the known one and the new one have the same label."""
    label: Message | str = SHOWN.get(shown.name, shown.name)
    if shown.label:
        label = shown.label.get(language.partition("-")[0], shown.name)
    return {"label": label, "which": _WHICH.get(shown.name), "value": shown.value}


HANDLERS = (show_list, events, show_one, look, confirm, refuse)
