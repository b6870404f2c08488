"""The rows of a visit. No column holds a personal value: what people say lives sealed in `sealed_record`."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from delegation.assurance import ApprovalKind, Route
from delegation.filing import BLOCKS_ANOTHER, FilingState
from delegation.model import AuthorityKind, DelegationState
from gateway.database.base import Base, only_where
from gateway.visits.states import (
    ApprovalState,
    Channel,
    Ending,
    HelpReason,
    RunKind,
    RunState,
    SecondLookKind,
    SecondLookState,
    VisitState,
)

__all__ = [
    "Approval",
    "ApprovalState",
    "BarredStep",
    "Channel",
    "DelegationRow",
    "Ending",
    "Filing",
    "HelpReason",
    "Permit",
    "Receipt",
    "Run",
    "RunKind",
    "RunState",
    "SealedRecord",
    "SecondLook",
    "SecondLookKind",
    "SecondLookState",
    "SignInAttempt",
    "Visit",
    "VisitState",
]

_LIVE = "state IN ({})".format(", ".join(f"'{state}'" for state in sorted(BLOCKS_ANOTHER)))


def _when_drafted(context: Any) -> datetime:
    drafted_at: datetime = context.get_current_parameters()["drafted_at"]
    return drafted_at


class Visit(Base):
    """One resident served, from the first question to the feedback."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
        CheckConstraint("(state = 'closed') = (ending IS NOT NULL)", name="closed_has_ending"),
        Index("ix_visit_assistant", "assistant_id", "state", "opened_at"),
        Index("ix_visit_terminal", "terminal_id", "opened_at"),
        Index("ix_visit_in_hand", "terminal_id", "in_hand_at"),
        Index("ix_visit_opened", "opened_at", "id"),
        Index("ix_visit_by_assistant", "assistant_id", "opened_at", "id"),
        Index("ix_visit_by_centre", "centre_id", "opened_at", "id"),
        Index("ix_visit_by_service", "service_id", "opened_at", "id"),
        Index("ix_visit_by_ending", "ending", "opened_at", "id"),
        Index("ix_visit_open_at_terminal", "terminal_id", "opened_at", **only_where("state = 'open'")),
        Index("ix_visit_open", "opened_at", **only_where("state = 'open'")),
        Index("ix_visit_set_aside", "centre_id", "set_aside_until", "id", **only_where("state = 'set_aside'")),
        Index("ix_visit_kept", "closed_at", "id", **only_where("erased_at IS NULL")),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    terminal_id: Mapped[str] = mapped_column(ForeignKey("terminal.id"))
    assistant_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[Channel]
    language: Mapped[str] = mapped_column(String(16))
    """The resident's language; the assistant's is in their session."""
    state: Mapped[VisitState]
    ending: Mapped[Ending | None]
    help_reason: Mapped[HelpReason | None]
    """Why the resident needed help, where nothing was filed and the assistant said how it ended."""
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    service_id: Mapped[str | None] = mapped_column(String(128))
    """The one that is being worked on."""
    services: Mapped[list[Any] | None]
    """Ids of all that were chosen together, in their order; none where there is but one."""
    life_event_id: Mapped[str | None] = mapped_column(String(128))
    """Under which they were chosen."""
    left_out: Mapped[dict[str, str] | None]
    """Services of several that are not done, by id: why, as a `plans.LeftOut`."""
    set_aside_at: Mapped[datetime | None]
    """When it was last set aside for another day."""
    set_aside_until: Mapped[datetime | None]
    """When the right to file ends of which it waits to be taken up; none where it does not."""
    session_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of the session of staff in which it was last gone on with; none where it was opened before that was kept."""
    handed_at: Mapped[datetime | None]
    """When a colleague last took it over while it was open, or the same assistant at another computer."""
    handed_from: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Who served it before that."""
    handed_terminal: Mapped[str | None] = mapped_column(ForeignKey("terminal.id"))
    """Where."""
    served_by: Mapped[str] = mapped_column(default="", server_default="")
    """Ids of all who served it before it went over to somebody, on the same day or another, each between spaces."""
    in_hand_at: Mapped[datetime | None]
    """When the desk last took it in hand: its terminal's display is about the newest; none once that went elsewhere."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """When its key was destroyed, alone or with the key of whoever's matter it was."""


class SealedRecord(Base):
    """One sealed value of a visit: answers, read-back, picture, tokens, PDF. Retention destroys its key."""

    __tablename__ = "sealed_record"
    __table_args__ = (
        UniqueConstraint("owner_id", "kind"),
        Index("ix_sealed_feedback_link", "stored_at", **only_where("kind = 'feedback'")),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"), index=True)
    owner_id: Mapped[str] = mapped_column(String(32))
    """Of the visit, delegation, approval or filing that the value belongs to."""
    kind: Mapped[str] = mapped_column(String(32))
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    inner_key_id: Mapped[str | None]
    """Of whoever gave it in somebody else's matter: sealed under their own key first, it falls with that too."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    stored_at: Mapped[datetime]


class DelegationRow(Base):
    """What a resident allowed. Its rules are in `delegation.model`; this is where it is kept."""

    __tablename__ = "delegation"
    __table_args__ = (
        Index("ix_delegation_visit", "visit_id", "requested_at"),
        Index("ix_delegation_requested", "requested_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"))
    principal_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), index=True)
    approver_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), index=True)
    assistant_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    terminal_id: Mapped[str] = mapped_column(ForeignKey("terminal.id"))
    any_of_centre: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether any assistant of the centre may act: then `assistant_id` and `terminal_id` follow whoever does."""
    state: Mapped[DelegationState]
    services: Mapped[list[Any]]
    """Each `AllowedService`, as JSON."""
    approvals: Mapped[list[Any]]
    """Each `delegation.model.Approval`, as JSON: route, level, time and keyed hashes."""
    co_approver_ids: Mapped[list[Any] | None]
    """Of the residents whose yes is needed too, such as a company's second signatory."""
    authority_kind: Mapped[AuthorityKind | None]
    """By what right the approver acts for another; what proves it is sealed."""
    template_id: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(16))
    statement_hash: Mapped[str] = mapped_column(String(43))
    status_index: Mapped[int] = mapped_column(unique=True)
    requested_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    granted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    """Whose no it was: `resident`, or `resident:<id>` where it is known who refused, `receipt`, `staff:<id>`,
    `case:<id>`, `visit` (its end) or `clock`."""
    ended_reason: Mapped[str | None] = mapped_column(String(32))
    """Why, as a `stopping.StopReason`; empty where nobody had to say it."""
    stop_code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, index=True)
    """Keyed hash of the code on the resident's papers: its finder can stop, and see nothing."""


class Approval(Base):
    """One asking for a yes, to a delegation or to one read-back."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("(kind = 'permit') = (filing_id IS NOT NULL)", name="permit_names_filing"),
        Index("ix_approval_visit", "visit_id", "asked_at"),
        Index("ix_approval_decided", "decided_at"),
        Index("ix_approval_route", "route", "visit_id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"))
    delegation_id: Mapped[str] = mapped_column(ForeignKey("delegation.id"), index=True)
    filing_id: Mapped[str | None] = mapped_column(ForeignKey("filing.id"), index=True)
    approver_id: Mapped[str | None] = mapped_column(ForeignKey("resident.id"), index=True)
    """Who is asked; none in askings from before there could be several, when it was the delegation's approver."""
    attempt: Mapped[int]
    kind: Mapped[ApprovalKind]
    route: Mapped[Route]
    state: Mapped[ApprovalState]
    subject_hash: Mapped[str] = mapped_column(String(43))
    """Keyed hash of the statement or of the read-back's payload."""
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    code_until: Mapped[datetime | None]
    match_number: Mapped[str | None] = mapped_column(String(2))
    tries_left: Mapped[int]
    asked_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    text_length: Mapped[int | None]
    """Characters of the statement that is approved; none for a read-back."""
    number_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Keyed hash of the telephone number to which its codes go."""


class SignInAttempt(Base):
    """One trip of an approver to the identity provider; its nonce binds the sign-in to what is approved."""

    __tablename__ = "sign_in_attempt"
    state_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    approval_id: Mapped[str] = mapped_column(ForeignKey("approval.id"), index=True)
    session_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    provider: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[bytes] = mapped_column(LargeBinary)
    """The PKCE code verifier, sealed under the visit's key."""
    begun_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    signed_in_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the provider says that the sign-in happened, once it counted; the next has to be later."""
    signed_in_as: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Hash of the provider's name for that sign-in, if it gives one."""


class Filing(Base):
    """One service, filed once for one resident."""

    __tablename__ = "filing"
    __table_args__ = (
        CheckConstraint("state NOT IN ('sent', 'filed', 'unknown') OR sent_at IS NOT NULL", name="sent_has_time"),
        Index("uq_filing_live", "principal_id", "service_id", "service_key", unique=True, **only_where(_LIVE)),
        Index("ix_filing_visit", "visit_id", "drafted_at"),
        Index("ix_filing_reference", "reference"),
        Index("ix_filing_sent", "sent_at"),
        Index("ix_filing_service", "service_id", "visit_id"),
        Index("ix_filing_begun", "service_id", "drafted_at"),
        Index("ix_filing_of_principal", "service_id", "principal_id", "sent_at"),
        Index("ix_filing_counted", "service_id", "counted_at", "id"),
        Index("ix_filing_in_doubt", "sent_at", "id", **only_where("state = 'needs_human'")),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"))
    delegation_id: Mapped[str] = mapped_column(ForeignKey("delegation.id"), index=True)
    principal_id: Mapped[str] = mapped_column(ForeignKey("resident.id"))
    service_id: Mapped[str] = mapped_column(String(128))
    service_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Keyed hash of the service's own key (the child, the period)."""
    connector_version: Mapped[str] = mapped_column(String(32))
    state: Mapped[FilingState]
    attempt: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(64))
    """Code of the error that ended it or sent it back to the questions."""
    readback_hash: Mapped[str | None] = mapped_column(String(43))
    looks: Mapped[list[str] | None]
    """Second looks that the present answers need: the permit is not asked before each is confirmed."""
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the final request's bytes, as they left."""
    reference: Mapped[str | None] = mapped_column(String(64))
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Who found out whether it had arrived, where nobody but a person could."""
    idempotency_key: Mapped[str | None] = mapped_column(String(32))
    """Random; by it a portal that asks for one knows the same sending again."""
    drafted_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """UTC; set in the same commit that lets the final request out, never cleared."""
    counted_at: Mapped[datetime | None] = mapped_column(default=_when_drafted)
    """By which it counts to a month: when it was sent, else when it was begun."""
    ended_at: Mapped[datetime | None]


class Run(Base):
    """One errand of a worker at the portal. Disposable: the filing's state is the truth."""

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_filing", "filing_id", "queued_at"), Index("ix_run_filled", "filled_at"))
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    filing_id: Mapped[str] = mapped_column(ForeignKey("filing.id"))
    attempt: Mapped[int]
    kind: Mapped[RunKind]
    state: Mapped[RunState]
    worker_id: Mapped[str | None] = mapped_column(String(64))
    steps_done: Mapped[int]
    steps_total: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(64))
    queued_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    """When a worker took it up, last."""
    filled_at: Mapped[datetime | None]
    """When the form was filled in and read back."""
    held_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Permit(Base):
    """The yes to one read-back; consumed in the commit that lets the final request out."""

    __tablename__ = "permit"
    __table_args__ = (UniqueConstraint("filing_id", "attempt"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    filing_id: Mapped[str] = mapped_column(ForeignKey("filing.id"))
    attempt: Mapped[int]
    approval_id: Mapped[str] = mapped_column(ForeignKey("approval.id"))
    payload_hash: Mapped[str] = mapped_column(String(43))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None]


class Receipt(Base):
    """The portal's word that it has the filing; the reference and the PDF are sealed beside it."""

    __tablename__ = "receipt"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    filing_id: Mapped[str] = mapped_column(ForeignKey("filing.id"), unique=True)
    reference: Mapped[str] = mapped_column(String(64))
    fee: Mapped[str | None] = mapped_column(String(16))
    """The amount to be paid, as the portal wrote it; none where nothing is."""
    pdf_hash: Mapped[str | None] = mapped_column(String(43))
    payload_hash: Mapped[str] = mapped_column(String(43))
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    stored_at: Mapped[datetime]


class SecondLook(Base):
    """One question to a second member of staff. What they judge is sealed; nobody answers their own question."""

    __tablename__ = "second_look"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="decided_by_another"),
        CheckConstraint(
            "state NOT IN ('confirmed', 'refused') OR (decided_by IS NOT NULL AND looked_by = decided_by)",
            name="decided_after_looking",
        ),
        Index("ix_second_look_visit", "visit_id", "asked_at"),
        Index("ix_second_look_waiting", "state", "asked_at"),
        Index("ix_second_look_asked", "asked_at"),
        Index(
            "uq_second_look_waiting", "visit_id", "kind", "subject_hash", unique=True, **only_where("state = 'waiting'")
        ),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"))
    kind: Mapped[SecondLookKind]
    subject_hash: Mapped[str] = mapped_column(String(43))
    """Keyed hash of exactly what is judged: an answer holds for nothing else."""
    delegation_id: Mapped[str | None] = mapped_column(ForeignKey("delegation.id"))
    filing_id: Mapped[str | None] = mapped_column(ForeignKey("filing.id"))
    approval_id: Mapped[str | None] = mapped_column(ForeignKey("approval.id"))
    asked_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    asked_terminal_id: Mapped[str | None] = mapped_column(ForeignKey("terminal.id"))
    asked_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    barred: Mapped[str]
    """Ids of colleagues whom the question is about, each between spaces: they may not answer it."""
    state: Mapped[SecondLookState]
    looked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Who was last shown what is to be judged; nobody else may answer."""
    looked_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decided_terminal_id: Mapped[str | None] = mapped_column(ForeignKey("terminal.id"))
    decided_at: Mapped[datetime | None]


class BarredStep(Base):
    """A step that was refused because of who or what it was for; its event says the same."""

    __tablename__ = "barred_step"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(String(64))
    """Code of the error."""
    at: Mapped[datetime] = mapped_column(index=True)
