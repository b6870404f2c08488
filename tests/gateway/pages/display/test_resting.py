"""A locked desk, a colleague's turn, a session that is over: what the display shows then, and what it takes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert

from delegation.assurance import Route
from gateway.people.tables import Session
from gateway.visits import facing as visits_facing
from gateway.visits import opening
from gateway.visits.reading import Stage
from gateway.visits.tables import Channel
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import ILZE
from tests.gateway.visits.staffed import a_session_row

Become = Callable[..., None]


@pytest.fixture
def asked(known: Facing) -> Phone:
    """A display on which the statement stands."""
    known.counter.open(language="en").ask(Route.DISPLAY)
    screen = known.display()
    assert ILZE.name in screen.see("/display").text
    return screen


class TestALockedDesk:
    def test_leaves_nothing_of_the_visit_on_the_screen(
        self, known: Facing, asked: Phone, session_becomes: Become
    ) -> None:
        session_becomes(locked_at=known.counter.clock.now())
        page = asked.see("/display")
        assert "One moment" in page.text
        for word in (ILZE.name, "Slimības", "Anna", 'name="code"'):
            assert word not in page.text

    def test_takes_no_yes_and_counts_no_try(self, known: Facing, asked: Phone, session_becomes: Become) -> None:
        approval, code = known.counter.approval().id, known.counter.sent_code()
        session_becomes(locked_at=known.counter.clock.now())
        assert asked.send("/display/yes", approval=approval, code=code).location == "/display"
        assert asked.send("/display/yes", approval=approval, code="000000").location == "/display"
        assert known.counter.view().stage is Stage.APPROVAL
        assert known.counter.approval().tries_left == 5

    def test_takes_a_no(self, known: Facing, asked: Phone, session_becomes: Become) -> None:
        session_becomes(locked_at=known.counter.clock.now())
        assert "/display/no" in asked.see("/display").text
        assert "Refuse?" in asked.see("/display/no").text
        asked.send("/display/no", approval=known.counter.approval().id)
        assert known.counter.view().stage is Stage.REFUSED

    def test_takes_a_stop(self, known: Facing, asked: Phone, session_becomes: Become) -> None:
        asked.send("/display/yes", approval=known.counter.approval().id, code=known.counter.sent_code())
        session_becomes(locked_at=known.counter.clock.now())
        assert "/display/stop" in asked.see("/display").text
        asked.send("/display/stop", visit=known.counter.visit_id)
        assert known.counter.view().stage is Stage.STOPPED

    def test_gives_it_back_when_it_is_unlocked(self, known: Facing, asked: Phone, session_becomes: Become) -> None:
        session_becomes(locked_at=known.counter.clock.now())
        asked.see("/display")
        session_becomes(locked_at=None)
        assert ILZE.name in asked.see("/display").text

    def test_is_told_to_the_screen_at_once(self, known: Facing, asked: Phone, session_becomes: Become) -> None:
        counter = known.counter

        def moment() -> object:
            return counter.read(lambda conn: visits_facing.moment(conn, counter.store, counter.display))

        before = moment()
        session_becomes(locked_at=counter.clock.now())
        assert moment() != before
        session_becomes(locked_at=None)
        assert moment() == before


class TestASessionThatIsOver:
    @pytest.mark.parametrize("how", ["ended", "idle", "at its absolute end"])
    def test_leaves_the_screen_blank_and_takes_nothing(
        self, known: Facing, asked: Phone, session_becomes: Become, how: str
    ) -> None:
        now, approval = known.counter.clock.now(), known.counter.approval().id
        session_becomes(**{"ended": {"ended_at": now}, "idle": {"idle_until": now}}.get(how, {"ends_at": now}))
        page = asked.see("/display")
        assert "Laipni" in page.text or "Welcome" in page.text
        assert "/display/no" not in page.text
        for path, fields in (
            ("/display/yes", {"approval": approval, "code": known.counter.sent_code()}),
            ("/display/no", {"approval": approval}),
            ("/display/stop", {"visit": known.counter.visit_id}),
        ):
            assert asked.send(path, **fields).status == 303
        assert known.counter.view().stage is Stage.APPROVAL


class TestAColleaguesTurn:
    def test_shows_the_visit_of_whoever_works_there(self, known: Facing, asked: Phone, session_becomes: Become) -> None:
        counter = known.counter
        berta, now = a_colleague(counter, terminal_id=counter.by.terminal_id), counter.clock.now()
        session_becomes(locked_at=now)
        row = a_session_row(berta.staff_id, berta.centre_id, "T1", b"berta", now)
        counter.write(lambda conn: conn.execute(insert(Session).values(**row)))
        assert "One moment" in asked.see("/display").text
        counter.write(
            lambda conn: opening.open_visit(conn, counter.store, berta, channel=Channel.COUNTER, language="en")
        )
        page = asked.see("/display").text
        assert "Hello" in page
        assert ILZE.name not in page

    def test_ends_with_the_first_visit_on_the_screen_again(
        self, known: Facing, asked: Phone, session_becomes: Become
    ) -> None:
        counter = known.counter
        berta = a_colleague(counter, terminal_id=counter.by.terminal_id)
        counter.clock.move(timedelta(minutes=1))
        counter.write(
            lambda conn: opening.open_visit(conn, counter.store, berta, channel=Channel.COUNTER, language="en")
        )
        assert ILZE.name in asked.see("/display").text
