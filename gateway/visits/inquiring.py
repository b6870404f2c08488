"""Where the trail keeps what an auditor does in a visit: in the visit's own chain, or in that of an inquiry.

While an inquiry stands, what the two auditors do who decided it goes into the chain `inquiry:<id>`, which the resident
does not see; everybody else's looks stay in the visit's. When it ends, each is told in the visit's chain
(`inquiries.end`). The head of the inquiry's chain is its lock: a look and the end wait for each other, so that no look
is kept in a chain that nobody tells of any more.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, String, and_, bindparam, cast, exists, literal, or_, select
from sqlalchemy.orm import aliased

from audit.entry import Actor, Entry, decode
from audit.events import EventName
from gateway.database.base import lock
from gateway.ledger import outbox
from gateway.ledger.tables import AuditChain, AuditEvent
from gateway.visits.audit_states import InquiryStepKind, SubjectKind
from gateway.visits.audit_tables import Inquiry, InquiryStep, InquirySubject
from gateway.visits.tables import DelegationRow
from gateway.visits.trail import say

_PREFIX: Final = "inquiry:"
_QUARTER: Final = timedelta(minutes=15)
_LATEST: Final = 50

AGREED: Final = aliased(InquiryStep, name="agreed")
"""The step of whoever agreed."""
IS_AGREED: Final = and_(AGREED.inquiry_id == Inquiry.id, AGREED.kind == InquiryStepKind.AGREED)
IS_ENDED: Final = exists().where(InquiryStep.inquiry_id == Inquiry.id, InquiryStep.kind == InquiryStepKind.ENDED)


def people_of(visit: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether an inquiry's subject is somebody whose matter a visit was; who said yes for them is no subject."""
    return InquirySubject.subject_id.in_(select(DelegationRow.principal_id).where(DelegationRow.visit_id == visit))


_VISIT: Final[ColumnElement[str]] = bindparam("visit", type_=String())
_COVERS = exists().where(
    InquirySubject.inquiry_id == Inquiry.id,
    or_(
        and_(InquirySubject.kind == SubjectKind.VISIT, InquirySubject.subject_id == _VISIT),
        and_(InquirySubject.kind == SubjectKind.RESIDENT, people_of(_VISIT)),
    ),
)
_IS_MINE = or_(Inquiry.opened_by == bindparam("who"), AGREED.by == bindparam("who"))
_STANDING = (
    select(Inquiry.id)
    .join(AGREED, IS_AGREED)
    .where(Inquiry.ends_at > bindparam("now", type_=Inquiry.ends_at.type), ~IS_ENDED, _COVERS)
    # The one that is told first: no look is hidden for longer than it has to be.
    .order_by(Inquiry.ends_at, Inquiry.id)
)
_MINE = _STANDING.where(_IS_MINE).limit(1)
_ANYBODYS = _STANDING.limit(1)
STANDS_OVER: Final = _ANYBODYS.scalar_subquery()
"""What `stands_over` says, as part of another statement that is given `visit` and `now`."""
_HEAD = select(AuditChain.n).where(AuditChain.chain == bindparam("chain"))
_OWN_CHAINS = select(literal(_PREFIX) + cast(Inquiry.id, String)).outerjoin(AGREED, IS_AGREED).where(_IS_MINE)
_DONE = (
    select(AuditEvent.chain, AuditEvent.leaf)
    .where(
        or_(AuditEvent.chain == _VISIT, AuditEvent.chain.in_(_OWN_CHAINS)),
        AuditEvent.type == bindparam("kind"),
        AuditEvent.at >= bindparam("since", type_=AuditEvent.at.type),
    )
    .order_by(AuditEvent.at.desc(), AuditEvent.n.desc())
    .limit(_LATEST)
)


def chain_of(inquiry_id: str) -> str:
    """The name of an inquiry's chain."""
    return f"{_PREFIX}{inquiry_id}"


def hold(conn: Connection, inquiry_id: str) -> None:
    """Wait until nobody else is at a step of an inquiry, and keep the others waiting until the transaction ends."""
    conn.execute(lock(conn, _HEAD), {"chain": chain_of(inquiry_id)}).one()


def standing_for(conn: Connection, staff_id: str, visit_id: str, now: datetime) -> str | None:
    """The inquiry that stands at `now`, covers a visit, and was decided by `staff_id` with another; none mostly."""
    found = conn.execute(_MINE, {"who": staff_id, "visit": visit_id, "now": now}).scalar_one_or_none()
    return None if found is None else str(found)


def stands_over(conn: Connection, visit_id: str, now: datetime) -> str | None:
    """The inquiry, whoever decided it, that stands at `now` and covers a visit."""
    found = conn.execute(_ANYBODYS, {"visit": visit_id, "now": now}).scalar_one_or_none()
    return None if found is None else str(found)


def say_as_auditor(conn: Connection, visit_id: str, event: EventName, by: Actor, now: datetime, **data: Any) -> None:
    """Record what an auditor did in a visit: where the resident sees it, or for an inquiry where they will later.

    Call it last, as `trail.say`.
    """
    inquiry_id = standing_for(conn, by.id, visit_id, now)
    if inquiry_id is not None:
        hold(conn, inquiry_id)
        # Whoever was waited for may have ended it.
        if standing_for(conn, by.id, visit_id, now) == inquiry_id:
            data = {"visit": visit_id, **data}
            outbox.record(conn, chain=chain_of(inquiry_id), type=event, actor=by, data=data, at=now)
            return
    say(conn, visit_id, event, by, now, **data)


def done(conn: Connection, by: Actor, visit_id: str, event: EventName, now: datetime) -> Iterator[Entry]:
    """What an auditor has done in a visit in this quarter of an hour or the end of the last, the newest first."""
    asked = {"who": by.id, "visit": visit_id, "kind": event.value, "since": now - _QUARTER}
    for chain, leaf in conn.execute(_DONE, asked):
        entry = decode(bytes(leaf))
        if entry.actor.id == by.id and (chain == visit_id or entry.data.get("visit") == visit_id):
            yield entry
