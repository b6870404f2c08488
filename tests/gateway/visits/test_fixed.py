"""Values that the resident has fixed: nobody changes them, neither an answer nor the portal's page."""

import pytest

from audit.events import EventName
from connectors.sdk import registry
from delegation.assurance import NumberSource
from delegation.filing import FilingState
from delegation.readback import Item, ReadBack
from gateway.people import residents
from gateway.visits import fixed
from gateway.visits.errors import LockedValueError, NothingToKeepError
from gateway.visits.reading import Stage
from gateway.visits.scope import Wanted
from tests.gateway.visits.counter import BENEFIT, ILZE, Counter
from tests.gateway.visits.played import READ_BACK

ACCOUNT = "LV78PARA0000000000001"
OTHER_ACCOUNT = "LV51PARA0000000000002"
FIXED = Wanted(service=BENEFIT, locked=("account",))


def known_account(counter: Counter) -> str | None:
    now = counter.clock.now()
    return counter.write(lambda conn: residents.find_or_create(conn, counter.store, ILZE, now=now)).profile.iban


def filed_once(counter: Counter) -> None:
    """The account is known from a filing that the resident has confirmed."""
    counter.open().grant()
    counter.fill()
    counter.send()
    counter.close()


def held(account: str) -> ReadBack:
    """What the portal holds, with this account in the field of the connector's step."""
    step, action = next(
        (step.name, action)
        for step in registry.find(BENEFIT).steps
        for fill in step.fills
        for action in fill.actions({})
        if action.input == "account"
    )
    item = Item(step, action.control, "Konta numurs", "text", account, account)
    return ReadBack(items=(item, *READ_BACK.items[1:]), attachments=(), fee=READ_BACK.fee, language=READ_BACK.language)


class TestKnowing:
    def test_an_account_is_known_once_it_was_confirmed_and_filed(self, counter: Counter) -> None:
        assert known_account(counter) is None
        filed_once(counter)
        assert known_account(counter) == ACCOUNT

    def test_what_is_not_known_cannot_be_fixed(self, counter: Counter) -> None:
        counter.open()
        with pytest.raises(NothingToKeepError):
            counter.ask(services=(FIXED,))


class TestAnswers:
    def test_the_statement_names_what_is_fixed(self, counter: Counter) -> None:
        filed_once(counter)
        counter.open(language="en").ask(services=(FIXED,))
        assert "fixed values: Account number (IBAN)" in counter.opened(lambda opened: opened.statement()).text

    def test_another_account_is_refused_and_nothing_changes(self, counter: Counter) -> None:
        filed_once(counter)
        counter.open().grant(services=(FIXED,))
        before = counter.events()
        with pytest.raises(LockedValueError) as refused:
            counter.fill(days_ago=30, account=OTHER_ACCOUNT)
        assert refused.value.inputs == ("account",)
        assert OTHER_ACCOUNT not in str(refused.value)
        assert counter.events() == before
        assert counter.view().filing is None

    def test_the_known_account_is_taken(self, counter: Counter) -> None:
        filed_once(counter)
        counter.open().grant(services=(FIXED,))
        counter.fill(days_ago=30)
        assert counter.stage is Stage.FILLING

    def test_it_is_the_account_of_the_day_it_was_asked(self, counter: Counter) -> None:
        filed_once(counter)
        counter.open().grant(services=(FIXED,))
        now, resident = counter.clock.now(), counter.delegation().principal_id
        changed = residents.Profile(name="", code="", iban=OTHER_ACCOUNT)
        source = NumberSource.REGISTER
        counter.write(lambda conn: residents.remember(conn, counter.store, resident, changed, source=source, now=now))
        assert counter.opened(lambda opened: opened.fixed()) == {"account": ACCOUNT}


class TestPortal:
    def test_what_the_connector_changed_is_never_put_to_the_resident(self, counter: Counter) -> None:
        filed_once(counter)
        counter.open().grant(services=(FIXED,))
        counter.fill(days_ago=30)
        assert not counter.prepare(held(OTHER_ACCOUNT))
        filing = counter.filing()
        assert (filing.state, filing.reason) == (FilingState.FAILED, LockedValueError.code)
        assert counter.said(EventName.REQUEST_BLOCKED)["inputs"] == ["account"]
        assert EventName.PERMIT_REQUESTED not in counter.events()

    def test_a_page_that_no_longer_shows_it_is_no_proof(self, counter: Counter) -> None:
        filed_once(counter)
        counter.open().grant(services=(FIXED,))
        counter.fill(days_ago=30)
        assert not counter.prepare(READ_BACK)

    def test_the_fixed_account_goes_on(self, counter: Counter) -> None:
        filed_once(counter)
        counter.open().grant(services=(FIXED,))
        counter.fill(days_ago=30)
        assert counter.prepare(held(ACCOUNT))
        assert counter.stage is Stage.PERMIT


class TestQuestionsThatAreNotAsked:
    def test_need_no_answer(self) -> None:
        connector = registry.find(BENEFIT)
        assert not tuple(fixed.differing({"postal_address": "Izdomu iela 1"}, connector, {"decision_by": "portal"}))
        assert tuple(fixed.differing({"postal_address": "Izdomu iela 1"}, connector, {"decision_by": "post"}))
