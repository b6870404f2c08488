"""The assistant's day: news stay until they are seen, what waits elsewhere is counted, and the desk notices changes."""

from dataclasses import replace
from functools import partial

from audit.events import EventName
from connectors.sdk.outcome import Stage as OutcomeStage
from connectors.sdk.outcome import Standing
from gateway.people import fingerprints
from gateway.people.access import StaffSession
from gateway.people.tables import ValueKind
from gateway.visits import day, listing
from gateway.visits.day import News, Waiting
from tests.gateway.visits import followed
from tests.gateway.visits.colleagues import a_colleague, a_terminal, another_centre
from tests.gateway.visits.counter import Counter


def news(counter: Counter, by: StaffSession) -> list[News]:
    return counter.read(lambda conn: day.news_of(conn, by, most=20))


def waiting(counter: Counter, by: StaffSession) -> Waiting:
    return counter.read(lambda conn: day.waiting(conn, by, counter.clock.now()))


class TestNews:
    def test_come_with_what_the_portal_says_and_name_nobody(self, counter: Counter) -> None:
        followed.filed(counter)
        assert news(counter, counter.by) == []
        followed.told(counter, Standing.IN_PROGRESS)
        [line] = news(counter, counter.by)
        assert (line.visit_id, line.stage, line.is_here) == (counter.visit_id, OutcomeStage.EXECUTION, True)
        assert "Ilze" not in repr(line)

    def test_are_told_at_whatever_computer_and_to_nobody_else(self, counter: Counter) -> None:
        followed.filed(counter)
        followed.told(counter, Standing.IN_PROGRESS)
        there = replace(counter.by, terminal_id=a_terminal(counter, counter.by.centre_id))
        assert [line.is_here for line in news(counter, there)] == [False]
        assert news(counter, a_colleague(counter)) == []

    def test_stay_until_they_are_seen_which_is_an_event(self, counter: Counter) -> None:
        followed.filed(counter)
        followed.told(counter, Standing.IN_PROGRESS)
        [line] = news(counter, counter.by)
        assert counter.write(lambda conn: day.mark_seen(conn, counter.store, counter.by, line.at)) == 1
        assert news(counter, counter.by) == []
        assert counter.said(EventName.OUTCOME_SEEN) == {"filing": line.filing_id}
        assert counter.write(lambda conn: day.mark_seen(conn, counter.store, counter.by, line.at)) == 0

    def test_that_came_after_the_page_was_made_are_not_marked_with_it(self, counter: Counter) -> None:
        followed.filed(counter)
        followed.told(counter, Standing.IN_PROGRESS)
        [line] = news(counter, counter.by)
        followed.told(counter, Standing.GRANTED)
        assert counter.write(lambda conn: day.mark_seen(conn, counter.store, counter.by, line.at)) == 0
        assert [each.stage for each in news(counter, counter.by)] == [OutcomeStage.RESULT]

    def test_are_not_what_was_said_before(self, counter: Counter) -> None:
        followed.filed(counter)
        followed.told(counter, Standing.IN_PROGRESS)
        [line] = news(counter, counter.by)
        counter.write(lambda conn: day.mark_seen(conn, counter.store, counter.by, line.at))
        followed.told(counter, Standing.IN_PROGRESS)
        assert news(counter, counter.by) == []


class TestWaiting:
    def test_counts_what_is_open_elsewhere_and_what_of_it_is_ones_own(self, counter: Counter) -> None:
        counter.open()
        there = replace(counter.by, terminal_id=a_terminal(counter, counter.by.centre_id))
        mine, theirs, here = (
            waiting(counter, there),
            waiting(counter, a_colleague(counter)),
            waiting(counter, counter.by),
        )
        assert (mine.elsewhere, mine.mine_elsewhere) == (1, 1)
        assert (theirs.elsewhere, theirs.mine_elsewhere) == (1, 0)
        assert (here.elsewhere, here.mine_elsewhere) == (0, 0)
        assert waiting(counter, a_colleague(counter, centre_id=another_centre(counter))).elsewhere == 0

    def test_names_what_is_missing_of_the_assistant_as_the_step_itself_does(self, counter: Counter) -> None:
        by, now = counter.by, counter.clock.now()
        assert waiting(counter, by).missing == ()
        for kind in ValueKind:
            counter.write(partial(fingerprints.remove, staff_id=by.staff_id, kind=kind, by=by.actor, now=now))
            missing = counter.read(lambda conn: fingerprints.missing(conn, by.staff_id))
            assert waiting(counter, by).missing == missing
        own = "329999-00077"
        counter.write(
            lambda conn: fingerprints.add(
                conn, counter.store.sealer, by.staff_id, ValueKind.CODE, own, by=by.actor, now=now
            )
        )
        assert ValueKind.CODE in waiting(counter, by).missing, "one's own word does not count"


class TestTheMoment:
    def test_changes_with_a_step_a_colleagues_visit_does_not(self, counter: Counter) -> None:
        def moment() -> tuple[object, ...]:
            return tuple(counter.read(lambda conn: day.moment(conn, counter.by, counter.clock.now())))

        before = moment()
        counter.open()
        opened = moment()
        assert opened != before
        counter.ask()
        assert moment() != opened

    def test_changes_with_news(self, counter: Counter) -> None:
        followed.filed(counter)
        before = counter.read(lambda conn: day.moment(conn, counter.by, counter.clock.now()))
        followed.told(counter, Standing.IN_PROGRESS)
        assert counter.read(lambda conn: day.moment(conn, counter.by, counter.clock.now())) != before


def test_what_closed_today_says_how_far_it_has_come(counter: Counter) -> None:
    followed.filed(counter)
    midnight = counter.clock.now().replace(hour=0)
    [line] = counter.read(lambda conn: listing.closed_since(conn, counter.by, midnight, most=20))
    assert line.stages == (OutcomeStage.REQUEST,)
