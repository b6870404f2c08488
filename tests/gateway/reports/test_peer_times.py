"""How long it takes is compared by rows that are kept when a month is over: right, once, and silent about few."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.demo import made_up
from gateway.ledger.sequencer import sequence_now
from gateway.reports import figures, gathering, peer_times
from gateway.reports.kpi import Range
from gateway.reports.periods import Month, Period
from gateway.reports.places import Place, PlaceKind
from gateway.reports.tables import FigureCursor, FigureTime
from tests.gateway.reports.gathered import gather, told
from tests.gateway.reports.timed import OCTOBER, another, beside, four_others, keep, kept, of, took, visits
from tests.gateway.visits.counter import Counter

_SPREAD = [10, 20, 30, 40]


class TestWhatIsKept:
    def test_is_what_the_page_of_the_same_twelve_months_tells(self, counter: Counter) -> None:
        centre = counter.by.centre_id

        def a_year(conn: Connection) -> None:
            for back in range(14):
                made_up.some_figures(conn, centre, OCTOBER.plus(-back), visits=12)

        counter.write(a_year)
        keep(counter)
        for last in (OCTOBER, OCTOBER.plus(-1), OCTOBER.plus(-9)):
            place, period = Place(PlaceKind.CENTRE, centre), Period.rolling(last)
            shown = {
                each.group: (each.n, each.helped_median, each.helped_p90, each.waited_median, each.waited_p90)
                for each in counter.read(partial(figures.read, place=place, period=period)).here.times
                if each.n >= 5
            }
            found = {
                row["service_group"]: tuple(row[name] for name in ("helped", *peer_times.TOLD))
                for row in kept(counter)
                if row["last_month"] == str(last)
            }
            assert len(shown) > 1
            assert found == shown

    def test_is_nothing_of_what_a_page_hides(self, counter: Counter) -> None:
        took(counter, [7] * 4, waited=3)
        keep(counter)
        assert kept(counter) == []

    def test_has_no_nine_of_ten_of_fewer_than_twenty_and_no_waits_of_fewer_than_five(self, counter: Counter) -> None:
        took(counter, [7] * 15)
        took(counter, [9] * 4, waited=3)
        keep(counter)
        (row,) = [each for each in kept(counter) if each["last_month"] == "2026-10"]
        assert (row["helped"], row["helped_median"], row["helped_p90"]) == (19, 7, None)
        assert (row["waited"], row["waited_median"], row["waited_p90"]) == (None, None, None)
        took(counter, [9], waited=3)
        counter.write(peer_times.forget)
        keep(counter)
        (row,) = [each for each in kept(counter) if each["last_month"] == "2026-10"]
        assert (row["helped"], row["helped_p90"]) == (20, 9)
        assert (row["waited"], row["waited_median"], row["waited_p90"]) == (5, 3, None)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"helped": 4},
            {"helped": 19, "helped_p90": 8},
            {"waited": 4, "waited_median": 2},
            {"waited_median": 2},
            {"waited": 19, "waited_median": 2, "waited_p90": 2},
        ],
    )
    def test_is_refused_by_the_table_where_a_page_would_hide_it(self, counter: Counter, wrong: dict[str, int]) -> None:
        key = {"last_month": "2026-10", "centre_id": "somewhere", "service_group": "benefits"}
        row: dict[str, Any] = key | {"helped": 6, "helped_median": 8} | wrong
        with pytest.raises(IntegrityError):
            counter.write(lambda conn: conn.execute(insert(FigureTime).values(row)))


class TestAMonth:
    def test_is_kept_when_it_is_over_and_not_before(self, counter: Counter) -> None:
        took(counter, [12] * 6, month=OCTOBER.plus(1))
        keep(counter)
        assert kept(counter) == []
        counter.clock.move(timedelta(days=31))
        assert keep(counter) == 1
        assert [(row["last_month"], row["helped_median"]) for row in kept(counter)] == [("2026-11", 12)]

    def test_is_kept_once_however_often_the_worker_looks(self, counter: Counter) -> None:
        took(counter, [12] * 6)
        assert keep(counter) == 10
        once = kept(counter)
        assert keep(counter) == 0
        assert kept(counter) == once

    def test_is_kept_by_the_worker_once_it_has_followed_the_log(self, counter: Counter) -> None:
        for _ in range(6):
            told(counter)
        counter.clock.move(timedelta(days=31))
        sequence_now(counter.store.database)
        asyncio.run(gathering.gather(counter.store))
        assert [(row["last_month"], row["helped"]) for row in kept(counter)] == [("2026-11", 6)]

    def test_is_written_by_one_of_two_workers(self, counter: Counter) -> None:
        took(counter, [12] * 6)
        counter.write(lambda conn: gathering.advance(conn, counter.clock.now()))
        begin = Barrier(2)

        def worker() -> int:
            begin.wait(timeout=30)
            months = 0
            while (found := counter.read(peer_times.due)) is not None:
                months += counter.write(partial(peer_times.keep, found=found))
            return months

        with ThreadPoolExecutor(2) as both:
            made = [each.result() for each in [both.submit(worker), both.submit(worker)]]
        assert sum(made) == 10
        assert [row["last_month"] for row in kept(counter)] == ["2026-10"]

    def test_leaves_nothing_where_the_worker_dies_and_is_kept_by_the_next(self, counter: Counter) -> None:
        took(counter, [12] * 6, month=Month(2026, 1))
        counter.write(lambda conn: gathering.advance(conn, counter.clock.now()))
        found = counter.read(peer_times.due)
        assert found is not None

        def dies(conn: Connection) -> None:
            assert peer_times.keep(conn, found)
            raise RuntimeError("the power went")

        with pytest.raises(RuntimeError):
            counter.write(dies)
        assert kept(counter) == []
        assert keep(counter) == 10
        assert len(kept(counter)) == 10

    def test_is_worked_out_again_where_something_was_counted_meanwhile(self, counter: Counter) -> None:
        took(counter, [12] * 6)
        counter.write(lambda conn: gathering.advance(conn, counter.clock.now()))
        found = counter.read(peer_times.due)
        assert found is not None
        counter.clock.move(timedelta(minutes=1))
        counter.write(lambda conn: gathering.advance(conn, counter.clock.now()))
        assert not counter.write(lambda conn: peer_times.keep(conn, found))
        assert keep(counter) == 10

    def test_waits_while_nothing_was_ever_counted(self, counter: Counter) -> None:
        assert keep(counter) == 0
        assert counter.read(lambda conn: conn.execute(select(FigureCursor.times_until)).scalar_one()) is None


class TestALateMinute:
    def test_changes_every_row_that_it_stands_in_and_no_other(self, counter: Counter) -> None:
        """Twelve months later the visit is in none of them any more."""
        elsewhere = another(counter, [12] * 6)
        for _ in range(6):
            counter.open()
            counter.clock.move(timedelta(minutes=3))
            told(counter)
        late = counter.clock.now()
        counter.clock.move(timedelta(days=400))
        counter.write(lambda conn: gathering.advance(conn, counter.clock.now()))  # the log has none of them yet
        keep(counter)
        before = [row for row in kept(counter) if row["centre_id"] == elsewhere]
        assert [row for row in kept(counter) if row["centre_id"] != elsewhere] == []
        gather(counter)
        own = [row for row in kept(counter) if row["centre_id"] != elsewhere]
        first = Month.of(late)
        assert [row["last_month"] for row in own] == [str(first.plus(number)) for number in range(12)]
        assert [row for row in kept(counter) if row["centre_id"] == elsewhere] == before

    def test_comes_to_the_same_as_making_all_anew(self, counter: Counter) -> None:
        """The rows were there already, with minutes of eleven months before, which stand in the first of them alone."""
        for month in (Month(2026, 11), Month(2025, 12)):
            minutes = [12] * 6
            counter.write(
                partial(visits, centre_id=counter.by.centre_id, month=month, minutes=minutes, group="benefits")
            )
        for _ in range(6):
            told(counter)
        counter.clock.move(timedelta(days=95))
        keep(counter)
        before = kept(counter)
        gather(counter)
        found = kept(counter)
        late = [row["helped"] for row in found if row["last_month"] >= "2026-11"]
        assert late == [18, 12, 12]
        assert [row["helped"] for row in before if row["last_month"] >= "2026-11"] == [12, 6, 6]
        counter.write(lambda conn: gathering.rebuild(conn, counter.clock.now()))
        assert kept(counter) == []
        keep(counter)
        assert kept(counter) == found


class TestTheRange:
    def test_is_that_of_the_others_without_the_centre_itself(self, counter: Counter) -> None:
        counter.write(partial(four_others, now=counter.clock.now()))
        took(counter, [39] * 30, waited=2)
        keep(counter)
        helped = of(counter, "helped_median")
        assert (helped.here, helped.others) == (39, Range(17.5, 25.0, 32.5, 4))
        assert of(counter, "helped_p90").others == helped.others
        assert of(counter, "waited_median").others == Range(1.75, 2.5, 3.25, 4)

    def test_needs_four_others_with_thirty_visits_each(self, counter: Counter) -> None:
        for minutes in _SPREAD[:3]:
            another(counter, [minutes] * 30)
        another(counter, [40] * 29)
        another(counter, [40] * 30, kind="library")
        took(counter, [25] * 20)
        keep(counter)
        assert of(counter, "helped_median").others is None
        another(counter, [40] * 30)
        counter.write(peer_times.forget)
        keep(counter)
        assert of(counter, "helped_median").others == Range(17.5, 25.0, 32.5, 4)

    def test_of_waiting_needs_thirty_visits_in_which_a_yes_was_waited_for(self, counter: Counter) -> None:
        counter.write(partial(four_others, now=counter.clock.now()))
        fifth = another(counter, [50] * 29, waited=9)
        counter.write(partial(visits, centre_id=fifth, month=OCTOBER, minutes=[50], group="benefits"))
        took(counter, [25] * 20, waited=2)
        keep(counter)
        assert of(counter, "helped_median").others == Range(20.0, 30.0, 40.0, 5)
        assert of(counter, "waited_median").others == Range(1.75, 2.5, 3.25, 4)

    def test_tells_of_nothing_of_which_the_own_figure_is_hidden(self, counter: Counter) -> None:
        counter.write(partial(four_others, now=counter.clock.now()))
        took(counter, [25] * 4, waited=2)
        keep(counter)
        assert beside(counter).every == ()

    def test_is_of_the_months_that_were_asked_for_or_of_the_last_that_are_over(self, counter: Counter) -> None:
        took(counter, [25] * 20)
        keep(counter)
        assert str(beside(counter, "2026-Q4").period) == "12..2026-10"
        assert str(beside(counter, "2026-Q3").period) == "12..2026-09"
        assert beside(counter, "2026-Q3").every == ()

    def test_is_the_same_whoever_of_the_others_took_how_long(self, counter: Counter) -> None:
        """So a manager learns between what they lie, and of none of them where it is."""
        ids = [another(counter, []) for _ in _SPREAD]
        took(counter, [25] * 20)
        told_once = set()
        for turned in range(4):
            minutes = _SPREAD[turned:] + _SPREAD[:turned]
            key = {"last_month": "2026-10", "service_group": "benefits", "helped": 30 + turned}
            rows = [
                key | {"centre_id": each, "helped_median": n, "helped_p90": n}
                for each, n in zip(ids, minutes, strict=True)
            ]
            counter.write(peer_times.forget)
            keep(counter)
            counter.write(partial(_add, rows=rows))
            told_once.add(repr(beside(counter)))
        (said,) = told_once
        assert [each for each in ids if each in said] == []


def _add(conn: Connection, rows: list[dict[str, Any]]) -> None:
    conn.execute(insert(FigureTime), rows)
