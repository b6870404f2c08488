"""A visit's page, and the steps that take it on: service, stop, retry, decision, receipt."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from litestar import Response, get, post
from sqlalchemy import Connection

from gateway.pages.desk import panels, words
from gateway.pages.desk.answering import AtVisit, context_of
from gateway.pages.desk.doubts import read_decision
from gateway.pages.desk.panels import Wish
from gateway.pages.forms import Form, field
from gateway.pages.rendering import LANGUAGES, page
from gateway.parts import Parts
from gateway.people import sessions
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import (
    advancing,
    asking,
    late,
    looking,
    opening,
    reading,
    receipts,
    sending,
    stopping,
    turns,
)
from gateway.visits.errors import OutOfOrderError, TakenOverError
from gateway.visits.receipts import HandedOver
from gateway.visits.stopping import StopReason
from gateway.web import cookies
from gateway.web.cookies import CookieName
from gateway.web.redirects import see_other
from ui.i18n import message

_PANELS: Final = frozenset({"edit", "again", "choose", "sheet", "before"})
_Choice: TypeAlias = Callable[[Connection, Parts, StaffSession, str, str], None]
_CHOICES: Final[Mapping[str, _Choice]] = {"add": turns.add_service, "remove": turns.remove_service}
_NO_REASON: Final = message("Choose why it is stopped")
_NO_WAY: Final = message("Choose how the receipt was handed over")


@get("/desk/visits/{visit_id:str}", **allow(Who.ASSISTANT))
async def show_visit(at: AtVisit) -> Response[Any]:
    """Where the visit stands, and the one thing to do next."""
    asked = at.request.query_params.get("panel")
    wish = Wish(panel=asked if asked in _PANELS else None, shown=at.request.query_params.get("shown") == "1")
    try:
        return await at.show(wish, resumes=True)
    except TakenOverError:
        return see_other("/desk?note=taken_over", clear_cache=True)


@post("/desk/visits/{visit_id:str}/search", status_code=200, **allow(Who.ASSISTANT))
async def search_services(at: AtVisit, data: Form) -> Response[Any]:
    """Show the services that fit; what was asked for stays out of addresses and so out of logs."""
    wish = Wish(panel="choose", typed={"query": field(data, "query")})
    return await at.show(wish)


@post("/desk/visits/{visit_id:str}/service", **allow(Who.ASSISTANT))
async def choose_service(at: AtVisit, data: Form) -> Response[Any]:
    """Choose what the visit is about: one service, one more, one fewer, or all of a life event."""
    chosen, event = field(data, "service"), field(data, "event")
    step: _Choice = _CHOICES.get(field(data, "do"), opening.choose_service)
    if event:
        chosen, step = event, turns.choose_life_event
    return await at.take(at.doing(step, chosen))


@post("/desk/visits/{visit_id:str}/next", **allow(Who.ASSISTANT))
async def go_on(at: AtVisit, data: Form) -> Response[Any]:
    """Go on to another of the visit's services."""
    service_id = field(data, "service")

    def step(conn: Connection) -> None:
        turns.next_service(conn, at.parts, at.session, at.visit_id, service_id)
        advancing.begin(conn, at.parts, at.session, at.visit_id)

    return await at.take(step)


@post("/desk/visits/{visit_id:str}/language", **allow(Who.ASSISTANT))
async def set_language(at: AtVisit, data: Form) -> Response[Any]:
    """Change the resident's language."""
    language = next((each for each in LANGUAGES if each == field(data, "language")), None)
    if language is None:
        return see_other(at.path)
    return await at.take(
        lambda conn: opening.set_language(conn, at.session, at.visit_id, language), then="?note=language"
    )


@post("/desk/visits/{visit_id:str}/show", **allow(Who.ASSISTANT))
async def show_values(at: AtVisit, data: Form) -> Response[Any]:
    """Record that the values are looked at, and show them."""
    asked = field(data, "panel")
    then = f"?panel={asked}&shown=1" if asked in _PANELS else "?shown=1"
    return await at.take(at.doing(looking.note), then=then)


@post("/desk/visits/{visit_id:str}/retry", **allow(Who.ASSISTANT))
async def retry(at: AtVisit, data: Form) -> Response[Any]:
    """Fill the portal's form once more with the same answers."""
    seen = field(data, "seen")

    def step(conn: Connection) -> None:
        view = reading.for_desk(conn, at.parts, at.session, at.visit_id)
        answers = reading.OpenedVisit(conn, at.parts, view).answers()
        if answers is None or not panels.can_fill(view):
            raise OutOfOrderError("try again what was never tried, or has left")
        asking.fill(conn, at.parts, at.session, at.visit_id, answers.values, answers.uploads(), seen=seen)

    return await at.take(step)


@post("/desk/visits/{visit_id:str}/decide", **allow(Who.ASSISTANT))
async def decide(at: AtVisit, data: Form) -> Response[Any]:
    """A person has looked in the portal: it holds the application, or it does not."""
    decision = read_decision(data)
    if decision.errors:
        return await at.show(Wish(typed=decision.typed, errors=decision.errors), status=422)

    def step(conn: Connection) -> None:
        filing = reading.for_desk(conn, at.parts, at.session, at.visit_id).filing
        filing_id = decision.typed["filing"] or (filing["id"] if filing else "")
        if not filing_id:
            raise OutOfOrderError("decide about nothing")
        sending.settle(conn, at.parts, at.session, at.visit_id, filing_id, reference=decision.reference)

    return await at.take(step, wish=Wish(typed=decision.typed), then="?note=settled")


@post("/desk/visits/{visit_id:str}/both-told", **allow(Who.ASSISTANT))
async def both_told(at: AtVisit, data: Form) -> Response[Any]:
    """Resident and institution have been told that the same arrived twice."""
    return await at.take(at.doing(late.acknowledge, field(data, "filing", 32)), then="?note=both")


@post("/desk/visits/{visit_id:str}/handed-over", **allow(Who.ASSISTANT))
async def hand_over(at: AtVisit, data: Form) -> Response[Any]:
    """Record how the resident got the receipt."""
    how = next((each for each in HandedOver if each.value == field(data, "how")), None)
    if how is None:
        return await at.show(Wish(errors={"how": _NO_WAY}), status=422)
    return await at.take(at.doing(receipts.hand_over, how), then="?note=handed")


@get("/desk/visits/{visit_id:str}/stop", **allow(Who.ASSISTANT))
async def confirm_stop(at: AtVisit) -> Response[Any]:
    """Ask why, before everything is stopped."""
    return await _confirm_stop(at)


@post("/desk/visits/{visit_id:str}/stop", **allow(Who.ASSISTANT))
async def stop(at: AtVisit, data: Form) -> Response[Any]:
    """Stop the delegation and whatever is done under it; the page then says whether it was in time."""
    reason = next((each for each in StopReason if each.value == field(data, "reason")), None)
    if reason is None:
        return await _confirm_stop(at, errors={"reason": _NO_REASON}, status=422)
    return await at.take(at.doing(stopping.stop_at_desk, reason))


async def wiped(at: AtVisit, ends: Callable[[Connection], object]) -> Response[Any]:
    """Take the step that ends what this terminal shows of a visit, and leave nothing of it behind."""
    token = ""

    def step(conn: Connection) -> None:
        nonlocal token
        ends(conn)
        token = sessions.rotate(conn, at.session.token_hash, now=at.parts.clock.now())

    answer = await at.take(step)
    if not token or answer.status_code != 303:
        return answer
    fresh = cookies.make(at.parts.settings, CookieName.STAFF, token)
    return see_other(at.path, cookies=[fresh], clear_cache=True)


async def _confirm_stop(at: AtVisit, *, errors: dict[str, Any] | None = None, status: int = 200) -> Response[Any]:
    wish = Wish(panel="stop", errors=errors or {})

    def look(conn: Connection) -> panels.Desk:
        view = reading.for_desk(conn, at.parts, at.session, at.visit_id)
        return panels.Desk(view=view, panel="stop", values={}, turns=turns.turns_of(conn, view))

    desk = await at.parts.database.read(look)
    if not desk.view.can_stop:
        return see_other(at.path)
    context = context_of(at.session, desk, wish)
    reasons = words.STOP_REASONS
    return page(at.request, "pages/desk/stop.html", status=status, **context, problem=None, note=None, reasons=reasons)


HANDLERS = (
    show_visit,
    search_services,
    choose_service,
    go_on,
    set_language,
    show_values,
    retry,
    decide,
    both_told,
    hand_over,
    confirm_stop,
    stop,
)
