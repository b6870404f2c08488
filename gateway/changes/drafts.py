"""The steps of a card's draft: draft -> submitted -> published, or refused | taken back.

Administrators, the network's owner and the holder's officers write drafts. Each side's words need that side's yes: an
administrator's or the owner's for what centres say, an officer's for what is the holder's. Whoever writes for the
network says yes to the centres' words by submitting; nobody's own yes counts for the holder's. Where the officer wrote,
or the holder has no officer, another administrator says it. What is published is a version, never changed again;
`switch` puts it in force on its day.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.changes import flow
from gateway.changes.checks import Faults
from gateway.changes.errors import ChangeFaultError, ChangeOverError, ChangeUnknownError, Fault, SamePersonError
from gateway.database.base import lock
from gateway.days import beginning_of, day_of
from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people import inviters
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.people.tables import Staff, StaffRole, StaffState
from gateway.services import keeping, versions
from gateway.services.catalogue import Card
from gateway.services.files import is_https
from gateway.services.sides import SIDE_OF, Side, differences, sides_of
from gateway.services.tables import DraftState, Service, ServiceDraft

SWITCH_JOB: Final = "card.switch"
REVIEW_JOB: Final = "card.review"
LONGEST_REASON: Final = 500
LONGEST_WORDS: Final = 2_000
"""Characters of one field of a card."""
_OF_THE_NETWORK: Final = frozenset({Role.ADMINISTRATOR, Role.NETWORK_OWNER})
"""Whose handing in is a yes to the words that are the network's."""
_OPEN: Final = (DraftState.DRAFT, DraftState.SUBMITTED)
_OF_SERVICE = select(ServiceDraft.__table__).where(
    ServiceDraft.service_id == bindparam("service"), ServiceDraft.state.in_(_OPEN)
)
_HOLDER = select(Service.holder).where(Service.id == bindparam("service"))
_OFFICER = (
    select(Staff.id)
    .join(StaffRole, StaffRole.staff_id == Staff.id)
    .where(
        Staff.holder == bindparam("holder"),
        Staff.state == StaffState.ACTIVE,
        StaffRole.role == Role.OFFICER,
        Staff.id != bindparam("but"),
    )
    .limit(1)
)


def ensure_edits(conn: Connection, by: StaffSession, service_id: str) -> str:
    """Keep an officer from other holders' cards; return whose service it is. Raises `ChangeUnknownError`."""
    holder = conn.execute(_HOLDER, {"service": service_id}).scalar_one_or_none()
    if holder is None or (by.role is Role.OFFICER and by.holder != holder):
        raise ChangeUnknownError("no such service of theirs")
    return str(holder)


def find(conn: Connection, service_id: str) -> Any:
    """The row of the draft that is open for a service; none where nobody writes one."""
    return conn.execute(_OF_SERVICE, {"service": service_id}).one_or_none()


def begin(conn: Connection, store: Store, by: StaffSession, service_id: str) -> None:
    """Begin a draft with the words of the newest version.

    Raises:
        ChangeUnknownError: there is no such service of theirs.
        ChangeFaultError: somebody writes one already.
    """
    ensure_edits(conn, by, service_id)
    now = store.clock.database_now(conn)
    if find(conn, service_id) is not None:
        raise ChangeFaultError("form", Fault.PENDING)
    last = versions.newest(conn, service_id)
    service = conn.execute(select(Service.cards, Service.review_on).where(Service.id == service_id)).one()
    values = {
        "id": new_id(),
        "service_id": service_id,
        "state": DraftState.DRAFT,
        "base": last.number if last else 0,
        "cards": versions.packed(last.cards) if last else service.cards,
        "review_on": service.review_on,
        "because": "",
        "author_id": by.staff_id,
        "made_at": now,
        "changed_at": now,
        "ended_why": "",
    }
    conn.execute(insert(ServiceDraft).values(values))
    _record(conn, EventName.CARD_DRAFTED, by.actor, now, service=service_id, draft=values["id"], base=values["base"])


def keep(conn: Connection, store: Store, by: StaffSession, service_id: str, language: str, card: Card | None) -> None:
    """Keep what was written for one language; none: there is no card in it.

    Raises:
        ChangeUnknownError, ChangeOverError: there is no draft of theirs to be written in.
        ChangeFaultError: the card cannot stand like this.
    """
    row = _locked(conn, by, service_id, DraftState.DRAFT)
    _ensure_author(row, by)
    if card is not None:
        _ensure_whole(card)
    elif language == "lv":
        raise ChangeFaultError("title", Fault.MISSING)
    cards = {name: each for name, each in row.cards.items() if name != language}
    if card is not None:
        cards |= versions.packed({language: card})
    _set(conn, row, cards=cards, changed_at=store.clock.database_now(conn))


def submit(
    conn: Connection,
    store: Store,
    by: StaffSession,
    service_id: str,
    *,
    valid_from: date | None,
    review_on: date | None,
    because: str,
) -> None:
    """Hand a draft in; where the author's yes is all that it needs, it is published at once.

    Raises:
        ChangeUnknownError, ChangeOverError: there is no draft of theirs to be handed in.
        ChangeFaultError: nothing reads otherwise, a reason is missing, or a day does not fit.
        FreshAccountError: the author's account is a day old or less.
    """
    now, row = store.clock.database_now(conn), _locked(conn, by, service_id, DraftState.DRAFT)
    _ensure_author(row, by)
    flow.ensure_not_fresh(conn, store, by.staff_id, now)
    faults, today = Faults(), day_of(now)
    if not 0 < len(because) <= LONGEST_REASON:
        faults.add("because", Fault.REASON)
    if valid_from is not None and valid_from < today:
        faults.add("valid_from", Fault.DATE)
    if review_on is not None and review_on <= max(today, valid_from or today):
        faults.add("review_on", Fault.DATE)
    wanted = _sides(conn, row)
    if not wanted:
        faults.add("because", Fault.NOTHING)
    if len({len(each.get("before", ())) for each in row.cards.values()}) > 1:
        faults.add("because", Fault.UNEQUAL)
    faults.settle()
    values: dict[str, Any] = {"valid_from": valid_from, "review_on": review_on, "because": because}
    if by.role in _OF_THE_NETWORK and Side.CENTRE in wanted:
        values["centre_by"] = by.staff_id
    _set(conn, row, state=DraftState.SUBMITTED, submitted_at=now, changed_at=now, **values)
    facts = {"sides": sorted(wanted), "because": because, "valid_from": str(valid_from) if valid_from else None}
    _record(conn, EventName.CARD_SUBMITTED, by.actor, now, service=service_id, draft=row.id, **facts)
    _publish_if_whole(conn, store, by.actor, row.id, now)


def awaited(conn: Connection, row: Any) -> frozenset[Side]:
    """Whose yes a draft that was handed in still waits for."""
    given = {Side.CENTRE: row.centre_by, Side.HOLDER: row.holder_by}
    return frozenset(each for each in _sides(conn, row) if given[each] is None)


def may_approve(conn: Connection, by: StaffSession, row: Any) -> frozenset[Side]:
    """For which of the sides that a draft waits for somebody's yes counts."""
    if row.state is not DraftState.SUBMITTED or row.author_id == by.staff_id:
        return frozenset()
    waits, holder = awaited(conn, row), conn.execute(_HOLDER, {"service": row.service_id}).scalar_one()
    if by.role is Role.OFFICER:
        return waits & {Side.HOLDER} if by.holder == holder else frozenset()
    if by.role is Role.NETWORK_OWNER:
        return waits & {Side.CENTRE}
    has_officer = conn.execute(_OFFICER, {"holder": holder, "but": row.author_id}).first() is not None
    return waits & {Side.CENTRE} if has_officer else waits


def approve(conn: Connection, store: Store, by: StaffSession, service_id: str, mark: str) -> None:
    """Say yes for one's own side; with the last yes it is published. `mark` says which words were read.

    Raises:
        ChangeUnknownError, ChangeOverError: there is no such draft, or it reads otherwise by now.
        SamePersonError: it is their own, or of somebody on the same tree of invitations, or not theirs to say.
        FreshAccountError: their account is a day old or less.
    """
    now, row = store.clock.database_now(conn), _locked(conn, by, service_id, DraftState.SUBMITTED)
    if mark != mark_of(row):
        raise ChangeOverError("other words than those that were read")
    sides = may_approve(conn, by, row)
    if not sides:
        raise SamePersonError("not theirs to say")
    if inviters.are_bound(conn, row.author_id, by.staff_id):
        raise SamePersonError("one of the two invited the other, or one person both")
    flow.ensure_not_fresh(conn, store, by.staff_id, now)
    _set(conn, row, **{f"{each.value}_by": by.staff_id for each in sides})
    _record(conn, EventName.CARD_APPROVED, by.actor, now, service=service_id, draft=row.id, sides=sorted(sides))
    _publish_if_whole(conn, store, by.actor, row.id, now)


def refuse(conn: Connection, store: Store, by: StaffSession, service_id: str, why: str) -> None:
    """Say no, with a reason for the author; whoever could say yes may.

    Raises:
        ChangeUnknownError, ChangeOverError: there is no such draft.
        SamePersonError: it is not theirs to say.
        ChangeFaultError: a reason is missing.
    """
    now, row = store.clock.database_now(conn), _locked(conn, by, service_id, DraftState.SUBMITTED)
    if not may_approve(conn, by, row):
        raise SamePersonError("not theirs to say")
    if not 0 < len(why) <= LONGEST_REASON:
        raise ChangeFaultError("why", Fault.REASON)
    _set(conn, row, state=DraftState.REFUSED, ended_by=by.staff_id, ended_at=now, ended_why=why)
    _record(conn, EventName.CARD_REFUSED, by.actor, now, service=service_id, draft=row.id, why=why)


def reopen(conn: Connection, store: Store, by: StaffSession, service_id: str) -> None:
    """Go on writing what was handed in; every yes to it is gone. Only its author may; raises as `keep`."""
    now, row = store.clock.database_now(conn), _locked(conn, by, service_id, DraftState.SUBMITTED)
    _ensure_author(row, by)
    _set(conn, row, state=DraftState.DRAFT, submitted_at=None, centre_by=None, holder_by=None, changed_at=now)
    _record(conn, EventName.CARD_REOPENED, by.actor, now, service=service_id, draft=row.id)


def take_back(conn: Connection, store: Store, by: StaffSession, service_id: str) -> None:
    """Give a draft up. Its author may, and any administrator, so that nobody who is away holds a card.

    Raises:
        ChangeUnknownError, ChangeOverError: there is no such draft of theirs.
    """
    now, row = store.clock.database_now(conn), _locked(conn, by, service_id, None)
    if by.role is not Role.ADMINISTRATOR:
        _ensure_author(row, by)
    _set(conn, row, state=DraftState.TAKEN_BACK, ended_by=by.staff_id, ended_at=now)
    _record(conn, EventName.CARD_TAKEN_BACK, by.actor, now, service=service_id, draft=row.id)


def note_reviewed(conn: Connection, store: Store, by: StaffSession, service_id: str, review_on: date) -> None:
    """Say that a card is still true, and by when it is looked at again.

    Raises:
        ChangeUnknownError: there is no such service of theirs.
        ChangeFaultError: the day is not after today.
    """
    ensure_edits(conn, by, service_id)
    now = store.clock.database_now(conn)
    if review_on <= day_of(now):
        raise ChangeFaultError("review_on", Fault.DATE)
    conn.execute(update(Service).where(Service.id == service_id).values(review_on=review_on))
    _ask_for_review(conn, service_id, review_on, now)
    _record(conn, EventName.CARD_REVIEWED, by.actor, now, service=service_id, review_on=review_on.isoformat())


def switch(conn: Connection, store: Store, service_id: str, by: Actor) -> None:
    """Put the version of the day in force, where it is not; every process builds its search anew."""
    now = store.clock.database_now(conn)
    version = versions.put_in_force(conn, service_id, now)
    if version is not None:
        keeping.count_on(conn)
        if version.review_on is not None:
            _ask_for_review(conn, service_id, version.review_on, now)
        _record(conn, EventName.CARD_SWITCHED, by, now, service=service_id, version=version.number)


def _ask_for_review(conn: Connection, service_id: str, review_on: date, now: datetime) -> None:
    """On the day itself whoever answers for the card is told, unless another day was named by then."""
    payload = {"service": service_id, "review_on": review_on.isoformat()}
    enqueue(conn, REVIEW_JOB, payload, run_at=beginning_of(review_on), now=now)


def mark_of(row: Any) -> str:
    """Which words a draft has: changes with each time that they do."""
    return str(row.changed_at.isoformat())


def _publish_if_whole(conn: Connection, store: Store, by: Actor, draft_id: str, now: datetime) -> None:
    """With the last yes the draft is a version: now, or on its day."""
    row = conn.execute(select(ServiceDraft.__table__).where(ServiceDraft.id == draft_id)).one()
    if awaited(conn, row):
        return
    last = versions.newest(conn, row.service_id)
    if last is not None and last.number != row.base:
        raise ChangeOverError("another version was published meanwhile")
    begins = now if row.valid_from is None else max(now, beginning_of(row.valid_from))
    number = versions.add(
        conn,
        row.service_id,
        cards=row.cards,
        valid_from=begins,
        review_on=row.review_on,
        because=row.because,
        author_id=row.author_id,
        centre_by=row.centre_by,
        holder_by=row.holder_by,
        published_at=now,
    )
    _set(conn, row, state=DraftState.PUBLISHED, ended_at=now)
    facts = {"version": number, "valid_from": begins.isoformat(), "author": row.author_id}
    yes = {"centre_by": row.centre_by, "holder_by": row.holder_by}
    _record(conn, EventName.CARD_PUBLISHED, by, now, service=row.service_id, draft=row.id, **facts, **yes)
    if begins <= now:
        switch(conn, store, row.service_id, by)
    else:
        enqueue(conn, SWITCH_JOB, {"service": row.service_id}, run_at=begins, now=now)


def _sides(conn: Connection, row: Any) -> frozenset[Side]:
    """Whose words a draft changes, against the version that it began with."""
    last = versions.one(conn, row.service_id, row.base)
    before = last.cards if last else _present(conn, row.service_id)
    return sides_of(differences(before, versions.cards_of(row.cards)))


def _present(conn: Connection, service_id: str) -> Mapping[str, Card]:
    return versions.cards_of(conn.execute(select(Service.cards).where(Service.id == service_id)).scalar_one())


def _ensure_whole(card: Card) -> None:
    faults = Faults()
    for name in ("title", "summary"):
        if not getattr(card, name):
            faults.add(name, Fault.MISSING)
    if card.video and not is_https(card.video):
        faults.add("video", Fault.ADDRESS)
    for name, text in _texts(card).items():
        if len(text) > LONGEST_WORDS:
            faults.add(name, Fault.LENGTH)
    for each in card.delivery:
        if not each.where:
            faults.add(f"{each.form.value}-where", Fault.MISSING)
    faults.settle()


def _texts(card: Card) -> Mapping[str, str]:
    """What each field of a form holds, by its name; the lines of a list together."""
    held = {name: getattr(card, name) for name in SIDE_OF if name != "delivery"}
    texts = {name: value if isinstance(value, str) else "\n".join(value) for name, value in held.items()}
    for each in card.delivery:
        texts |= {f"{each.form.value}-where": each.where, f"{each.form.value}-when": each.when}
    return texts


def _ensure_author(row: Any, by: StaffSession) -> None:
    if row.author_id != by.staff_id:
        raise ChangeUnknownError("no draft of their own")


def _locked(conn: Connection, by: StaffSession, service_id: str, state: DraftState | None) -> Any:
    """The service's open draft, locked; in this state, or in any of the open ones."""
    ensure_edits(conn, by, service_id)
    row = conn.execute(lock(conn, _OF_SERVICE), {"service": service_id}).one_or_none()
    if row is None:
        raise ChangeOverError("nobody writes a draft")
    if state is not None and row.state is not state:
        raise ChangeOverError(f"it is {row.state}")
    return row


def _set(conn: Connection, row: Any, **values: Any) -> None:
    conn.execute(update(ServiceDraft).where(ServiceDraft.id == row.id).values(values))


def _record(conn: Connection, event: EventName, by: Actor, at: datetime, **data: Any) -> None:
    outbox.record(conn, chain="system", type=event, actor=by, data=data, at=at)
