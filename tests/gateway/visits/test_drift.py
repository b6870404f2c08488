"""A form that is not the committed one: nothing new is filed at its service until it is known again."""

import pytest
from sqlalchemy import insert

from connectors.runner import errors as run_errors
from connectors.sdk import fingerprints, registry
from connectors.sdk.words import Words
from delegation.filing import FilingState
from gateway.services import catalogue
from gateway.services.tables import ConnectorForms
from gateway.visits import drift, errors, running, troubles
from gateway.visits.tables import RunKind
from gateway.visits.trouble_tables import TroubleKind
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter

GONE = Words("2. solī “Dati” vairs nav jautājuma “Konts”.", "In step 2 “Data” the question “Konts” is gone.")
SHOWN = Words("2. solī “Dati” ir jauna izvēle “Anna”.", "In step 2 “Data” there is a new choice “Anna”.")
PAGE = Words("Dati", "Data")
INSTALLED = fingerprints.of_all(registry.find(BENEFIT))


def service(counter: Counter) -> catalogue.Service:
    return counter.read(lambda conn: catalogue.find(conn, BENEFIT))


def looked(counter: Counter, *changes: Words) -> None:
    counter.write(lambda conn: drift.found(conn, service(counter), changes, counter.clock.now()))


def fits(counter: Counter) -> None:
    counter.write(lambda conn: drift.fits(conn, service(counter), counter.clock.now()))


def run_meets(counter: Counter, error: run_errors.FormChangedError) -> None:
    counter.open().grant()
    counter.fill()
    counter.begin()
    run = counter.run_of(RunKind.PREPARE)
    counter.write(lambda conn: running.failed(conn, counter.store, run.id, error))


def changes(counter: Counter) -> dict[str, tuple[Words, ...]]:
    return {each.subject: each.changes for each in counter.read(troubles.open_ones)}


class TestALook:
    def test_that_finds_another_form_keeps_everybody_from_filing_until_one_finds_it_as_committed(
        self, counter: Counter
    ) -> None:
        looked(counter, GONE)
        (trouble,) = counter.read(troubles.open_ones)
        assert (trouble.kind, trouble.subject, trouble.changes) == (TroubleKind.FORM_CHANGED, BENEFIT, (GONE,))
        counter.open().grant()
        with pytest.raises(errors.FormUnknownError):
            counter.fill()
        fits(counter)
        counter.fill()
        assert counter.prepare()

    def test_that_finds_more_is_no_second_trouble_and_is_of_no_other_service(self, counter: Counter) -> None:
        looked(counter)
        looked(counter, GONE)
        assert changes(counter) == {BENEFIT: (GONE,)}
        assert counter.read(lambda conn: troubles.of_services(conn, [QUEUE])) == {}


class TestARun:
    def test_that_meets_another_form_tells_everybody_which_page_and_nothing_that_stood_on_it(
        self, counter: Counter
    ) -> None:
        run_meets(counter, run_errors.FormChangedError((SHOWN,), PAGE))
        ((subject, said),) = changes(counter).items()
        assert subject == BENEFIT
        assert [each.en for each in said] == ["On the page “Data” the form is no longer the one that we know."]
        counter.open()
        with pytest.raises(errors.FormUnknownError):
            counter.read(lambda conn: drift.ensure_form_known(conn, BENEFIT))
        looked(counter, GONE)
        assert changes(counter) == {BENEFIT: (GONE,)}
        fits(counter)
        assert changes(counter) == {}

    def test_does_not_take_the_place_of_what_a_look_has_said(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        looked(counter, GONE)
        counter.begin()
        run, error = counter.run_of(RunKind.PREPARE), run_errors.FormChangedError((SHOWN,), PAGE)
        counter.write(lambda conn: running.failed(conn, counter.store, run.id, error))
        assert changes(counter) == {BENEFIT: (GONE,)}

    def test_that_was_led_elsewhere_says_nothing_of_the_form(self, counter: Counter) -> None:
        run_meets(counter, run_errors.FormChangedError(("Instead of “Data” the portal shows “News”.",)))
        assert changes(counter) == {}


class TestAnotherVersion:
    def test_ends_what_was_found_at_the_one_before_and_not_at_itself(self, counter: Counter) -> None:
        looked(counter, GONE)
        now = counter.clock.now()
        counter.write(lambda conn: drift.accepted(conn, service(counter), INSTALLED, now))
        assert changes(counter) == {BENEFIT: (GONE,)}
        counter.write(lambda conn: drift.accepted(conn, service(counter), "another", now))
        assert changes(counter) == {}

    def test_that_nobody_has_accepted_fills_in_nothing_whatever_a_look_finds(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        accepted = {"accepted_at": counter.clock.now(), "seen_at": counter.clock.now()}
        before = insert(ConnectorForms).values(service_id=BENEFIT, forms="before", version="1", pages={}, **accepted)
        counter.write(lambda conn: conn.execute(before))
        counter.write(lambda conn: drift.unaccepted(conn, service(counter), (GONE,), counter.clock.now()))
        assert counter.begin() is None
        assert counter.filing().state is FilingState.FAILED
        fits(counter)
        assert changes(counter) == {BENEFIT: (GONE,)}
