"""Which one thing a phone's page is about, and what it shows. Read in one transaction; changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from delegation.assurance import ON_PHONE, ApprovalKind, Route
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.pages import readback, together
from gateway.pages.resident import endings
from gateway.pages.together import Together
from gateway.parts import Parts
from gateway.people import passkeys
from gateway.people.access import ResidentSession
from gateway.people.passkey_questions import rp_id
from gateway.services import catalogue
from gateway.visits import holders, line, reading, receipts, showing, stop_codes, troubles, turns
from gateway.visits.filings import MAY_HAVE_ARRIVED
from gateway.visits.reading import OpenedVisit, Stage, VisitView
from gateway.visits.tables import ApprovalState
from gateway.visits.turns import Turn, TurnState


class Screen(StrEnum):
    """What the page is about; each has a template of its name."""

    CODE = "code"
    """A new code has to be typed: this phone's was replaced, or the question is another."""
    NUMBER = "number"
    """The number on the counter's screen."""
    STATEMENT = "statement"
    """Read, then approve by signing in, or refuse."""
    GRANTED = "granted"
    """The assistant is answering, the connector is filling."""
    RECOGNISE = "recognise"
    """The phone's holder signs in to be shown the values."""
    READBACK = "readback"
    """See what would be sent, then approve by signing in, or refuse."""
    OTHERS = "others"
    """Said yes here; others who have to sign are asked now."""
    HEARD = "heard"
    """See what would be sent while somebody calls, then say yes with a button, or refuse."""
    ELSEWHERE = "elsewhere"
    """The question is put by another way than the phone."""
    SENDING = "sending"
    FILED = "filed"
    TOLD = "told"
    """How it came out, or what is being done about it."""


_PROGRESS = {Stage.QUESTIONS, Stage.FILLING}


@dataclass(frozen=True, kw_only=True)
class PhonePage:
    """Everything that one page is made of."""

    screen: Screen
    view: VisitView
    values: dict[str, Any] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    """How far each of several services is."""
    together: Together | None = None
    """How they came out, in words; `None` also where that is not to be told here."""

    shows_values: bool = False
    """Whether its holder has signed in as the approver."""

    @property
    def needs_record(self) -> bool:
        """Whether the trail does not say yet that the read-back was shown."""
        return self.screen in (Screen.READBACK, Screen.HEARD) and not self.values["on_record"]


def gather(conn: Connection, parts: Parts, session: ResidentSession, language: str) -> PhonePage:
    """Read what the phone's page shows. Raises `NotFoundError` where the session is bound to no visit."""
    view = reading.for_resident(conn, parts, session)
    screen = screen_of(view, session)
    values = _values(conn, parts, session, view, screen, language)
    shows = reading.shows_values(view, session)
    each = turns.turns_of(conn, view)
    how = together.of(conn, parts, view, each) if _is_told_together(view, session, each) else None
    return PhonePage(screen=screen, view=view, values=values, turns=each, together=how, shows_values=shows)


def screen_of(view: VisitView, session: ResidentSession) -> Screen:
    """Which page a phone is on."""
    stage = view.stage
    if stage is Stage.APPROVAL and reading.is_asked_of_another(view, session):
        return Screen.OTHERS
    if stage is Stage.APPROVAL:
        return _asked(view, session, Screen.STATEMENT) if view.is_asked else Screen.TOLD
    if stage is Stage.PERMIT:
        return Screen.GRANTED if _only_signs_too(view, session) else _to_permit(view, session)
    if stage in _PROGRESS:
        return Screen.GRANTED
    if stage is Stage.SENDING:
        return Screen.SENDING
    is_filed = view.filing is not None and view.filing["state"] is FilingState.FILED
    return Screen.FILED if is_filed and stage in {Stage.FILED, Stage.CLOSED} else Screen.TOLD


def _is_told_together(view: VisitView, session: ResidentSession, each: Sequence[Turn]) -> bool:
    """Whether the phone lists the services: to whoever has signed in for them, and not before they were allowed.

    The statement itself says what is asked for. A code, or a number from the counter's screen, shows nothing of it.
    """
    delegation = view.delegation
    if delegation is None or session.resident_id not in (delegation["approver_id"], *_others(view)):
        return False
    was_sent = any(turn.state in (TurnState.FILED, TurnState.SENDING, TurnState.IN_DOUBT) for turn in each)
    is_refused = delegation["state"] in (DelegationState.REFUSED, DelegationState.LAPSED)
    is_asked_anew = view.is_open and delegation["state"] not in (DelegationState.ACTIVE, DelegationState.SPENT)
    return delegation["state"] is not DelegationState.REQUESTED and (was_sent or not (is_refused or is_asked_anew))


def may_stop(view: VisitView) -> bool:
    """Whether something is still allowed that a no would end."""
    return (view.is_open and (view.can_stop or view.may_file)) or (view.is_put_off and view.still_allows)


def sent_at(view: VisitView) -> datetime | None:
    """When the final request left, if the portal may have it; else `None`."""
    filing = view.filing
    return filing["sent_at"] if filing is not None and filing["state"] in MAY_HAVE_ARRIVED else None


def _only_signs_too(view: VisitView, session: ResidentSession) -> bool:
    """Whether this phone's holder said yes beside the first signatory, who alone checks what would be sent."""
    return session.resident_id in _others(view)


def _is_second(view: VisitView) -> bool:
    """Whether the statement is put to somebody who signs beside the first signatory."""
    return view.approval is not None and view.approval["approver_id"] in _others(view)


def _others(view: VisitView) -> tuple[str, ...]:
    return () if view.delegation is None else tuple(view.delegation["co_approver_ids"] or ())


def _to_permit(view: VisitView, session: ResidentSession) -> Screen:
    """The way of a phone to the read-back; on a call through the link, and the number that the caller says."""
    approval = view.approval or {}
    if approval.get("route") is not Route.CALL:
        after = Screen.READBACK if reading.shows_values(view, session) else Screen.RECOGNISE
        return _asked(view, session, after)
    if approval.get("id") != session.approval_id:
        return Screen.ELSEWHERE
    by_state = {ApprovalState.OPENED: Screen.NUMBER, ApprovalState.MATCHED: Screen.HEARD}
    return by_state.get(approval["state"], Screen.ELSEWHERE)


def _asked(view: VisitView, session: ResidentSession, after: Screen) -> Screen:
    """The way of a phone to the question: code, number, then what is asked."""
    approval = view.approval or {}
    if approval.get("route") not in ON_PHONE:
        return Screen.ELSEWHERE
    if reading.shows_values(view, session):
        return after
    if approval.get("id") != session.approval_id or approval.get("state") is ApprovalState.WAITING:
        return Screen.CODE
    return Screen.NUMBER if approval.get("state") is ApprovalState.OPENED else after


def _values(
    conn: Connection, parts: Parts, session: ResidentSession, view: VisitView, screen: Screen, language: str
) -> dict[str, Any]:
    match screen:
        case Screen.STATEMENT:
            opened = OpenedVisit(conn, parts, view, "statement")
            ways = _ways(conn, parts, view, ApprovalKind.GRANT)
            return {
                "statement": opened.statement(),
                "asked": opened.asked_name(),
                "only_signs_too": _is_second(view),
                **ways,
            }
        case Screen.READBACK | Screen.HEARD:
            opened = OpenedVisit(conn, parts, view, "readback", "statement")
            shown = readback.shown(opened.readback(), view.service, language)
            ways = {} if screen is Screen.HEARD else _ways(conn, parts, view, ApprovalKind.PERMIT)
            return {
                "readback": shown,
                "on_behalf": opened.on_behalf(),
                "on_record": showing.is_on_record(conn, view),
                **ways,
            }
        case Screen.GRANTED:
            return {
                "is_left_out": view.visit["service_id"] in (view.visit["left_out"] or {}),
                "only_signs_too": _only_signs_too(view, session),
                "may_add_passkey": _may_add_passkey(conn, parts, session),
                "stop_paper": OpenedVisit(conn, parts, view).stop_paper(),
                "place": line.place(conn, parts, view),
                "waits_for_portal": troubles.waits_for_portal(conn, view),
            }
        case Screen.FILED:
            may_see = reading.shows_values(view, session)
            opened = OpenedVisit(conn, parts, view, "feedback", stop_codes.KIND)
            has_pdf = may_see and view.receipt is not None and view.receipt["pdf_hash"] is not None
            return {
                "holder": holders.of_view(conn, parts, view, language),
                "stage": receipts.received_in(conn, view.id)[view.visit["service_id"]].stage,
                "may_see": may_see,
                "only_signs_too": _only_signs_too(view, session),
                "has_pdf": has_pdf,
                "feedback": opened.feedback_link(),
                "stop_paper": opened.stop_paper(),
                "may_add_passkey": view.is_open and _may_add_passkey(conn, parts, session),
            }
        case Screen.TOLD:
            return _told(conn, parts, session, view)
        case _:
            return {}


def _ways(conn: Connection, parts: Parts, view: VisitView, kind: ApprovalKind) -> dict[str, bool]:
    """How the phone may say yes now: by signing in, by passkey, or as the resident likes.

    A passkey for the statement is offered to everybody: nobody is known yet, so nothing may tell who has one.
    """
    approval, delegation = view.approval, view.delegation
    if approval is None or delegation is None or rp_id(parts.settings) is None:
        return {"by_sign_in": True, "by_passkey": False}
    ids = [each["service"] for each in delegation["services"]]
    known = (view.service,) if view.service is not None and ids == [view.service.id] else None
    rules = [each.rules for each in known or catalogue.find_all(conn, ids)]
    taken = frozenset[Route].intersection(*(each.routes for each in rules))
    replaces_sign_in = kind is ApprovalKind.PERMIT and approval["route"] is Route.PHONE
    by_passkey = Route.PASSKEY in taken or replaces_sign_in
    if by_passkey and kind is ApprovalKind.PERMIT:
        approver = approval.get("approver_id") or delegation["approver_id"]
        by_passkey = passkeys.has_usable(conn, approver, max(each.permit_least for each in rules))
    return {"by_sign_in": Route.PHONE in taken or not by_passkey, "by_passkey": by_passkey}


def _may_add_passkey(conn: Connection, parts: Parts, session: ResidentSession) -> bool:
    """Whether one is worth offering: to somebody who has just signed in and has none."""
    if session.resident_id is None or not passkeys.may_register(parts, session, parts.clock.now()):
        return False
    return not passkeys.list_of(conn, session.resident_id)


def _told(conn: Connection, parts: Parts, session: ResidentSession, view: VisitView) -> dict[str, Any]:
    is_closed = view.stage is Stage.CLOSED
    link = OpenedVisit(conn, parts, view).feedback_link() if is_closed else None
    told = endings.OVER if view.stage is Stage.APPROVAL else endings.told(view, session.resident_id)
    return {"told": told, "feedback": link}
