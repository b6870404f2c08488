"""Which counts of a whole are not shown, so that none of them can be worked out from the others and the whole."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

from gateway.reports.kpi import FEWEST_SHOWN

K = TypeVar("K", bound=Hashable)


def hidden(cells: Mapping[K, int], *, nought: bool = False) -> frozenset[K]:
    """The cells that are hidden where their sum is known: each under five, and others until they hide each other.

    With `nought` also cells of nobody are hidden: where "nobody" says something of each one. At least two are hidden,
    and at least five together, where there are as many: the smallest first, those of nobody last.
    """
    found = {key for key, n in cells.items() if (n > 0 or nought) and n < FEWEST_SHOWN}
    if not found:
        return frozenset()
    others = sorted({n for key, n in cells.items() if key not in found}, key=lambda n: (n == 0, n))
    for next_one in others:
        together = sum(cells[each] for each in found)
        # as many as cells under five can hold say that each holds four
        if len(found) > 1 and FEWEST_SHOWN <= together != len(found) * (FEWEST_SHOWN - 1):
            break
        # those that are alike go together: which of them was taken would tell of the rest
        found |= {key for key, n in cells.items() if n == next_one}
    return frozenset(found)
