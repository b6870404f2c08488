"""What an inquiry leaves: listed and counted for ever, naming nobody, never changed."""

from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from gateway.ledger.tables import AuditEvent
from gateway.people.access import StaffSession
from gateway.visits import inquiry_list, notes
from gateway.visits.audit_states import InquiryReason
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.inquired import agree, end, execute, one, propose, two, visited

__all__ = ["one", "two", "visited"]

INSERT_ONLY = ("audit_note", "inquiry", "inquiry_subject", "inquiry_step")


class TestTheRecord:
    def test_every_one_is_listed_for_ever_and_counted(
        self, visited: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        agree(visited, two, first := propose(visited, one))
        end(visited, one, first)
        second = propose(visited, two, reason=InquiryReason.FRAUD)
        found = visited.read(lambda conn: inquiry_list.find(conn, visited.store, after=None, most=5))
        assert [each.id for each in found] == [second, first]
        rest = visited.read(lambda conn: inquiry_list.find(conn, visited.store, after=found[0].key, most=5))
        assert [(each.id, each.second, each.ender) for each in rest] == [(first, two.name, one.name)]
        counts = visited.read(lambda conn: inquiry_list.figures(conn, visited.store))
        assert [(each.reason, each.all, each.waiting, each.agreed, each.early) for each in counts] == [
            (InquiryReason.STAFF_MISUSE, 1, 0, 1, 1),
            (InquiryReason.FRAUD, 1, 1, 0, 0),
            (InquiryReason.AUTHORITY, 0, 0, 0, 0),
        ]

    def test_its_events_name_nobody_and_hold_no_text(
        self, visited: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        agree(visited, two, inquiry := propose(visited, one, whole_person=True))
        visited.write(lambda conn: notes.write(conn, visited.store, one, visited.visit_id, "Ilze Paraudziņa zvanīja."))
        end(visited, one, inquiry)
        leaves = visited.read(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
        assert not [leaf for leaf in leaves if b"Ilze" in leaf or b"329999" in leaf or b"zvan" in leaf]

    def test_no_row_is_changed_or_taken_away(self, visited: Counter, one: StaffSession, two: StaffSession) -> None:
        visited.write(lambda conn: notes.write(conn, visited.store, one, visited.visit_id, "Piezīme."))
        agree(visited, two, inquiry := propose(visited, one))
        end(visited, one, inquiry)
        for table in INSERT_ONLY:
            column = {"audit_note": "visit_id", "inquiry": "ends_at", "inquiry_subject": "subject_id"}.get(table, "at")
            for attack in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"):
                with pytest.raises(DBAPIError, match="insert-only"):
                    visited.write(partial(execute, statement=attack))
