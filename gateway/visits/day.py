"""What an assistant's day brings beside the open visits: news of what was filed, and what waits elsewhere.

News are what a portal said of an application since its assistant last marked it seen, also of visits of other days and
computers. Nobody's name and no value stand here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, String, and_, bindparam, func, not_, or_, select, update

from audit.events import EventName
from connectors.sdk.outcome import Stage
from delegation.filing import FilingState
from gateway.database.base import written_out
from gateway.ledger.tables import AuditChain
from gateway.parts import Parts
from gateway.people import fingerprints
from gateway.people.access import StaffSession
from gateway.people.tables import Staff, StaffState, ValueKind
from gateway.services import naming
from gateway.services.tables import Service
from gateway.visits import second_looks
from gateway.visits.outcome_tables import Following, FollowingEnd
from gateway.visits.tables import Filing, Visit, VisitState
from gateway.visits.trail import say

_MINE = Visit.assistant_id == bindparam("assistant")
_HERE = and_(_MINE, Visit.terminal_id == bindparam("terminal"))
_OPEN = Visit.state == written_out(VisitState.OPEN)
_ELSEWHERE = select(func.count()).select_from(Visit).where(_OPEN, Visit.centre_id == bindparam("centre"), not_(_HERE))
# Nobody would see news of whoever is away for long or for good: they are for each colleague of the centre.
_FOR_ME = Following.news_for.in_(
    select(Staff.id).where(
        or_(
            Staff.id == bindparam("assistant"),
            and_(Staff.centre_id == bindparam("centre"), Staff.state != written_out(StaffState.ACTIVE)),
        )
    )
)
_NEWS = (
    select(
        Following.filing_id,
        Following.visit_id,
        Following.stage,
        Following.ended,
        Following.decision_hash,
        Following.news_at,
        Visit.opened_at,
        Visit.terminal_id,
        *naming.COLUMNS,
        Staff.id.label("staff_id"),
        Staff.display_name,
    )
    .join(Visit, Visit.id == Following.visit_id)
    .join(Staff, Staff.id == Following.news_for)
    .join(Filing, Filing.id == Following.filing_id)
    .outerjoin(Service, Service.id == Filing.service_id)
    .where(_FOR_ME)
    .order_by(Following.news_at.desc(), Following.filing_id)
    .limit(bindparam("most"))
)
_UNSEEN = select(Following.filing_id, Following.visit_id).where(_FOR_ME, Following.news_at <= bindparam("until"))
_SEEN = update(Following).where(Following.filing_id == bindparam("which")).values(news_for=None)
_DOUBTS = (
    select(func.count())
    .select_from(Filing)
    .join(Visit, Visit.id == Filing.visit_id)
    .where(Filing.state == written_out(FilingState.NEEDS_HUMAN), Visit.centre_id == bindparam("centre"))
)
_STEPS = (
    select(func.coalesce(func.sum(AuditChain.n), 0))
    .select_from(Visit)
    .join(AuditChain, AuditChain.chain == Visit.id)
    .where(_OPEN, _HERE)
)
_NEWEST = select(func.max(Following.news_at)).where(_FOR_ME)
_KNOWN = fingerprints.known_of(bindparam("assistant", type_=String()))
_WAITING: Select[Any] = select(
    second_looks.COUNT.label("looks"),
    _ELSEWHERE.scalar_subquery().label("elsewhere"),
    _ELSEWHERE.where(_MINE).scalar_subquery().label("mine"),
    *(is_known.label(f"known_{kind.value}") for kind, is_known in _KNOWN.items()),
)
_MOMENT: Select[Any] = select(
    second_looks.COUNT.label("looks"),
    _DOUBTS.scalar_subquery().label("doubts"),
    _STEPS.scalar_subquery().label("steps"),
    _NEWEST.scalar_subquery().label("news"),
)
_MOST_SEEN: Final = 500
"""Lines that one press marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something new of one application."""

    filing_id: str
    visit_id: str
    service: str | None
    stage: Stage
    ended: FollowingEnd | None
    has_decision: bool
    at: datetime
    visit_at: datetime
    """When its visit was opened."""
    of: str | None
    """The colleague who filed it and is away; none: the reader did."""
    is_here: bool
    """Whether the visit's page opens at this terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much waits outside the assistant's own visits, and what is not known of them."""

    second_looks: int
    elsewhere: int
    """Visits of the centre that are open with colleagues or at other computers."""
    mine_elsewhere: int
    """Of these, those that the assistant began."""
    missing: tuple[ValueKind, ...]
    """What has to be known of the assistant before they may open a visit."""


def news_of(conn: Connection, by: StaffSession, *, most: int) -> list[News]:
    """What is new of what they filed, or a colleague who is away; the newest first, until it is marked seen."""
    return [
        News(
            filing_id=row.filing_id,
            visit_id=row.visit_id,
            service=naming.in_list(row, by.language),
            stage=row.stage,
            ended=row.ended,
            has_decision=row.decision_hash is not None,
            at=row.news_at,
            visit_at=row.opened_at,
            of=None if row.staff_id == by.staff_id else row.display_name,
            is_here=row.staff_id == by.staff_id and row.terminal_id == by.terminal_id,
        )
        for row in conn.execute(_NEWS, _reader(by) | {"most": most})
    ]


def mark_seen(conn: Connection, parts: Parts, by: StaffSession, until: datetime) -> int:
    """The assistant has seen what was new up to `until`; return how many lines that were."""
    rows = conn.execute(_UNSEEN.limit(_MOST_SEEN), _reader(by) | {"until": until}).all()
    now = parts.clock.database_now(conn)
    if rows:
        conn.execute(_SEEN, [{"which": row.filing_id} for row in rows])
    for row in sorted(rows, key=lambda each: each.visit_id):
        say(conn, row.visit_id, EventName.OUTCOME_SEEN, by.actor, now, filing=row.filing_id)
    return len(rows)


def waiting(conn: Connection, by: StaffSession, now: datetime) -> Waiting:
    """What waits for this assistant beside their own visits, in one statement."""
    row = conn.execute(_WAITING, second_looks.reader(by, now)).one()._asdict()
    return Waiting(
        second_looks=int(row["looks"]) if second_looks.may_look(by) else 0,
        elsewhere=int(row["elsewhere"]),
        mine_elsewhere=int(row["mine"]),
        missing=tuple(kind for kind in _KNOWN if not row[f"known_{kind.value}"]),
    )


def moment(conn: Connection, by: StaffSession, now: datetime) -> Sequence[Any]:
    """What the desk compares while it is looked at: cheap, in one statement."""
    return tuple(conn.execute(_MOMENT, second_looks.reader(by, now)).one())


def _reader(by: StaffSession) -> dict[str, Any]:
    """Whose news they are."""
    return {"assistant": by.staff_id, "centre": by.centre_id}
