"""Who looked at a person's data and why, as they see it themselves: from the trail, where no look can be left out.

Members of staff who serve people are named, as the statement names them; an auditor is not, so that nobody who checks
has to fear whom they check. Where and in which role stands with each look. What two auditors put off for an inquiry
stands there with its own time once that is over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal, or_, select, union_all

from audit.entry import ActorKind, Entry, decode
from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.paging import Key, end_of, follows
from gateway.people.tables import Centre, Staff
from gateway.visits.tables import Approval, DelegationRow, Visit

MOST = 50
"""Looks on one page."""

_KINDS = (
    EventName.RESIDENT_LOOKED_AT,
    EventName.RESIDENT_LOOKED_AT_BY_AUDITOR,
    EventName.VISIT_LOOKED_AT,
    EventName.LOOK_TOLD_LATE,
    EventName.STATEMENT_RENDERED,
    EventName.FINDING_READ,
    EventName.SECOND_LOOK_OPENED,
    EventName.DELEGATIONS_LISTED,
    EventName.VISIT_HANDED_OVER,
    EventName.VISIT_NOT_HANDED_OVER,
    EventName.OVERVIEW_PRINTED,
    EventName.DECISION_SHOWN,
    EventName.BUNDLE_EXPORTED,
)
_NAMED = frozenset({ActorKind.ASSISTANT, ActorKind.MANAGER})
_LOOKS = (
    select(AuditEvent.id, AuditEvent.at, AuditEvent.leaf, Visit.opened_at)
    .outerjoin(Visit, Visit.id == AuditEvent.chain)
    .where(AuditEvent.type.in_([kind.value for kind in _KINDS]))
    .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    .limit(bindparam("most"))
)
_THEIRS = or_(
    DelegationRow.principal_id == bindparam("person"),
    DelegationRow.approver_id == bindparam("person"),
    DelegationRow.id.in_(select(Approval.delegation_id).where(Approval.approver_id == bindparam("person"))),
)
_ALL = _LOOKS.where(
    or_(AuditEvent.chain == bindparam("own"), AuditEvent.chain.in_(select(DelegationRow.visit_id).where(_THEIRS)))
)
_ALL_AFTER = _ALL.where(follows(AuditEvent.at, AuditEvent.id))
_RANKED = (
    select(
        AuditEvent.id,
        func.row_number()
        .over(partition_by=AuditEvent.chain, order_by=(AuditEvent.at.desc(), AuditEvent.id.desc()))
        .label("place"),
    )
    .where(
        AuditEvent.type.in_([kind.value for kind in _KINDS]),
        AuditEvent.chain.in_(bindparam("visits", expanding=True)),
    )
    .subquery()
)
_OF_VISITS = (
    select(AuditEvent.leaf, Visit.opened_at)
    .join(_RANKED, _RANKED.c.id == AuditEvent.id)
    .join(Visit, Visit.id == AuditEvent.chain)
    .where(_RANKED.c.place <= MOST)
    .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
)
_PRINCIPALS = select(DelegationRow.principal_id).where(_THEIRS).distinct()
_NAMES = union_all(
    select(literal("staff").label("kind"), Staff.id, Staff.display_name.label("name")).where(
        Staff.id.in_(bindparam("staff", expanding=True))
    ),
    select(literal("centre").label("kind"), Centre.id, Centre.name).where(
        Centre.id.in_(bindparam("centres", expanding=True))
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody looked."""

    at: datetime
    told_at: datetime | None
    """When the trail told it, where an inquiry had put that off."""
    kind: EventName
    reason: str | None
    """Code of the reason that was given, where one is asked for."""
    role: ActorKind
    name: str | None
    """Of a member of staff who serves people."""
    centre: str | None
    visit_at: datetime | None
    """When the visit began that was looked at, where it was one."""
    left_sealed: bool
    """Whether it was a file in which everything that is sealed stayed so."""


def of_person(conn: Connection, person_id: str, after: Key | None = None) -> tuple[list[Look], Key | None]:
    """The newest looks at anything of a person's, or those after `after`, and where the page ends if there are more.

    Three statements.
    """
    known: dict[str, object] = {"person": person_id, "own": f"resident:{person_id}", "most": MOST + 1}
    rows = conn.execute(_ALL if after is None else _ALL_AFTER, known | (after.values if after else {})).all()
    principals = {None, person_id, *conn.execute(_PRINCIPALS, {"person": person_id}).scalars()}
    looks = _looks(conn, rows[:MOST], lambda entry: entry.data.get("resident") in principals)
    return [look for _chain, look in looks], end_of(rows, MOST, lambda row: Key(row.at, row.id))


def of_visits(conn: Connection, principals: Mapping[str, str]) -> dict[str, list[Look]]:
    """The newest looks at what each visit holds of its principal: ids of both, by visit. Two statements.

    A visit may also hold looks at somebody who was served before in it; those are not theirs.
    """
    if not principals:
        return {}
    rows = conn.execute(_OF_VISITS, {"visits": sorted(principals)}).all()
    looks = _looks(conn, rows, lambda entry: entry.data.get("resident") in (None, principals[entry.visit]))
    return {visit: [look for of_visit, look in looks if of_visit == visit] for visit in principals}


def _looks(conn: Connection, rows: Sequence[Any], is_theirs: Callable[[Entry], bool]) -> list[tuple[str, Look]]:
    """Turn events into looks, each beside the chain it stands in."""
    entries = [(decode(bytes(row.leaf)), row.opened_at) for row in rows]
    theirs = [(entry, opened_at) for entry, opened_at in entries if _is_look(entry) and is_theirs(entry)]
    staff = sorted({entry.actor.id for entry, _ in theirs if entry.actor.kind in _NAMED})
    centres = sorted({entry.actor.centre for entry, _ in theirs if entry.actor.centre})
    found = conn.execute(_NAMES, {"staff": staff, "centres": centres}) if theirs else ()
    names = {(row.kind, row.id): row.name for row in found}
    # Looks that an inquiry had put off are told in one moment: they stand in the order in which they happened.
    looks = [(entry.visit, _look(entry, names, opened_at)) for entry, opened_at in theirs]
    return sorted(looks, key=lambda found: (found[1].told_at or found[1].at, found[1].at), reverse=True)


def _is_look(entry: Entry) -> bool:
    """Whether somebody else looked: reading one's own text is no look, and writing a note is none either."""
    return entry.actor.kind is not ActorKind.RESIDENT and entry.data.get("kind") != EventName.NOTE_WRITTEN


def _look(entry: Entry, names: Mapping[tuple[str, str], str], visit_at: datetime | None) -> Look:
    is_late = entry.type == EventName.LOOK_TOLD_LATE
    return Look(
        at=datetime.fromisoformat(entry.data["at"]) if is_late else entry.time,
        told_at=entry.time if is_late else None,
        kind=EventName(entry.data["kind"] if is_late else entry.type),
        reason=entry.data.get("reason"),
        role=entry.actor.kind,
        name=names.get(("staff", entry.actor.id)) if entry.actor.kind in _NAMED else None,
        centre=names.get(("centre", entry.actor.centre or "")),
        visit_at=visit_at,
        left_sealed=entry.data.get("disclosed") == [],
    )
