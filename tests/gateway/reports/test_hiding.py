"""Whoever knows the sum, what is shown and how cells are hidden works no small cell out: every world is tried."""

from collections import Counter, defaultdict
from itertools import product

import pytest

from gateway.reports.facts import Outcome
from gateway.reports.hiding import hidden, services_alone, told_of_people
from gateway.reports.measures import time_of, volume_of


@pytest.mark.parametrize("cells", [2, 3, 4])
@pytest.mark.parametrize("nought", [False, True], ids=["nobody is shown", "nobody is hidden"])
def test_no_hidden_cell_is_the_only_one_that_fits(cells: int, *, nought: bool) -> None:
    worlds: dict[tuple[int, tuple[int | None, ...]], list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(8), repeat=cells):
        unseen = hidden(dict(enumerate(counts)), nought=nought)
        seen = tuple(None if number in unseen else n for number, n in enumerate(counts))
        worlds[sum(counts), seen].append(counts)
    told = [
        (seen, number)
        for (total, seen), fitting in worlds.items()
        for number, n in enumerate(seen)
        if n is None and total > 0 and len({counts[number] for counts in fitting}) == 1
    ]
    assert told == []


def test_every_cell_under_five_is_hidden_and_one_more_where_it_would_stand_alone() -> None:
    assert hidden({"filed": 40, "refused": 2, "stopped": 9}) == {"refused", "stopped"}
    assert hidden({"filed": 40, "refused": 2, "stopped": 4}) == {"refused", "stopped"}
    assert hidden({"filed": 40, "refused": 0, "stopped": 9}) == frozenset()
    assert hidden({"filed": 3, "refused": 0}) == {"filed", "refused"}


def test_a_quarter_and_its_months_tell_no_small_count_of_one_of_them() -> None:
    worlds: dict[tuple[int, ...], list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(12), repeat=3):
        parts = [told_of_people({"refused": n}).get("refused", 0) for n in (*counts, sum(counts))]
        worlds[tuple(parts)].append(counts)
    small = [
        fitting[0]
        for fitting in worlds.values()
        for month in range(3)
        if len({counts[month] for counts in fitting}) == 1 and fitting[0][month] < 5
    ]
    assert small == []


@pytest.mark.parametrize(("n", "told"), [(0, None), (4, None), (5, 5), (9, 5), (10, 10)])
def test_what_residents_did_is_told_in_fives_and_nobody_looks_like_four(n: int, told: int | None) -> None:
    volume = volume_of(Counter({"given": 50, "outcome:refused": n}), told_of_people({"refused": n}))
    share = volume.share_of(Outcome.REFUSED)
    assert (share and share.good) == told


def test_nine_of_ten_of_few_visits_is_not_the_longest_of_them() -> None:
    few = time_of("benefits", Counter({f"helped:{minute}": 1 for minute in range(10, 29)}))
    assert (few.helped_median, few.helped_p90) == (19, None)
    assert time_of("benefits", Counter({f"helped:{minute}": 1 for minute in range(10, 30)})).helped_p90 == 27


def test_a_service_of_a_special_category_has_no_line_and_is_not_all_that_is_left() -> None:
    counted = {"passport": 40, "benefit": 9, "queue": 3, "disability": 2}
    assert services_alone(counted, {"disability"}, 25) == ["passport"]
    assert services_alone(counted, set(), 25) == ["passport", "benefit", "queue", "disability"]
    assert services_alone({"passport": 40, "benefit": 9}, {"disability"}, 1) == ["passport"]
