"""Whoever knows the sum, what is shown and how cells are hidden works no small cell out: every world is tried."""

from collections import defaultdict
from itertools import product

import pytest

from gateway.reports.hiding import hidden


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
