"""Several services in one visit: chosen together, allowed by one statement, worked through one after the other.

`visit.service_id` is the one that is being worked on. At most one filing of a visit is unsent at any time: going on to
another service sets the half-done one aside, and coming back takes its answers up again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection, update

from audit.events import EventName
from delegation.filing import IN_DOUBT, UNSENT, FilingState
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.services import catalogue, life_events
from gateway.services.catalogue import Service
from gateway.visits import approvals, filings, guarding, opening, plans, scope, stopping, unfiled
from gateway.visits.errors import NotOfferedError
from gateway.visits.rows import AnyRow, ensure, filings_of_visit, lock_delegation_of, lock_filing_of, lock_open_visit
from gateway.visits.tables import Visit
from gateway.visits.trail import say
from gateway.visits.unfiled import Unfiled
from gateway.visits.view import SET_ASIDE, Stage, VisitView

MOST = 8
"""Services in one visit: a statement that nobody reads to its end allows nothing."""


class TurnState(StrEnum):
    """How far one of several services is."""

    CURRENT = "current"
    FILED = "filed"
    SENDING = "sending"
    """Its one final request is on its way; the portal's answer is awaited."""
    IN_DOUBT = "in_doubt"
    ENDED = "ended"
    """It came to nothing so far; it may be tried again."""
    LEFT = "left"
    WAITING = "waiting"
    """Another service has to be filed first: it gives what this one needs."""
    LEFT_OUT = "left_out"
    """It is not done now; it may be taken back in."""
    REFERRED = "referred"
    """It is not filed here: its card says where."""


@dataclass(frozen=True)
class Turn:
    """One of several services of a visit."""

    service: Service
    state: TurnState
    is_current: bool
    reference: str | None
    used: int
    most: int
    waits_for: tuple[str, ...] = ()
    """Services that have to be filed first."""
    why: Unfiled | None = None
    """Why it is not filed; none where it is, or where it is not filed here."""
    filing_id: str | None = None
    """Of the newest filing, and why that stands where it stands."""
    reason: str | None = None

    @property
    def is_unfiled(self) -> bool:
        """Whether it stays unfiled if the visit ends now; one in doubt may have been filed."""
        return self.may_leave_out or self.state is TurnState.LEFT_OUT

    @property
    def may_leave_out(self) -> bool:
        """Whether it is still to be done, so that it may be left."""
        return self.state in (TurnState.CURRENT, TurnState.LEFT, TurnState.WAITING, TurnState.ENDED)


def choose_services(
    conn: Connection,
    parts: Parts,
    by: StaffSession,
    visit_id: str,
    service_ids: Sequence[str],
    *,
    life_event: str | None = None,
) -> None:
    """Choose several services at once, of a life event or one by one; the first that is electronic is begun with.

    Raises:
        NotFoundError, VisitClosedError, OutOfOrderError: as `opening.choose_service`.
        ServiceUnknownError: no such service.
        NotOfferedError: none, or more than one statement can say.
        NotTogetherError: they cannot be asked for together.
        guarding.BarredError: the centre may not offer one of them, or the assistant is not trained for it.
    """
    now = parts.clock.database_now(conn)
    opening.lock_to_choose(conn, by, visit_id)
    chosen = tuple(dict.fromkeys(service_ids))
    if not 1 <= len(chosen) <= MOST:
        raise NotOfferedError(f"a visit is about one to {MOST} services")
    services = _in_order(catalogue.find_all(conn, chosen))
    first = next((each for each in services if each.is_electronic), services[0])
    wanted = [each.id for each in services if each.is_electronic]
    guarding.ensure_open(conn, wanted, centre_id=by.centre_id, staff_id=by.staff_id, now=now)
    several = [each.id for each in services] if len(chosen) > 1 else None
    _set(conn, visit_id, service_id=first.id, services=several, life_event_id=life_event, left_out=None)
    event = EventName.SERVICE_CHOSEN if first.is_electronic else EventName.SERVICE_REFERRED
    say(conn, visit_id, event, by.actor, now, service=first.id, services=list(chosen), life_event=life_event)


def add_service(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, service_id: str) -> None:
    """Choose one more service, beside what was chosen; errors as of `choose_services`."""
    visit = opening.lock_to_choose(conn, by, visit_id)
    chosen = (*scope.chosen(visit), service_id)
    choose_services(conn, parts, by, visit_id, chosen, life_event=visit.life_event_id)


def remove_service(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, service_id: str) -> None:
    """Take one of several services back out; errors as of `choose_services`."""
    visit = opening.lock_to_choose(conn, by, visit_id)
    chosen = tuple(each for each in scope.chosen(visit) if each != service_id)
    choose_services(conn, parts, by, visit_id, chosen, life_event=visit.life_event_id)


def choose_life_event(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, event_id: str) -> None:
    """Choose all services of a life event; errors as of `choose_services`."""
    services = life_events.services_of(conn, event_id)
    choose_services(conn, parts, by, visit_id, services, life_event=event_id)


def next_service(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, service_id: str) -> None:
    """Go on to another of the visit's services; a filing that was not sent is set aside.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
        OutOfOrderError: the service is not one of the visit's, nothing is allowed yet, or an answer is awaited.
    """
    now = parts.clock.database_now(conn)
    visit = lock_open_visit(conn, by, visit_id)
    ensure(service_id in scope.chosen(visit), "go on to a service of another visit")
    ensure(service_id not in (visit.left_out or {}), "go on to what is left out")
    if service_id == visit.service_id:
        return
    delegation = lock_delegation_of(conn, visit_id)
    filing = None if delegation is None else lock_filing_of(conn, delegation.id)
    ensure(filing is None or filing.state is not FilingState.SENT, "go on while the answer is awaited")
    if delegation is not None and filing is not None and filing.state in UNSENT:
        stopping.stop_filing(conn, filing, by.actor, SET_ASIDE, now, abandoned=True)
        approvals.lapse_all(conn, delegation.id, now)
    _set(conn, visit_id, service_id=service_id)
    say(conn, visit_id, EventName.SERVICE_CHOSEN, by.actor, now, service=service_id, again=True)


def to_ask(conn: Connection, view: VisitView) -> tuple[Service, ...]:
    """The electronic services that a delegation would be asked for now."""
    if view.service is None or not view.visit["services"]:
        return () if view.service is None else (view.service,)
    done = {each.service_id for each in filings_of_visit(conn, view.id) if each.state is FilingState.FILED}
    left_out = view.visit["left_out"] or {}
    left = [each for each in view.visit["services"] if each not in done and each not in left_out]
    return tuple(each for each in catalogue.find_all(conn, left) if each.is_electronic)


def turns_of(conn: Connection, view: VisitView) -> tuple[Turn, ...]:
    """Each service of a visit and how far it is; nothing where there is but one."""
    if not view.visit["services"]:
        return ()
    newest = {each.service_id: each for each in filings_of_visit(conn, view.id) if filings.counts(each)}
    services = catalogue.find_all(conn, view.visit["services"])
    plan, left_out = plans.set_of(services), view.visit["left_out"] or {}
    allowed = {each["service"]: each for each in (view.delegation["services"] if view.delegation else ())}
    is_stopped = view.stage is Stage.STOPPED
    turns = []
    for service in services:
        is_current = service.id == view.visit["service_id"] and view.is_open
        filing, waits_for = newest.get(service.id), plans.waits_for(plan, service.id, newest)
        turn = _turn(service, filing, allowed.get(service.id, {}), is_current)
        if turn.state is not TurnState.REFERRED:
            turn = replace(turn, why=unfiled.why(filing, left_out.get(service.id), waits=bool(waits_for)))
        placed = _placed(turn, waits_for, is_left_out=service.id in left_out)
        turns.append(placed if (view.is_open or view.is_put_off) and not is_stopped else _over(placed))
    return tuple(turns)


def filed_of(turns: Sequence[Turn]) -> tuple[int, int]:
    """How many of several services were filed, of how many that are filed here."""
    here = [each for each in turns if each.state is not TurnState.REFERRED]
    return sum(each.state is TurnState.FILED for each in here), len(here)


def _in_order(services: Sequence[Service]) -> tuple[Service, ...]:
    """As they were chosen, but none before what it waits for."""
    by_id = {each.id: each for each in services}
    known = plans.set_of(services).services
    following = iter(known)
    return tuple(by_id[next(following)] if each.id in known else each for each in services)


def _placed(turn: Turn, waits_for: tuple[str, ...], *, is_left_out: bool) -> Turn:
    """What was filed, or may have been, is so, whatever was said of it since."""
    if turn.state in (TurnState.REFERRED, TurnState.FILED, TurnState.SENDING, TurnState.IN_DOUBT):
        return turn
    if is_left_out:
        return replace(turn, state=TurnState.LEFT_OUT)
    return replace(turn, state=TurnState.WAITING, waits_for=waits_for) if waits_for else turn


def _over(turn: Turn) -> Turn:
    """Of a closed visit, or after a no to all of it: nothing is to be done, or waited for, any more."""
    return replace(turn, state=TurnState.ENDED, waits_for=()) if turn.may_leave_out else turn


def _turn(service: Service, filing: AnyRow | None, allowed: dict[str, int], is_current: bool) -> Turn:
    return Turn(
        service=service,
        state=_state(service, filing, is_current),
        is_current=is_current,
        reference=None if filing is None else filing.reference,
        filing_id=None if filing is None else filing.id,
        reason=None if filing is None else filing.reason,
        used=allowed.get("used", 0),
        most=allowed.get("max_filings", 1),
    )


def _state(service: Service, filing: AnyRow | None, is_current: bool) -> TurnState:
    if not service.is_electronic:
        return TurnState.REFERRED
    if filing is not None and filing.state is FilingState.FILED:
        return TurnState.FILED
    if filing is not None and filing.state is FilingState.SENT:
        return TurnState.SENDING
    if filing is not None and filing.state in IN_DOUBT:
        return TurnState.IN_DOUBT
    if is_current:
        return TurnState.CURRENT
    is_tried = filing is not None and filing.reason != SET_ASIDE
    return TurnState.ENDED if is_tried else TurnState.LEFT


def _set(conn: Connection, visit_id: str, **columns: object) -> None:
    conn.execute(update(Visit).where(Visit.id == visit_id).values(**columns))
