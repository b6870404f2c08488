"""What one closed visit is in the figures, derived from its rows; nobody is named in it, neither resident nor staff.

Each filing is one service given, with its own outcome, but one that was overtaken or tried again counts once. A visit
without a filing counts itself, with the service that it was about, if one was chosen.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, select

from delegation.filing import FilingState
from gateway.database.base import written_out
from gateway.reports.periods import Month
from gateway.services.tables import Service
from gateway.visits.filings import counts as can_count
from gateway.visits.states import Ending, VisitState
from gateway.visits.stopping import EXPIRED
from gateway.visits.tables import Approval, DelegationRow, Filing, Visit

NO_GROUP: Final = "none"
"""Where no service was chosen; as answers say it."""
SEVERAL: Final = "several"
"""Where services of several groups were given in one visit: its minutes cannot be told apart."""
NO_ROUTE: Final = "none"


class Outcome(StrEnum):
    """What came of one service."""

    FILED = "filed"
    DECLINED = "declined"
    """By the portal: it did not take what was sent, and said so."""
    INFORMED = "informed"
    REFERRED = "referred"
    SELF_SERVED = "self_served"
    REFUSED = "refused"
    """By the resident, who was asked for the permission, or for the yes to what would be sent."""
    STOPPED = "stopped"
    LAPSED = "lapsed"
    """No yes came in time, or the permission ran out."""
    ABANDONED = "abandoned"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Not yet known: it was sent, and the answer has not come."""


FINAL: Final = frozenset(
    {Outcome.FILED, Outcome.DECLINED, Outcome.INFORMED, Outcome.REFERRED, Outcome.SELF_SERVED},
)
"""Outcomes after which a resident knows how their matter stands, and need not come again for it."""
OF_PEOPLE: Final = (
    Outcome.DECLINED,
    Outcome.REFUSED,
    Outcome.STOPPED,
    Outcome.LAPSED,
    Outcome.ABANDONED,
    Outcome.FAILED,
)
"""Outcomes that say something of whoever came, and are told in fives; the others are counts of work."""
ELECTRONIC: Final = frozenset({Outcome.FILED, Outcome.SELF_SERVED})
"""Outcomes of what was done as an e-service."""
_UNTIMED: Final = frozenset({Outcome.ABANDONED, Outcome.LAPSED})
"""Whose end is set by the clock: how long anybody helped is not known."""

_OF_ENDING: Final[Mapping[Ending, Outcome]] = {
    Ending.FILED: Outcome.FILED,
    Ending.REFUSED: Outcome.REFUSED,
    Ending.LAPSED: Outcome.LAPSED,
    Ending.EXPIRED: Outcome.LAPSED,
    Ending.STOPPED: Outcome.STOPPED,
    Ending.DECLINED: Outcome.REFUSED,
    Ending.FAILED: Outcome.FAILED,
    Ending.UNKNOWN: Outcome.UNKNOWN,
    Ending.ABANDONED: Outcome.ABANDONED,
    Ending.INFORMED: Outcome.INFORMED,
    Ending.REFERRED: Outcome.REFERRED,
    Ending.SELF_SERVED: Outcome.SELF_SERVED,
}
_OF_FILING: Final[Mapping[FilingState, Outcome]] = {
    FilingState.DRAFTED: Outcome.ABANDONED,
    FilingState.PREPARED: Outcome.ABANDONED,
    FilingState.CONFIRMED: Outcome.ABANDONED,
    FilingState.SENT: Outcome.UNKNOWN,
    FilingState.FILED: Outcome.FILED,
    FilingState.UNKNOWN: Outcome.UNKNOWN,
    FilingState.NOT_FILED: Outcome.FAILED,
    FilingState.NEEDS_HUMAN: Outcome.UNKNOWN,
    FilingState.STOPPED: Outcome.STOPPED,
    FilingState.DECLINED: Outcome.DECLINED,
    FilingState.FAILED: Outcome.FAILED,
    FilingState.ABANDONED: Outcome.ABANDONED,
}
_TELLING: Final = {outcome: place for place, outcome in enumerate((Outcome.UNKNOWN, Outcome.FILED))}
"""Of several tries at the same matter: what may have arrived says it first, then what has."""


class Given(msgspec.Struct, frozen=True, array_like=True):
    """One service that was given, or asked for in vain."""

    service: str
    group: str
    outcome: str
    route: str


class Fact(msgspec.Struct, frozen=True):
    """One closed visit, as it is counted."""

    month: str
    centre: str
    channel: str
    given: tuple[Given, ...]
    group: str
    """Under which its minutes are counted."""
    helped: int | None
    """Whole minutes from the beginning to the end without those waited for; none where that is not known."""
    waited: int | None
    """Whole minutes in which a yes was waited for."""


_VISITS = select(
    Visit.id,
    Visit.centre_id,
    Visit.channel,
    Visit.ending,
    Visit.service_id,
    Visit.opened_at,
    Visit.closed_at,
    Visit.set_aside_at,
).where(Visit.id.in_(bindparam("visits", expanding=True)), Visit.state == written_out(VisitState.CLOSED))
_FILINGS = (
    select(
        Filing.visit_id,
        Filing.delegation_id,
        Filing.service_id,
        Filing.service_key,
        Filing.state,
        Filing.reason,
        Filing.sent_at,
    )
    .where(Filing.visit_id.in_(bindparam("visits", expanding=True)))
    .order_by(Filing.drafted_at, Filing.id)
)
_DELEGATIONS = (
    select(DelegationRow.id, DelegationRow.visit_id, DelegationRow.approvals)
    .where(DelegationRow.visit_id.in_(bindparam("visits", expanding=True)))
    .order_by(DelegationRow.requested_at)
)
_WAITS = select(Approval.visit_id, Approval.asked_at, Approval.decided_at, Approval.lapses_at).where(
    Approval.visit_id.in_(bindparam("visits", expanding=True))
)
_GROUPS = select(Service.id, Service.feedback_group)


def of_visits(conn: Connection, visits: Sequence[str]) -> dict[str, Fact]:
    """What each closed one of these visits is in the figures; what is still open, or no visit at all, is left out."""
    asked = {"visits": list(visits)}
    rows = conn.execute(_VISITS, asked).all()
    if not rows:
        return {}
    groups = {row.id: row.feedback_group for row in conn.execute(_GROUPS)}
    filings = _by_visit(conn.execute(_FILINGS, asked))
    delegations = _by_visit(conn.execute(_DELEGATIONS, asked))
    waits = _by_visit(conn.execute(_WAITS, asked))
    return {
        row.id: _fact(row, filings.get(row.id, ()), delegations.get(row.id, ()), waits.get(row.id, ()), groups)
        for row in rows
    }


def counts_of(fact: Fact) -> Iterator[tuple[str, str, str]]:
    """What a visit adds to sums: group of services, what is counted, and the service it is counted for, if one.

    `given`, `known`, `final`, `channel:…`, `outcome:…`, `route:…` for each service given, and `helped:…` and
    `waited:…` for the visit, each with the first minute of its bucket.
    """
    for one in fact.given:
        outcome = Outcome(one.outcome)
        names = ["given", f"channel:{fact.channel}", f"outcome:{one.outcome}", f"route:{one.route}"]
        if outcome is not Outcome.UNKNOWN:
            names.append("known")
        if outcome in FINAL:
            names.append("final")
        yield from ((one.group, name, one.service) for name in names)
    for name, minutes in (("helped", fact.helped), ("waited", fact.waited)):
        if minutes is not None:
            yield fact.group, f"{name}:{bucket_of(minutes)}", ""


def bucket_of(minutes: int) -> int:
    """The first minute of the bucket: each minute up to an hour, then five, from two hours on thirty."""
    if minutes < 60:
        return max(minutes, 0)
    return minutes - minutes % (5 if minutes < 120 else 30)


def width_of(bucket: int) -> int:
    """How many minutes a bucket holds."""
    return 1 if bucket < 60 else 5 if bucket < 120 else 30


def _by_visit(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.visit_id, []).append(row)
    return found


def _fact(
    visit: Any, filings: Sequence[Any], delegations: Sequence[Any], waits: Sequence[Any], groups: Mapping[str, str]
) -> Fact:
    given = tuple(_given(visit, filings, delegations, groups))
    found = Counter(one.group for one in given)
    # Untimed only where nothing else was done in the visit: one service of three may be left.
    is_timed = visit.set_aside_at is None and any(one.outcome not in _UNTIMED for one in given)
    waited = _together(visit, waits) if is_timed else timedelta()
    spent = visit.closed_at - visit.opened_at
    return Fact(
        month=str(Month.of(visit.closed_at)),
        centre=visit.centre_id,
        channel=visit.channel.value,
        given=given,
        group=next(iter(found)) if len(found) == 1 else SEVERAL,
        helped=_minutes(spent - waited) if is_timed else None,
        waited=_minutes(waited) if is_timed and waits else None,
    )


def _given(
    visit: Any, filings: Sequence[Any], delegations: Sequence[Any], groups: Mapping[str, str]
) -> Iterator[Given]:
    routes = {each.id: _route_of(each.approvals) for each in delegations}
    tries: dict[tuple[str, bytes], tuple[Outcome, str]] = {}
    for filing in filter(can_count, filings):
        outcome = _outcome_of(filing)
        matter = filing.service_id, bytes(filing.service_key)
        before = tries.get(matter)
        if before is None or _telling(outcome) <= _telling(before[0]):
            tries[matter] = outcome, routes.get(filing.delegation_id, NO_ROUTE)
    for (service, _key), (outcome, route) in tries.items():
        yield Given(service, groups.get(service, NO_GROUP), outcome.value, route)
    if not tries:
        route = next((route for route in reversed(routes.values()) if route != NO_ROUTE), NO_ROUTE)
        service = visit.service_id or ""
        yield Given(service, groups.get(service, NO_GROUP), _OF_ENDING[visit.ending].value, route)


def _outcome_of(filing: Any) -> Outcome:
    if filing.state is FilingState.DECLINED and filing.sent_at is None:
        return Outcome.REFUSED
    return Outcome.LAPSED if filing.reason == EXPIRED else _OF_FILING[filing.state]


def _telling(outcome: Outcome) -> int:
    return _TELLING.get(outcome, len(_TELLING))


def _route_of(approvals: Sequence[Mapping[str, Any]]) -> str:
    """The way of the yes; paper where one of several was on paper."""
    routes = [str(each["route"]) for each in approvals]
    return "paper" if "paper" in routes else routes[0] if routes else NO_ROUTE


def _together(visit: Any, waits: Sequence[Any]) -> timedelta:
    """For how long a yes was waited for: what overlaps counts once."""
    total, reached = timedelta(), visit.opened_at
    for wait in sorted(waits, key=lambda each: each.asked_at):
        begins, ends = max(wait.asked_at, reached), min(_ended(wait), visit.closed_at)
        if ends > begins:
            total += ends - begins
            reached = ends
    return total


def _ended(wait: Any) -> datetime:
    moment: datetime = wait.decided_at or wait.lapses_at
    return moment


def _minutes(spent: timedelta) -> int:
    return max(int(spent.total_seconds()) // 60, 0)
