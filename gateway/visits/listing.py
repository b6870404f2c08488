"""What the desk lists beside the open visits: those that were closed today. No names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, ScalarSelect, Select, and_, bindparam, select

from connectors.sdk.outcome import Stage
from delegation.filing import FilingState
from gateway.people.access import StaffSession
from gateway.services import catalogue, naming
from gateway.services.tables import Service
from gateway.visits.outcome_tables import Following
from gateway.visits.tables import Channel, Ending, Filing, Visit, VisitState

WAS_SENT: Final[ScalarSelect[bool]] = (
    select(Filing.sent_at.is_not(None))
    .where(Filing.visit_id == Visit.id)
    .order_by(Filing.drafted_at.desc())
    .limit(1)
    .scalar_subquery()
)
"""Of a visit's newest filing, as on the visit's own last page: a no came from the portal, or before anything left."""
_COLUMNS = (
    Visit.id,
    Visit.channel,
    Visit.ending,
    Visit.opened_at,
    Visit.closed_at,
    Visit.services,
    WAS_SENT.label("was_sent"),
    *naming.COLUMNS,
)
_OWN = (Visit.assistant_id == bindparam("assistant"), Visit.terminal_id == bindparam("terminal"))
_CLOSED: Select[Any] = (
    select(*_COLUMNS)
    .outerjoin(Service, Service.id == Visit.service_id)
    .where(*_OWN, Visit.state == VisitState.CLOSED, Visit.opened_at >= bindparam("since"))
    .order_by(Visit.opened_at.desc())
    .limit(bindparam("most"))
)
_LISTED = _CLOSED.subquery()
_WITH_FILED = (
    select(_LISTED, Filing.service_id.label("filed_service"), Following.stage.label("filed_stage"))
    .outerjoin(Filing, and_(Filing.visit_id == _LISTED.c.id, Filing.state == FilingState.FILED))
    .outerjoin(Following, Following.filing_id == Filing.id)
    .order_by(_LISTED.c.opened_at.desc(), _LISTED.c.id)
)
_ORDER = tuple(Stage)


@dataclass(frozen=True)
class Line:
    """A visit in a list."""

    id: str
    channel: Channel
    ending: Ending | None
    was_sent: bool
    """Whether its newest filing left for the portal."""
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
    given = {"assistant": session.staff_id, "terminal": session.terminal_id, "most": most, "since": since}
    rows = conn.execute(_WITH_FILED, given).all()
    lines = _lines(conn, session, list({row.id: row for row in rows}.values()))
    services: dict[str, set[str]] = {}
    stages: dict[str, set[Stage]] = {}
    for row in rows:
        if row.ending is Ending.FILED and row.filed_service is not None:
            services.setdefault(row.id, set()).add(row.filed_service)
            stages.setdefault(row.id, set()).add(row.filed_stage or Stage.REQUEST)
    return [
        replace(
            line,
            filed=len(services.get(line.id, ())),
            stages=tuple(sorted(stages.get(line.id, ()), key=_ORDER.index)),
        )
        for line in lines
    ]


def _lines(conn: Connection, session: StaffSession, rows: Sequence[Any]) -> list[Line]:
    several = sorted({service for row in rows for service in row.services or ()})
    known = {each.id: each for each in catalogue.find_all(conn, several)} if several else {}
    return [
        Line(
            id=row.id,
            channel=row.channel,
            ending=row.ending,
            was_sent=bool(row.was_sent),
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            service=naming.in_list(row, session.language),
            services=tuple(
                naming.listed(known[each], session.language) for each in row.services or () if known[each].is_electronic
            ),
        )
        for row in rows
    ]
