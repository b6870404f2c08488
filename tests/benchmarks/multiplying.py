"""A log of a million events and the visits that they tell of, made by the database from one visit that was played."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from audit.events import EventName
from gateway.database.base import Base
from gateway.ledger.tables import AuditEvent
from gateway.people.tables import Centre, Staff
from gateway.visits.reading import Stage
from gateway.visits.tables import Approval, DelegationRow, Filing, Visit
from tests.benchmarks.gateways import Gateway

EVENTS_A_VISIT = 16
CENTRES = 40
ASSISTANTS = 120
SECONDS_BETWEEN = 900
"""So that 62,500 visits take the 21 months in which the network had about twice as many."""
RARE_SERVICE = "rare.service"
_LEAF_BYTES = 450


@dataclass(frozen=True)
class Copied:
    """What a search may look for."""

    centre: str = "centre-7"
    assistant: str = "login-7"
    reference: str = "reference-77"
    service: str = ""


def multiply(gateway: Gateway, visits: int) -> Copied:
    """Play one visit, and copy it: one in 500 fails, one in 997 is on paper, three are about a rare service."""
    desk = gateway.desk().at(Stage.FILED)
    database = gateway.parts.database
    start = int(gateway.clock.now().timestamp()) - visits * SECONDS_BETWEEN

    def work(conn: Connection) -> str:
        copy = _Copying(conn, desk.visit_id, start)
        copy.everything(visits)
        return str(conn.execute(text("SELECT service_id FROM visit WHERE id = :id"), {"id": desk.visit_id}).scalar())

    return Copied(service=database.write_now(work))


class _Copying:
    """Copies rows of one visit, in the words of the database."""

    def __init__(self, conn: Connection, visit_id: str, start: int) -> None:
        self._conn = conn
        self._visit_id = visit_id
        self._start = start
        self._is_sqlite = conn.dialect.name == "sqlite"

    def everything(self, visits: int) -> None:
        self._copy(Centre, CENTRES, id="'centre-' || i", name="'Centrs ' || i")
        self._copy(Staff, ASSISTANTS, id="'staff-' || i", login="'login-' || i", display_name="'Asistents ' || i")
        service = f"CASE WHEN i % 20000 = 7 THEN '{RARE_SERVICE}' ELSE s.service_id END"
        of_visit = {"visit_id": "'v-' || i"}
        self._copy(
            Visit,
            visits,
            id="'v-' || i",
            centre_id=f"'centre-' || (1 + i % {CENTRES})",
            assistant_id=f"'staff-' || (1 + i % {ASSISTANTS})",
            state="'closed'",
            ending="CASE WHEN i % 500 = 0 THEN 'failed' ELSE 'filed' END",
            service_id=service,
            opened_at=self._time(0),
            closed_at=self._time(600),
        )
        self._copy(
            DelegationRow,
            visits,
            **of_visit,
            id="'d-' || i",
            status_index="-i",  # those that were given at random are positive
            stop_code_hash="NULL",
            requested_at=self._time(60),
        )
        self._copy(
            Filing,
            visits,
            **of_visit,
            id="'f-' || i",
            delegation_id="'d-' || i",
            service_id=service,
            service_key=self._hash("i"),
            reference="'reference-' || i",
            sent_at=self._time(300),
        )
        self._copy(
            Approval,
            visits,
            **of_visit,
            id="'a-' || i",
            delegation_id="'d-' || i",
            filing_id="NULL",
            kind="'grant'",
            route="CASE WHEN i % 997 = 0 THEN 'paper' ELSE s.route END",
            code_hash="NULL",
            link_hash="NULL",
            asked_at=self._time(60),
            decided_at=self._time(120),
        )
        self._events(visits * EVENTS_A_VISIT)

    def _events(self, count: int) -> None:
        kinds = (EventName.VISIT_OPENED, EventName.VISIT_CLOSED, EventName.RESIDENT_LOOKED_AT)
        kind = " ".join(f"WHEN {number} THEN '{each.value}'" for number, each in enumerate(kinds))
        leaf = f"zeroblob({_LEAF_BYTES})" if self._is_sqlite else f"CAST(repeat('x', {_LEAF_BYTES}) AS bytea)"
        self._insert(
            AuditEvent,
            count,
            {
                "id": "'e-' || i",
                "chain": f"'v-' || (i / {EVENTS_A_VISIT})",
                "n": f"100 + i % {EVENTS_A_VISIT}",
                "type": f"CASE i % 3 {kind} END",
                "at": self._time(0, f"i / {EVENTS_A_VISIT}"),
                "leaf": leaf,
                "leaf_hash": self._hash("i"),
            },
            "",
        )

    def _copy(self, table: type[Base], count: int, **changed: str) -> None:
        """Copy a row of the played visit, or any, so often, with other values in some columns."""
        name = table.__tablename__
        owner = {"visit": "id"}.get(name, "visit_id" if "visit_id" in table.__table__.c else "")
        kind = " AND kind = 'grant'" if name == "approval" else ""
        of = f"WHERE {owner} = :visit{kind} LIMIT 1" if owner else "LIMIT 1"
        values = {column.name: changed.get(column.name, f"s.{column.name}") for column in table.__table__.c}
        self._insert(table, count, values, f", (SELECT * FROM {name} {of}) AS s")

    def _insert(self, table: type[Base], count: int, values: dict[str, str], beside: str) -> None:
        numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
        into = f"INSERT INTO {table.__tablename__} ({', '.join(values)})"
        statement = f"{numbers} {into} SELECT {', '.join(values.values())} FROM n{beside}"
        self._conn.execute(text(statement), {"visit": self._visit_id} if ":visit" in beside else {})

    def _time(self, later: int, number: str = "i") -> str:
        seconds = f"{self._start + later} + ({number}) * {SECONDS_BETWEEN}"
        if self._is_sqlite:
            return f"strftime('%Y-%m-%dT%H\\:%M\\:%S.000000Z', {seconds}, 'unixepoch')"
        return f"to_timestamp({seconds})"

    def _hash(self, number: str) -> str:
        return "randomblob(32)" if self._is_sqlite else f"sha256(CAST(CAST({number} AS text) AS bytea))"
