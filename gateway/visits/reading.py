"""What the pages show of a visit. Changes nothing.

One statement reads the visit with its newest delegation, asking, filing, run and receipt; sealed values are opened only
where a page asks for them. The stage is read by this machine's clock; each step asks the database's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Connection, bindparam, select

from delegation.assurance import ApprovalKind, Route
from delegation.filing import FilingState
from delegation.model import DelegationState
from delegation.readback import ReadBack
from delegation.statement import Statement
from gateway.ledger.tables import AuditChain
from gateway.parts import Parts
from gateway.people.access import DisplaySession, ResidentSession, StaffSession
from gateway.services import catalogue
from gateway.visits import approvals, statements
from gateway.visits.asking import Answers
from gateway.visits.errors import NotFoundError
from gateway.visits.queries import moment_of_visit, visit_view
from gateway.visits.running import Refusals, read_back_of
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import (
    ApprovalState,
    RunState,
    Visit,
    VisitState,
)

AnyColumns: TypeAlias = Mapping[str, Any]


class Stage(StrEnum):
    """Where a visit stands: which one thing its pages are about."""

    SERVICE = "service"
    """No service is chosen."""
    REFERRAL = "referral"
    """The service is not electronic: its card says where, when and with what."""
    REQUEST = "request"
    """A service is chosen; the delegation is to be asked for."""
    APPROVAL = "approval"
    """The approver is asked."""
    REFUSED = "refused"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    QUESTIONS = "questions"
    """The delegation is in force; the questions are to be answered, or mended."""
    FILLING = "filling"
    PERMIT = "permit"
    """The read-back is shown; the approver is asked."""
    PERMIT_LAPSED = "permit_lapsed"
    PERMIT_REFUSED = "permit_refused"
    SENDING = "sending"
    LOOKING_UP = "looking_up"
    FILED = "filed"
    DECLINED = "declined"
    NOT_FILED = "not_filed"
    NEEDS_HUMAN = "needs_human"
    STOPPED = "stopped"
    FAILED = "failed"
    CLOSED = "closed"


_OF_FILING = {
    FilingState.CONFIRMED: Stage.SENDING,
    FilingState.SENT: Stage.SENDING,
    FilingState.UNKNOWN: Stage.LOOKING_UP,
    FilingState.FILED: Stage.FILED,
    FilingState.NOT_FILED: Stage.NOT_FILED,
    FilingState.NEEDS_HUMAN: Stage.NEEDS_HUMAN,
    FilingState.FAILED: Stage.FAILED,
    FilingState.ABANDONED: Stage.STOPPED,
}
_OF_DELEGATION = {
    DelegationState.REQUESTED: Stage.APPROVAL,
    DelegationState.REFUSED: Stage.REFUSED,
    DelegationState.LAPSED: Stage.LAPSED,
    DelegationState.REVOKED: Stage.STOPPED,
}
_AT_WORK = (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True)
class VisitView:
    """A visit at one moment. The parts are columns by name, `None` where there is no such part yet."""

    visit: AnyColumns
    delegation: AnyColumns | None
    approval: AnyColumns | None
    filing: AnyColumns | None
    run: AnyColumns | None
    receipt: AnyColumns | None
    service: catalogue.Service | None
    """What the visit is about now; a delegation may still be for what it was about before."""
    assistant: str
    centre: str
    version: int
    """Number of the visit's last event: a page that shows it is current while it stays the same."""
    looked_at: datetime | None
    """When somebody at the desk last asked to see the resident's values."""
    now: datetime

    @property
    def id(self) -> str:
        """The visit's id."""
        return str(self.visit["id"])

    @property
    def language(self) -> str:
        """The resident's language."""
        return str(self.visit["language"])

    @property
    def is_open(self) -> bool:
        """Whether anything more can happen."""
        return self.visit["state"] is VisitState.OPEN

    @property
    def stage(self) -> Stage:
        """Which one thing the pages are about."""
        if not self.is_open:
            return Stage.CLOSED
        if self.delegation is None or self.is_for_another_service:
            return self._stage_of_service
        if self.filing is not None and self.filing["state"] in _OF_FILING:
            return _OF_FILING[self.filing["state"]]
        if self.delegation["state"] in _OF_DELEGATION:
            return _OF_DELEGATION[self.delegation["state"]]
        if self.now >= self.delegation["valid_until"]:
            return Stage.EXPIRED
        return self._stage_of_unsent()

    @property
    def is_for_another_service(self) -> bool:
        """Whether the newest delegation is over and was for a service that the visit has left."""
        delegation = self.delegation
        if delegation is None or delegation["state"] in (DelegationState.REQUESTED, DelegationState.ACTIVE):
            return False
        return all(each["service"] != self.visit["service_id"] for each in delegation["services"])

    @property
    def _stage_of_service(self) -> Stage:
        if self.service is None:
            return Stage.SERVICE
        return Stage.REQUEST if self.service.is_electronic else Stage.REFERRAL

    def _stage_of_unsent(self) -> Stage:
        filing = self.filing
        if filing is None:
            return Stage.QUESTIONS
        state = filing["state"]
        if state is FilingState.PREPARED:
            return Stage.PERMIT if self.is_asked else Stage.PERMIT_LAPSED
        if state is FilingState.DECLINED:
            return Stage.DECLINED if filing["sent_at"] is not None else Stage.PERMIT_REFUSED
        if state is FilingState.STOPPED:
            return Stage.STOPPED
        # Drafted: either a worker is filling the form, or the portal has sent us back to the questions.
        at_work = self.run is not None and self.run["state"] in _AT_WORK and self.run["attempt"] == filing["attempt"]
        return Stage.FILLING if at_work else Stage.QUESTIONS

    @property
    def is_asked(self) -> bool:
        """Whether an approval is waiting for its answer."""
        approval = self.approval
        return (
            approval is not None
            and approval["state"] in (ApprovalState.WAITING, ApprovalState.OPENED, ApprovalState.MATCHED)
            and approval["tries_left"] > 0
            and self.now < approval["lapses_at"]
        )

    @property
    def can_stop(self) -> bool:
        """Whether a no would still be in time."""
        return self.is_open and self.stage in _STOPPABLE


_STOPPABLE = frozenset(
    {
        Stage.APPROVAL,
        Stage.QUESTIONS,
        Stage.FILLING,
        Stage.PERMIT,
        Stage.PERMIT_LAPSED,
        Stage.PERMIT_REFUSED,
        Stage.SENDING,
        Stage.FAILED,
    }
)


_BY_ID = visit_view().where(Visit.id == bindparam("visit"))
_OPEN_AT_TERMINAL = (
    visit_view()
    .where(Visit.terminal_id == bindparam("terminal"), Visit.state == VisitState.OPEN)
    .order_by(Visit.opened_at.desc())
    .limit(1)
)
_VERSION = select(AuditChain.n).where(AuditChain.chain == bindparam("visit"))
_MOMENT = moment_of_visit()
_OPEN_OF_ASSISTANT = (
    visit_view()
    .where(
        Visit.assistant_id == bindparam("assistant"),
        Visit.terminal_id == bindparam("terminal"),
        Visit.state == VisitState.OPEN,
    )
    .order_by(Visit.opened_at.desc())
    .limit(bindparam("most"))
)


def for_desk(conn: Connection, parts: Parts, session: StaffSession, visit_id: str) -> VisitView:
    """The visit as its assistant may see it. Raises `NotFoundError` for anybody else's."""
    view = _read(conn, parts, visit_id)
    if view.visit["assistant_id"] != session.staff_id or view.visit["terminal_id"] != session.terminal_id:
        raise NotFoundError("no such visit")
    return view


def for_resident(conn: Connection, parts: Parts, session: ResidentSession) -> VisitView:
    """The visit that a phone's session is bound to. Raises `NotFoundError`."""
    if session.visit_id is None:
        raise NotFoundError("no such visit")
    return _read(conn, parts, session.visit_id)


def for_display(conn: Connection, parts: Parts, session: DisplaySession) -> VisitView | None:
    """The open visit at the display's terminal; `None` between visits, when the display is blank."""
    row = conn.execute(_OPEN_AT_TERMINAL, {"terminal": session.terminal_id}).mappings().one_or_none()
    return None if row is None else _made(row, parts.clock.now())


def open_at_desk(conn: Connection, parts: Parts, session: StaffSession, *, most: int) -> list[VisitView]:
    """The open visits that this assistant has at this terminal, newest first."""
    rows = conn.execute(
        _OPEN_OF_ASSISTANT, {"assistant": session.staff_id, "terminal": session.terminal_id, "most": most}
    )
    now = parts.clock.now()
    return [_made(row, now) for row in rows.mappings()]


def for_auditor(conn: Connection, parts: Parts, visit_id: str) -> VisitView:
    """Any visit; the caller records that it was looked at. Raises `NotFoundError`."""
    return _read(conn, parts, visit_id)


def version(conn: Connection, visit_id: str) -> int:
    """Number of the visit's last event: cheap to ask while waiting for the next."""
    return int(conn.execute(_VERSION, {"visit": visit_id}).scalar_one_or_none() or 0)


def moment(conn: Connection, parts: Parts, visit_id: str) -> tuple[object, ...] | None:
    """What a waiting page compares: events, steps of the run, and whether the code is past its time.

    `None` once nothing more can happen.
    """
    row = conn.execute(_MOMENT, {"visit": visit_id}).one_or_none()
    if row is None or row.state is VisitState.CLOSED:
        return None
    code_is_over = row.code_until is not None and parts.clock.now() >= row.code_until
    return (row.n, row.run_id, row.steps_done, row.steps_total, code_is_over)


class OpenedVisit:
    """Opens the sealed values of a visit that a page shows; each one only when it is asked for."""

    def __init__(self, conn: Connection, parts: Parts, view: VisitView, *kinds: str) -> None:
        """Take the view; the key is loaded once. `kinds` are fetched at once, in one statement."""
        self._view = view
        self._vault = VisitVault.of(conn, parts.sealer, view.id, view.visit["key_id"])
        if kinds:
            self._vault.fetch(*kinds)

    def statement(self) -> Statement:
        """The statement of the newest delegation, byte for byte."""
        delegation = _there(self._view.delegation)
        return statements.again(self._vault, delegation["id"], delegation["template_id"], delegation["language"])

    def principal_name(self) -> str:
        """The name in the statement."""
        return statements.facts_of(self._vault, _there(self._view.delegation)["id"]).principal

    def invitation(self) -> approvals.Invitation | None:
        """Code, link and number for the phone, while they can be used."""
        approval = self._view.approval
        if approval is None or approval["route"] is not Route.PHONE or not self._view.is_asked:
            return None
        return approvals.invitation(self._vault, approval["id"])

    def answers(self) -> Answers | None:
        """What was answered."""
        if self._view.filing is None:
            return None
        kept = self._vault.find(self._view.filing["id"], "answers")
        return None if kept is None else msgspec.json.decode(kept, type=Answers)

    def draft(self) -> Answers | None:
        """Answers that were left half done: as they were typed, not checked."""
        kept = self._vault.find(self._view.id, "draft")
        return None if kept is None else msgspec.json.decode(kept, type=Answers)

    def refusals(self) -> Refusals | None:
        """The portal's own words, when it has refused."""
        if self._view.filing is None:
            return None
        kept = self._vault.find(self._view.filing["id"], "refusals")
        return None if kept is None else msgspec.json.decode(kept, type=Refusals)

    def readback(self) -> ReadBack:
        """What the portal holds just before the last click."""
        return read_back_of(self._vault, _there(self._view.filing)["id"])

    def picture(self) -> bytes:
        """The portal's overview page, as PNG."""
        return self._vault.take(_there(self._view.filing)["id"], "picture")

    def pdf(self) -> bytes | None:
        """The portal's own receipt; untrusted bytes, to be served as an attachment only."""
        return self._vault.find(_there(self._view.filing)["id"], "pdf")

    def feedback_link(self) -> str | None:
        """Where this visit's feedback is given, for the printed code."""
        kept = self._vault.find(self._view.id, "feedback")
        return None if kept is None else kept.decode()


def shows_values(view: VisitView, session: ResidentSession) -> bool:
    """Whether a phone may be shown what was typed: only after its holder has signed in as the approver."""
    delegation = view.delegation
    return delegation is not None and session.resident_id == delegation["approver_id"]


def is_permit(view: VisitView) -> bool:
    """Whether the newest asking is for a permit."""
    return view.approval is not None and view.approval["kind"] is ApprovalKind.PERMIT


def _read(conn: Connection, parts: Parts, visit_id: str) -> VisitView:
    row = conn.execute(_BY_ID, {"visit": visit_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError("no such visit")
    return _made(row, parts.clock.now())


def _made(row: Mapping[Any, Any], now: datetime) -> VisitView:
    found: dict[str, dict[str, Any]] = {}
    for label, value in row.items():
        name, split, column = label.partition("__")
        if split:
            found.setdefault(name, {})[column] = value

    def part(name: str) -> AnyColumns | None:
        return found[name] if found[name]["id"] is not None else None

    return VisitView(
        visit=found["visit"],
        delegation=part("delegation"),
        approval=part("approval"),
        filing=part("filing"),
        run=part("run"),
        receipt=part("receipt"),
        service=catalogue.made(found["service"]) if part("service") else None,
        assistant=row["display_name"],
        centre=row["name"],
        version=row["n"],
        looked_at=row["looked_at"],
        now=now,
    )


def _there(part: AnyColumns | None) -> AnyColumns:
    if part is None:
        raise NotFoundError("the visit has not come so far")
    return part
