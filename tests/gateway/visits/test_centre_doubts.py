"""A doubt is settled by anybody of its centre, so that it never waits for one person at one computer; nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from audit.events import EventName
from delegation.filing import FilingState
from gateway.people import fingerprints
from gateway.people.access import StaffSession
from gateway.people.tables import ValueKind
from gateway.visits import centre_doubts, reading, rows, second_acts, second_person, sending
from gateway.visits.errors import NotFoundError, OutOfOrderError, SecondPersonError
from gateway.visits.guarding import NotRecognisedError, OwnMatterError
from gateway.visits.reading import Stage
from gateway.visits.tables import SecondLookState
from tests.gateway.visits.colleagues import a_colleague, a_terminal, another_centre
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.test_never_twice import again, in_doubt


@pytest.fixture
def doubtful(counter: Counter) -> Counter:
    """An application of which the portal cannot tell whether it arrived."""
    return in_doubt(counter)


def settle(counter: Counter, by: StaffSession, reference: str | None = None) -> None:
    visit, filing = counter.visit_id, counter.filing().id
    counter.write(lambda conn: sending.settle(conn, counter.store, by, visit, filing, reference=reference))


def listed(counter: Counter, by: StaffSession) -> list[str]:
    return [each.filing_id for each in counter.read(lambda conn: centre_doubts.in_centre(conn, by, most=10))]


def look_at(counter: Counter, by: StaffSession, look_id: str) -> None:
    counter.write(lambda conn: second_person.look(conn, counter.store, by, look_id))


def own_here(counter: Counter, by: StaffSession) -> list[bool]:
    """Of each doubt on a desk, whether it is the reader's own."""
    return [each.is_own for each in counter.read(lambda conn: centre_doubts.at_desk(conn, by, most=10))]


def forget(counter: Counter, who: StaffSession, kind: ValueKind) -> None:
    now = counter.clock.now()
    counter.write(lambda conn: fingerprints.remove(conn, who.staff_id, kind, by=counter.by.actor, now=now))


def own_code(counter: Counter, who: StaffSession, code: str) -> None:
    forget(counter, who, ValueKind.CODE)
    sealer, now, by = counter.store.sealer, counter.clock.now(), replace(counter.by, staff_id="manager").actor
    counter.write(lambda conn: fingerprints.add(conn, sealer, who.staff_id, ValueKind.CODE, code, by=by, now=now))


class TestAColleagueOfTheCentre:
    def test_settles_it_under_their_own_name_also_after_the_visit(self, doubtful: Counter) -> None:
        doubtful.close()
        colleague = a_colleague(doubtful)
        settle(doubtful, colleague, "SP-2026-000009")
        filing = doubtful.filing()
        assert (filing.state, filing.decided_by) == (FilingState.FILED, colleague.staff_id)
        actor = doubtful.entry(EventName.FILING_DECIDED).actor
        assert (actor.id, actor.terminal) == (colleague.staff_id, colleague.terminal_id)

    def test_may_be_the_same_person_at_another_computer(self, doubtful: Counter) -> None:
        elsewhere = replace(doubtful.by, terminal_id=a_terminal(doubtful, doubtful.by.centre_id))
        settle(doubtful, elsewhere)
        assert doubtful.filing().state is FilingState.NOT_FILED

    def test_sees_nothing_else_of_the_visit_and_takes_no_other_step(self, doubtful: Counter) -> None:
        colleague = a_colleague(doubtful)
        with pytest.raises(NotFoundError):
            doubtful.read(lambda conn: reading.for_desk(conn, doubtful.store, colleague, doubtful.visit_id))
        with pytest.raises(NotFoundError):
            doubtful.write(lambda conn: rows.lock_visit(conn, colleague, doubtful.visit_id))

    def test_settles_it_once(self, doubtful: Counter) -> None:
        settle(doubtful, a_colleague(doubtful), "SP-2026-000009")
        events = doubtful.events()
        with pytest.raises(OutOfOrderError):
            settle(doubtful, a_colleague(doubtful, "Cita Trešā"))
        assert doubtful.events() == events

    def test_does_not_settle_their_own_matter_and_is_not_shown_it(self, doubtful: Counter) -> None:
        colleague, filing = a_colleague(doubtful), doubtful.filing().id
        own_code(doubtful, colleague, ILZE.code or "")

        def look(conn: Connection) -> object:
            return centre_doubts.one_in_centre(conn, doubtful.store, colleague, filing)

        with pytest.raises(OwnMatterError):
            settle(doubtful, colleague, "SP-2026-000009")
        with pytest.raises(OwnMatterError):
            doubtful.read(look)
        assert doubtful.filing().state is FilingState.NEEDS_HUMAN

    def test_does_not_settle_it_while_their_own_matter_would_not_be_noticed(self, doubtful: Counter) -> None:
        colleague = a_colleague(doubtful)
        forget(doubtful, colleague, ValueKind.PHONE)
        with pytest.raises(NotRecognisedError):
            settle(doubtful, colleague)
        assert doubtful.filing().state is FilingState.NEEDS_HUMAN


class TestAnybodyElse:
    def test_of_another_centre_neither_sees_nor_settles_it(self, doubtful: Counter) -> None:
        stranger = a_colleague(doubtful, centre_id=another_centre(doubtful))
        filing = doubtful.filing().id
        assert listed(doubtful, stranger) == []
        with pytest.raises(NotFoundError):
            doubtful.read(lambda conn: centre_doubts.one_in_centre(conn, doubtful.store, stranger, filing))
        with pytest.raises(NotFoundError):
            settle(doubtful, stranger)
        assert doubtful.filing().state is FilingState.NEEDS_HUMAN

    def test_away_from_a_terminal_does_not_settle_it(self, doubtful: Counter) -> None:
        with pytest.raises(NotFoundError):
            settle(doubtful, replace(a_colleague(doubtful), terminal_id=None))
        assert doubtful.filing().state is FilingState.NEEDS_HUMAN


class TestWhatAColleagueSaysDidNotArrive:
    def test_is_looked_at_by_neither_the_colleague_nor_whoever_sends_it_again(self, doubtful: Counter) -> None:
        colleague = a_colleague(doubtful)
        settle(doubtful, colleague)
        look = again(doubtful)
        assert (look.state, doubtful.view().stage) == (SecondLookState.WAITING, Stage.SECOND_LOOK)
        for barred in (
            colleague,
            replace(colleague, terminal_id=a_terminal(doubtful, colleague.centre_id)),
            doubtful.by,
        ):
            with pytest.raises(SecondPersonError):
                look_at(doubtful, barred, look.id)
        third = a_colleague(doubtful, "Cita Trešā")
        look_at(doubtful, third, look.id)
        doubtful.write(lambda conn: second_acts.confirm(conn, doubtful.store, third, look.id))
        assert doubtful.view().stage is Stage.PERMIT

    def test_is_not_sent_again_by_the_colleague_alone_in_a_visit_of_their_own(self, doubtful: Counter) -> None:
        first = doubtful.by
        doubtful.close()
        colleague = a_colleague(doubtful)
        settle(doubtful, colleague)
        doubtful.by = colleague
        doubtful.open().grant()
        look = again(doubtful)
        assert look.state is SecondLookState.WAITING
        with pytest.raises(SecondPersonError):
            look_at(doubtful, colleague, look.id)
        look_at(doubtful, first, look.id)


class TestList:
    def test_has_the_oldest_first_a_page_at_a_time_with_who_served_and_where(self, counter: Counter) -> None:
        found = []
        for days in range(3):
            in_doubt(counter, days_ago=3 * days)
            counter.clock.move(timedelta(minutes=1))
            found.append(counter.filing().id)
            counter.close()
        colleague = a_colleague(counter)
        first = counter.read(lambda conn: centre_doubts.in_centre(conn, colleague, most=2))
        rest = counter.read(lambda conn: centre_doubts.in_centre(conn, colleague, most=2, after=first[-1].key))
        assert [each.filing_id for each in (*first, *rest)] == found
        assert {(each.assistant, each.is_own) for each in first} == {(counter.by.name, False)}

    def test_of_the_desk_says_which_are_the_readers_own_here(self, doubtful: Counter) -> None:
        colleague = a_colleague(doubtful)
        assert (own_here(doubtful, doubtful.by), own_here(doubtful, colleague)) == ([True], [False])
