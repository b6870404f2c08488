"""A portal that fails again and again is left alone for a while, and what is to be filed there waits.

One filing at a time then tries whether it is well again (half open); the first that gets through lets the others go on,
in the order in which they came. All of it stands in rows, so that every machine knows it. A changed form is in `drift`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from audit.entry import Actor
from audit.events import EventName
from connectors.runner import errors as run_errors
from connectors.sdk.words import Words
from gateway.config import Settings
from gateway.ids import new_id
from gateway.jobs.errors import TryLaterError
from gateway.jobs.queue import enqueue
from gateway.jobs.tables import JobRow, JobState
from gateway.ledger import outbox
from gateway.services.catalogue import Service, title_of
from gateway.services.tables import Portal
from gateway.services.tables import Service as ServiceRow
from gateway.visits import actors
from gateway.visits.tables import Filing, Run, RunKind, RunState, Visit
from gateway.visits.trouble_tables import WHOLE, PortalTrouble, TroubleKind
from gateway.visits.view import VisitView

PROBE: Final = "portal.probe"
RESIDENTS: Final = 2
"""How many have to meet it: one person's locked account is not the portal's trouble."""
ASSISTANTS: Final = 2
"""How many have to meet it, where so many have filed there lately."""
_LONGEST_WAIT: Final = timedelta(seconds=20)
_CHAIN: Final = "system"

FAULTS: Final = (
    run_errors.PortalUnavailableError,
    run_errors.PortalUntrustedError,
    run_errors.RunTimeoutError,
    run_errors.SignInRefusedError,
)
"""What counts against a portal; everything else is about one filing or about us."""
_CODES: Final = tuple(fault.code for fault in FAULTS)


class PortalUnwellError(TryLaterError):
    """The portal is left alone for now: the run waits."""

    code = "portal.unwell"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What pages say of it."""

    id: str
    portal_id: str
    subject: str
    kind: TroubleKind
    reason: str
    changes: tuple[Words, ...]
    since: datetime
    waiting: int = 0
    """Filings that wait for it."""


_OPEN = select(PortalTrouble).where(PortalTrouble.ended_at.is_(None))
_OPEN_OF = _OPEN.where(
    PortalTrouble.portal_id == bindparam("portal"), PortalTrouble.subject.in_([WHOLE, bindparam("service")])
)
_OF_SERVICES = (
    select(ServiceRow.id.label("service_id"), *PortalTrouble.__table__.c)
    .join(
        PortalTrouble,
        and_(
            PortalTrouble.portal_id == ServiceRow.portal_id,
            or_(PortalTrouble.subject == WHOLE, PortalTrouble.subject == ServiceRow.id),
        ),
    )
    .where(PortalTrouble.ended_at.is_(None), ServiceRow.id.in_(bindparam("services", expanding=True)))
)
_RUNS_OF = (
    select(Run.reason, Filing.service_id, Filing.principal_id, Visit.assistant_id)
    .join(Filing, Run.filing_id == Filing.id)
    .join(Visit, Filing.visit_id == Visit.id)
    .join(ServiceRow, Filing.service_id == ServiceRow.id)
    .where(
        ServiceRow.portal_id == bindparam("portal"),
        Run.queued_at >= bindparam("since"),
        Run.kind.in_([RunKind.PREPARE, RunKind.SEND]),
        # Whatever became of it afterwards, a run whose page was held got through.
        or_(Run.held_until.is_not(None), Run.state == RunState.DONE, Run.reason.in_(_CODES)),
    )
    .order_by(Run.queued_at.desc(), Run.id)
)
_TAKE_A_TRY = (
    update(PortalTrouble)
    .where(PortalTrouble.id == bindparam("one"), PortalTrouble.next_try_at <= bindparam("now"))
    .values(next_try_at=bindparam("then"), tries=PortalTrouble.tries + 1)
)
_WAITING = (
    select(Filing.service_id, func.count())
    .select_from(Run)
    .join(Filing, Run.filing_id == Filing.id)
    .where(Run.state == RunState.QUEUED, Run.kind == RunKind.PREPARE, Run.attempt == Filing.attempt)
    .group_by(Filing.service_id)
)


def of_services(conn: Connection, service_ids: Sequence[str]) -> Mapping[str, Trouble]:
    """Of these services those that cannot be filed now, with why; a changed form before a portal that is away."""
    rows = conn.execute(_OF_SERVICES, {"services": list(service_ids)}) if service_ids else ()
    found: dict[str, Trouble] = {}
    for row in rows:
        if row.service_id not in found or row.kind is TroubleKind.FORM_CHANGED:
            found[row.service_id] = _trouble(row)
    return found


def waits_for_portal(conn: Connection, view: VisitView) -> bool:
    """Whether what a visit wants filled in waits because its portal is left alone."""
    if not view.in_trouble or not view.is_queued:
        return False
    trouble = of_services(conn, [view.visit["service_id"]]).get(view.visit["service_id"])
    return trouble is not None and trouble.kind is TroubleKind.UNWELL


def open_ones(conn: Connection) -> tuple[Trouble, ...]:
    """All that is wrong now, the oldest first, with how many wait for each."""
    waiting = {row[0]: row[1] for row in conn.execute(_WAITING)}
    portals = {row.id: row.portal_id for row in conn.execute(select(ServiceRow.id, ServiceRow.portal_id))}

    def count(row: Any) -> int:
        return sum(
            number
            for service, number in waiting.items()
            if row.subject == service or (row.subject == WHOLE and portals.get(service) == row.portal_id)
        )

    rows = conn.execute(_OPEN.order_by(PortalTrouble.since).with_only_columns(*PortalTrouble.__table__.c))
    return tuple(_trouble(row, waiting=count(row)) for row in rows)


def open_with_names(conn: Connection) -> list[tuple[Trouble, str, Callable[[str], str]]]:
    """As `open_ones`, each with its portal's name and its service's title by language, empty for a whole portal."""
    names = {row.id: row.name for row in conn.execute(select(Portal.id, Portal.name))}
    found = open_ones(conn)
    cards = {row.id: row.cards for row in conn.execute(select(ServiceRow.id, ServiceRow.cards))} if found else {}

    def title(subject: str) -> Callable[[str], str]:
        return lambda language: "" if subject == WHOLE else title_of(cards[subject], language)

    return [(each, names[each.portal_id], title(each.subject)) for each in found]


def ensure_may_run(conn: Connection, settings: Settings, service: Service, now: datetime) -> None:
    """Let a run go to the portal, or make it wait; of those that wait one at a time may try.

    Raises:
        PortalUnwellError: it waits.
    """
    for row in open_of(conn, service):
        if row.kind is TroubleKind.UNWELL and not _takes_a_try(conn, row, now, settings.portal_pause):
            raise PortalUnwellError(min(max(row.next_try_at - now, timedelta(seconds=1)), _LONGEST_WAIT))


def failed(conn: Connection, settings: Settings, service: Service, error: run_errors.RunError, now: datetime) -> bool:
    """Count a failure; says whether the portal is left alone now, so that the filing waits instead of failing."""
    if not isinstance(error, FAULTS) or service.portal_id is None:
        return False
    if any(row.kind is TroubleKind.UNWELL for row in open_of(conn, service)):
        return True
    since = now - settings.portal_failures_within
    runs = conn.execute(_RUNS_OF, {"portal": service.portal_id, "since": since}).all()
    pause = settings.portal_pause
    if _fails_for_all(runs, settings.portal_failures):
        begin(conn, service.portal_id, WHOLE, TroubleKind.UNWELL, error.code, (), now, pause)
        probe = {"portal": service.portal_id, "service": service.id}
        enqueue(conn, PROBE, probe, run_at=now + pause, key=f"{PROBE}:{service.portal_id}", now=now)
        return True
    if _fails_for_all([run for run in runs if run.service_id == service.id], settings.portal_failures):
        begin(conn, service.portal_id, service.id, TroubleKind.UNWELL, error.code, (), now, pause)
        return True
    return False


def _fails_for_all(runs: Sequence[Any], failures: int) -> bool:
    """Whether the newest runs, `failures` of them and for several residents, failed one after the other.

    Where more than one assistant has filed there lately, two of them have to meet it: nobody pauses it for all alone.
    """
    row = list(takewhile(lambda run: run.reason in _CODES, runs))
    met_by, filing = ({run.assistant_id for run in each} for each in (row, runs))
    is_met = len(row) >= failures and len({run.principal_id for run in row}) >= RESIDENTS
    return is_met and (len(met_by) >= ASSISTANTS or len(filing) == 1)


def well(conn: Connection, service: Service, now: datetime) -> None:
    """The portal did what it should: what waited for it goes on, in the order in which it came."""
    gone = [row for row in open_of(conn, service) if row.kind is TroubleKind.UNWELL]
    for row in gone:
        end(conn, row, EventName.PORTAL_WELL, now)
    if gone:
        late = (JobRow.kind == "run.prepare", JobRow.state == JobState.READY, JobRow.error == PortalUnwellError.code)
        conn.execute(update(JobRow).where(*late).values(run_at=JobRow.created_at))


def open_of(conn: Connection, service: Service) -> list[Any]:
    """What is wrong now with a service or with its whole portal, as rows."""
    if service.portal_id is None:
        return []
    found = _OPEN_OF.with_only_columns(*PortalTrouble.__table__.c)
    return list(conn.execute(found, {"portal": service.portal_id, "service": service.id}))


def _takes_a_try(conn: Connection, row: Any, now: datetime, pause: timedelta) -> bool:
    return conn.execute(_TAKE_A_TRY, {"one": row.id, "now": now, "then": now + pause}).rowcount == 1


def begin(
    conn: Connection,
    portal_id: str,
    subject: str,
    kind: TroubleKind,
    reason: str,
    changes: Sequence[Words],
    now: datetime,
    pause: timedelta = timedelta(0),
    **more: Any,
) -> str:
    """Keep that something is wrong from now on, and say it; its id."""
    trouble = new_id()
    conn.execute(
        insert(PortalTrouble).values(
            id=trouble,
            portal_id=portal_id,
            subject=subject,
            kind=kind,
            reason=reason,
            changes=packed(changes),
            since=now,
            next_try_at=now + pause,
            tries=0,
            **more,
        )
    )
    is_form = kind is TroubleKind.FORM_CHANGED
    event = EventName.CONNECTOR_DRIFT_FOUND if is_form else EventName.PORTAL_UNWELL
    data = {"trouble": trouble, "portal": portal_id, "service": subject, "reason": reason}
    _say(conn, event, actors.connector(subject) if is_form else actors.SYSTEM, data, now)
    return trouble


def end(conn: Connection, row: Any, event: EventName, now: datetime) -> None:
    """Keep that it is wrong no longer, and say it."""
    conn.execute(update(PortalTrouble).where(PortalTrouble.id == row.id).values(ended_at=now))
    data = {"trouble": row.id, "portal": row.portal_id, "service": row.subject}
    is_form = row.kind is TroubleKind.FORM_CHANGED
    _say(conn, event, actors.connector(row.subject) if is_form else actors.SYSTEM, data, now)


def _say(conn: Connection, event: EventName, actor: Actor, data: Mapping[str, str], now: datetime) -> None:
    outbox.record(conn, chain=_CHAIN, type=event, actor=actor, data=data, at=now)


def packed(changes: Sequence[Words]) -> list[dict[str, str]]:
    """Differences as a row keeps them."""
    return [{"lv": each.lv, "en": each.en} for each in changes]


def _trouble(row: Any, *, waiting: int = 0) -> Trouble:
    return Trouble(
        id=row.id,
        portal_id=row.portal_id,
        subject=row.subject,
        kind=row.kind,
        reason=row.reason,
        changes=tuple(Words(**each) for each in row.changes),
        since=row.since,
        waiting=waiting,
    )
