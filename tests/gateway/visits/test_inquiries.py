"""Inquiries: two auditors put off that a resident sees who looked; never for good, never longer than they said."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from audit.events import EventName
from gateway.jobs.tables import JobRow
from gateway.ledger import verdicts
from gateway.ledger.sequencer import sequence
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.visits import exporting, inquiries, inquiring, looking, notes, statement_looks
from gateway.visits.audit_states import InquiryEnd
from gateway.visits.bundles import EVERYTHING
from gateway.visits.errors import InquiryFaultError, InquiryOverError, InquirySecondError, NotFoundError
from gateway.visits.inquiry_list import InquiryStanding
from tests.gateway.visits.colleagues import a_colleague, a_terminal, invited
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.inquired import (
    agree,
    chain,
    end,
    line,
    look,
    one,
    propose,
    seen,
    two,
    visited,
)
from tests.gateway.visits.test_one_person import BIRTH, CHILD

__all__ = ["one", "two", "visited"]


class TestWhileItStands:
    def test_the_looks_of_its_two_are_kept_apart_and_nobody_elses(
        self, visited: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        third = a_colleague(visited, "Cits Revidents", role=Role.AUDITOR)
        inquiry = propose(visited, one)
        look(visited, one)
        agree(visited, two, inquiry)
        look(visited, one)
        look(visited, two)
        look(visited, third)
        assert [each.at for each in seen(visited)][::-1] == [
            each.time for each in chain(visited, visited.visit_id) if each.type == EventName.VISIT_LOOKED_AT
        ]
        assert len(seen(visited)) == 2, "before it stood, and the third's"
        kept = [each for each in chain(visited, f"inquiry:{inquiry}") if each.type == EventName.VISIT_LOOKED_AT]
        assert [each.actor.id for each in kept] == [one.staff_id, two.staff_id]
        assert {each.data["visit"] for each in kept} == {visited.visit_id}

    def test_notes_unsealing_and_files_are_kept_apart_too(
        self, visited: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        agree(visited, two, inquiry := propose(visited, one))
        before, store, visit = len(visited.events()), visited.store, visited.visit_id
        look(visited, one)
        visited.write(lambda conn: looking.note_unsealing(conn, store, one, visit))
        visited.write(lambda conn: notes.write(conn, store, one, visit, "Jautāt par darbstaciju."))
        visited.write(lambda conn: exporting.note(conn, store, one.actor, visit, EVERYTHING, "incident"))
        delegation = visited.delegation().id
        visited.write(lambda conn: statement_looks.look_as_operator(conn, store, delegation, one.actor))
        assert visited.read(lambda conn: exporting.noted(conn, store, one.actor, visit)) == EVERYTHING
        assert visited.read(lambda conn: looking.has_unsealed(conn, store, one, visit))
        assert not visited.read(lambda conn: looking.has_unsealed(conn, store, two, visit))
        assert len(visited.events()) == before
        end(visited, two, inquiry)
        assert [each.data["kind"] for each in chain(visited, visit)[before:]] == [
            EventName.VISIT_LOOKED_AT,
            EventName.RESIDENT_LOOKED_AT_BY_AUDITOR,
            EventName.NOTE_WRITTEN,
            EventName.BUNDLE_EXPORTED,
            EventName.STATEMENT_RENDERED,
        ]
        assert [each.kind for each in seen(visited)] == [
            EventName.STATEMENT_RENDERED,
            EventName.BUNDLE_EXPORTED,
            EventName.RESIDENT_LOOKED_AT_BY_AUDITOR,
            EventName.VISIT_LOOKED_AT,
        ], "a note is no look, and is told in the trail alone"

    def test_other_visits_are_as_ever_unless_the_whole_person_is_named(
        self, visited: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        agree(visited, two, inquiry := propose(visited, one))
        first = visited.visit_id
        visited.open().grant()
        visited.close()
        look(visited, one)
        assert len(seen(visited)) == 1
        end(visited, one, inquiry)
        agree(visited, two, propose(visited, one, whole_person=True))
        look(visited, one)
        look(visited, one, first)
        assert len(seen(visited)) == 1

    def test_who_only_said_yes_for_somebody_is_no_subject_of_it(
        self, counter: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        counter.open().grant(person=CHILD, approver=ILZE, authority=BIRTH)
        counter.close()
        agree(counter, two, propose(counter, one, whole_person=True))
        counter.open().grant()
        counter.close()
        look(counter, one)
        assert len(seen(counter)) == 1, "what is Ilze's own is shown at once"

    def test_it_is_in_force_for_nobody_before_a_second_agrees(
        self, visited: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        inquiry = propose(visited, one)
        assert line(visited, inquiry).standing is InquiryStanding.PROPOSED
        visited.clock.move(inquiries.WAITS)
        with pytest.raises(InquiryOverError):
            agree(visited, two, inquiry)
        assert line(visited, inquiry).standing is InquiryStanding.NOTHING
        look(visited, one)
        assert len(seen(visited)) == 1


class TestTheSecond:
    def test_is_not_who_proposed_it(self, visited: Counter, one: StaffSession) -> None:
        inquiry = propose(visited, one)
        with pytest.raises(InquirySecondError):
            agree(visited, one, inquiry)
        elsewhere = a_colleague(visited, "Dace Revidente", role=Role.AUDITOR)
        with pytest.raises(InquirySecondError):
            agree(visited, replace(elsewhere, staff_id=one.staff_id), inquiry)

    def test_is_not_at_the_same_computer(self, visited: Counter, one: StaffSession) -> None:
        inquiry = propose(visited, one)
        near = a_colleague(visited, "Dace Revidente", role=Role.AUDITOR, terminal_id=one.terminal_id)
        with pytest.raises(InquirySecondError):
            agree(visited, near, inquiry)

    def test_is_no_new_account(self, visited: Counter, one: StaffSession) -> None:
        inquiry = propose(visited, one)
        new = a_colleague(visited, "Jauns Revidents", role=Role.AUDITOR, is_new=True)
        with pytest.raises(InquirySecondError):
            agree(visited, new, inquiry)
        with pytest.raises(InquirySecondError):
            propose(visited, new)

    def test_was_not_invited_by_whoever_invited_the_first(self, visited: Counter, two: StaffSession) -> None:
        """Two auditors whom one person made up, and two others then raised."""
        places = [a_terminal(visited, visited.by.centre_id) for _ in range(2)]
        made_up = [replace(two, staff_id=invited(visited, visited.by.staff_id), terminal_id=at) for at in places]
        visited.clock.move(timedelta(days=2))
        inquiry = propose(visited, made_up[0])
        with pytest.raises(InquirySecondError):
            agree(visited, made_up[1], inquiry)
        agree(visited, two, inquiry)

    def test_did_not_serve_the_visit(self, visited: Counter, one: StaffSession) -> None:
        inquiry = propose(visited, one)
        assistant = replace(visited.by, role=Role.AUDITOR)
        with pytest.raises(InquirySecondError):
            agree(visited, assistant, inquiry)
        with pytest.raises(InquirySecondError):
            propose(visited, assistant)

    def test_may_be_against_it_and_then_it_is_over(
        self, visited: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        inquiry = propose(visited, one)
        end(visited, two, inquiry)
        with pytest.raises(InquiryOverError):
            agree(visited, two, inquiry)
        assert line(visited, inquiry).why is InquiryEnd.REFUSED

    def test_agrees_once(self, visited: Counter, one: StaffSession, two: StaffSession) -> None:
        agree(visited, two, inquiry := propose(visited, one))
        with pytest.raises(InquiryOverError):
            agree(visited, two, inquiry)


class TestItsEnd:
    def test_tells_each_look_with_its_own_time_and_that_it_is_late(
        self, visited: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        agree(visited, two, inquiry := propose(visited, one))
        look(visited, one)
        looked_at = visited.clock.now()
        visited.clock.move(timedelta(days=3))
        end(visited, two, inquiry)
        (told,) = seen(visited)
        assert (told.at, told.kind, told.reason) == (looked_at, EventName.VISIT_LOOKED_AT, "incident")
        assert told.told_at == visited.clock.now()
        entry = visited.entry(EventName.LOOK_TOLD_LATE)
        assert entry.actor.id == one.staff_id
        kept = chain(visited, f"inquiry:{inquiry}")
        assert kept[int(entry.data["entry"]) - 1].type == EventName.VISIT_LOOKED_AT
        assert (kept[-1].type, kept[-1].data) == (EventName.INQUIRY_ENDED, {"why": "early", "told": 1})
        look(visited, one)
        assert len(seen(visited)) == 2
        with pytest.raises(InquiryOverError):
            end(visited, one, inquiry)

    def test_leaves_a_log_that_verifies(self, visited: Counter, one: StaffSession, two: StaffSession) -> None:
        agree(visited, two, inquiry := propose(visited, one))
        look(visited, one)
        end(visited, two, inquiry)

        async def work() -> None:
            await sequence(visited.store.database)
            await visited.store.publisher.publish()
            await verdicts.verify(visited.store, one.actor)

        asyncio.run(work())
        last = visited.read(verdicts.standing).last
        assert last is not None
        assert (last.exit_code, last.by.id) == (0, one.staff_id)

    def test_by_its_date_needs_no_worker(self, visited: Counter, one: StaffSession, two: StaffSession) -> None:
        agree(visited, two, inquiry := propose(visited, one, days=5))
        look(visited, one)
        visited.clock.move(timedelta(days=5))
        look(visited, one)
        assert len(seen(visited)) == 1, "on the day itself a look is shown at once"
        asyncio.run(inquiries.tell_what_is_due(visited.store))
        asyncio.run(inquiries.tell_what_is_due(visited.store))
        assert len(seen(visited)) == 2
        assert line(visited, inquiry).why is InquiryEnd.DATE

    def test_is_a_job_of_the_worker(self, visited: Counter, one: StaffSession, two: StaffSession) -> None:
        agree(visited, two, inquiry := propose(visited, one, days=5))
        jobs = select(JobRow.run_at, JobRow.payload).where(JobRow.kind == inquiries.JOB).order_by(JobRow.run_at)
        due = [row.run_at for row in visited.read(lambda conn: conn.execute(jobs).all())]
        assert due[-1] == line(visited, inquiry).ends_at
        visited.write(lambda conn: inquiries.end_due(conn, visited.store, inquiry))
        assert line(visited, inquiry).standing is InquiryStanding.STANDING, "too early does nothing"

    def test_races_a_look_and_none_is_lost(self, visited: Counter, one: StaffSession, two: StaffSession) -> None:
        told = 0
        for number in range(1, 9):
            agree(visited, two, inquiry := propose(visited, one, days=1))
            with ThreadPoolExecutor(2) as pool:
                looked = pool.submit(look, visited, one)
                pool.submit(end, visited, two, inquiry).result()
                looked.result()
            assert len(seen(visited)) == number, "told at once, or by the end"
            told += int(chain(visited, f"inquiry:{inquiry}")[-1].data.get("told", 0))
        assert 0 <= told <= 8


class TestWhatItMayBe:
    def test_is_said_by_field(self, visited: Counter, one: StaffSession) -> None:
        for changed, field, fault in (
            ({"visits": ()}, "visits", "number"),
            ({"visits": ("no-such-visit",)}, "visits", "unknown"),
            ({"reference": "Jānis Paraugs"}, "reference", "reference"),
            ({"reference": "lieta-329999-00001"}, "reference", "reference"),
            ({"days": 91}, "last", "days"),
            ({"days": 0}, "last", "days"),
        ):
            with pytest.raises(InquiryFaultError) as caught:
                propose(visited, one, **changed)
            assert (caught.value.field, caught.value.fault) == (field, fault)

    def test_no_second_one_beside_an_open_one(self, visited: Counter, one: StaffSession, two: StaffSession) -> None:
        propose(visited, one)
        with pytest.raises(InquiryFaultError, match="open"):
            propose(visited, two)

    def test_nor_one_that_came_to_be_about_the_same_person(
        self, visited: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        agree(visited, two, propose(visited, one))
        visited.open()
        inquiry = propose(visited, one)
        visited.grant()
        with pytest.raises(InquiryFaultError, match="open"):
            agree(visited, two, inquiry)

    def test_no_renewals_past_twice_the_longest_also_by_another_visit_of_the_person(
        self, visited: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        for _ in range(2):
            agree(visited, two, propose(visited, one, days=89))
            visited.clock.move(timedelta(days=89))
            asyncio.run(inquiries.tell_what_is_due(visited.store))
        visited.open().grant()
        with pytest.raises(InquiryFaultError, match="total"):
            propose(visited, one, days=5)
        propose(visited, one, days=1)

    def test_what_ended_early_counts_as_long_as_it_lasted(
        self, visited: Counter, one: StaffSession, two: StaffSession
    ) -> None:
        for _ in range(3):
            agree(visited, two, inquiry := propose(visited, one, days=89))
            end(visited, one, inquiry)

    def test_an_unknown_one_is_not_found(self, visited: Counter, one: StaffSession) -> None:
        for step in (agree, end):
            with pytest.raises(NotFoundError):
                step(visited, one, "no-such-inquiry")


def test_whether_one_stands_is_read_by_the_clock(visited: Counter, one: StaffSession, two: StaffSession) -> None:
    agree(visited, two, propose(visited, one))

    def work(conn: Connection) -> str | None:
        return inquiring.stands_over(conn, visited.visit_id, visited.clock.now())

    assert visited.read(work) is not None
    visited.clock.move(timedelta(days=31))
    assert visited.read(work) is None
