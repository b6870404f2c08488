"""What staff count outside of visits stands beside the visits, and nothing is made of what nobody counted."""

from typing import Any, Final

import pytest

from audit.entry import Actor, ActorKind
from gateway.demo import made_up
from gateway.people.staff import add_centre
from gateway.reports import by_hand, figures, gathering, telling, weights
from gateway.reports.cost_tables import Way
from gateway.reports.periods import Month, Period
from gateway.reports.places import NETWORK, Place, PlaceKind
from gateway.reports.sheets import Missing, Sheet
from gateway.reports.words import BY_HAND, COUNTED_BY_HAND, NO_MONTH
from tests.gateway.callers import Callers
from ui.i18n import message

BY: Final = Actor(kind=ActorKind.MANAGER, id="M")
QUARTER: Final = Period.parse("2026-Q3")
"""Over, when these tests are."""


@pytest.fixture
def office(callers: Callers) -> Callers:
    """Two centres of one municipality each, the first with visits in a quarter that is over."""

    def work(conn: Any) -> None:
        add_centre(conn, name="Otrs", kind="vpvkac", municipality="Cits", now=callers.clock.now(), centre_id="B")
        made_up.some_figures(conn, callers.centre_id, QUARTER.first, visits=50)
        gathering.advance(conn, callers.clock.now())

    callers.parts.database.write_now(work)
    return callers


def count(office: Callers, month: str, centre: str = "", **ways: int | None) -> None:
    counts = {Way(name): n for name, n in ways.items()}
    now = office.clock.now()
    centre_id = centre or office.centre_id
    office.parts.database.write_now(
        lambda conn: by_hand.type_in(conn, centre_id, Month.parse(month), counts, by=BY, now=now)
    )


def look(office: Callers, place: Place | None = None, period: Period = QUARTER) -> telling.Told:
    asked = place or Place(PlaceKind.CENTRE, office.centre_id)
    return office.parts.database.read_now(lambda conn: telling.look(conn, asked, period, sees_all=True, language="en"))


def sheet(told: telling.Told, name: str, office: Callers) -> Sheet:
    return next(each for each in telling.report(told, now=office.clock.now()).sheets if each.name == name)


def channels(office: Callers, place: Place | None = None) -> dict[Any, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in sheet(look(office, place), "channels", office).rows}


class TestVolumeByChannel:
    def test_says_what_was_counted_by_hand_and_that_it_was(self, office: Callers) -> None:
        for month in ("2026-07", "2026-08", "2026-09"):
            count(office, month, call=30, email=4)
        found = channels(office)
        assert found[BY_HAND[Way.CALL]] == (90, COUNTED_BY_HAND, Missing.NOT_APPLICABLE)
        assert found[BY_HAND[Way.EMAIL]] == (12, COUNTED_BY_HAND, Missing.NOT_APPLICABLE)

    def test_a_month_without_a_count_says_so_and_nought_is_a_count(self, office: Callers) -> None:
        count(office, "2026-07", call=30, agency=0)
        found = channels(office)
        some = message("Counted in %(num)s of %(all)s months", num=1, all=3)
        assert found[BY_HAND[Way.CALL]] == (30, COUNTED_BY_HAND, some)
        assert found[BY_HAND[Way.AGENCY]] == (0, COUNTED_BY_HAND, some)
        assert found[BY_HAND[Way.CONSULTATION]] == (Missing.UNKNOWN, COUNTED_BY_HAND, NO_MONTH)

    def test_takes_the_last_word_of_a_month_and_none_of_what_was_taken_back(self, office: Callers) -> None:
        count(office, "2026-07", call=30)
        count(office, "2026-07", call=3)
        count(office, "2026-08", email=9)
        count(office, "2026-08", email=None)
        found = channels(office)
        assert found[BY_HAND[Way.CALL]][0] == 3
        assert found[BY_HAND[Way.EMAIL]][0] is Missing.UNKNOWN

    def test_of_a_wider_place_every_centre_of_it_counts_and_no_other(self, office: Callers) -> None:
        count(office, "2026-07", call=30)
        count(office, "2026-09", "B", call=5)
        count(office, "2026-10", "B", call=700)
        found = channels(office, NETWORK)
        assert found[BY_HAND[Way.CALL]][0] == 35
        assert found[BY_HAND[Way.CALL]][2] == message("Counted in %(num)s of %(all)s months", num=2, all=6)
        assert channels(office, Place(PlaceKind.MUNICIPALITY, "Cits"))[BY_HAND[Way.CALL]][0] == 5

    def test_a_month_that_goes_on_is_added_and_not_missed(self, office: Callers) -> None:
        now = Month.of(office.clock.now())
        count(office, str(now.plus(-1)), call=2)
        count(office, str(now), call=40)
        found = look(office, period=Period(now.plus(-1), now)).here.by_hand
        assert (found.ways[Way.CALL].n, found.ways[Way.CALL].months, found.months) == (42, 1, 1)

    def test_of_one_service_nobody_counts_anything_by_hand(self, office: Callers) -> None:
        count(office, "2026-07", call=30)
        place = Place(PlaceKind.SERVICE, "lv.vsaa.sickness_benefit")
        found = office.parts.database.read_now(lambda conn: figures.read(conn, place, QUARTER).here)
        assert not found.by_hand.is_known


class TestTheIndexOfCost:
    def test_weighs_a_call_as_the_telephone_a_letter_as_post_and_the_rest_as_the_counter(self, office: Callers) -> None:
        count(office, "2026-07", call=1, email=2, consultation=3, agency=4)
        empty = look(office, Place(PlaceKind.CENTRE, "B"))
        assert empty.here.index_by_hand is None
        count(office, "2026-07", "B", call=1, email=2, consultation=3, agency=4)
        assert look(office, Place(PlaceKind.CENTRE, "B")).here.index_by_hand == (20 + 2 * 30 + 7 * 50) / 10

    def test_stands_beside_the_index_of_visits_alone_which_stays(self, office: Callers) -> None:
        before = look(office).here.index
        count(office, "2026-07", call=10)
        told = look(office)
        assert told.here.index == before
        assert told.here.index_by_hand not in (before, None)
        rows = sheet(told, "index", office).rows
        assert [row[1] for row in rows] == [told.here.index, told.here.index_by_hand]
        assert rows[1][4] == message("Counted in %(num)s of %(all)s months", num=0, all=3)

    def test_a_weight_of_the_day_after_changes_nothing_of_the_time_before(self, office: Callers) -> None:
        count(office, "2026-07", "B", call=1)

        def index() -> float | None:
            place = Place(PlaceKind.CENTRE, "B")
            return office.parts.database.read_now(lambda conn: figures.read(conn, place, QUARTER).here).index_by_hand

        def weigh(day: Any, weight: int) -> None:
            now = office.clock.now()
            office.parts.database.write_now(
                lambda conn: weights.change(conn, weights.Way.PHONE, weight, day, by=BY, now=now)
            )

        weigh(QUARTER.last.plus(1).first_day, 99)
        assert index() == 20
        weigh(QUARTER.first.first_day, 7)
        assert index() == 7
