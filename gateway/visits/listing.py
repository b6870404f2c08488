"""What the desk lists beside the open visits: those that were closed today. No names."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from connectors.sdk.outcome import Stage
from delegation.filing import FilingState
from gateway.people.access import StaffSession
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.visits.outcome_tables import Following
from gateway.visits.tables import Channel, Ending, Filing, Visit, VisitState

_COLUMNS = (Visit.id, Visit.channel, Visit.ending, Visit.opened_at, Visit.closed_at, Visit.services, Service.cards)
_OWN = (Visit.assistant_id == bindparam("assistant"), Visit.terminal_id == bindparam("terminal"))
_CLOSED: Select[Any] = (
    select(*_COLUMNS)
    .outerjoin(Service, Service.id == Visit.service_id)
    .where(*_OWN, Visit.state == VisitState.CLOSED, Visit.opened_at >= bindparam("since"))
    .order_by(Visit.opened_at.desc())
    .limit(bindparam("most"))
)
_FILED = (
    select(Filing.visit_id, Filing.service_id, Following.stage)
    .outerjoin(Following, Following.filing_id == Filing.id)
    .where(Filing.visit_id.in_(bindparam("visits", expanding=True)), Filing.state == FilingState.FILED)
)
_ORDER = tuple(Stage)


@dataclass(frozen=True)
class Line:
    """A visit in a list."""

    id: str
    channel: Channel
    ending: Ending | None
    opened_at: datetime
    closed_at: datetime | None
    service: str | None
    """Its title in the reader's language; of several, the one that was worked on last."""
    services: tuple[str, ...] = ()
    """Of several, the titles of those that are filed here."""
    filed: int = 0
    """How many of several were filed."""
    stages: tuple[Stage, ...] = ()
    """How far what was filed has come, each stage once, in their order."""


def closed_since(conn: Connection, session: StaffSession, since: datetime, *, most: int) -> list[Line]:
    """This assistant's visits at this terminal that were opened since then and have closed, newest first."""
    lines = _lines(conn, session, _CLOSED, most, since=since)
    filed = [line.id for line in lines if line.ending is Ending.FILED]
    services: dict[str, set[str]] = {}
    stages: dict[str, set[Stage]] = {}
    for visit_id, service_id, stage in conn.execute(_FILED, {"visits": filed}) if filed else ():
        services.setdefault(visit_id, set()).add(service_id)
        stages.setdefault(visit_id, set()).add(stage or Stage.REQUEST)
    return [
        replace(
            line,
            filed=len(services.get(line.id, ())),
            stages=tuple(sorted(stages.get(line.id, ()), key=_ORDER.index)),
        )
        for line in lines
    ]


def _lines(conn: Connection, session: StaffSession, query: Select[Any], most: int, **values: object) -> list[Line]:
    given = {"assistant": session.staff_id, "terminal": session.terminal_id, "most": most} | values
    rows = conn.execute(query, given).all()
    several = sorted({service for row in rows for service in row.services or ()})
    known = {each.id: each for each in catalogue.find_all(conn, several)} if several else {}
    return [
        Line(
            id=row.id,
            channel=row.channel,
            ending=row.ending,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            service=None if row.cards is None else catalogue.title_of(row.cards, session.language),
            services=tuple(
                known[each].card(session.language).title for each in row.services or () if known[each].is_electronic
            ),
        )
        for row in rows
    ]
