"""What is asked for: which services, what may be done about each and until when, how often, and what may not change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from delegation.filing import FilingState
from delegation.model import Action, AllowedAction, AllowedService
from gateway.services.catalogue import Service
from gateway.visits.errors import NotOfferedError
from gateway.visits.rows import AnyRow, filings_of_visit


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the assistant offers to do for one service; filing it once is always part of it."""

    service: str
    follow: bool = False
    collect: bool = False
    filings: int = 1
    locked: tuple[str, ...] = ()
    """Inputs whose known value the assistant may not change."""


def chosen(visit: AnyRow) -> tuple[str, ...]:
    """The services that a visit is about, in their order; nothing before one was chosen."""
    if visit.services:
        return tuple(visit.services)
    return () if visit.service_id is None else (visit.service_id,)


def left_to_do(conn: Connection, visit: AnyRow) -> tuple[str, ...]:
    """The chosen services that were neither filed in this visit nor left out, in their order."""
    done = {filing.service_id for filing in filings_of_visit(conn, visit.id) if filing.state is FilingState.FILED}
    return tuple(each for each in chosen(visit) if each not in done and each not in (visit.left_out or {}))


def allowed(
    services: Sequence[Service], wanted: Sequence[Wanted], *, now: datetime, files_until: datetime
) -> tuple[AllowedService, ...]:
    """What a delegation would allow: each action to its own end, none longer than the service offers.

    Raises:
        NotOfferedError: a service does not offer what is wanted of it.
    """
    asked = {each.service: each for each in wanted}
    if not asked.keys() <= {service.id for service in services}:
        raise NotOfferedError("a service that is not part of the visit")
    return tuple(_allowed(each, asked.get(each.id, Wanted(service=each.id)), now, files_until) for each in services)


def whole_minute(moment: datetime) -> datetime:
    """An end as the statement shows it, so that text and token say the same."""
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _allowed(service: Service, wanted: Wanted, now: datetime, files_until: datetime) -> AllowedService:
    if not 1 <= wanted.filings <= service.max_filings:
        raise NotOfferedError(f"{service.id} is not filed {wanted.filings} times")
    ends = {Action.FILE: files_until}
    for action, is_wanted, days in (
        (Action.FOLLOW, wanted.follow, service.follow_days),
        (Action.COLLECT, wanted.collect, service.collect_days),
    ):
        if is_wanted and days is None:
            raise NotOfferedError(f"{service.id} does not offer to {action}")
        if is_wanted and days is not None:
            ends[action] = whole_minute(now + timedelta(days=days))
    return AllowedService(
        service=service.id,
        actions=tuple(AllowedAction(action=action, valid_until=end) for action, end in ends.items()),
        max_filings=wanted.filings,
        locked=wanted.locked,
    )
