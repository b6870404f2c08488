"""A resident asks on their own page, or with a document, to be erased; and takes it back."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from audit.events import EventName
from gateway.people import residents
from gateway.people.roles import Role
from gateway.retention import jobs
from gateway.retention.tables import ErasureWish, WishState
from gateway.visits.case_tables import DocumentShown
from gateway.visits.tables import Visit
from tests.gateway.pages.facing import Facing
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.pages.stopping.conftest import Staff, signed_in
from tests.gateway.pages.stopping.test_staff import shown
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.messages import messages

__all__ = ["signed_in"]

HERE = "/mine/erasure"
RESTS, DISPUTABLE = timedelta(days=14), timedelta(days=90)


@pytest.fixture
def counter(counter: Counter) -> Counter:
    """Something was filed, and the visit is over."""
    counter.open().grant()
    counter.fill()
    counter.send()
    counter.close()
    return counter


def known(counter: Counter) -> str | None:
    return counter.read(lambda conn: residents.find_id(conn, counter.store, ILZE.code))


def ask(own: Own) -> None:
    own.see(HERE)
    assert own.phone.send(HERE).location == HERE


def run(counter: Counter) -> None:
    asyncio.run(jobs.run(counter.store))


def states(counter: Counter) -> list[WishState]:
    return counter.read(lambda conn: list(conn.execute(select(ErasureWish.state)).scalars()))


class TestOnTheOwnPage:
    def test_it_says_what_goes_what_stays_and_from_when_and_is_told_by_message(self, own: Own) -> None:
        counter = own.facing.counter
        own.sign_in()
        first = own.see()
        assert 'href="/mine/erasure"' in first
        page = own.see(HERE)
        # It is used up, and its time is not over: neither page says the opposite of the other.
        assert "Pašlaik neviens jūsu vārdā neko nedrīkst darīt" in first
        assert "Kaut kā atļautā laiks vēl nav beidzies" in page
        assert "Kas tiek dzēsts" in page
        assert "31.01.2027" in page, "ninety days after it was sent, which is later than the rest"
        assert own.phone.send(HERE).location == HERE
        assert [to for to, _text in messages(counter, "erasure_asked")] == ["+37120000001"]
        assert "31.01.2027" in messages(counter, "erasure_asked")[0][1]
        assert own.events()[-1] == EventName.ERASURE_ASKED
        assert "Jūsu ziņas tiks dzēstas" in own.see(HERE)
        own.phone.send(HERE)
        assert states(counter) == [WishState.WAITING], "asked twice it is one wish"

    def test_needs_a_fresh_sign_in_and_can_be_taken_back_without_one(self, own: Own) -> None:
        own.sign_in()
        page = own.see(HERE)
        own.facing.counter.clock.move(timedelta(minutes=6))
        assert "Pierakstīties no jauna" in own.see(HERE)
        assert "_csrf" in page
        assert own.phone.send(HERE).status == 403
        own.sign_in(asked=HERE)
        ask(own)
        own.facing.counter.clock.move(timedelta(minutes=6))
        assert own.phone.send(f"{HERE}/withdraw").location == f"{HERE}?kept=yes"
        assert states(own.facing.counter) == [WishState.WITHDRAWN]
        assert own.events()[-1] == EventName.ERASURE_WITHDRAWN
        assert len(messages(own.facing.counter, "erasure_withdrawn")) == 1
        assert own.phone.send(f"{HERE}/withdraw").location == HERE, "a second time there is nothing to take back"

    def test_it_is_done_by_itself_and_not_a_moment_before(self, own: Own) -> None:
        counter = own.facing.counter
        own.sign_in()
        ask(own)
        counter.clock.move(DISPUTABLE - timedelta(minutes=1))
        run(counter)
        assert known(counter)
        counter.clock.move(timedelta(minutes=2))
        run(counter)
        assert known(counter) is None
        assert states(counter) == [WishState.DONE]
        assert own.phone.get("/mine").status == 303, "whoever was signed in is signed out"
        assert own.come_back(own.begin()["state"]).status == 404, "and is nobody here"

    def test_a_withdrawn_wish_is_never_done(self, own: Own) -> None:
        counter = own.facing.counter
        own.sign_in()
        ask(own)
        own.phone.send(f"{HERE}/withdraw")
        counter.clock.move(DISPUTABLE + RESTS)
        run(counter)
        assert known(counter)

    def test_it_waits_for_what_is_under_way_and_says_so(self, own: Own) -> None:
        counter = own.facing.counter
        own.sign_in()
        ask(own)
        counter.clock.move(DISPUTABLE)
        counter.open().ask()
        own.sign_in()
        assert "Ir atvērts apmeklējums" in own.see(HERE)
        run(counter)
        assert known(counter)
        counter.close()
        run(counter)
        assert known(counter) is None


class TestWithADocument:
    def test_whoever_has_not_served_them_takes_the_wish_and_takes_it_back(
        self, facing: Facing, signed_in: Staff
    ) -> None:
        counter, assistant = facing.counter, signed_in(Role.ASSISTANT)
        here = f"{shown(assistant)}/erasure"
        assert "What is destroyed" in assistant.see(here).text
        assert assistant.send(here).location == here
        assert [to for to, _text in messages(counter, "erasure_asked")] == ["+37120000001"]
        assert "to be erased" in assistant.see(here).text
        assert assistant.send(f"{here}/withdraw").status == 303
        assert states(counter) == [WishState.WITHDRAWN]

    def test_whoever_served_them_does_not(self, facing: Facing, signed_in: Staff) -> None:
        """An assistant cannot make unreadable what they did, not even with somebody's document in hand."""
        counter, colleague = facing.counter, signed_in(Role.ASSISTANT)
        here = f"{shown(colleague)}/erasure"
        whose = select(DocumentShown.staff_id).order_by(DocumentShown.shown_at.desc()).limit(1).scalar_subquery()
        theirs = update(Visit).where(Visit.id == counter.visit_id).values(assistant_id=whose)
        counter.write(lambda conn: conn.execute(theirs))
        colleague.see(here)
        refused = colleague.send(here)
        assert refused.status == 403
        assert "You have served this person" in refused.text
        assert states(counter) == []
