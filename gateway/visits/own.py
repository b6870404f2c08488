"""Everything that was done in one person's name, as they see it themselves: what is allowed, open and past.

Somebody is shown what they are the principal of and what they were asked to approve. Reading one's own is no event of
looking. Sealed values are opened through the principal's own key alone: what was erased is shown as erased.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, and_, bindparam, not_, or_, select

from delegation.filing import FilingState
from delegation.model import Action, Delegation, DelegationState
from gateway.keys import store
from gateway.paging import Key, end_of, follows
from gateway.parts import Parts
from gateway.people.tables import Centre, Staff
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.visits.case_tables import Dispute
from gateway.visits.delegations import to_model
from gateway.visits.errors import NotFoundError
from gateway.visits.rows import AnyRow
from gateway.visits.tables import Approval, DelegationRow, Filing, Visit, VisitState

PAGE = 20
"""Past delegations on one page."""
MOST_OPEN = 50

IN_FORCE = (DelegationState.ACTIVE, DelegationState.SPENT, DelegationState.REQUESTED)
IS_THEIRS = or_(
    DelegationRow.principal_id == bindparam("person"),
    DelegationRow.approver_id == bindparam("person"),
    DelegationRow.id.in_(select(Approval.delegation_id).where(Approval.approver_id == bindparam("person"))),
)
"""Whose matter it is, and everybody who was asked for a yes, also beside the first."""
_IS_OPEN = and_(DelegationRow.state.in_(IN_FORCE), DelegationRow.valid_until > bindparam("now"))
_COLUMNS = (
    select(
        DelegationRow.__table__,
        Centre.name.label("centre"),
        Staff.display_name.label("assistant"),
        Visit.state.label("visit_state"),
        Visit.set_aside_until,
    )
    .join(Visit, Visit.id == DelegationRow.visit_id)
    .join(Centre, Centre.id == DelegationRow.centre_id)
    .join(Staff, Staff.id == DelegationRow.assistant_id)
    .where(IS_THEIRS)
)
_NEWEST_FIRST = (DelegationRow.requested_at.desc(), DelegationRow.id.desc())
_OPEN = _COLUMNS.where(_IS_OPEN).order_by(*_NEWEST_FIRST).limit(bindparam("most"))
_PAST = _COLUMNS.where(not_(_IS_OPEN)).order_by(*_NEWEST_FIRST).limit(bindparam("most"))
_PAST_BEFORE = _PAST.where(follows(DelegationRow.requested_at, DelegationRow.id))
_IDS = select(DelegationRow.id).where(IS_THEIRS).order_by(_IS_OPEN.desc(), *_NEWEST_FIRST).limit(bindparam("most"))
_ONE = _COLUMNS.where(DelegationRow.id == bindparam("id"))
_HAS_CASES = select(Dispute.id).where(Dispute.delegation_id == DelegationRow.id).correlate(DelegationRow).exists()
_WITH_KEYS = store.read_with(
    _COLUMNS.where(DelegationRow.id.in_(bindparam("ids", expanding=True))).add_columns(_HAS_CASES.label("has_cases")),
    Visit.key_id,
)
_SENT = (
    select(Filing.delegation_id, Filing.service_id, Filing.state, Filing.reference, Filing.sent_at)
    .where(Filing.delegation_id.in_(bindparam("delegations", expanding=True)), Filing.sent_at.is_not(None))
    .order_by(Filing.drafted_at)
)
_CARDS = select(Service.id, Service.cards).where(Service.id.in_(bindparam("services", expanding=True)))


class Standing(StrEnum):
    """How a delegation stands, as the person is told."""

    ASKED = "asked"
    IN_FORCE = "in_force"
    DONE = "done"
    """What was allowed has been done; nothing is left."""
    STOPPED = "stopped"
    REFUSED = "refused"
    LAPSED = "lapsed"
    ENDED = "ended"
    """Its time is over, or the visit is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What left for a portal."""

    service: str
    state: FilingState
    reference: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One delegation in the list."""

    id: str
    services: tuple[str, ...]
    centre: str
    assistant: str
    requested_at: datetime
    ends_at: datetime
    """When it ended, or will end by itself."""
    standing: Standing
    is_for_another: bool
    """Whether the person only approved it: the matter is somebody else's."""
    sent: tuple[Sent, ...]
    set_aside_until: datetime | None = None
    """Until when what is left may be filed, where the visit waits to be taken up."""

    @property
    def filed(self) -> int:
        """How many of several services were filed."""
        return len({each.service for each in self.sent if each.state is FilingState.FILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One page of the list."""

    live: tuple[Listed, ...]
    """Empty on every page but the first."""
    past: tuple[Listed, ...]
    older: Key | None
    """Where the next page begins, if there is one."""


def overview(conn: Connection, parts: Parts, person_id: str, language: str, after: Key | None = None) -> Overview:
    """What is allowed now, and a page of what was, newest first; titles in `language`. Four statements at most."""
    now = parts.clock.now()
    known = {"person": person_id, "now": now}
    live = [] if after else list(conn.execute(_OPEN, known | {"most": MOST_OPEN}))
    if after is None:
        past = list(conn.execute(_PAST, known | {"most": PAGE + 1}))
    else:
        past = list(conn.execute(_PAST_BEFORE, known | {"most": PAGE + 1} | after.values))
    shown = past[:PAGE]
    lines = _lines(conn, [*live, *shown], person_id, language, now)
    older = end_of(past, PAGE, lambda row: Key(row.requested_at, row.id))
    is_live = (Standing.ASKED, Standing.IN_FORCE)
    return Overview(
        live=tuple(each for each in lines if each.standing in is_live),
        past=tuple(each for each in lines if each.standing not in is_live),
        older=older,
    )


def newest(conn: Connection, person_id: str, now: datetime, *, most: int) -> list[str]:
    """The ids of what is open at `now`, then of what is past, each from the newest: no more than `most`."""
    return list(conn.execute(_IDS, {"person": person_id, "now": now, "most": most}).scalars())


def find(conn: Connection, person_id: str, delegation_id: str) -> AnyRow:
    """One delegation that is this person's, with the names of centre and assistant; not locked.

    Raises:
        NotFoundError: there is none, or it is somebody else's: which of both is not said.
    """
    row = conn.execute(_ONE, {"person": person_id, "id": delegation_id}).one_or_none()
    if row is None:
        raise NotFoundError("no such delegation")
    return row


def find_all_with_keys(conn: Connection, person_id: str, delegation_ids: Sequence[str]) -> list[AnyRow]:
    """As `find`, several in this order, each with the key of its visit for `VisitVault.read`, and `has_cases`.

    Raises:
        NotFoundError: one of them is not there, or somebody else's.
    """
    rows = conn.execute(_WITH_KEYS, {"person": person_id, "ids": list(delegation_ids)})
    found = {row.id: row for row in rows}
    if len(found) < len(set(delegation_ids)):
        raise NotFoundError("no such delegation")
    return [found[each] for each in delegation_ids]


def standing_of(row: AnyRow, now: datetime) -> Standing:
    """How the delegation of `row` stands at `now`."""
    match row.state:
        case DelegationState.REFUSED:
            return Standing.REFUSED
        case DelegationState.LAPSED:
            return Standing.LAPSED
        case DelegationState.REVOKED:
            return Standing.ENDED if row.ended_by == "visit" else Standing.STOPPED
    model = to_model(row)
    if row.state is DelegationState.REQUESTED:
        return Standing.ASKED if now < row.valid_until else Standing.LAPSED
    if any(is_left(model, each.service, action.action, now) for each in model.services for action in each.actions):
        return Standing.IN_FORCE
    return Standing.DONE if row.state is DelegationState.SPENT else Standing.ENDED


def is_left(delegation: Delegation, service: str, action: Action, now: datetime) -> bool:
    """Whether the right to one action for one service is still there at `now`."""
    allowed = delegation.allowed_service(service)
    end = allowed.end_of(action)
    is_live = delegation.state in (DelegationState.ACTIVE, DelegationState.SPENT)
    if end is None or not is_live or now >= min(end, delegation.valid_until):
        return False
    return action is not Action.FILE or (delegation.state is DelegationState.ACTIVE and not allowed.is_used_up)


def _lines(conn: Connection, rows: list[AnyRow], person_id: str, language: str, now: datetime) -> tuple[Listed, ...]:
    if not rows:
        return ()
    services = sorted({each["service"] for row in rows for each in row.services})
    cards = {row.id: row.cards for row in conn.execute(_CARDS, {"services": services})}

    def title(service_id: str) -> str:
        return catalogue.title_of(cards[service_id], language) if service_id in cards else service_id

    sent: dict[str, list[Sent]] = {}
    for each in conn.execute(_SENT, {"delegations": [row.id for row in rows]}):
        one = Sent(service=title(each.service_id), state=each.state, reference=each.reference, at=each.sent_at)
        sent.setdefault(each.delegation_id, []).append(one)
    return tuple(_line(row, [title(each["service"]) for each in row.services], sent, person_id, now) for row in rows)


def _line(row: AnyRow, titles: list[str], sent: dict[str, list[Sent]], person_id: str, now: datetime) -> Listed:
    return Listed(
        id=row.id,
        services=tuple(titles),
        centre=row.centre,
        assistant=row.assistant,
        requested_at=row.requested_at,
        ends_at=row.ended_at or row.valid_until,
        standing=standing_of(row, now),
        is_for_another=row.principal_id != person_id,
        sent=tuple(sent.get(row.id, ())),
        set_aside_until=row.set_aside_until if row.visit_state is VisitState.SET_ASIDE else None,
    )
