"""What pages ask of the log for one visit does not grow with the log."""

from sqlalchemy import Connection, select

from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.parts import Store


def test_events_of_one_visit_and_type_are_found_by_both(store: Store) -> None:
    query = select(AuditEvent.id).where(
        AuditEvent.chain == "a-visit", AuditEvent.type == EventName.RESIDENT_LOOKED_AT.value
    )

    def plan(conn: Connection) -> str:
        explain = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN "
        text = str(query.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True}))
        return "\n".join(str(row) for row in conn.exec_driver_sql(explain + text))

    assert "ix_audit_event_type_chain" in store.database.read_now(plan)
