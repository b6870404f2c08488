"""Cases, "this was not me" and the like: what is allowed stops, the holder is told, an auditor answers in time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from delegation.model import DelegationState
from gateway.ledger.tables import AuditEvent
from gateway.people import residents
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.services.tables import Service
from gateway.visits import actors, case_list, cases
from gateway.visits.case_list import Search
from gateway.visits.case_tables import Dispute, DisputeKind, DisputeOutcome, DisputeState
from gateway.visits.errors import CaseOverError, NotFoundError
from gateway.visits.rows import AnyRow
from gateway.visits.tables import DelegationRow
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.messages import messages

WORDS = "Es tur nebiju. Mani sauc Ilze."
CONTACT = "iesniegumi@vsaa.example"


@pytest.fixture
def granted(counter: Counter) -> Counter:
    """One delegation in force; the holder can be told."""
    counter.write(lambda conn: conn.execute(update(Service).values(contact=CONTACT)))
    counter.open().grant()
    return counter


@pytest.fixture
def auditor(counter: Counter) -> StaffSession:
    return replace(counter.by, role=Role.AUDITOR)


def open_case(
    counter: Counter,
    kind: DisputeKind = DisputeKind.NOT_ME,
    delegation_id: str | None = None,
    *,
    whose: str = "receipt",
    by: Actor | None = None,
) -> str:
    """By whoever has found the papers, unless it is said `by` whom."""
    about = delegation_id or counter.delegation().id
    return counter.write(
        lambda conn: cases.open_case(
            conn,
            counter.store,
            kind=kind,
            delegation_id=about,
            whose=whose,
            by=by or actors.finder(about),
            words=WORDS,
            now=counter.store.clock.database_now(conn),
        )
    )


def case_of(counter: Counter, case_id: str) -> AnyRow:
    return counter.read(lambda conn: cases.find_case(conn, case_id))


def as_resident(counter: Counter, kind: DisputeKind = DisputeKind.NOT_ME, delegation_id: str | None = None) -> str:
    """By the resident, who has signed in."""
    by = actors.resident(counter.delegation().principal_id)
    return open_case(counter, kind, delegation_id, whose="resident", by=by)


def state_of(counter: Counter, delegation_id: str) -> DelegationState:
    state: DelegationState = counter.read(
        lambda conn: conn.execute(select(DelegationRow.state).where(DelegationRow.id == delegation_id)).scalar_one()
    )
    return state


def two_delegations(counter: Counter) -> tuple[str, str]:
    """Two in force at once, of one person: the second visit is for another service in its row."""
    first = counter.delegation().id
    counter.open().grant()
    return first, counter.delegation().id


class TestOpening:
    def test_stops_what_is_in_force_and_says_why(self, granted: Counter) -> None:
        open_case(granted)
        row = granted.delegation()
        assert (row.state, row.ended_by, row.ended_reason) == (DelegationState.REVOKED, "receipt", "case")

    def test_wrong_data_stop_the_matter_alone(self, granted: Counter) -> None:
        first, second = two_delegations(granted)
        other = [{"service": "lv.other.service", "actions": [], "max_filings": 1, "used": 0, "locked": []}]
        granted.write(
            lambda conn: conn.execute(update(DelegationRow).where(DelegationRow.id == first).values(services=other))
        )
        as_resident(granted, delegation_id=second, kind=DisputeKind.DATA_WRONG)
        assert state_of(granted, second) is DelegationState.REVOKED
        assert state_of(granted, first) is DelegationState.ACTIVE, "another matter goes on"

    def test_not_me_stops_everything_of_this_person(self, granted: Counter) -> None:
        first, second = two_delegations(granted)
        as_resident(granted, delegation_id=second, kind=DisputeKind.NOT_ME)
        assert {state_of(granted, first), state_of(granted, second)} == {DelegationState.REVOKED}

    @pytest.mark.parametrize("kind", DisputeKind)
    def test_by_the_finder_of_a_code_stops_what_the_code_is_for_and_nothing_else(
        self, granted: Counter, kind: DisputeKind
    ) -> None:
        first, second = two_delegations(granted)
        open_case(granted, kind, delegation_id=second)
        assert state_of(granted, second) is DelegationState.REVOKED
        assert state_of(granted, first) is DelegationState.ACTIVE, "whoever has the code may be anybody"

    def test_by_the_resident_reaches_further_also_after_a_finders(self, granted: Counter) -> None:
        first, second = two_delegations(granted)
        case_id = open_case(granted, delegation_id=second)
        assert as_resident(granted, delegation_id=second) == case_id
        assert state_of(granted, first) is DelegationState.REVOKED

    def test_stops_nobody_elses(self, granted: Counter) -> None:
        first = granted.delegation().id
        granted.open()
        granted.ask(person=residents.Profile(name="Kāds Cits", code="329999-00002"))
        waiting = granted.delegation().id
        as_resident(granted, delegation_id=first)
        assert state_of(granted, waiting) is DelegationState.REQUESTED

    def test_tells_the_holder_the_reference_and_no_name(self, granted: Counter) -> None:
        granted.fill()
        granted.send()
        case_id = open_case(granted)
        [(to, text)] = messages(granted, "holder_not_me")
        assert to == CONTACT
        assert "SP-2026-000001" in text
        assert case_id in text
        for value in ("Ilze", "329999", "nebiju", "LV97"):
            assert value not in text

    def test_before_anything_was_filed_the_holder_learns_that(self, granted: Counter) -> None:
        open_case(granted, DisputeKind.DATA_WRONG)
        assert len(messages(granted, "holder_data_wrong_unsent")) == 1

    def test_without_an_address_somebody_has_to_call(self, granted: Counter) -> None:
        granted.write(lambda conn: conn.execute(update(Service).values(contact=None)))
        case = case_of(granted, open_case(granted))
        assert case.holder_told is False

    def test_of_several_holders_all_are_told_or_somebody_has_to_call(self, granted: Counter) -> None:
        def add(conn: Connection) -> None:
            known = conn.execute(select(Service.__table__)).mappings().first()
            assert known is not None
            conn.execute(insert(Service).values(dict(known) | {"id": "lv.other.service", "contact": None}))
            both = [*granted_services, granted_services[0] | {"service": "lv.other.service"}]
            conn.execute(update(DelegationRow).values(services=both))

        granted_services = granted.delegation().services
        granted.write(add)
        case = case_of(granted, open_case(granted))
        assert case.holder_told is False
        assert [to for to, _text in messages(granted, "holder_not_me_unsent")] == [CONTACT]

    def test_twice_is_once(self, granted: Counter) -> None:
        assert open_case(granted) == open_case(granted)
        assert granted.events().count(EventName.DISPUTE_OPENED) == 1

    def test_what_was_said_stands_in_no_row_and_no_event(self, granted: Counter) -> None:
        case_id = open_case(granted)
        row = granted.read(lambda conn: conn.execute(select(Dispute.__table__)).one())
        leaves = granted.read(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
        assert all("nebiju" not in str(value) for value in row)
        assert all(b"nebiju" not in leaf for leaf in leaves)
        case = granted.read(lambda conn: cases.find_case(conn, case_id))
        assert granted.read(lambda conn: cases.texts_of(conn, granted.store, case)) == (WORDS, None)

    def test_of_no_delegation_is_refused(self, granted: Counter) -> None:
        with pytest.raises(NotFoundError):
            open_case(granted, delegation_id="no-such-delegation")


class TestAnswering:
    def test_goes_from_open_to_answered_to_closed_and_tells_the_resident(
        self, granted: Counter, auditor: StaffSession
    ) -> None:
        case_id = open_case(granted)
        first, mended = DisputeOutcome.NOT_UPHELD, DisputeOutcome.UPHELD
        granted.write(lambda conn: cases.answer(conn, granted.store, auditor, case_id, first, "Skatīts."))
        granted.write(lambda conn: cases.answer(conn, granted.store, auditor, case_id, mended, "Skatīts vēlreiz."))
        assert case_of(granted, case_id).state is DisputeState.ANSWERED
        assert granted.write(lambda conn: cases.close(conn, granted.store, auditor, case_id))
        case = granted.read(lambda conn: cases.find_case(conn, case_id))
        assert (case.state, case.outcome, case.handled_by) == (
            DisputeState.CLOSED,
            DisputeOutcome.UPHELD,
            auditor.staff_id,
        )
        assert len(messages(granted, "case_upheld")) == 1
        assert granted.events()[-2:] == [EventName.DISPUTE_ANSWERED, EventName.DISPUTE_CLOSED]

    def test_is_not_closed_before_it_is_answered(self, granted: Counter, auditor: StaffSession) -> None:
        case_id = open_case(granted)
        with pytest.raises(CaseOverError):
            granted.write(lambda conn: cases.close(conn, granted.store, auditor, case_id))

    def test_is_not_changed_once_it_is_closed(self, granted: Counter, auditor: StaffSession) -> None:
        case_id = open_case(granted)
        answer = DisputeOutcome.PASSED_ON
        granted.write(lambda conn: cases.answer(conn, granted.store, auditor, case_id, answer, "Policijai."))
        granted.write(lambda conn: cases.close(conn, granted.store, auditor, case_id))
        with pytest.raises(CaseOverError):
            granted.write(lambda conn: cases.answer(conn, granted.store, auditor, case_id, answer, "Citādi."))
        with pytest.raises(CaseOverError):
            granted.write(lambda conn: cases.close(conn, granted.store, auditor, case_id))


class TestTheList:
    def test_marks_what_is_past_its_deadline_until_it_is_answered(
        self, granted: Counter, auditor: StaffSession
    ) -> None:
        case_id = open_case(granted)
        store = granted.store

        def lines(wanted: Search) -> list[case_list.Line]:
            return granted.read(lambda conn: case_list.find(conn, store, wanted, language="lv", most=10))

        assert [line.is_overdue for line in lines(Search())] == [False]
        assert lines(Search(overdue=True)) == []
        granted.clock.move(store.settings.case_answer + timedelta(seconds=1))
        assert [line.id for line in lines(Search(overdue=True))] == [case_id]
        assert granted.read(lambda conn: case_list.waiting(conn, store)) == (1, 1)
        granted.write(lambda conn: cases.answer(conn, store, auditor, case_id, DisputeOutcome.UPHELD, "Jā."))
        assert lines(Search(overdue=True)) == []
        assert [line.id for line in lines(Search(state=DisputeState.ANSWERED))] == [case_id]
        assert granted.read(lambda conn: case_list.waiting(conn, store)) == (0, 0)

    def test_goes_on_after_the_last_of_a_page(self, granted: Counter) -> None:
        first = open_case(granted)
        second = open_case(granted, DisputeKind.DATA_WRONG)
        store = granted.store
        [newest] = granted.read(lambda conn: case_list.find(conn, store, Search(), language="lv", most=1))
        assert newest.id == second
        after = Search(after=newest.key)
        [older] = granted.read(lambda conn: case_list.find(conn, store, after, language="lv", most=5))
        assert older.id == first
