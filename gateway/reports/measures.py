"""What a report tells of one place in one stretch of months, worked out of counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.reports import cost_tables, kpi
from gateway.reports.by_hand import ByHand
from gateway.reports.facts import ELECTRONIC, Outcome
from gateway.reports.kpi import Adjusted, Range, Share
from gateway.reports.periods import Period
from gateway.reports.places import CentrePlaces, Place
from gateway.reports.weights import Way
from gateway.visits.states import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """How long one group of services took, in whole minutes."""

    group: str
    n: int
    helped_median: int | None
    helped_p90: int | None
    waited: int
    """Of so many it is known how long a yes was waited for."""
    waited_median: int | None
    waited_p90: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What residents answered, of whole bundles only."""

    satisfied: Share
    done: Share
    clear: Share
    invited: int

    @property
    def response(self) -> float | None:
        """Which part of those who were invited the rating tells of; none where nobody was."""
        return self.satisfied.n / self.invited if self.invited else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How much was done, and how it came out."""

    given: int
    channels: Mapping[str, int]
    outcomes: Mapping[str, int]
    routes: Mapping[str, int]
    services: Mapping[str, int]
    told: Mapping[str, int]
    """Of outcomes that say something of people what is told; below five in a month, quarter or year nothing."""

    @property
    def electronic(self) -> Share:
        """Done as an e-service, of all whose outcome is known."""
        return Share(sum(self.outcomes.get(each, 0) for each in ELECTRONIC), self.given - self.unknown)

    @property
    def unknown(self) -> int:
        """Whose outcome is not yet known."""
        return self.outcomes.get(Outcome.UNKNOWN, 0)

    @property
    def paper(self) -> Share:
        """Permissions given on paper, of all that were given."""
        asked = sum(n for route, n in self.routes.items() if route != "none")
        return Share(self.routes.get("paper", 0), asked)

    def share_of(self, outcome: str) -> Share | None:
        """Services with an outcome that says something of people, of all whose outcome is known; as it is told."""
        counted = self.told.get(outcome)
        return Share(counted, self.given - self.unknown) if counted else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that is told of one place in one stretch of months."""

    place: Place
    period: Period
    volume: Volume
    completed: Share
    adjusted: Adjusted | None
    answers: Answers
    times: Sequence[Time]
    index: float | None
    by_hand: ByHand
    index_by_hand: float | None
    """The same index with what was counted by hand; none where nothing was."""
    at: datetime | None
    """When the figures were last brought up to date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Between what other centres of the same kind lie: no names and no ranks."""

    completed: Range | None
    satisfied: Range | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One centre in the list that the network's owner reads, in the order of names."""

    centre: CentrePlaces
    given: int
    completed: Share
    adjusted: Adjusted | None
    satisfied: Share


def volume_of(total: Counter[str], told: Mapping[str, int]) -> Volume:
    """How much was done, by counts as `facts.counts_of` names them."""
    return Volume(
        given=total["given"],
        channels=_named(total, "channel:"),
        outcomes=_named(total, "outcome:"),
        routes=_named(total, "route:"),
        services=_named(total, "given@"),
        told=told,
    )


def _named(total: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): n for name, n in sorted(total.items()) if name.startswith(prefix) and n}


def time_of(group: str, counts: Counter[str]) -> Time:
    """How long one group took, by its buckets of minutes."""
    helped = {int(minute): n for minute, n in _named(counts, "helped:").items()}
    waited = {int(minute): n for minute, n in _named(counts, "waited:").items()}
    return Time(
        group=group,
        n=sum(helped.values()),
        helped_median=_minutes(helped, 0.5),
        helped_p90=_minutes(helped, 0.9),
        waited=sum(waited.values()),
        waited_median=_minutes(waited, 0.5),
        waited_p90=_minutes(waited, 0.9),
    )


def _minutes(buckets: Mapping[int, int], share: float) -> int | None:
    fewest = kpi.FEWEST_SHOWN if share <= 0.5 else kpi.FEWEST_SPREAD
    return kpi.quantile(buckets, share) if sum(buckets.values()) >= fewest else None


WEIGHED_AS: Final[Mapping[cost_tables.Way, Way]] = {
    cost_tables.Way.CALL: Way.PHONE,
    cost_tables.Way.EMAIL: Way.POST,
    cost_tables.Way.CONSULTATION: Way.COUNTER,
    cost_tables.Way.AGENCY: Way.COUNTER,
}
"""What each way that is counted by hand weighs as: see decision 0164."""


def ways_by_hand(counted: ByHand) -> Counter[Way]:
    """By which way staff helped outside visits, as they counted it."""
    found: Counter[Way] = Counter()
    for way, each in counted.ways.items():
        found[WEIGHED_AS[way]] += each.n
    return found


def ways_of(volume: Volume) -> dict[Way, int]:
    """By which way services were given: what an assistant filed is *assisted*, however the resident reached them."""
    filed = volume.outcomes.get(Outcome.FILED, 0)
    alone = volume.outcomes.get(Outcome.SELF_SERVED, 0)
    rest = volume.given - filed - alone
    called = min(volume.channels.get(Channel.PHONE, 0), rest)
    return {Way.ONLINE: alone, Way.ASSISTED: filed, Way.PHONE: called, Way.COUNTER: rest - called}
