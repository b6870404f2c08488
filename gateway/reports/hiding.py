"""How counts are told so that no small one can be worked out from others: hidden beside their whole, or in fives."""

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

from gateway.reports.kpi import FEWEST_SHOWN

K = TypeVar("K", bound=Hashable)


def told_of_people(counted: Mapping[str, int]) -> dict[str, int]:
    """Outcomes of one month, quarter or year, each rounded down to fives.

    A longer stretch is told as the sum of what is told of its parts: so whatever is subtracted from whatever else, what
    is left is known to fives alone.
    """
    return {name: n - n % FEWEST_SHOWN for name, n in counted.items() if n >= FEWEST_SHOWN}


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


def services_alone(counted: Mapping[str, int], never: Collection[str], most: int) -> list[str]:
    """Which services have a line of their own, the most asked for first; the others are counted together.

    Those of `never` have none, and at least five others stand with them where there are: so that they are not what is
    left.
    """
    order = sorted((name for name in counted if name not in never), key=lambda name: (-counted[name], name))
    alone, beside = order[:most], sum(counted[name] for name in order[most:])
    if any(name in never for name in counted):
        while alone and beside < FEWEST_SHOWN:
            beside += counted[alone.pop()]
    return alone
