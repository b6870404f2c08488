"""What an inquiry may be: of which visits, how long, and how often about one person."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select

from gateway.database.base import lock
from gateway.parts import Store
from gateway.people import personal_code
from gateway.people.tables import Resident
from gateway.visits.audit_states import InquiryReason, InquiryStepKind, SubjectKind
from gateway.visits.audit_tables import Inquiry, InquiryStep, InquirySubject
from gateway.visits.errors import InquiryFaultError, NotFoundError
from gateway.visits.inquiring import AGREED, IS_AGREED
from gateway.visits.rows import lock_visit_whole
from gateway.visits.tables import Approval, DelegationRow, Visit

MOST_VISITS: Final = 20
COUNTED: Final = timedelta(days=1095)
"""How far back inquiries about one person add up."""
TIMES: Final = 2
"""So many times the longest inquiry is what all of them about one person may last together."""

_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9/.-]{2,39}", re.ASCII)
_ENDED = InquiryStep.__table__.alias("ended")
_PEOPLE = (
    select(DelegationRow.principal_id.label("id"))
    .where(DelegationRow.visit_id.in_(bindparam("visits", expanding=True)))
    .union(
        select(DelegationRow.approver_id).where(DelegationRow.visit_id.in_(bindparam("visits", expanding=True))),
        select(Approval.approver_id).where(
            Approval.visit_id.in_(bindparam("visits", expanding=True)), Approval.approver_id.is_not(None)
        ),
    )
)
_PRINCIPALS = select(DelegationRow.principal_id).where(DelegationRow.visit_id.in_(bindparam("visits", expanding=True)))
_RESIDENTS = select(Resident.id).where(Resident.id.in_(bindparam("people", expanding=True))).order_by(Resident.id)
_NAMED = select(InquirySubject.kind, InquirySubject.subject_id).where(InquirySubject.inquiry_id == bindparam("id"))
_OWN = select(Visit.id).where(
    Visit.id.in_(bindparam("visits", expanding=True)), Visit.assistant_id == bindparam("staff")
)
_EARLIER = (
    select(Inquiry.id, Inquiry.ends_at, Inquiry.lapses_at, AGREED.at.label("agreed_at"), _ENDED.c.at.label("ended_at"))
    .outerjoin(AGREED, IS_AGREED)
    .outerjoin(_ENDED, (_ENDED.c.inquiry_id == Inquiry.id) & (_ENDED.c.kind == InquiryStepKind.ENDED))
    .where(
        Inquiry.id.in_(
            select(InquirySubject.inquiry_id).where(
                InquirySubject.subject_id.in_(bindparam("subjects", expanding=True))
            )
        ),
        Inquiry.id != bindparam("but"),
        Inquiry.ends_at >= bindparam("since", type_=Inquiry.ends_at.type),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What an auditor proposes."""

    visits: tuple[str, ...]
    whole_person: bool
    """Also every other visit of the people whom these are about."""
    reference: str
    reason: InquiryReason
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Named:
    """What an inquiry names."""

    visits: tuple[str, ...]
    everybody: frozenset[str]
    """Ids of visits and people, also of those whom the visits were about when it was proposed."""


def is_reference(text: str) -> bool:
    """Whether this may be the number of a case: letters, digits and `/.-`, and no personal code in it."""
    return bool(_REFERENCE.fullmatch(text)) and not personal_code.stands_in(text)


def lock_all(conn: Connection, visits: Sequence[str]) -> frozenset[str]:
    """Lock these visits and the people whom they are about, in one order; return the people's ids.

    Raises:
        InquiryFaultError: one of the visits is not there.
    """
    for visit_id in sorted(visits):
        try:
            lock_visit_whole(conn, visit_id)
        except NotFoundError as error:
            raise InquiryFaultError("visits", "unknown") from error
    people = frozenset(conn.execute(_PEOPLE, {"visits": list(visits)}).scalars())
    conn.execute(lock(conn, _RESIDENTS), {"people": sorted(people)}).all()
    return people


def check(conn: Connection, store: Store, wanted: Proposal, people: Collection[str], now: datetime) -> None:
    """Refuse what may not be. The visits and people are locked.

    Raises:
        InquiryFaultError: which field, and what is wrong with it.
    """
    if not 0 < len(wanted.visits) <= MOST_VISITS:
        raise InquiryFaultError("visits", "number")
    if not is_reference(wanted.reference):
        raise InquiryFaultError("reference", "reference")
    if not now < wanted.ends_at <= now + store.settings.inquiry_most_days:
        raise InquiryFaultError("last", "days")
    check_total(conn, store, {*wanted.visits, *people}, wanted.ends_at, now)


def check_total(
    conn: Connection, store: Store, subjects: Collection[str], ends_at: datetime, now: datetime, *, but: str = ""
) -> None:
    """Refuse a second inquiry beside an open one, and one more when those of three years have lasted long enough.

    Raises:
        InquiryFaultError: as `check`.
    """
    lasted = ends_at - now
    asked = {"subjects": sorted(subjects), "but": but, "since": now - COUNTED}
    for row in conn.execute(_EARLIER, asked):
        until = row.ended_at or (row.lapses_at if row.agreed_at is None else row.ends_at)
        if now < until and (row.agreed_at is not None or not but):
            raise InquiryFaultError("visits", "open")
        lasted += timedelta(0) if row.agreed_at is None else min(until, row.ends_at) - row.agreed_at
    if lasted > TIMES * store.settings.inquiry_most_days:
        raise InquiryFaultError("last", "total")


def principals_of(conn: Connection, visits: Sequence[str]) -> frozenset[str]:
    """Whose matter these visits were."""
    return frozenset(conn.execute(_PRINCIPALS, {"visits": list(visits)}).scalars())


def subjects_of(wanted: Proposal, people: Collection[str], principals: Collection[str]) -> Iterator[dict[str, object]]:
    """The rows of what a proposal names: who said yes for somebody is counted, and no subject."""
    for visit_id in sorted(set(wanted.visits)):
        yield {"kind": SubjectKind.VISIT, "subject_id": visit_id}
    for person in sorted(people):
        is_subject = wanted.whole_person and person in principals
        kind = SubjectKind.RESIDENT if is_subject else SubjectKind.ABOUT
        yield {"kind": kind, "subject_id": person}


def named_in(conn: Connection, inquiry_id: str) -> Named:
    """What an inquiry names; nothing of one that is not there."""
    rows = conn.execute(_NAMED, {"id": inquiry_id}).all()
    visits = tuple(row.subject_id for row in rows if row.kind is SubjectKind.VISIT)
    return Named(visits, frozenset(row.subject_id for row in rows))


def serves_one_of(conn: Connection, staff_id: str, visits: Sequence[str]) -> bool:
    """Whether this member of staff served one of these visits."""
    return conn.execute(_OWN, {"visits": list(visits), "staff": staff_id}).first() is not None
