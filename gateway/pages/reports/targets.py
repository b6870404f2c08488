"""Targets of centres, set by the network's owner, and what a centre does to reach them."""

from decimal import Decimal
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.days import day_of
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.pages.reports import reading
from gateway.pages.reports.who import OWNER, READERS, is_owner
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.reports import actions, target_sheets, targets
from gateway.reports.actions import ActionError, NewAction
from gateway.reports.errors import NotInForceError
from gateway.reports.periods import Month, Period
from gateway.reports.target_tables import ActionState, Aim
from gateway.reports.targets import TargetError, TargetOverlapError
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/figures/targets"
_MANAGER: Final = allow(Who.MANAGER)
_NO_AIM: Final = message("Choose what it is for")
_NO_CENTRE: Final = message("Choose the centre")
_NO_VALUE: Final = message("Write a number: per cent from 0.01 to 100, minutes, or euros")
_NO_MONTHS: Final = message("Choose the months")
_OVERLAP: Final = message("A target of this kind stands for some of these months: withdraw it first")
_NO_TEXT: Final = message("Write what is done, at most 500 characters")
_NO_OWNER: Final = message("Choose who of the centre sees to it")
_NO_DAY: Final = message("Write a day that has not passed")
_NO_REASON: Final = message("Write why it is dropped, at most 500 characters")
_TARGET: Final = ("centre", "aim", "value", "period")
_ACTION: Final = ("for", "text", "owner", "due")


@get(_HERE, **READERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Targets beside what was reached; above them what is overdue."""
    return await _show(request, session, parts)


@post(_HERE, **OWNER)
async def put(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Set a target."""
    typed = {name: field(data, name, 64) for name in _TARGET}
    aim, hundredths, period = _aim(typed["aim"]), _hundredths(typed["value"]), _period(typed["period"])
    if aim is None:
        return await _show(request, session, parts, typed, {"aim": _NO_AIM})
    if hundredths is None or not 0 < hundredths <= targets.LARGEST[aim]:
        return await _show(request, session, parts, typed, {"value": _NO_VALUE})
    if period is None:
        return await _show(request, session, parts, typed, {"period": _NO_MONTHS})
    chosen: tuple[Aim, int, Period] = (aim, hundredths, period)

    def step(conn: Connection) -> None:
        now = parts.clock.database_now(conn)
        targets.set_target(conn, typed["centre"], *chosen, by=session.actor, now=now)

    try:
        await parts.database.write(step)
    except TargetOverlapError:
        return await _show(request, session, parts, typed, {"period": _OVERLAP})
    except TargetError:
        return await _show(request, session, parts, typed, {"centre": _NO_CENTRE})
    return see_other(_HERE)


@post(f"{_HERE}/{{target_id:str}}/withdraw", **OWNER)
async def withdraw(session: StaffSession, parts: Parts, target_id: FromPath[str]) -> Response[Any]:
    """Put a target out of force; one that is not in force any more changes nothing."""

    def step(conn: Connection) -> None:
        targets.withdraw(conn, target_id, by=session.actor, now=parts.clock.database_now(conn))

    try:
        await parts.database.write(step)
    except NotInForceError:
        return see_other(_HERE)
    return see_other(_HERE)


@post(f"{_HERE}/actions", **_MANAGER)
async def begin(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Begin an improvement in the own centre."""
    typed = {name: field(data, name, 4 * actions.LONGEST).replace("\r\n", "\n") for name in _ACTION}
    aim, due, today = _aim(typed["for"]), reading.day(typed["due"]), day_of(parts.clock.now())
    faults: dict[str, Message] = {} if aim else {"for": _NO_AIM}
    if not 0 < len(typed["text"]) <= actions.LONGEST:
        faults["text"] = _NO_TEXT
    if due is None or due < today:
        faults["due"] = _NO_DAY
    if faults or aim is None or due is None:
        return await _show(request, session, parts, typed, faults)
    centre_id = session.centre_id
    new = NewAction(centre_id=centre_id, aim=aim, text=typed["text"], owner_id=typed["owner"], due=due)

    def step(conn: Connection) -> None:
        actions.begin(conn, new, by=session.actor, now=parts.clock.database_now(conn))

    try:
        await parts.database.write(step)
    except ActionError:
        return await _show(request, session, parts, typed, {"owner": _NO_OWNER})
    return see_other(_HERE)


@post(f"{_HERE}/actions/{{action_id:str}}/end", **_MANAGER)
async def end(
    request: AnyRequest, session: StaffSession, parts: Parts, action_id: FromPath[str], data: Form
) -> Response[Any]:
    """Say that an improvement is done, or dropped and why; one that is not open here changes nothing."""
    state = ActionState.DROPPED if field(data, "state", 8) == ActionState.DROPPED else ActionState.DONE
    reason = field(data, "reason", 4 * actions.LONGEST).replace("\r\n", "\n")
    if len(reason) > actions.LONGEST or (state is ActionState.DROPPED and not reason):
        return await _show(request, session, parts, {}, {f"reason-{action_id}": _NO_REASON})

    def step(conn: Connection) -> None:
        now = parts.clock.database_now(conn)
        actions.end(conn, action_id, session.centre_id, state, reason, by=session.actor, now=now)

    try:
        await parts.database.write(step)
    except ActionError:
        return see_other(_HERE)
    return see_other(_HERE)


async def _show(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    typed: dict[str, str] | None = None,
    faults: dict[str, Message] | None = None,
) -> Response[Any]:
    now = parts.clock.now()
    today, owns = day_of(now), is_owner(session)

    def read(conn: Connection) -> dict[str, Any]:
        centres = reading.centres(conn, session)
        return {
            "held": targets.held(conn, centres, now),
            "actions": actions.find(conn, None if owns else session.centre_id),
            "centre_choices": reading.choices(centres),
            "people": [] if owns else reading.choices(actions.people(conn, session.centre_id)),
        }

    shown = await parts.database.read(read)
    return page(
        request,
        "pages/reports/targets.html",
        status=422 if faults else 200,
        back=_HERE,
        sheets=target_sheets.targets(shown["held"]),
        states={each.id: target_sheets.state_of(each, today) for each in shown["actions"]},
        overdue=sum(each.state is ActionState.OPEN and each.due < today for each in shown["actions"]),
        aims=target_sheets.AIMS,
        aim_choices=[{"value": aim.value, "text": text} for aim, text in target_sheets.AIMS.items()],
        matters=target_sheets.MATTERS,
        matter_choices=[{"value": aim.value, "text": text} for aim, text in target_sheets.MATTERS.items()],
        periods=[{"value": str(each), "text": str(each)} for each in _choices(Month.of(now))],
        is_owner=owns,
        typed=dict.fromkeys((*_TARGET, *_ACTION), "") | (typed or {}),
        faults=faults or {},
        errors=reading.errors(faults),
        longest=actions.LONGEST,
        **shown,
    )


def _choices(this: Month) -> list[Period]:
    """The months for which a target can be set: this year and the next, and their quarters from this one on."""
    years = [Period.parse(f"{this.year + number}") for number in (0, 1)]
    return years + [Period.parse(this.plus(3 * number).quarter) for number in range(5)]


def _aim(text: str) -> Aim | None:
    return next((each for each in Aim if each.value == text), None)


def _hundredths(text: str) -> int | None:
    number: Decimal | None = reading.euros(text.replace("%", ""))
    return None if number is None else int(number * 100)


def _period(text: str) -> Period | None:
    try:
        return Period.parse(text)
    except ValueError:
        return None


HANDLERS = (show, put, withdraw, begin, end)
