"""A portal that fails again and again is left alone, and what is to be filed waits and goes on by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from audit.events import EventName
from connectors.runner import errors as run_errors
from delegation.filing import FilingState
from gateway.jobs.tables import JobRow
from gateway.ledger.tables import AuditEvent
from gateway.people import residents
from gateway.services import catalogue
from gateway.visits import running, troubles
from gateway.visits.reading import Stage
from gateway.visits.tables import RunKind
from gateway.visits.trouble_tables import WHOLE, TroubleKind
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import BENEFIT, ILZE, QUEUE, Counter

AWAY = run_errors.PortalUnavailableError("the portal did not answer")
ANNA = residents.Profile(name="Anna Paraugkalne", code="329999-00002")
OTTO = residents.Profile(name="Otto Paraugs", code="329999-00003")


def fail(counter: Counter, error: run_errors.RunError = AWAY) -> None:
    """The newest errand is taken up and fails."""
    counter.begin()
    run = counter.run_of(RunKind.PREPARE)
    counter.write(lambda conn: running.failed(conn, counter.store, run.id, error))
    counter.clock.move(timedelta(seconds=1))


def fail_for_one(counter: Counter, times: int, error: run_errors.RunError = AWAY) -> None:
    """A portal fails, in one visit of one resident."""
    counter.open().grant()
    for _ in range(times):
        counter.fill()
        fail(counter, error)


def fail_until_left_alone(counter: Counter, error: run_errors.RunError = AWAY) -> None:
    fail_for_one(counter, counter.store.settings.portal_failures - 1, error)
    counter.signs_in = ANNA.code
    counter.open().grant(person=ANNA)
    counter.fill()
    fail(counter, error)


def file_for(counter: Counter, person: residents.Profile) -> None:
    """Somebody's form is filled in at the portal, which works."""
    before, counter.signs_in = counter.signs_in, person.code
    counter.open().grant(person=person)
    counter.fill()
    assert counter.prepare()
    counter.clock.move(timedelta(seconds=1))
    counter.signs_in = before


def open_ones(counter: Counter) -> tuple[troubles.Trouble, ...]:
    return counter.read(troubles.open_ones)


def service(counter: Counter, service_id: str = BENEFIT) -> catalogue.Service:
    return counter.read(lambda conn: catalogue.find(conn, service_id))


def said_by_the_system(counter: Counter) -> list[str]:
    of = (AuditEvent.chain == "system", AuditEvent.type.in_([EventName.PORTAL_UNWELL, EventName.PORTAL_WELL]))
    return list(
        counter.read(lambda conn: conn.execute(select(AuditEvent.type).where(*of).order_by(AuditEvent.n)).scalars())
    )


class TestAPortalThatFails:
    def test_is_left_alone_after_some_failures_in_a_row(self, counter: Counter) -> None:
        fail_for_one(counter, counter.store.settings.portal_failures - 1)
        assert counter.filing().state is FilingState.FAILED
        assert open_ones(counter) == ()
        counter.signs_in = ANNA.code
        counter.open().grant(person=ANNA)
        counter.fill()
        fail(counter)
        (trouble,) = open_ones(counter)
        assert (trouble.kind, trouble.subject, trouble.reason) == (TroubleKind.UNWELL, WHOLE, AWAY.code)
        assert said_by_the_system(counter) == [EventName.PORTAL_UNWELL]

    def test_is_not_blamed_for_what_fails_for_one_resident_alone(self, counter: Counter) -> None:
        fail_for_one(counter, counter.store.settings.portal_failures + 1)
        assert open_ones(counter) == ()

    def test_is_not_blamed_by_one_assistant_alone_where_another_files_there(self, counter: Counter) -> None:
        one, other = counter.by, a_colleague(counter)
        counter.by = other
        file_for(counter, OTTO)
        counter.by = one
        fail_until_left_alone(counter)
        assert open_ones(counter) == ()
        assert counter.filing().state is FilingState.FAILED
        counter.by = other
        counter.signs_in = OTTO.code
        counter.open().grant(person=OTTO)
        counter.fill(days_ago=40)
        fail(counter)
        assert len(open_ones(counter)) == 1

    def test_is_blamed_by_one_assistant_where_no_other_has_filed_there_lately(self, counter: Counter) -> None:
        one = counter.by
        counter.by = a_colleague(counter)
        file_for(counter, OTTO)
        counter.clock.move(counter.store.settings.portal_failures_within)
        counter.by, counter.signs_in = one, ILZE.code
        fail_until_left_alone(counter)
        assert len(open_ones(counter)) == 1

    def test_is_not_blamed_for_what_failed_long_ago(self, counter: Counter) -> None:
        fail_for_one(counter, counter.store.settings.portal_failures)
        counter.clock.move(counter.store.settings.portal_failures_within)
        counter.signs_in = ANNA.code
        counter.open().grant(person=ANNA)
        counter.fill()
        fail(counter)
        assert open_ones(counter) == ()

    def test_is_not_blamed_for_what_it_refuses_or_for_our_own_browser(self, counter: Counter) -> None:
        fail_until_left_alone(counter, run_errors.GateRefusedError("POST /x", "no step declares it"))
        assert open_ones(counter) == ()

    def test_is_not_blamed_when_our_own_issuer_confirms_no_delegation(self, counter: Counter) -> None:
        fail_until_left_alone(counter, run_errors.IssuerRefusedError("the issuer answered 400"))
        assert open_ones(counter) == ()
        assert (counter.filing().state, counter.filing().reason) == (FilingState.FAILED, "run.issuer_refused")

    def test_one_that_works_between_is_not_counted_with_those_before(self, counter: Counter) -> None:
        counter.open().grant()
        for works in (False, False, True, False, False):
            counter.fill()
            if works:
                assert counter.prepare()
            else:
                fail(counter)
            counter.clock.move(timedelta(seconds=1))
        assert open_ones(counter) == ()

    def test_every_service_of_it_is_told_so_and_no_other(self, counter: Counter) -> None:
        fail_until_left_alone(counter)
        told = counter.read(lambda conn: troubles.of_services(conn, [BENEFIT, QUEUE]))
        assert told.keys() == {BENEFIT, QUEUE}
        assert service(counter, QUEUE).portal_id == service(counter).portal_id


class TestWhoWaits:
    def test_does_not_fail_and_is_counted(self, counter: Counter) -> None:
        fail_until_left_alone(counter)
        assert counter.filing().state is FilingState.DRAFTED
        assert counter.view().stage is Stage.FILLING
        assert open_ones(counter)[0].waiting == 1

    def test_tries_one_at_a_time_after_a_while(self, counter: Counter) -> None:
        fail_until_left_alone(counter)
        with pytest.raises(troubles.PortalUnwellError):
            counter.begin()
        counter.clock.move(counter.store.settings.portal_pause)
        assert counter.begin() is not None
        with pytest.raises(troubles.PortalUnwellError):
            counter.write(
                lambda conn: troubles.ensure_may_run(
                    conn, counter.store.settings, service(counter), counter.clock.now()
                )
            )

    def test_that_failed_again_waits_again(self, counter: Counter) -> None:
        fail_until_left_alone(counter)
        counter.clock.move(counter.store.settings.portal_pause)
        fail(counter)
        assert counter.filing().state is FilingState.DRAFTED
        with pytest.raises(troubles.PortalUnwellError):
            counter.begin()

    def test_goes_on_by_itself_when_one_gets_through(self, counter: Counter) -> None:
        fail_until_left_alone(counter)
        later = counter.clock.now() + timedelta(hours=1)
        waiting = (JobRow.kind == "run.prepare",)
        counter.write(
            lambda conn: conn.execute(
                update(JobRow).where(*waiting).values(run_at=later, error=troubles.PortalUnwellError.code)
            )
        )
        counter.clock.move(counter.store.settings.portal_pause)
        assert counter.prepare()
        assert open_ones(counter) == ()
        assert said_by_the_system(counter) == [EventName.PORTAL_UNWELL, EventName.PORTAL_WELL]
        due = counter.read(lambda conn: conn.execute(select(JobRow.run_at, JobRow.created_at).where(*waiting)).all())
        assert due
        assert all(job.run_at == job.created_at for job in due)

    def test_is_not_kept_past_the_end_of_the_right_to_file(self, counter: Counter) -> None:
        fail_until_left_alone(counter)
        counter.clock.move(timedelta(days=2))
        assert counter.begin() is None
        assert counter.run_of(RunKind.PREPARE).reason == "run.stopped"
