"""What figures are computed by, against values that are known from elsewhere."""

from collections import Counter
from itertools import combinations
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reports import kpi
from gateway.reports.facts import bucket_of, width_of
from gateway.reports.kpi import Part, Share
from gateway.reports.periods import Month, Period
from gateway.reports.weights import DEFAULTS, Way


class TestWilson:
    @pytest.mark.parametrize(
        ("good", "n", "low", "high"),
        [
            # Newcombe (1998), table I, method 3.
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0000, 0.1611),
            (1, 29, 0.0061, 0.1718),
            (29, 29, 0.8830, 1.0000),
        ],
    )
    def test_gives_what_is_published(self, good: int, n: int, low: float, high: float) -> None:
        found = kpi.wilson(good, n)
        assert (round(found[0], 4), round(found[1], 4)) == (low, high)

    @given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_holds_the_share_and_stays_within_one(self, pair: tuple[int, int]) -> None:
        good, n = pair
        low, high = kpi.wilson(good, n)
        assert 0.0 <= low <= good / n + 1e-12
        assert good / n - 1e-12 <= high <= 1.0


class TestAShare:
    def test_of_four_shows_nothing_of_five_something_and_of_thirty_enough(self) -> None:
        assert [Share(2, n).value for n in (0, 4)] == [None, None]
        assert Share(2, 4).interval is None
        assert Share(2, 5).value == 0.4
        assert [Share(2, n).is_few for n in (5, 29, 30)] == [True, True, False]


class TestStandardising:
    def test_weighs_each_group_as_the_network_does(self) -> None:
        parts = {"easy": Part(90, 81), "hard": Part(10, 5)}
        found = kpi.standardised(parts, {"easy": 500, "hard": 500})
        assert found is not None
        assert isclose(found.value, (0.9 + 0.5) / 2)
        assert found.covered == 1

    def test_gives_two_centres_that_do_the_same_the_same_whatever_they_are_asked_for(self) -> None:
        mix = {"easy": 300, "hard": 100}
        easy_town = kpi.standardised({"easy": Part(1000, 900), "hard": Part(10, 5)}, mix)
        hard_town = kpi.standardised({"easy": Part(10, 9), "hard": Part(1000, 500)}, mix)
        assert easy_town is not None
        assert hard_town is not None
        assert isclose(easy_town.value, hard_town.value)

    def test_is_the_share_itself_where_place_and_network_are_one(self) -> None:
        parts = {"a": Part(30, 20), "b": Part(70, 60)}
        found = kpi.standardised(parts, {"a": 30, "b": 70})
        assert found is not None
        assert isclose(found.value, 0.8)

    def test_leaves_out_what_the_place_does_not_have_and_says_how_much_is_left(self) -> None:
        found = kpi.standardised({"a": Part(10, 9)}, {"a": 25, "b": 75})
        assert found is not None
        assert (found.value, found.covered) == (0.9, 0.25)
        assert kpi.standardised({"c": Part(10, 9)}, {"a": 25}) is None


class TestQuantile:
    @given(st.lists(st.integers(0, 59), min_size=1), st.sampled_from([0.5, 0.9]))
    def test_is_the_nearest_rank_of_the_minutes_themselves_below_an_hour(self, minutes: list[int], q: float) -> None:
        place = -(-len(minutes) * int(q * 10) // 10)
        assert kpi.quantile(Counter(map(bucket_of, minutes)), q) == sorted(minutes)[place - 1]

    @given(st.lists(st.integers(0, 600), min_size=1), st.lists(st.integers(0, 600), min_size=1))
    def test_of_merged_buckets_is_exact_to_the_bucket(self, here: list[int], there: list[int]) -> None:
        merged = Counter(map(bucket_of, here)) + Counter(map(bucket_of, there))
        found = kpi.quantile(merged, 0.5)
        assert found is not None
        both = sorted(here + there)
        middle = both[-(-len(both) // 2) - 1]
        assert bucket_of(middle) + width_of(bucket_of(middle)) - 1 == found

    def test_of_nothing_is_none(self) -> None:
        assert kpi.quantile({}, 0.5) is None


class TestSpread:
    def test_gives_quartiles(self) -> None:
        found = kpi.spread([0.1, 0.2, 0.3, 0.4, 0.5])
        assert found == kpi.Range(0.2, 0.3, 0.4, 5)

    def test_tells_nothing_of_three(self) -> None:
        assert kpi.spread([0.1, 0.2, 0.3]) is None


class TestTheIndex:
    def test_is_one_where_all_is_online_and_fifty_where_all_is_at_the_counter(self) -> None:
        assert kpi.cost_index({Way.ONLINE: 7}, DEFAULTS) == 1
        assert kpi.cost_index({Way.COUNTER: 7}, DEFAULTS) == 50
        assert kpi.cost_index({Way.ONLINE: 1, Way.POST: 1, Way.PHONE: 2}, DEFAULTS) == (1 + 30 + 40) / 4
        assert kpi.cost_index({}, DEFAULTS) is None


class TestPeriods:
    def test_are_put_together_from_the_fewest_parts(self) -> None:
        five_years = Period(Month(2021, 12), Month(2026, 11))
        assert five_years.units() == [
            "2021-12", "2022", "2023", "2024", "2025", "2026-Q1", "2026-Q2", "2026-Q3", "2026-10", "2026-11",
        ]  # fmt: skip

    @given(st.integers(0, 200), st.integers(1, 60))
    def test_hold_each_month_once(self, start: int, length: int) -> None:
        first = Month(2015, 1).plus(start)
        period = Period(first, first.plus(length - 1))
        found = Counter(month for unit in period.units() for month in Period.parse(unit).each())
        assert found == Counter(period.each())

    @pytest.mark.parametrize("text", ["2026-11", "2026-Q4", "2026", "2026-01..2026-05", "12..2026-11"])
    def test_are_read_as_they_are_written(self, text: str) -> None:
        assert str(Period.parse(text)) == text

    @pytest.mark.parametrize(
        "text", ["", "soon", "2026-13", "2026-Q5", "2026-05..2026-01", "1990..2020", "2026-1", "٢٠٢٦", "0001..9999"]
    )
    def test_refuse_what_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="not a"):
            Period.parse(text)

    def test_have_one_before_of_the_same_length(self) -> None:
        for each, other in combinations((Period.parse("2026-Q1"), Period.parse("2025-Q4")), 2):
            assert each.before == other
