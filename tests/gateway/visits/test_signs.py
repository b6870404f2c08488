"""Signs of trouble: each rule speaks from its threshold on and not below, of its period only, by an index."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text, update

from delegation.assurance import NumberSource, Route
from gateway.database.counting import count_statements
from gateway.ids import new_id
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.people.roles import Role
from gateway.visits import guarding, signs
from gateway.visits.guarding import NotTrainedError, OwnMatterError
from gateway.visits.signs import FASTEST_READER, RULES, Period, Sign
from gateway.visits.tables import (
    Approval,
    ApprovalState,
    DelegationRow,
    Filing,
    SecondLook,
    SecondLookKind,
    SecondLookState,
    Visit,
)
from tests.gateway.visits.colleagues import a_colleague, invited
from tests.gateway.visits.counter import ILZE, Counter

TODAY = date(2026, 11, 2)
PERIOD = Period.until(TODAY)


def found(counter: Counter, sign: Sign, period: Period = PERIOD) -> list[tuple[str, str, int, int]]:
    findings = counter.read(lambda conn: signs.find_all(conn, period))[sign]
    return [(each.centre, each.assistant, each.count, each.of) for each in findings]


def behind(counter: Counter, sign: Sign) -> set[str]:
    return set(counter.read(lambda conn: conn.execute(signs.visits_behind(sign, PERIOD)).scalars().all()))


def copies(counter: Counter, table: Any, count: int, **changed: Any) -> None:
    """More rows like the only one that a real visit has made."""

    def work(conn: Connection) -> None:
        row = dict(conn.execute(select(table.__table__).limit(1)).one()._mapping)
        conn.execute(insert(table), [row | {"id": new_id()} | changed for _ in range(count)])

    counter.write(work)


def of_approvals(counter: Counter, **columns: Any) -> None:
    counter.write(lambda conn: conn.execute(update(Approval).values(**columns)))


@pytest.fixture
def granted(counter: Counter) -> Counter:
    """One visit in which one yes was said, slowly, on the phone."""
    counter.open().grant()
    of_approvals(counter, asked_at=counter.clock.now() - timedelta(hours=1))
    return counter


class TestPaper:
    def test_speaks_from_five_on_paper_of_which_nearly_nothing_is_another_way(self, granted: Counter) -> None:
        of_approvals(granted, route=Route.PAPER)
        copies(granted, Approval, 3)
        assert found(granted, Sign.PAPER) == []
        copies(granted, Approval, 1)
        assert found(granted, Sign.PAPER) == [("Paraugu centrs", "Anna Asistente", 5, 5)]
        assert behind(granted, Sign.PAPER) == {granted.visit_id}

    def test_is_silent_where_one_in_six_is_said_another_way(self, granted: Counter) -> None:
        copies(granted, Approval, 5, route=Route.PAPER)
        assert found(granted, Sign.PAPER) == []
        copies(granted, Approval, 4, route=Route.PAPER)
        assert found(granted, Sign.PAPER) == [("Paraugu centrs", "Anna Asistente", 9, 10)]

    def test_counts_neither_what_nobody_said_nor_another_period(self, granted: Counter) -> None:
        long_ago = granted.clock.now() - timedelta(days=31)
        of_approvals(granted, route=Route.PAPER)
        copies(granted, Approval, 9, state=ApprovalState.LAPSED)
        copies(granted, Approval, 9, decided_at=long_ago)
        assert found(granted, Sign.PAPER) == []
        earlier = Period.until(TODAY - timedelta(days=30))
        assert found(granted, Sign.PAPER, earlier) == [("Paraugu centrs", "Anna Asistente", 9, 9)]


class TestHaste:
    def test_an_asking_knows_how_long_its_statement_is(self, counter: Counter) -> None:
        counter.open().ask()
        length = counter.approval().text_length
        assert length == len(counter.opened(lambda opened: opened.statement()).text)
        assert length > 500

    def test_speaks_from_three_that_came_before_anybody_can_have_read(self, granted: Counter) -> None:
        length = granted.approval().text_length
        decided = granted.approval().decided_at
        just_read = decided - timedelta(seconds=length / FASTEST_READER, milliseconds=5)
        too_soon = just_read + timedelta(milliseconds=10)
        copies(granted, Approval, 9, asked_at=just_read)
        copies(granted, Approval, 2, asked_at=too_soon)
        assert found(granted, Sign.HASTE) == []
        copies(granted, Approval, 1, asked_at=too_soon)
        assert found(granted, Sign.HASTE) == [("Paraugu centrs", "Anna Asistente", 3, 3)]

    def test_is_silent_of_what_was_asked_before_lengths_were_kept(self, granted: Counter) -> None:
        copies(granted, Approval, 5, asked_at=granted.approval().decided_at, text_length=None)
        assert found(granted, Sign.HASTE) == []


class TestSharedNumber:
    def test_one_number_is_one_however_it_is_written(self, counter: Counter) -> None:
        counter.knows(Profile(name=ILZE.name, code=ILZE.code, phone="+371 2000 0001"), NumberSource.REGISTER)
        counter.open().ask(Route.DISPLAY)
        first = counter.approval().number_hash
        assert first is not None
        expected = counter.store.sealer.keyed_hash("approval.number", "37120000001")
        assert first == expected
        assert b"20000001" not in first

    def test_speaks_from_three_people_on(self, granted: Counter) -> None:
        others = people(granted, 2)
        of_approvals(granted, number_hash=b"n" * 32)
        copies(granted, Approval, 2, approver_id=others[0])
        copies(granted, Approval, 2, approver_id=others[1], number_hash=b"m" * 32)
        assert found(granted, Sign.SHARED_NUMBER) == []
        copies(granted, Approval, 1, approver_id=others[1])
        assert found(granted, Sign.SHARED_NUMBER) == [("Paraugu centrs", "Anna Asistente", 4, 4)]

    def test_is_silent_of_many_who_have_no_number(self, granted: Counter) -> None:
        for other in people(granted, 3):
            copies(granted, Approval, 1, approver_id=other)
        assert found(granted, Sign.SHARED_NUMBER) == []


class TestStops:
    def test_speaks_from_five_and_a_fifth_of_what_was_asked(self, granted: Counter) -> None:
        stopped = {"ended_reason": "own_no", "stop_code_hash": None}
        for index in range(4):
            copies(granted, DelegationRow, 1, status_index=-1 - index, **stopped)
        assert found(granted, Sign.STOPS) == []
        copies(granted, DelegationRow, 1, status_index=-9, **stopped)
        assert found(granted, Sign.STOPS) == [("Paraugu centrs", "Anna Asistente", 5, 6)]
        for index in range(20):
            copies(granted, DelegationRow, 1, status_index=-20 - index, stop_code_hash=None)
        assert found(granted, Sign.STOPS) == []

    def test_a_stop_counts_and_the_end_of_a_visit_does_not(self, granted: Counter) -> None:
        granted.close()
        assert behind(granted, Sign.STOPS) == set()
        granted.open().grant()
        granted.stop()
        assert behind(granted, Sign.STOPS) == {granted.visit_id}


class TestClosedHours:
    def test_speaks_from_three_that_were_sent_while_centres_are_closed(self, granted: Counter) -> None:
        granted.fill()
        evening = granted.clock.now().replace(hour=18, minute=0, second=0, microsecond=0) - timedelta(days=3)
        before_eight = evening - timedelta(microseconds=1)
        sunday = granted.clock.now() - timedelta(days=1)
        for n, sent_at in enumerate([before_eight] * 5 + [evening, sunday]):
            copies(granted, Filing, 1, sent_at=sent_at, service_key=bytes([n]) * 32)
        assert found(granted, Sign.CLOSED_HOURS) == []
        copies(granted, Filing, 1, sent_at=evening, service_key=b"x" * 32)
        assert found(granted, Sign.CLOSED_HOURS) == [("Paraugu centrs", "Anna Asistente", 3, 3)]


class TestOwnValues:
    def test_speaks_from_two_refused_or_looked_at_by_a_second_person(self, granted: Counter) -> None:
        barred(granted, OwnMatterError("x"))
        for _ in range(5):
            barred(granted, NotTrainedError("x"))
        assert found(granted, Sign.OWN_VALUES) == []
        look(granted, SecondLookKind.COLLEAGUE_VALUE)
        assert found(granted, Sign.OWN_VALUES) == []
        look(granted, SecondLookKind.SAME_ADDRESS)
        assert found(granted, Sign.OWN_VALUES) == [("Paraugu centrs", "Anna Asistente", 2, 2)]
        assert behind(granted, Sign.OWN_VALUES) == {granted.visit_id}


class TestSiblings:
    def test_speaks_from_three_confirmed_by_whom_the_same_person_invited_and_who_serves_nobody(
        self, granted: Counter
    ) -> None:
        manager = a_colleague(granted, role=Role.MANAGER).staff_id
        asker, second, other = invited(granted, manager), invited(granted, manager), invited(granted, None)
        for by in (second, second, other, other):
            confirmed(granted, asker, by)
        assert found(granted, Sign.SIBLINGS) == []
        confirmed(granted, asker, second)
        assert found(granted, Sign.SIBLINGS) == [("Paraugu centrs", "Izdoma Neviena", 3, 3)]
        assert behind(granted, Sign.SIBLINGS) == {granted.visit_id}
        copies(granted, Visit, 1, assistant_id=second)
        assert found(granted, Sign.SIBLINGS) == [], "a colleague who serves residents too"

    def test_is_silent_where_two_people_agreed_on_one_of_them(self, granted: Counter) -> None:
        manager = a_colleague(granted, role=Role.MANAGER).staff_id
        asker, second = invited(granted, manager), invited(granted, manager, change_id="agreed")
        for _ in range(5):
            confirmed(granted, asker, second)
        assert found(granted, Sign.SIBLINGS) == []


class TestEveryRule:
    INDEXES = {
        Sign.PAPER: ["ix_approval_decided"],
        Sign.HASTE: ["ix_approval_decided"],
        Sign.SHARED_NUMBER: ["ix_approval_decided"],
        Sign.STOPS: ["ix_delegation_requested"],
        Sign.CLOSED_HOURS: ["ix_filing_sent"],
        Sign.OWN_VALUES: ["ix_barred_step_at", "ix_second_look_asked"],
        Sign.SIBLINGS: ["ix_second_look_", "ix_staff_invitation_"],
    }

    def test_reads_its_period_by_an_index_and_no_more(self, counter: Counter) -> None:
        def plan(conn: Connection, *, sign: Sign) -> str:
            sqlite = conn.dialect.name == "sqlite"
            if not sqlite:
                conn.execute(text("SET LOCAL enable_seqscan = off"))
            query = RULES[sign].cases(PERIOD).compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True})
            explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
            return "\n".join(str(row) for row in conn.exec_driver_sql(explain + str(query).replace("%", "%%")))

        for sign in Sign:
            steps = counter.read(partial(plan, sign=sign))
            for index in self.INDEXES[sign]:
                assert index in steps, steps
            assert "SCAN approval" not in steps
            assert "SCAN visit" not in steps

    def test_is_one_statement_however_much_there_is(self, granted: Counter) -> None:
        copies(granted, Approval, 20, route=Route.PAPER)
        for sign in Sign:
            with count_statements() as count:
                found(granted, sign)
            assert count.total == 1, sign

    def test_tells_assistants_apart(self, granted: Counter) -> None:
        colleague = a_colleague(granted)
        copies(granted, Visit, 1, id="another", assistant_id=colleague.staff_id)
        of_approvals(granted, route=Route.PAPER)
        copies(granted, Approval, 3)
        copies(granted, Approval, 5, visit_id="another")
        assert [each[1:] for each in found(granted, Sign.PAPER)] == [(colleague.name, 5, 5)]

    def test_a_period_is_never_longer_than_a_quarter(self) -> None:
        assert Period(TODAY - timedelta(days=91), TODAY).is_short_enough
        assert not Period(TODAY - timedelta(days=92), TODAY).is_short_enough
        assert not Period(TODAY, TODAY - timedelta(days=1)).is_short_enough


def people(counter: Counter, count: int) -> list[str]:
    def work(conn: Connection) -> list[str]:
        now = counter.clock.now()
        made = [Profile(name="Kāds", code=f"329999-0010{n}") for n in range(count)]
        return [residents.find_or_create(conn, counter.store, each, now=now).id for each in made]

    return counter.write(work)


def barred(counter: Counter, error: guarding.BarredError) -> None:
    counter.write(lambda conn: guarding.note(conn, counter.store, counter.by, counter.visit_id, "ask", error))


def look(counter: Counter, kind: SecondLookKind, **more: Any) -> None:
    row = {
        "id": new_id(),
        "visit_id": counter.visit_id,
        "kind": kind,
        "subject_hash": new_id(),
        "asked_by": counter.by.staff_id,
        "asked_at": counter.clock.now(),
        "lapses_at": counter.clock.now(),
        "barred": " ",
        "state": SecondLookState.LAPSED,
    }
    counter.write(lambda conn: conn.execute(insert(SecondLook).values(**row | more)))


def confirmed(counter: Counter, asker: str, second: str) -> None:
    """Somebody asked, and somebody confirmed."""
    now = counter.clock.now()
    answer = {"state": SecondLookState.CONFIRMED, "looked_by": second, "decided_by": second, "decided_at": now}
    look(counter, SecondLookKind.SAME_ADDRESS, asked_by=asker, **answer)
