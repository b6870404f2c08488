"""A visit of each ending leads to one right answer in the figures; following the log counts each exactly once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update

from audit.entry import Actor, ActorKind
from delegation.filing import FilingState
from gateway.database.engine import Database
from gateway.ledger.sequencer import sequence_now
from gateway.reports import figures, gathering, placing
from gateway.reports.places import Place, PlaceKind
from gateway.reports.tables import FigureCell, FigureCursor, FigureFact, FigureSum
from gateway.visits.closing import Said
from gateway.visits.tables import Ending, Filing, HelpReason, Visit
from tests.gateway.reports.gathered import (
    NOVEMBER,
    forget_the_cursor,
    gather,
    of_centre,
    of_network,
    outcomes,
    rows,
    told,
)
from tests.gateway.visits.counter import Counter


class TestEachEnding:
    @pytest.mark.parametrize("ending", [Ending.INFORMED, Ending.REFERRED, Ending.SELF_SERVED])
    def test_that_an_assistant_says_is_counted_as_said(self, counter: Counter, ending: Ending) -> None:
        counter.open()
        counter.close(Said(ending, HelpReason.OTHER))
        gather(counter)
        assert outcomes(counter) == {ending.value: 1}
        assert (of_centre(counter).completed.good, of_centre(counter).completed.n) == (1, 1)

    def test_of_a_filing_is_filed_as_an_e_service(self, counter: Counter) -> None:
        counter.open().grant().fill()
        counter.send()
        counter.close()
        gather(counter)
        found = of_centre(counter)
        assert outcomes(counter) == {"filed": 1}
        assert found.volume.channels == {"counter": 1}
        assert found.volume.routes == {"phone": 1}
        assert (found.volume.electronic.good, found.volume.electronic.n) == (1, 1)

    def test_of_a_refusal_is_refused(self, counter: Counter) -> None:
        counter.open().ask()
        counter.enter_code()
        counter.refuse()
        counter.close()
        gather(counter)
        assert outcomes(counter) == {"refused": 1}
        assert of_centre(counter).completed.good == 0

    def test_of_a_permission_that_nobody_gave_in_time_is_lapsed(self, counter: Counter) -> None:
        counter.open().ask()
        counter.lapse()
        counter.close()
        gather(counter)
        assert outcomes(counter) == {"lapsed": 1}

    def test_of_a_stop_is_stopped(self, counter: Counter) -> None:
        counter.open().grant().stop()
        counter.close()
        gather(counter)
        assert outcomes(counter) == {"stopped": 1}

    def test_of_a_visit_that_was_left_is_abandoned_and_has_no_minutes(self, counter: Counter) -> None:
        counter.open().close()
        gather(counter)
        assert outcomes(counter) == {"abandoned": 1}
        assert [time.n for time in of_centre(counter).times] == [0]


class TestALateOutcome:
    def test_changes_the_month_in_which_the_visit_closed(self, counter: Counter) -> None:
        told(counter)
        counter.open().grant().fill()
        counter.send()
        counter.close()
        self.becomes(counter, FilingState.UNKNOWN)
        gather(counter)
        before = of_centre(counter)
        assert (before.volume.given, before.volume.unknown, before.completed.n) == (2, 1, 1)
        self.becomes(counter, FilingState.FILED)
        forget_the_cursor(counter)
        gather(counter)
        after = of_centre(counter)
        assert (after.volume.given, after.volume.unknown, after.completed.n) == (2, 0, 2)
        assert of_network(counter).volume.outcomes == {"filed": 1, "informed": 1}

    @staticmethod
    def becomes(counter: Counter, state: FilingState) -> None:
        counter.write(lambda conn: conn.execute(update(Filing).values(state=state)))


class TestFollowingTheLog:
    def test_counts_a_visit_once_however_often_it_runs(self, counter: Counter) -> None:
        told(counter)
        gather(counter)
        once = rows(counter)
        gather(counter)
        forget_the_cursor(counter)
        gather(counter)
        assert rows(counter) == once

    def test_takes_entries_in_parts_and_comes_to_the_same(self, counter: Counter) -> None:
        for _ in range(3):
            told(counter)
        gather(counter)
        whole = rows(counter)
        counter.write(lambda conn: gathering.rebuild(conn, counter.clock.now()))
        forget_the_cursor(counter)
        while counter.write(lambda conn: gathering.advance(conn, counter.clock.now(), most=2)):
            pass
        assert rows(counter) == whole

    def test_two_workers_at_once_come_to_the_same_as_one(self, counter: Counter) -> None:
        """Both begin with the same entries, and what each finds to be new it would add: each is counted once."""
        for _ in range(3):
            told(counter)
        sequence_now(counter.store.database)
        begin = Barrier(2)

        def work(conn: Connection) -> bool:
            return gathering.advance(conn, counter.clock.now(), most=2)

        def worker() -> None:
            begin.wait(timeout=30)
            while counter.write(work):
                pass

        for _ in range(3):
            with ThreadPoolExecutor(2) as both:
                for each in [both.submit(worker), both.submit(worker)]:
                    each.result()
            found = rows(counter)
            counter.write(lambda conn: gathering.rebuild(conn, counter.clock.now()))
            assert rows(counter) == found
            assert outcomes(counter) == {"informed": 3}
            counter.write(self.nothing_was_gathered)

    @staticmethod
    def nothing_was_gathered(conn: Connection) -> None:
        for table in (FigureFact, FigureCell, FigureSum, FigureCursor):
            conn.execute(delete(table))

    def test_leaves_nothing_where_it_dies_before_the_commit(self, counter: Counter) -> None:
        told(counter)

        def dies(conn: Any) -> None:
            gathering.advance(conn, counter.clock.now())
            raise RuntimeError("the power went")

        with pytest.raises(RuntimeError):
            counter.write(dies)
        assert rows(counter) == {"figure_fact": [], "figure_cell": [], "figure_sum": []}
        gather(counter)
        assert outcomes(counter) == {"informed": 1}

    def test_says_when_it_was_last_up_to_date_also_where_nothing_was_new(self, counter: Counter) -> None:
        assert of_centre(counter).at is None
        gather(counter)
        counter.clock.move(timedelta(hours=1))
        gather(counter)
        assert of_centre(counter).at == counter.clock.now()

    def test_makes_the_same_anew_from_rows(self, counter: Counter) -> None:
        told(counter)
        counter.open().grant().fill()
        counter.send()
        counter.close()
        gather(counter)
        followed = rows(counter)
        assert counter.write(lambda conn: gathering.rebuild(conn, counter.clock.now())) == 2
        assert rows(counter) == followed


class TestAnErasedVisit:
    def test_stays_counted_as_it_was(self, counter: Counter) -> None:
        counter.open().grant().fill()
        counter.send()
        counter.close()
        gather(counter)
        before = rows(counter)
        # what erasing leaves of a visit says less; what was counted is not derived from that again
        counter.write(lambda conn: conn.execute(update(Visit).values(erased_at=counter.clock.now())))
        counter.write(lambda conn: conn.execute(update(Filing).values(state=FilingState.ABANDONED)))
        forget_the_cursor(counter)
        gather(counter)
        assert rows(counter) == before
        counter.write(lambda conn: gathering.rebuild(conn, counter.clock.now()))
        assert rows(counter) == before


class TestSums:
    def test_of_quarter_and_year_hold_the_month_and_of_wider_places_the_centre(self, counter: Counter) -> None:
        told(counter)
        gather(counter)

        def sums(database: Database) -> dict[tuple[str, str], int]:
            found = database.read_now(lambda conn: conn.execute(select(FigureSum)).all())
            return {(row.period, row.place): row.given for row in found}

        found = sums(counter.store.database)
        places = {"network", f"centre:{counter.by.centre_id}", "municipality:Paraugu novads", "kind:vpvkac"}
        for place in places:
            assert [found[period, place] for period in ("2026-11", "2026-Q4", "2026")] == [1, 1, 1]

    def test_move_with_a_centre_to_another_region(self, counter: Counter) -> None:
        told(counter)
        gather(counter)
        self.place(counter, "Latgale")
        self.place(counter, "Kurzeme")
        assert self.given(counter, "Latgale") == 0
        assert self.given(counter, "Kurzeme") == 1
        told(counter)
        gather(counter)
        assert self.given(counter, "Kurzeme") == 2
        kept = rows(counter)
        counter.write(lambda conn: gathering.rebuild(conn, counter.clock.now()))
        assert rows(counter) == kept

    @staticmethod
    def place(counter: Counter, region: str) -> None:
        by = Actor(ActorKind.ADMIN, "somebody")
        centre = counter.by.centre_id
        counter.write(lambda conn: placing.set_region(conn, counter.store, centre, region, by=by))

    @staticmethod
    def given(counter: Counter, region: str) -> int:
        place = Place(PlaceKind.REGION, region)
        return counter.read(lambda conn: figures.read(conn, place, NOVEMBER).here).volume.given
