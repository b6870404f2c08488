"""Which one thing a phone's page is about, and what it shows. Read in one transaction; changes nothing."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from delegation.assurance import Route
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.pages import readback
from gateway.pages.resident import endings
from gateway.parts import Parts
from gateway.people.access import ResidentSession
from gateway.visits import reading, showing
from gateway.visits.filings import MAY_HAVE_ARRIVED
from gateway.visits.reading import OpenedVisit, Stage, VisitView
from gateway.visits.tables import ApprovalState


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

    @property
    def needs_record(self) -> bool:
        """Whether the trail does not say yet that the read-back was shown."""
        return self.screen is Screen.READBACK and not self.values["on_record"]


def gather(conn: Connection, parts: Parts, session: ResidentSession, language: str) -> PhonePage:
    """Read what the phone's page shows. Raises `NotFoundError` where the session is bound to no visit."""
    view = reading.for_resident(conn, parts, session)
    screen = screen_of(view, session)
    return PhonePage(screen=screen, view=view, values=_values(conn, parts, session, view, screen, language))


def screen_of(view: VisitView, session: ResidentSession) -> Screen:
    """Which page a phone is on."""
    stage = view.stage
    if stage is Stage.APPROVAL:
        return _asked(view, session, Screen.STATEMENT) if view.is_asked else Screen.TOLD
    if stage is Stage.PERMIT:
        after = Screen.READBACK if reading.shows_values(view, session) else Screen.RECOGNISE
        return _asked(view, session, after)
    if stage in _PROGRESS:
        return Screen.GRANTED
    if stage is Stage.SENDING:
        return Screen.SENDING
    is_filed = view.filing is not None and view.filing["state"] is FilingState.FILED
    return Screen.FILED if is_filed and stage in {Stage.FILED, Stage.CLOSED} else Screen.TOLD


def may_stop(view: VisitView) -> bool:
    """Whether something is still allowed that a no would end."""
    delegation = view.delegation
    is_active = delegation is not None and delegation["state"] is DelegationState.ACTIVE
    in_force = is_active and delegation is not None and view.now < delegation["valid_until"]
    return view.is_open and (view.can_stop or in_force)


def sent_at(view: VisitView) -> datetime | None:
    """When the final request left, if the portal may have it; else `None`."""
    filing = view.filing
    return filing["sent_at"] if filing is not None and filing["state"] in MAY_HAVE_ARRIVED else None


def _asked(view: VisitView, session: ResidentSession, after: Screen) -> Screen:
    """The way of a phone to the question: code, number, then what is asked."""
    approval = view.approval or {}
    if approval.get("route") is not Route.PHONE:
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
            return {"statement": opened.statement(), "principal": opened.principal_name()}
        case Screen.READBACK:
            opened = OpenedVisit(conn, parts, view, "readback")
            shown = readback.shown(opened.readback(), view.service, language)
            return {"readback": shown, "on_record": showing.is_on_record(conn, view)}
        case Screen.FILED:
            may_see = reading.shows_values(view, session)
            opened = OpenedVisit(conn, parts, view, "feedback")
            has_pdf = may_see and view.receipt is not None and view.receipt["pdf_hash"] is not None
            return {"may_see": may_see, "has_pdf": has_pdf, "feedback": opened.feedback_link()}
        case Screen.TOLD:
            return _told(conn, parts, view)
        case _:
            return {}


def _told(conn: Connection, parts: Parts, view: VisitView) -> dict[str, Any]:
    is_closed = view.stage is Stage.CLOSED
    link = OpenedVisit(conn, parts, view).feedback_link() if is_closed else None
    told = endings.OVER if view.stage is Stage.APPROVAL else endings.told(view)
    return {"told": told, "feedback": link}
