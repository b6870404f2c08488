"""What the pages show of a visit. Changes nothing.

One statement reads the visit with its newest delegation, asking, filing, run and receipt; sealed values are opened only
where a page asks for them. The stage is read by this machine's clock; each step asks the database's own.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, select

from connectors.sdk import registry
from delegation.assurance import ON_PHONE, ApprovalKind
from delegation.model import AuthorityKind
from delegation.readback import ReadBack
from delegation.statement import Statement, StatementFacts
from gateway.keys import store
from gateway.ledger.tables import AuditChain
from gateway.parts import Parts
from gateway.people.access import ResidentSession, StaffSession
from gateway.services import catalogue
from gateway.visits import actors, approvals, fixed, parties, read_backs, request_drafts, statements, stop_codes
from gateway.visits.asking import Answers, Draft, Refusals
from gateway.visits.errors import NotFoundError
from gateway.visits.parties import Authority
from gateway.visits.queries import moment_of_visit, visit_view
from gateway.visits.request_drafts import RequestDraft
from gateway.visits.rows import ensure_serves, filings_of_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.stop_codes import StopPaper
from gateway.visits.tables import Filing, Visit, VisitState
from gateway.visits.view import AnyColumns, Stage, VisitView

__all__ = [
    "OnBehalf",
    "OpenedVisit",
    "Stage",
    "VisitView",
    "for_auditor",
    "for_desk",
    "for_resident",
    "is_permit",
    "made",
    "moment",
    "open_at_desk",
    "shows_values",
    "version",
]

_BY_ID = store.read_with(visit_view(), Visit.key_id).where(Visit.id == bindparam("visit"))
_VERSION = select(AuditChain.n).where(AuditChain.chain == bindparam("visit"))
_EARLIER = (
    select(Filing.id)
    .where(
        Filing.visit_id == bindparam("visit"),
        Filing.principal_id == bindparam("principal"),
        Filing.service_id == bindparam("service"),
    )
    .order_by(Filing.drafted_at.desc())
    .limit(1)
)
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
    """The visit as its assistant may see it. Raises `NotFoundError` for anybody else's, as `rows.ensure_serves`."""
    view = _read(conn, parts, visit_id)
    ensure_serves(view.visit, session)
    return view


def for_resident(conn: Connection, parts: Parts, session: ResidentSession) -> VisitView:
    """The visit that a phone's session is bound to. Raises `NotFoundError`."""
    if session.visit_id is None:
        raise NotFoundError("no such visit")
    return _read(conn, parts, session.visit_id)


def open_at_desk(conn: Connection, parts: Parts, session: StaffSession, *, most: int) -> list[VisitView]:
    """The open visits that this assistant has at this terminal, newest first."""
    rows = conn.execute(
        _OPEN_OF_ASSISTANT, {"assistant": session.staff_id, "terminal": session.terminal_id, "most": most}
    )
    now = parts.clock.now()
    return [made(row, now) for row in rows]


def for_auditor(conn: Connection, parts: Parts, visit_id: str) -> VisitView:
    """Any visit; the caller records that it was looked at. Raises `NotFoundError`."""
    return _read(conn, parts, visit_id)


def version(conn: Connection, visit_id: str) -> int:
    """Number of the visit's last event: cheap to ask while waiting for the next."""
    return int(conn.execute(_VERSION, {"visit": visit_id}).scalar_one_or_none() or 0)


def moment(conn: Connection, parts: Parts, visit_id: str) -> tuple[object, ...] | None:
    """What a waiting page compares: events, the run's steps and place in line, and whether the code is past its time.

    `None` once nothing more can happen; what was set aside may be taken up again while somebody still looks.
    """
    row = conn.execute(_MOMENT, {"visit": visit_id, "now": parts.clock.now()}).one_or_none()
    if row is None or row.state is VisitState.CLOSED:
        return None
    code_is_over = row.code_until is not None and parts.clock.now() >= row.code_until
    return (row.n, row.run_id, row.steps_done, row.steps_total, row.reason, row.place, code_is_over)


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """Whose matter it is and who speaks for them, by name, and by what right."""

    principal: str
    speaking: tuple[str, ...]
    right: AuthorityKind


class OpenedVisit:
    """Opens the sealed values of a visit that a page shows; each one only when it is asked for."""

    def __init__(self, conn: Connection, parts: Parts, view: VisitView, *kinds: str) -> None:
        """Take the view; the key is loaded once. `kinds` are fetched at once, in one statement."""
        self._conn = conn
        self._parts = parts
        self._view = view
        self._vault = VisitVault.of(conn, parts.sealer, view.id, view.visit["key_id"])
        if kinds:
            self._vault.fetch(*kinds)

    def statement(self) -> Statement:
        """The statement of the newest delegation, byte for byte."""
        delegation = _there(self._view.delegation)
        return statements.again(self._vault, delegation["id"], delegation["template_id"], delegation["language"])

    def on_behalf(self) -> OnBehalf | None:
        """Whose matter it is and who speaks for them; `None` where they speak for themselves."""
        delegation = _there(self._view.delegation)
        if delegation["authority_kind"] is None:
            return None
        facts = statements.facts_of(self._vault, delegation["id"])
        return OnBehalf(facts.principal, (facts.approver, *facts.co_approvers), delegation["authority_kind"])

    def facts(self) -> StatementFacts:
        """What the statement of the newest delegation says."""
        return statements.facts_of(self._vault, _there(self._view.delegation)["id"])

    def authority(self) -> Authority | None:
        """By what right somebody speaks for somebody else, and what showed it."""
        return parties.authority_of(self._vault, _there(self._view.delegation)["id"])

    def principal_name(self) -> str:
        """The name of whoever's matter it is, as the statement has it."""
        return self.facts().principal

    def asked_name(self) -> str:
        """The name of whoever is asked now: the approver, or a co-approver in their turn."""
        delegation = _there(self._view.delegation)
        facts = statements.facts_of(self._vault, delegation["id"])
        asked = self._view.approval["approver_id"] if self._view.approval else None
        others = list(delegation["co_approver_ids"] or ())
        return facts.co_approvers[others.index(asked)] if asked in others else facts.approver

    def name_of_refuser(self) -> str | None:
        """The name of who said no to the delegation, where several were to sign and it is known which of them did."""
        delegation = _there(self._view.delegation)
        signing = (delegation["approver_id"], *(delegation["co_approver_ids"] or ()))
        said = actors.resident_in(delegation["ended_by"])
        if len(signing) == 1 or said not in signing:
            return None
        facts = statements.facts_of(self._vault, delegation["id"])
        return (facts.approver, *facts.co_approvers)[signing.index(said)]

    def invitation(self) -> approvals.Invitation | None:
        """Code, link and number for the phone, while they can be used."""
        approval = self._view.approval
        if approval is None or approval["route"] not in ON_PHONE or not self._view.is_asked:
            return None
        return approvals.invitation(self._vault, approval["id"])

    def answers(self) -> Answers | None:
        """What was answered."""
        if self._view.filing is None:
            return None
        kept = self._vault.find(self._view.filing["id"], "answers")
        return None if kept is None else msgspec.json.decode(kept, type=Answers)

    def draft(self) -> Draft | None:
        """What was left half done for this person and this service: as it was typed, not checked."""
        kept = self._vault.find(self._view.id, "draft")
        if kept is None:
            return None
        draft = msgspec.json.decode(kept, type=Draft)
        of = (_there(self._view.delegation)["principal_id"], self._view.visit["service_id"])
        return draft if (draft.principal, draft.service) == of else None

    def request_draft(self) -> RequestDraft | None:
        """What was typed into the form that asks for a yes, and not asked."""
        return request_drafts.find(self._vault, self._view)

    def earlier_answers(self) -> Answers | None:
        """What the same person answered for the same service earlier in this visit, under another delegation."""
        delegation = _there(self._view.delegation)
        owner = self._conn.execute(
            _EARLIER,
            {
                "visit": self._view.id,
                "principal": delegation["principal_id"],
                "service": self._view.visit["service_id"],
            },
        ).scalar_one_or_none()
        kept = None if owner is None else self._vault.find(owner, "answers")
        return None if kept is None else msgspec.json.decode(kept, type=Answers)

    def fixed(self) -> dict[str, str]:
        """The values that the delegation fixes for the service, by input."""
        return fixed.of(self._vault, _there(self._view.delegation)["id"], self._view.visit["service_id"])

    def common_answers(self) -> dict[str, str | list[str]]:
        """What was answered for the visit's other services and may be asked again, by what the questions prefill from.

        Of answers that differ the newest counts: the resident has seen it last.
        """
        delegation = _there(self._view.delegation)
        common: dict[str, str | list[str]] = {}
        for filing in filings_of_visit(self._conn, self._view.id):
            if filing.principal_id != delegation["principal_id"] or filing.service_id == self._view.visit["service_id"]:
                continue
            kept = self._vault.find(filing.id, "answers")
            values = {} if kept is None else msgspec.json.decode(kept, type=Answers).values
            for each in registry.find(filing.service_id).inputs:
                if each.prefill and (value := values.get(each.name)):
                    common[each.prefill] = value
        return common

    def refusals(self) -> Refusals | None:
        """The portal's own words, when it has refused."""
        if self._view.filing is None:
            return None
        kept = self._vault.find(self._view.filing["id"], "refusals")
        return None if kept is None else msgspec.json.decode(kept, type=Refusals)

    def readback(self) -> ReadBack:
        """What the portal holds just before the last click."""
        return read_backs.read(self._vault, _there(self._view.filing)["id"])

    def picture(self) -> bytes:
        """The portal's overview page, as PNG."""
        return self._vault.take(_there(self._view.filing)["id"], "picture")

    def pdf(self) -> bytes | None:
        """The portal's own receipt; untrusted bytes, to be served as an attachment only."""
        return self._vault.find(_there(self._view.filing)["id"], "pdf")

    def stop_paper(self) -> StopPaper | None:
        """Code and link that stop the newest delegation; `None` before the grant."""
        return stop_codes.paper_of(self._parts, self._vault, _there(self._view.delegation)["id"])

    def feedback_link(self) -> str | None:
        """Where this visit's feedback is given, for the printed code."""
        kept = self._vault.find(self._view.id, "feedback")
        return None if kept is None else kept.decode()


def is_asked_of_another(view: VisitView, session: ResidentSession) -> bool:
    """Whether the statement is put to somebody else than who has signed in on this phone."""
    asked = None if view.approval is None else view.approval["approver_id"]
    return session.resident_id is not None and asked is not None and session.resident_id != asked


def shows_values(view: VisitView, session: ResidentSession) -> bool:
    """Whether a phone may be shown what was typed: only after its holder has signed in as the approver."""
    delegation = view.delegation
    return delegation is not None and session.resident_id == delegation["approver_id"]


def is_permit(view: VisitView) -> bool:
    """Whether the newest asking is for a permit."""
    return view.approval is not None and view.approval["kind"] is ApprovalKind.PERMIT


def _read(conn: Connection, parts: Parts, visit_id: str) -> VisitView:
    row = conn.execute(_BY_ID, {"visit": visit_id}).one_or_none()
    if row is None:
        raise NotFoundError("no such visit")
    store.note_read(conn, row)
    VisitVault.note_key(conn, visit_id, row)
    return made(row, parts.clock.now())


@lru_cache(maxsize=16)
def _parts_of(labels: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...], tuple[int, ...]], ...]:
    """The parts of a row with these labels: each with its columns, and where they stand."""
    parts: dict[str, dict[str, int]] = {}
    for place, label in enumerate(labels):
        name, split, column = label.partition("__")
        if split:
            parts.setdefault(name, {})[column] = place
    return tuple((name, tuple(columns), tuple(columns.values())) for name, columns in parts.items())


def made(row: Row[Any], now: datetime) -> VisitView:
    """The view of a row that `queries.visit_view` found."""
    found = {
        name: {column: row[place] for column, place in zip(columns, places, strict=True)}
        for name, columns, places in _parts_of(row._fields)
    }

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
        assistant=row.display_name,
        centre=row.name,
        municipality=row.municipality,
        version=row.n,
        looked_at=row.looked_at,
        looks_waiting=row.looks_waiting,
        sent_before=row.sent_before,
        in_trouble=bool(row.in_trouble),
        has_come_back=bool(row.has_come_back),
        now=now,
    )


def _there(part: AnyColumns | None) -> AnyColumns:
    if part is None:
        raise NotFoundError("the visit has not come so far")
    return part
