"""What is kept because of an inquiry, and who is to be erased: an auditor holds it, and with another one lets it go."""

from datetime import date
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.changes import flow, listing
from gateway.changes.errors import ChangeFaultError
from gateway.changes.kinds import Plan
from gateway.changes.tables import ChangeKind
from gateway.days import day_of
from gateway.ids import new_id
from gateway.pages.admin import words
from gateway.pages.erasure_words import OBSTACLES
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.paging import Key, end_of
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.retention import coming, holds
from gateway.retention.errors import HoldFaultError
from gateway.retention.holds import LONGEST_REFERENCE, LONGEST_REVIEW, Wanted
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_AUDITOR: Final = allow(Who.AUDITOR)
_HERE: Final = "/audit/holds"
_PAGE: Final = 25
_FAULTS: Final = {
    "reference": message("Give the number of the case: letters, digits, slash, dot and hyphen, and no personal code"),
    "review_on": message("Give a day that lies ahead, at most a year from now"),
    "whole": message("In this visit nobody was asked for anything yet, so there is nobody to keep: keep the visit"),
}
_NO_REASON: Final = message("Say why, in at most 500 characters")


@get(_HERE, **_AUDITOR)
async def show_all(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Holds that stand, the newest first, and who is to be erased, the next first."""
    after, wished = (Key.parse(request.query_params.get(name, "")) for name in ("after", "wished"))

    def work(conn: Connection) -> dict[str, Any]:
        found = holds.standing(conn, most=_PAGE + 1, after=after)
        awaited = coming.wishes(conn, parts, most=_PAGE + 1, after=wished)
        return {
            "holds": found[:_PAGE],
            "older": end_of(found, _PAGE, lambda row: Key(row.placed_at, row.id)),
            "wishes": awaited[:_PAGE],
            "later": end_of(awaited, _PAGE, lambda each: Key(each.rests_until, each.id)),
            "next_visit": coming.next_visit(conn, parts.settings),
        }

    shown = await parts.database.read(work)
    today = day_of(parts.clock.now())
    return page(request, "pages/audit/holds.html", today=today, obstacles=OBSTACLES, **shown)


@get(f"{_HERE}/new", **_AUDITOR)
async def show_form(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Ask for what case something is kept, and until when somebody looks again."""
    typed = {name: request.query_params.get(name, "")[:32] for name in ("visit", "resident")}
    return _form(request, parts, typed | {"what": "visit", "reference": "", "review_on": ""})


@post(f"{_HERE}/new", **_AUDITOR)
async def place(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Keep it."""
    lengths = {"visit": 32, "resident": 32, "what": 8, "reference": LONGEST_REFERENCE + 1, "review_on": 10}
    typed = {name: field(data, name, most) for name, most in lengths.items()}
    review_on = _day(typed["review_on"])
    wanted = Wanted(
        visit_id=typed["visit"] or None,
        resident_id=typed["resident"] or None,
        whole=typed["what"] == "person",
        reference=typed["reference"],
        review_on=review_on or date.min,
        hold_id=data.get("id"),
    )
    try:
        hold_id = await parts.database.write(lambda conn: holds.place(conn, parts, session, wanted))
    except HoldFaultError as error:
        return _form(request, parts, typed, error.field)
    return see_other(f"{_HERE}/{hold_id}")


@get(f"{_HERE}/{{hold_id:str}}", **_AUDITOR)
async def show_one(request: AnyRequest, parts: Parts, hold_id: FromPath[str]) -> Response[Any]:
    """One hold, with the ways to go on with it or to let it go."""
    return await _one(request, parts, hold_id)


@post(f"{_HERE}/{{hold_id:str}}/review", **_AUDITOR)
async def review(
    request: AnyRequest, session: StaffSession, parts: Parts, hold_id: FromPath[str], data: Form
) -> Response[Any]:
    """It is still needed."""
    typed = field(data, "review_on", 10)
    try:
        await parts.database.write(lambda conn: holds.review(conn, parts, session, hold_id, _day(typed) or date.min))
    except HoldFaultError as error:
        return await _one(request, parts, hold_id, {error.field: _FAULTS[error.field]}, typed)
    return see_other(f"{_HERE}/{hold_id}")


@post(f"{_HERE}/{{hold_id:str}}/lift", **_AUDITOR)
async def lift(
    request: AnyRequest, session: StaffSession, parts: Parts, hold_id: FromPath[str], data: Form
) -> Response[Any]:
    """Propose to let it go; an administrator confirms, and after the delay it is."""
    reason = field(data, "reason", 4 * flow.LONGEST_REASON)
    plan = Plan(kind=ChangeKind.HOLD_LIFT, target=hold_id, values={})
    try:
        await parts.database.write(lambda conn: flow.propose(conn, parts, plan, by=session, reason=reason))
    except ChangeFaultError as error:
        text = _NO_REASON if "reason" in error.all else words.FAULTS[next(iter(error.all.values()))]
        return await _one(request, parts, hold_id, {"reason": text}, reason=reason)
    return see_other(f"{_HERE}/{hold_id}")


def _form(request: AnyRequest, parts: Parts, typed: dict[str, str], fault: str | None = None) -> Response[Any]:
    return page(
        request,
        "pages/audit/hold_form.html",
        status=422 if fault else 200,
        back=f"{_HERE}/new",
        hold_id=new_id(),
        typed=typed,
        faults={fault: _FAULTS[fault]} if fault else {},
        longest=LONGEST_REFERENCE,
        latest=day_of(parts.clock.now()) + LONGEST_REVIEW,
    )


async def _one(
    request: AnyRequest,
    parts: Parts,
    hold_id: str,
    faults: dict[str, Message] | None = None,
    review_on: str = "",
    reason: str = "",
) -> Response[Any]:
    hold, change = await parts.database.read(
        lambda conn: (holds.one(conn, hold_id), listing.open_of(conn, f"hold {hold_id}"))
    )
    return page(
        request,
        "pages/audit/hold.html",
        status=422 if faults else 200,
        back=f"{_HERE}/{hold_id}",
        here=f"{_HERE}/{hold_id}",
        hold=hold,
        change=change,
        states=words.STATES,
        faults=faults or {},
        typed={"review_on": review_on, "reason": reason},
        longest=flow.LONGEST_REASON,
        today=day_of(parts.clock.now()),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


HANDLERS = (show_all, show_form, place, show_one, review, lift)
