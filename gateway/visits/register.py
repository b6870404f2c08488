"""The visits of all centres, as an auditor lists them: when, where, who served, what for, how it ended; no names.

Each search reads by an index that has the newest first, and stops when a page is full.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    Text,
    bindparam,
    cast,
    literal,
    or_,
    select,
    union_all,
)

from delegation.assurance import Route
from gateway.days import beginning_of, end_of
from gateway.paging import Key, follows
from gateway.people.tables import Centre, Staff
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.visits import signs
from gateway.visits.audit_tables import Finding
from gateway.visits.case_tables import Dispute
from gateway.visits.listing import WAS_SENT
from gateway.visits.signs import Period, Sign
from gateway.visits.tables import Approval, Channel, DelegationRow, Ending, Filing, HelpReason, Visit

UNKNOWN = "unknown"
"""Stands in a search for what is no centre or service of ours: nothing is found by it."""
_FEW = 1000
"""Visits that are rather sorted than met one by one among all the newest."""
_EVERYBODY = "*"
_ONE_OF_STAFF = bindparam("staff", type_=Text())
_CHOICES = union_all(
    select(literal("centre").label("kind"), Centre.id, Centre.name, literal("").label("login")),
    select(literal("service"), Service.id, cast(Service.cards, Text()), literal("")),
    select(literal("staff"), Staff.id, Staff.display_name, Staff.login).where(
        or_(Staff.id == _ONE_OF_STAFF, _ONE_OF_STAFF == _EVERYBODY)
    ),
)
_LINES: Select[*tuple[Any, ...]] = (
    select(
        Visit.id,
        Visit.opened_at,
        Visit.closed_at,
        Visit.channel,
        Visit.ending,
        Visit.help_reason,
        WAS_SENT.label("was_sent"),
        Visit.assistant_id,
        Visit.centre_id,
        Visit.service_id,
        Staff.display_name,
        Centre.name.label("centre"),
        Service.cards,
    )
    .join(Staff, Staff.id == Visit.assistant_id)
    .join(Centre, Centre.id == Visit.centre_id)
    .outerjoin(Service, Service.id == Visit.service_id)
    .order_by(Visit.opened_at.desc(), Visit.id.desc())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which visits are wanted; what is `None` does not matter."""

    centre: str | None = None
    assistants: tuple[str, ...] | None = None
    """Any of these; nobody if there is none."""
    service: str | None = None
    """The one that was worked on last, or one that was filed."""
    route: Route | None = None
    """By which a yes was asked for."""
    ending: Ending | None = None
    first: date | None = None
    """Opened on this day or later."""
    last: date | None = None
    number: str | None = None
    """Of the visit, of a permission, a case or a finding in it, or a reference that a portal gave."""
    sign: Sign | None = None
    """What a rule finds in `period`."""
    period: Period | None = None
    after: Key | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is looked for, rather than the newest visits."""
        return self != Search()


@dataclass(frozen=True, slots=True)
class Registered:
    """A visit in the list."""

    id: str
    opened_at: datetime
    closed_at: datetime | None
    channel: Channel
    ending: Ending | None
    """`None` while it is open."""
    help_reason: HelpReason | None
    """Why the resident needed help, where nothing was filed and the assistant said how it ended."""
    was_sent: bool
    """Whether its newest filing left for the portal."""
    assistant_id: str
    assistant: str
    centre_id: str
    centre: str
    service_id: str | None
    service: str | None

    @property
    def key(self) -> Key:
        """Where a page that ends with it ends."""
        return Key(self.opened_at, self.id)


@dataclass(frozen=True, slots=True)
class Choices:
    """Centres and services, each with its id, and members of staff."""

    centres: list[tuple[str, str]]
    services: list[tuple[str, str]]
    staff: list[tuple[str, str, str]]
    """Id, user name and name, by user name."""

    def centre(self, typed: str) -> str | None:
        """The id that was typed, if a centre has it; else a word in its place, for what was typed may be anything."""
        return _known(self.centres, typed)

    def service(self, typed: str) -> str | None:
        """The id that was typed, if a service has it; otherwise as `centre`."""
        return _known(self.services, typed)

    def assistants(self, typed: str) -> list[tuple[str, str]]:
        """Id and user name of whoever has `typed` as an id or a user name, or in their name."""
        wanted = typed.strip().casefold()
        named = [each for each in self.staff if each[0] == typed or each[1].casefold() == wanted]
        found = named or [each for each in self.staff if wanted in each[2].casefold()]
        return [(staff_id, login) for staff_id, login, _name in found]

    def name_of(self, staff_id: str) -> str | None:
        """The name of one member of staff who was asked for, or of anybody where all were."""
        return next((name for known, _login, name in self.staff if known == staff_id), None)


def find(conn: Connection, search: Search, *, language: str, most: int) -> list[Registered]:
    """The newest visits that `search` wants; service titles in `language`."""
    begin = search.after.values if search.after else {}
    rows = conn.execute(_LINES.where(*_conditions(conn, search)).limit(most), begin)
    return [_line(row, language) for row in rows]


def of_ids(conn: Connection, ids: Sequence[str], *, language: str) -> list[Registered]:
    """These visits, in this order."""
    found = {row.id: _line(row, language) for row in conn.execute(_LINES.where(Visit.id.in_(ids)))}
    return [found[each] for each in ids]


def choices(conn: Connection, language: str, staff_id: str = "", *, everybody: bool = False) -> Choices:
    """What a search can be narrowed to, in one statement; of staff one, or all, where a name was typed."""
    rows = conn.execute(_CHOICES, {"staff": _EVERYBODY if everybody else staff_id}).all()
    services = [
        (row.id, catalogue.title_of(msgspec.json.decode(row.name), language)) for row in rows if row.kind == "service"
    ]
    return Choices(
        centres=sorted(((row.id, row.name) for row in rows if row.kind == "centre"), key=lambda each: str(each[1])),
        services=sorted(services, key=lambda each: each[1].casefold()),
        staff=sorted(((row.id, row.login, row.name) for row in rows if row.kind == "staff"), key=lambda each: each[1]),
    )


def _line(row: Row[*tuple[Any, ...]], language: str) -> Registered:
    return Registered(
        id=row.id,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        channel=row.channel,
        ending=row.ending,
        help_reason=row.help_reason,
        was_sent=bool(row.was_sent),
        assistant_id=row.assistant_id,
        assistant=row.display_name,
        centre_id=row.centre_id,
        centre=row.centre,
        service_id=row.service_id,
        service=None if row.cards is None else catalogue.title_of(row.cards, language),
    )


def _known(those: Sequence[tuple[str, str]], typed: str) -> str | None:
    return (typed if any(typed == known for known, _name in those) else UNKNOWN) if typed else None


def _conditions(conn: Connection, search: Search) -> Iterator[ColumnElement[bool]]:
    if search.centre:
        yield Visit.centre_id == search.centre
    if search.assistants is not None:
        # Of one, the newest are read from an index in their order.
        one = search.assistants[0] if len(search.assistants) == 1 else None
        yield Visit.assistant_id == one if one else Visit.assistant_id.in_(search.assistants)
    if search.ending:
        yield Visit.ending == search.ending
    if search.first:
        yield Visit.opened_at >= beginning_of(search.first)
    if search.last:
        yield Visit.opened_at < end_of(search.last)
    if search.service:
        yield _of_service(conn, search.service)
    if search.route:
        asked = select(Approval.visit_id).where(Approval.route == search.route)
        yield _among(conn, asked, asked.where(Approval.visit_id == Visit.id).exists())
    yield from _named(conn, search)
    if search.after:
        yield follows(Visit.opened_at, Visit.id)


def _of_service(conn: Connection, service: str) -> ColumnElement[bool]:
    filed = select(Filing.visit_id).where(Filing.service_id == service)
    walk = or_(Visit.service_id == service, filed.where(Filing.visit_id == Visit.id).exists())
    return _among(conn, _about(service), walk)


def _about(service: str) -> CompoundSelect[str]:
    """The visits in which it was filed or worked on last; both, if it was."""
    filed = select(Filing.visit_id).where(Filing.service_id == service)
    return union_all(filed, select(Visit.id).where(Visit.service_id == service).correlate(None))


def _among(
    conn: Connection, found: Select[str] | CompoundSelect[str], walk: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether a visit is among those `found`, which `walk` says of one visit.

    Where these are few, all of them are read and sorted: walking back from the newest would meet one in thousands.
    Where they are many, the walk fills a page at once, and reading all would not.
    """
    ids = conn.execute(found.limit(_FEW + 1)).scalars().all()
    # Named one by one: where PostgreSQL guesses wrongly how many there are, it would walk through all visits for them.
    return Visit.id.in_(ids) if len(ids) <= _FEW else walk


def _named(conn: Connection, search: Search) -> Iterator[ColumnElement[bool]]:
    if search.number:
        yield Visit.id.in_(
            union_all(
                select(Visit.id).where(Visit.id == search.number).correlate(None),
                select(Filing.visit_id).where(Filing.reference.in_((search.number, search.number.upper()))),
                select(DelegationRow.visit_id).where(DelegationRow.id == search.number),
                select(Dispute.visit_id).where(Dispute.id == search.number),
                select(Finding.visit_id).where(Finding.id == search.number),
            )
        )
    if search.sign and search.period:
        behind = signs.visits_behind(search.sign, search.period)
        yield _among(conn, behind, Visit.id.in_(behind))
