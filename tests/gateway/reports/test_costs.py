"""A service's cost is worked out only where everything is known; nought is nought only where somebody said so."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import insert

from audit.entry import Actor, ActorKind
from gateway.database.engine import Database
from gateway.people.staff import add_centre
from gateway.reports import by_hand, cost_sheets, costs, given
from gateway.reports.by_hand import CountsError, FutureMonthError
from gateway.reports.cost_tables import SubsidyKind, Way
from gateway.reports.costs import NewSubsidy, OverlapError, SubsidyError
from gateway.reports.errors import NotInForceError
from gateway.reports.given import Given
from gateway.reports.periods import Month, Period
from gateway.reports.sheets import Missing
from gateway.reports.tables import FigureSum
from gateway.reports.words import GROUPS

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BY = Actor(kind=ActorKind.MANAGER, id="M")
QUARTER = Period.parse("2026-Q3")
CENTRES = {"A": "Centrs A", "B": "Centrs B"}
WriteDown = Callable[..., str]


@pytest.fixture
def office(database: Database) -> Database:
    for centre, name in CENTRES.items():
        database.write_now(partial(add_centre, name=name, kind="vpvkac", municipality=name, now=NOW, centre_id=centre))
    return database


@pytest.fixture
def write_down(office: Database) -> WriteDown:
    def step(kind: str, euros: str, first: str, last: str, centre: str = "A") -> str:
        new = NewSubsidy(
            centre_id=centre,
            kind=SubsidyKind(kind),
            euros=Decimal(euros),
            from_day=date.fromisoformat(first),
            until_day=date.fromisoformat(last),
            source="Līgums 1",
        )
        return office.write_now(lambda conn: costs.write_down(conn, new, by=BY, now=NOW))

    return step


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gave 100 services, 60 benefits in 1,500 minutes and 40 of the family's in 500; of B nothing is counted."""
    work = {
        "A": Given(
            100, {"benefits": 60, "family": 40}, {"benefits": 1500, "family": 500}, {"benefits": 60, "family": 40}
        )
    }
    monkeypatch.setattr(given, "of_period", lambda conn, period, centre_id=None: work)


def read(office: Database) -> list[cost_sheets.Cost]:
    return office.read_now(lambda conn: cost_sheets.read(conn, CENTRES, QUARTER, NOW))


class TestCosts:
    def test_are_a_periods_part_of_each_subsidy_by_days_over_the_services(
        self, office: Database, write_down: WriteDown, done: None
    ) -> None:
        write_down("upkeep", "365.00", "2026-01-01", "2026-12-31")
        write_down("salary", "310.00", "2026-07-01", "2026-07-31")
        write_down("salary", "610.00", "2026-08-01", "2026-09-30")
        cost = read(office)[0]
        assert (cost.upkeep, cost.salary) == (Decimal("92.00"), Decimal("920.00"))
        assert cost.total == Decimal("1012.00")
        assert cost.each == Decimal("10.12")

    def test_are_not_known_where_a_day_a_kind_or_the_services_are_not(
        self, office: Database, write_down: WriteDown, done: None
    ) -> None:
        write_down("upkeep", "365.00", "2026-01-01", "2026-12-31")
        write_down("salary", "900.00", "2026-07-01", "2026-09-29")
        write_down("upkeep", "100.00", "2026-07-01", "2026-09-30", "B")
        write_down("salary", "100.00", "2026-07-01", "2026-09-30", "B")
        a, b = read(office)
        assert (a.upkeep, a.salary, a.total, a.each) == (Decimal("92.00"), None, None, None)
        assert (b.total, b.services, b.each) == (Decimal("200.00"), None, None)
        rows = cost_sheets.by_centre([a, b]).rows
        assert rows[0][2:] == (Missing.UNKNOWN, Missing.UNKNOWN, 100, Missing.UNKNOWN)
        assert rows[1][3:] == (Decimal("200.00"), Missing.UNKNOWN, Missing.UNKNOWN)

    def test_nought_that_somebody_wrote_down_is_nought(
        self, office: Database, write_down: WriteDown, done: None
    ) -> None:
        write_down("upkeep", "0", "2026-07-01", "2026-09-30")
        write_down("salary", "500", "2026-07-01", "2026-09-30")
        assert read(office)[0].each == Decimal("5.00")

    def test_of_a_year_that_goes_on_are_those_of_the_months_that_are_over(
        self, office: Database, write_down: WriteDown, done: None
    ) -> None:
        for kind in ("upkeep", "salary"):
            write_down(kind, "365.00", "2026-01-01", "2026-12-31")
        year, next_year = Period.parse("2026"), Period.parse("2027")
        found = office.read_now(lambda conn: cost_sheets.read(conn, CENTRES, year, NOW))
        assert found[0].upkeep == Decimal("304.00")
        ahead = office.read_now(lambda conn: cost_sheets.read(conn, CENTRES, next_year, NOW))
        assert (ahead[0].upkeep, ahead[0].services, ahead[0].each) == (None, None, None)

    def test_are_shared_out_over_groups_by_measured_minutes(
        self, office: Database, write_down: WriteDown, done: None
    ) -> None:
        write_down("upkeep", "0", "2026-07-01", "2026-09-30")
        write_down("salary", "2000", "2026-07-01", "2026-09-30")
        rows = cost_sheets.by_group(read(office)[0]).rows
        assert rows == (
            (GROUPS["benefits"], 60, 1500, Decimal(25) / 33, 2000 * (Decimal(25) / 33) / 60),
            (GROUPS["family"], 40, 480, Decimal(8) / 33, 2000 * (Decimal(8) / 33) / 40),
        ), "33 hours, of which 25 and 8: told in whole hours"

    @pytest.mark.parametrize(
        ("measured", "hidden"),
        [
            ({"benefits": 60, "family": 5, "work": 5}, set()),
            ({"benefits": 60, "family": 9, "work": 1}, {"family", "work"}),
            ({"benefits": 60, "family": 2, "work": 2}, {"benefits", "family", "work"}),
            ({"benefits": 60, "family": 3, "work": 2}, {"family", "work"}),
            ({"benefits": 60, "family": 9, "work": 0}, {"work"}),
        ],
    )
    def test_minutes_of_single_visits_cannot_be_worked_out(self, measured: dict[str, int], hidden: set[str]) -> None:
        """What is left of the whole, once everything that is shown is taken away, is of nobody or of five visits."""
        minutes = {group: 25 * n for group, n in measured.items()}
        work = Given(74, {group: 1 + n for group, n in measured.items()}, minutes, measured)
        cost = cost_sheets.Cost("A", "Here", Decimal(0), Decimal(2000), work)
        rows = {row[0]: row[2:] for row in cost_sheets.by_group(cost).rows}
        few = {group for group in measured if rows[GROUPS[group]] == (Missing.TOO_FEW,) * 3}
        assert few == hidden
        assert all(Missing.TOO_FEW not in rows[GROUPS[group]] for group in measured.keys() - hidden)
        assert sum(measured[group] for group in few) not in range(1, 5)

    def test_days_are_not_paid_twice_for_the_same(self, office: Database, write_down: WriteDown) -> None:
        first = write_down("upkeep", "1", "2026-07-01", "2026-09-30")
        with pytest.raises(OverlapError):
            write_down("upkeep", "2", "2026-09-30", "2026-12-31")
        write_down("upkeep", "2", "2026-09-30", "2026-12-31", "B")
        office.write_now(lambda conn: costs.withdraw(conn, first, centre_id="A", by=BY, now=NOW))
        write_down("upkeep", "2", "2026-09-30", "2026-12-31")

    def test_of_another_centre_are_not_withdrawn(self, office: Database, write_down: WriteDown) -> None:
        first = write_down("upkeep", "1", "2026-07-01", "2026-09-30")
        with pytest.raises(NotInForceError):
            office.write_now(lambda conn: costs.withdraw(conn, first, centre_id="B", by=BY, now=NOW))

    @pytest.mark.parametrize(
        ("euros", "first", "last"),
        [
            ("-1", "2026-07-01", "2026-07-31"),
            ("1.001", "2026-07-01", "2026-07-31"),
            ("1", "2026-07-02", "2026-07-01"),
            ("1", "2026-01-01", "2036-12-31"),
        ],
    )
    def test_are_not_written_down_from_what_cannot_be(
        self, write_down: WriteDown, euros: str, first: str, last: str
    ) -> None:
        with pytest.raises(SubsidyError):
            write_down("upkeep", euros, first, last)


JULY = Month(2026, 7)


def type_in(office: Database, at: datetime = NOW, month: Month = JULY, **counts: int | None) -> bool:
    read = {Way(name): n for name, n in counts.items()}
    return office.write_now(lambda conn: by_hand.type_in(conn, "A", month, read, by=BY, now=at))


def standing(office: Database, month: Month = JULY) -> dict[str, int | None]:
    found = office.read_now(lambda conn: by_hand.of_month(conn, "A", month))
    return {way.value: n for way, n in found.items() if n is not None}


class TestCountsByHand:
    def test_a_later_word_takes_the_place_and_the_first_stays_to_be_looked_up(self, office: Database) -> None:
        assert type_in(office, call=10, email=5)
        assert type_in(office, NOW + timedelta(hours=1), call=12, email=5)
        assert standing(office) == {"call": 12, "email": 5}
        told = office.read_now(lambda conn: by_hand.story(conn, "A", JULY))
        assert [(each.way.value, each.n, each.replaced_at is None) for each in told] == [
            ("call", 12, True),
            ("call", 10, False),
            ("email", 5, True),
        ]

    def test_the_same_again_is_nothing_new(self, office: Database) -> None:
        assert type_in(office, call=10)
        assert not type_in(office, NOW + timedelta(hours=1), call=10)

    def test_the_last_change_is_taken_back_and_what_was_never_said_is_unknown_again(self, office: Database) -> None:
        type_in(office, call=10)
        type_in(office, NOW + timedelta(hours=1), call=100, email=3)
        later = NOW + timedelta(hours=2)
        assert office.write_now(lambda conn: by_hand.take_back(conn, "A", JULY, by=BY, now=later))
        assert standing(office) == {"call": 10}
        assert not office.write_now(lambda conn: by_hand.take_back(conn, "B", JULY, by=BY, now=later))

    def test_a_month_that_has_not_begun_is_refused(self, office: Database) -> None:
        with pytest.raises(FutureMonthError):
            type_in(office, month=Month(2026, 12), call=1)
        assert type_in(office, month=Month(2026, 11), call=1)

    def test_a_number_that_cannot_be_is_refused(self, office: Database) -> None:
        for n in (-1, 1_000_001):
            with pytest.raises(CountsError):
                type_in(office, call=n)

    def test_a_period_with_a_month_that_is_missing_is_not_known(self, office: Database) -> None:
        for month in (7, 8, 9):
            type_in(office, month=Month(2026, month), call=month)
        type_in(office, month=Month(2026, 8), email=1)
        row = office.read_now(lambda conn: cost_sheets.ways(conn, CENTRES, QUARTER)).rows
        unknown = Missing.UNKNOWN
        assert row[0] == ("Centrs A", 24, unknown, unknown, unknown)
        assert row[1][1:] == (unknown,) * 4


class TestWhatWasGiven:
    def test_is_what_the_figures_count_in_these_months_and_nothing_of_others(self, office: Database) -> None:
        def row(period: str, place: str, group: str, given: int, **helped: int) -> dict[str, object]:
            counts = {"given": given} | {f"helped:{name[1:]}": n for name, n in helped.items()}
            shared = {"period": period, "place": place, "service_group": group, "known": 0, "final": 0}
            return shared | {"given": given, "counts": counts}

        rows = [
            row("2026-Q3", "centre:A", "benefits", 60, m20=30, m30=30),
            row("2026-Q3", "centre:A", "family", 40, m12=1),
            row("2026-Q3", "centre:B", "family", 7),
            row("2026-Q3", "network", "family", 47),
            row("2026-Q2", "centre:A", "benefits", 1000),
        ]
        office.write_now(lambda conn: conn.execute(insert(FigureSum), rows))
        found = office.read_now(lambda conn: given.of_period(conn, QUARTER))
        assert {centre: each.services for centre, each in found.items()} == {"A": 100, "B": 7}
        assert found["A"].minutes == {"benefits": 1500, "family": 12}
        one = office.read_now(lambda conn: given.of_period(conn, QUARTER, "A"))
        assert one == {"A": found["A"]}
