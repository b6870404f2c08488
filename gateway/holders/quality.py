"""How well filing at a holder goes: which questions its portals refuse, and what that costs. Counts alone.

Every measure has its formula beside it on the page (`gateway/pages/holder_words`); what was not kept from the
beginning says since when it is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from connectors.runner.errors import ValuesRefusedError
from gateway.database.base import UtcDateTime
from gateway.holders.figures import Narrowed, conditions
from gateway.visits.refusal_tables import KeptSince, RefusedAt, RefusedInput
from gateway.visits.states import Late, RunKind, SecondLookState
from gateway.visits.tables import Filing, Run, SecondLook, Visit
from gateway.visits.trouble_tables import PortalTrouble, TroubleKind

_MOST_FIELDS: Final = 100
_TWICE: Final = (Late.OVERTAKEN, Late.OVERTAKEN_ELSEWHERE, Late.BOTH, Late.BOTH_KNOWN)
_ASKED: Final = exists().where(Run.filing_id == Filing.id, Run.kind == RunKind.LOOK_UP)
_SENT_BACK: Final = exists().where(Run.filing_id == Filing.id, Run.reason == ValuesRefusedError.code)


@dataclass(frozen=True, slots=True)
class RefusedField:
    """One question that portals refused."""

    service: str
    input: str
    """Its name; empty where the portal said nothing of which question it was."""
    filings: int
    """In how many applications."""
    times: int
    """How often, each attempt counted."""
    declined: int
    """How often in answer to the last request."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How it went with the filings of one service, or of all."""

    begun: int
    sent: int
    unchanged: int
    """Sent as they were read back at first."""
    sent_back: int
    """Sent back to the questions by the portal, at least once."""
    doubted: int
    """Of which the portal's answer was not known at first."""
    doubt_ended: int
    longest_doubt: timedelta | None
    twice: int
    """Found to be of a matter that had arrived before."""
    looks: "Looks"


@dataclass(frozen=True, slots=True)
class Looks:
    """What colleagues found who looked first."""

    asked: int
    confirmed: int
    refused: int


@dataclass(frozen=True, slots=True)
class FormChange:
    """A time in which a form was not the known one: nothing was filed at it."""

    service: str
    since: datetime
    ended_at: datetime | None


def refused_fields(conn: Connection, services: Collection[str], narrowed: Narrowed) -> list[RefusedField]:
    """Which questions were refused in the filings that are meant, the most often refused first."""
    applications = func.count(func.distinct(RefusedInput.filing_id))
    times = func.count()
    declined = func.sum(case((RefusedInput.stage == RefusedAt.SENDING, 1), else_=0))
    rows = conn.execute(
        select(RefusedInput.service_id, RefusedInput.input, applications, times, declined)
        .join(Filing, Filing.id == RefusedInput.filing_id)
        .join(Visit, Visit.id == Filing.visit_id)
        .where(*conditions(services, narrowed))
        .group_by(RefusedInput.service_id, RefusedInput.input)
        .order_by(applications.desc(), RefusedInput.service_id, RefusedInput.input)
        .limit(_MOST_FIELDS)
    )
    return [RefusedField(service, name, filings, often, int(last)) for service, name, filings, often, last in rows]


def measures(conn: Connection, services: Collection[str], narrowed: Narrowed) -> Mapping[str, Quality]:
    """The measures of each service that has filings."""
    sent = Filing.sent_at.is_not(None)
    rows = conn.execute(
        select(
            Filing.service_id,
            func.count().label("begun"),
            _sum(sent).label("sent"),
            _sum(and_(sent, Filing.attempt == 1)).label("unchanged"),
            _sum(_SENT_BACK).label("sent_back"),
            _sum(_ASKED).label("doubted"),
            _sum(and_(_ASKED, Filing.ended_at.is_not(None))).label("doubt_ended"),
            _sum(Filing.reason.in_(_TWICE)).label("twice"),
            _looks().label("asked"),
            _looks(SecondLook.state == SecondLookState.CONFIRMED).label("confirmed"),
            _looks(SecondLook.state == SecondLookState.REFUSED).label("refused"),
        )
        .join(Visit, Visit.id == Filing.visit_id)
        .where(*conditions(services, narrowed))
        .group_by(Filing.service_id)
    ).all()
    longest = _longest_doubts(conn, services, narrowed)
    return {row.service_id: _quality(row, longest.get(row.service_id)) for row in rows}


def form_changes(
    conn: Connection, services: Collection[str], narrowed: Narrowed
) -> tuple[Sequence[FormChange], datetime | None]:
    """When forms of these services were not the known ones, the newest first; and since when refusals are counted."""
    changes = (
        select(PortalTrouble.subject, PortalTrouble.since, PortalTrouble.ended_at)
        .where(
            PortalTrouble.kind == TroubleKind.FORM_CHANGED,
            PortalTrouble.subject.in_(sorted(services)),
            PortalTrouble.since < narrowed.span.ends_at,
            or_(PortalTrouble.ended_at.is_(None), PortalTrouble.ended_at >= narrowed.span.begins_at),
        )
        .order_by(PortalTrouble.since.desc())
        .limit(_MOST_FIELDS)
        .subquery()
    )
    no_end = cast(None, UtcDateTime())
    since = select(literal("", String()), KeptSince.at, no_end).where(KeptSince.what == RefusedInput.__tablename__)
    rows = conn.execute(union_all(select(changes), since)).all()
    found = sorted((FormChange(*row) for row in rows if row[0]), key=lambda each: each.since, reverse=True)
    return found, next((row[1] for row in rows if not row[0]), None)


def _sum(condition: Any) -> Any:
    return func.sum(cast(case((condition, 1), else_=0), Integer()))


def _looks(*of: ColumnElement[bool]) -> Any:
    """How many second looks there were at the filings that are grouped."""
    own = (SecondLook.visit_id == Filing.visit_id, SecondLook.filing_id == Filing.id)
    each = select(func.count()).select_from(SecondLook).where(*own, *of).correlate(Filing).scalar_subquery()
    return cast(func.sum(each), Integer())


def _longest_doubts(conn: Connection, services: Collection[str], narrowed: Narrowed) -> dict[str, timedelta]:
    """How long the answer of the longest doubt was not known, by service; of those that have ended."""
    rows = conn.execute(
        select(Filing.service_id, Filing.sent_at, Filing.ended_at)
        .join(Visit, Visit.id == Filing.visit_id)
        .where(*conditions(services, narrowed), _ASKED)
    )
    found: dict[str, timedelta] = {}
    for service, sent_at, ended_at in rows:
        if sent_at is None or ended_at is None:
            continue
        found[service] = max(found.get(service, timedelta()), ended_at - sent_at)
    return found


def _quality(row: Any, longest: timedelta | None) -> Quality:
    return Quality(
        begun=row.begun,
        sent=row.sent,
        unchanged=row.unchanged,
        sent_back=row.sent_back,
        doubted=row.doubted,
        doubt_ended=row.doubt_ended,
        longest_doubt=longest,
        twice=row.twice,
        looks=Looks(row.asked, row.confirmed, row.refused),
    )
