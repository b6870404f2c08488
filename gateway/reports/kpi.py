"""What figures are computed by: pure functions over counts, each with its formula beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final, TypeVar

from gateway.reports.facts import width_of

T = TypeVar("T")
FEWEST_SHOWN: Final = 5
"""Below so many nothing is shown: it would tell of single people."""
FEWEST_SPREAD: Final = 20
"""Below so many nine of ten is no figure of many: of five it is the longest visit itself."""
FEWEST_TOLD: Final = 30
"""Below so many answers a share is shown with the word that there are too few of them."""
_Z: Final = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with the 95 % interval of Wilson (1927)."""

    good: int
    n: int

    @property
    def value(self) -> float | None:
        """`good / n`, from 0 to 1; none where fewer than five are known."""
        return self.good / self.n if self.is_shown else None

    @property
    def is_shown(self) -> bool:
        """Whether there are enough to be shown."""
        return self.n >= FEWEST_SHOWN

    @property
    def is_few(self) -> bool:
        """Whether there are too few to compare anything by them."""
        return self.n < FEWEST_TOLD

    @property
    def interval(self) -> tuple[float, float] | None:
        """From where to where the true share lies in 95 of 100 cases; none where nothing is shown."""
        return wilson(self.good, self.n) if self.is_shown else None


def wilson(good: int, n: int) -> tuple[float, float]:
    """The Wilson score interval at 95 %: `(p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n)`; `n` is at least 1."""
    p, zz = good / n, _Z * _Z
    middle = p + zz / (2 * n)
    half = _Z * sqrt(p * (1 - p) / n + zz / (4 * n * n))
    below = 1 + zz / n
    return max((middle - half) / below, 0.0), min((middle + half) / below, 1.0)


@dataclass(frozen=True, slots=True)
class Part:
    """One group of services at a place: how many have a known outcome, and how many of them a final one."""

    known: int
    final: int


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A share as it would be with the mix of services of the whole network."""

    value: float
    covered: float
    """Which part of the network's mix the place has anything of, from 0 to 1: the rest says nothing about it."""


def standardised(parts: Mapping[str, Part], mix: Mapping[str, int]) -> Adjusted | None:
    """Direct standardisation: `Σ w(g)·p(g) / Σ w(g)` over the groups `g` that the place has.

    `p(g)` is the place's own share of final outcomes in the group, and `w(g)` how many services of it the whole
    network gave in the same time. None where the place has nothing in common with the network.
    """
    total = sum(mix.values())
    weights = {group: mix.get(group, 0) for group, part in parts.items() if part.known}
    covered = sum(weights.values())
    if not covered:
        return None
    value = sum(weight * parts[group].final / parts[group].known for group, weight in weights.items()) / covered
    return Adjusted(value, covered / total)


def quantile(buckets: Mapping[int, int], share: float) -> int | None:
    """The least minute that at least `share` of all do not exceed, exact to the bucket; none where there is nothing.

    By nearest rank: the value at place `⌈share · n⌉`. Of a bucket of several minutes its last one.
    """
    n = sum(buckets.values())
    place, passed = ceil(share * n), 0
    for bucket in sorted(buckets):
        passed += buckets[bucket]
        if passed >= place and passed:
            return bucket + width_of(bucket) - 1
    return None


@dataclass(frozen=True, slots=True)
class Range:
    """How places of one kind are spread: a quarter of them is below `low`, half below `middle`, a quarter above."""

    low: float
    middle: float
    high: float
    places: int


FEWEST_PEERS: Final = 4
"""Of fewer others no range is told: it would tell of each."""


def spread(values: Sequence[float]) -> Range | None:
    """The quartiles of what several places have, between two of them by the straight line; none of fewer than four."""
    if len(values) < FEWEST_PEERS:
        return None
    line = sorted(values)
    return Range(_at(line, 0.25), _at(line, 0.5), _at(line, 0.75), len(line))


def _at(line: Sequence[float], share: float) -> float:
    place = share * (len(line) - 1)
    low = int(place)
    high = min(low + 1, len(line) - 1)
    return line[low] + (line[high] - line[low]) * (place - low)


def cost_index(given: Mapping[T, int], weights: Mapping[T, int]) -> float | None:
    """`Σ n(c)·w(c) / Σ n(c)` over the ways `c` by which services were given: 1 is all online and alone.

    An index, no money. None where nothing was given by a way that has a weight.
    """
    counted = {way: n for way, n in given.items() if way in weights}
    total = sum(counted.values())
    return sum(n * weights[way] for way, n in counted.items()) / total if total else None
