"""What is asked for: which services, what may be done about each and until when, how often, and what may not change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec
from sqlalchemy import Connection

from connectors.sdk import registry
from delegation.filing import FilingState
from delegation.model import Action, AllowedAction, AllowedService
from gateway.people.residents import Profile
from gateway.services.catalogue import Service
from gateway.visits.errors import NotOfferedError
from gateway.visits.rows import AnyRow, filings_of_visit
from gateway.visits.sealed import VisitVault

LOCKED: TypeAlias = dict[str, dict[str, str]]
"""The values that may not change, by service and input; sealed with the delegation."""
_KIND = "locked"


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
    """The chosen services that were not filed in this visit, in their order."""
    done = {filing.service_id for filing in filings_of_visit(conn, visit.id) if filing.state is FilingState.FILED}
    return tuple(each for each in chosen(visit) if each not in done)


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


def lockable(service: Service, profile: Profile) -> dict[str, str]:
    """The inputs of a service whose value is known of the resident and may be fixed, with that value."""
    known = {"resident.phone": profile.phone, "resident.email": profile.email, "resident.address": profile.address}
    known["resident.iban"] = profile.iban
    inputs = registry.find(service.id).inputs
    return {each.name: value for each in inputs if each.lockable and (value := known.get(each.prefill or ""))}


def locked_values(services: Sequence[Service], scope: Sequence[AllowedService], profile: Profile) -> LOCKED:
    """The known values that `scope` fixes.

    Raises:
        NotOfferedError: an input may not be fixed, or nothing is known that it could keep.
    """
    values: LOCKED = {}
    by_id = {service.id: service for service in services}
    for each in scope:
        if not each.locked:
            continue
        known = lockable(by_id[each.service], profile)
        if not known.keys() >= set(each.locked):
            raise NotOfferedError(f"{each.service} fixes what is not known")
        values[each.service] = {name: known[name] for name in each.locked}
    return values


def keep_locked(vault: VisitVault, delegation_id: str, values: LOCKED, now: datetime) -> None:
    """Seal the fixed values of a delegation, if it has any."""
    if values:
        vault.add(delegation_id, _KIND, msgspec.json.encode(values), now)


def locked_of(vault: VisitVault, delegation_id: str, service_id: str) -> dict[str, str]:
    """The values that a delegation fixes for a service, by input."""
    kept = vault.find(delegation_id, _KIND)
    return {} if kept is None else msgspec.json.decode(kept, type=LOCKED).get(service_id, {})


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
