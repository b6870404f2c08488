"""What the pages of cards show: lists, one card with its draft and versions, one version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from gateway.changes import drafts
from gateway.changes.errors import ChangeUnknownError
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.people.tables import Staff
from gateway.services import catalogue, versions
from gateway.services.catalogue import Card
from gateway.services.sides import Side, differences
from gateway.services.tables import DraftState, Service, ServiceDraft, ServiceVersion
from gateway.services.versions import Version

_OPEN: Final = (DraftState.DRAFT, DraftState.SUBMITTED)
_AUTHOR, _CENTRE, _HOLDER = aliased(Staff), aliased(Staff), aliased(Staff)
_VERSIONS = (
    select(
        ServiceVersion.number,
        ServiceVersion.valid_from,
        ServiceVersion.published_at,
        ServiceVersion.because,
        _AUTHOR.display_name.label("author"),
        _CENTRE.display_name.label("centre_by"),
        _HOLDER.display_name.label("holder_by"),
    )
    .outerjoin(_AUTHOR, _AUTHOR.id == ServiceVersion.author_id)
    .outerjoin(_CENTRE, _CENTRE.id == ServiceVersion.centre_by)
    .outerjoin(_HOLDER, _HOLDER.id == ServiceVersion.holder_by)
    .order_by(ServiceVersion.number.desc())
)
_LATELY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One card in the list."""

    service_id: str
    title: str
    holder: str
    version: int
    review_on: date | None
    is_overdue: bool
    draft: DraftState | None


def lines(conn: Connection, by: StaffSession, language: str, today: date) -> list[Line]:
    """Every card that is theirs: overdue ones first, then those with a draft, then by holder and title."""
    wanted = select(
        Service.id, Service.cards, Service.holder, Service.card_version, Service.review_on, ServiceDraft.state
    ).outerjoin(ServiceDraft, (ServiceDraft.service_id == Service.id) & ServiceDraft.state.in_(_OPEN))
    if by.role is Role.OFFICER:
        wanted = wanted.where(Service.holder == by.holder)
    found = [
        Line(
            service_id=row.id,
            title=catalogue.title_of(row.cards, language),
            holder=row.holder,
            version=row.card_version,
            review_on=row.review_on,
            is_overdue=row.review_on is not None and row.review_on <= today,
            draft=row.state,
        )
        for row in conn.execute(wanted)
    ]
    return sorted(found, key=lambda each: (not each.is_overdue, each.draft is None, each.holder, each.title))


def one(conn: Connection, by: StaffSession, service_id: str, language: str) -> dict[str, Any]:
    """A card as it reads now, its draft with what would change, its versions and the drafts that came to nothing.

    Raises:
        ChangeUnknownError: there is no such service of theirs.
    """
    drafts.ensure_edits(conn, by, service_id)
    service, draft = catalogue.find(conn, service_id), drafts.find(conn, service_id)
    author = None
    if draft is not None:
        author = conn.execute(select(Staff.display_name).where(Staff.id == draft.author_id)).scalar_one()
    return {
        "service": service,
        "card": service.card(language),
        "review_on": conn.execute(select(Service.review_on).where(Service.id == service_id)).scalar_one(),
        "draft": draft,
        "author": author,
        "is_own": draft is not None and draft.author_id == by.staff_id,
        "mine": () if draft is None else drafts.may_approve(conn, by, draft),
        "waits": () if draft is None or draft.state is not DraftState.SUBMITTED else drafts.awaited(conn, draft),
        "mark": None if draft is None else drafts.mark_of(draft),
        "changed": [] if draft is None else differences(service.cards, versions.cards_of(draft.cards)),
        "versions": conn.execute(_VERSIONS.where(ServiceVersion.service_id == service_id)).all(),
        "since_ever": versions.SINCE_EVER,
        "over": _over(conn, service_id),
        "Side": Side,
    }


def version(conn: Connection, by: StaffSession, service_id: str, number: int) -> dict[str, Any]:
    """One version, and what it changed against the one before.

    Raises:
        ChangeUnknownError: there is no such version of a service of theirs.
    """
    drafts.ensure_edits(conn, by, service_id)
    found = versions.one(conn, service_id, number)
    if found is None:
        raise ChangeUnknownError("no such version")
    before: Version | None = versions.one(conn, service_id, number - 1)
    return {"version": found, "before": before, "changed": differences(before.cards if before else {}, found.cards)}


def own_draft(conn: Connection, by: StaffSession, service_id: str) -> Mapping[str, Card]:
    """The cards of a draft that they write. Raises `ChangeUnknownError` where there is none."""
    drafts.ensure_edits(conn, by, service_id)
    row = drafts.find(conn, service_id)
    if row is None or row.author_id != by.staff_id or row.state is not DraftState.DRAFT:
        raise ChangeUnknownError("no draft of their own")
    return versions.cards_of(row.cards)


def _over(conn: Connection, service_id: str) -> list[Any]:
    rows = conn.execute(
        select(ServiceDraft.state, ServiceDraft.ended_at, ServiceDraft.ended_why, ServiceDraft.because)
        .where(ServiceDraft.service_id == service_id, ServiceDraft.state == DraftState.REFUSED)
        .order_by(ServiceDraft.ended_at.desc())
        .limit(_LATELY)
    )
    return list(rows)
