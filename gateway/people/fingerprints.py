"""What staff have of their own (personal code, telephone, account, address), kept only as keyed hashes.

Nobody can read it back, not even its owner: it serves to notice that somebody is about to act in their own matter or a
colleague's. Each kind has one normal form, so that the same thing is met however it was typed.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update
from stdnum import iban

from audit.entry import Actor
from audit.events import EventName
from gateway.keys.sealing import Sealer
from gateway.ledger import outbox
from gateway.people import personal_code
from gateway.people.errors import UnknownPersonError
from gateway.people.roles import Role
from gateway.people.tables import Staff, StaffRole, StaffState, StaffValue, ValueKind

MOST_OF_A_KIND = 5
_KNOWN = select(StaffValue.kind, StaffValue.set_by).where(StaffValue.staff_id == bindparam("staff"))
_ASSISTANTS = (
    select(Staff.id, Staff.login, StaffValue.kind, StaffValue.set_by)
    .join(StaffRole, (StaffRole.staff_id == Staff.id) & (StaffRole.role == Role.ASSISTANT))
    .outerjoin(StaffValue, StaffValue.staff_id == Staff.id)
    .where(Staff.state == StaffState.ACTIVE)
)
_LATVIA = "+371"
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_WORD = re.compile(r"[a-z0-9]+")
_POSTAL = re.compile(r"(lv)?[0-9]{4}")
_SAID_ONCE = frozenset({"lv", "latvija", "iela", "street", "st", "dz", "dzivoklis", "apt"})
"""Words of an address that one writer puts and another leaves out."""


class StaffValueError(ValueError):
    """What was typed is not of this kind. The message does not repeat it."""

    code: ClassVar[str] = "staff.value_invalid"


@dataclass(frozen=True, slots=True)
class Met:
    """A value that belongs to a member of staff."""

    staff_id: str
    kind: ValueKind
    hash: bytes


def normal(kind: ValueKind, typed: str) -> str:
    """The one form in which a value is hashed.

    Raises:
        StaffValueError: it is not of this kind.
    """
    try:
        made = _NORMAL[kind](typed)
    except personal_code.PersonalCodeError as error:
        raise StaffValueError("not a personal code") from error
    if made is None:
        raise StaffValueError(f"not of the kind {kind.value}")
    return made


def hash_of(sealer: Sealer, kind: ValueKind, typed: str) -> bytes:
    """The keyed hash under which a value is kept and met. Raises `StaffValueError`."""
    return sealer.keyed_hash(f"staff.{kind.value}", normal(kind, typed))


def hashes_of(sealer: Sealer, typed: Iterable[str]) -> dict[bytes, tuple[ValueKind, str]]:
    """Every hash that some texts could be met under, with the kind and the text: each is tried as every kind."""
    found = {}
    for text in typed:
        for kind in ValueKind:
            try:
                found[hash_of(sealer, kind, text)] = (kind, text)
            except StaffValueError:
                continue
    return found


def add(
    conn: Connection, sealer: Sealer, staff_id: str, kind: ValueKind, typed: str, *, by: Actor, now: datetime
) -> None:
    """Keep a value of a member of staff; one that is known already changes nothing.

    Raises:
        StaffValueError: it is not of this kind, or there are five of this kind already.
        UnknownPersonError: there is no such account.
    """
    value_hash = hash_of(sealer, kind, typed)
    if conn.execute(select(Staff.id).where(Staff.id == staff_id)).first() is None:
        raise UnknownPersonError("no such account")
    of_kind = (StaffValue.staff_id == staff_id, StaffValue.kind == kind)
    known = {row.value_hash: row.set_by for row in conn.execute(select(StaffValue.__table__).where(*of_kind))}
    if value_hash in known:
        if by.id != staff_id and known[value_hash] in (None, staff_id):
            # What its owner only said is now somebody else's word too.
            this_one = update(StaffValue).where(*of_kind, StaffValue.value_hash == value_hash)
            conn.execute(this_one.values(set_by=by.id))
            _say(conn, EventName.STAFF_VALUE_SET, staff_id, kind, by, now)
        return
    if len(known) >= MOST_OF_A_KIND:
        raise StaffValueError(f"there are {MOST_OF_A_KIND} of the kind {kind.value} already")
    values = {"staff_id": staff_id, "kind": kind, "value_hash": value_hash, "set_at": now, "set_by": by.id}
    conn.execute(insert(StaffValue).values(values))
    _say(conn, EventName.STAFF_VALUE_SET, staff_id, kind, by, now)


def remove(conn: Connection, staff_id: str, kind: ValueKind, *, by: Actor, now: datetime) -> None:
    """Forget all values of one kind; without any nothing happens."""
    which = (StaffValue.staff_id == staff_id, StaffValue.kind == kind)
    if conn.execute(delete(StaffValue).where(*which)).rowcount:
        _say(conn, EventName.STAFF_VALUE_REMOVED, staff_id, kind, by, now)


def missing(conn: Connection, staff_id: str) -> tuple[ValueKind, ...]:
    """What has to be known before somebody may serve residents, and is not; none: they are recognised.

    A personal code counts only as another person's word: whoever wants to act in their own matter types a wrong one.
    """
    known = {row.kind for row in conn.execute(_KNOWN, {"staff": staff_id}) if _counts(row.kind, row.set_by, staff_id)}
    return tuple(kind for kind in ValueKind if kind not in known)


def known_of(staff_id: ColumnElement[str]) -> dict[ValueKind, ColumnElement[bool]]:
    """Whether each kind is known of somebody, as `missing` says it, for a statement that asks other things too.

    `staff_id` is what that statement is given their id as.
    """

    def is_known(kind: ValueKind) -> ColumnElement[bool]:
        of_kind = select(StaffValue.staff_id).where(StaffValue.staff_id == staff_id, StaffValue.kind == kind)
        if kind is ValueKind.CODE:
            of_kind = of_kind.where(StaffValue.set_by.is_not(None), StaffValue.set_by != staff_id)
        return of_kind.exists()

    return {kind: is_known(kind) for kind in ValueKind}


def unrecognised(conn: Connection) -> list[str]:
    """The logins of active assistants of whom something is missing, who therefore cannot open a visit."""
    rows = conn.execute(_ASSISTANTS)
    known: dict[str, set[ValueKind]] = {}
    for row in rows:
        of = known.setdefault(row.login, set())
        if row.kind is not None and _counts(row.kind, row.set_by, row.id):
            of.add(row.kind)
    return sorted(login for login, kinds in known.items() if len(kinds) < len(ValueKind))


def present(conn: Connection, staff_ids: Collection[str]) -> dict[str, dict[ValueKind, int]]:
    """How many values of each kind are known, by account. What they are is shown to nobody."""
    counted: dict[str, dict[ValueKind, int]] = {staff_id: {} for staff_id in staff_ids}
    rows = conn.execute(
        select(StaffValue.staff_id, StaffValue.kind, func.count())
        .where(StaffValue.staff_id.in_(staff_ids))
        .group_by(StaffValue.staff_id, StaffValue.kind)
    )
    for staff_id, kind, number in rows:
        counted[staff_id][kind] = number
    return counted


def met_in_centre(conn: Connection, hashes: Collection[bytes], centre_id: str, staff_id: str) -> list[Met]:
    """Which of these hashes belong to `staff_id`, or to anybody of the centre, also while they are suspended."""
    if not hashes:
        return []
    rows = conn.execute(
        select(StaffValue.staff_id, StaffValue.kind, StaffValue.value_hash)
        .join(Staff, Staff.id == StaffValue.staff_id)
        .where(
            StaffValue.value_hash.in_(hashes),
            (Staff.id == staff_id) | ((Staff.centre_id == centre_id) & (Staff.state != StaffState.CLOSED)),
        )
        .order_by(StaffValue.staff_id, StaffValue.kind, StaffValue.value_hash)
    )
    return [Met(row.staff_id, row.kind, row.value_hash) for row in rows]


def _counts(kind: ValueKind, set_by: str | None, staff_id: str) -> bool:
    return kind is not ValueKind.CODE or set_by not in (None, staff_id)


def _code(typed: str) -> str:
    return personal_code.normalise(typed)


def _phone(typed: str) -> str | None:
    compact = re.sub(r"[\s\u00a0().-]", "", typed)
    compact = "+" + compact[2:] if compact.startswith("00") else compact
    compact = _LATVIA + compact if re.fullmatch(r"[2-9][0-9]{7}", compact) else compact
    return compact if _PHONE.fullmatch(compact) else None


def _account(typed: str) -> str | None:
    compact = str(iban.compact(typed)).upper()
    return compact if iban.is_valid(compact) else None


def _address(typed: str) -> str | None:
    """Folded words and numbers, sorted: how the parts follow each other, and the postal code, make no difference."""
    plain = unicodedata.normalize("NFKD", typed.lower())
    words = _WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))
    telling = sorted(word for word in words if word not in _SAID_ONCE and not _POSTAL.fullmatch(word))
    has_name = any(len(word) >= 4 and word.isalpha() for word in telling)
    return " ".join(telling) if has_name and len(telling) >= 2 else None


_NORMAL = {
    ValueKind.CODE: _code,
    ValueKind.PHONE: _phone,
    ValueKind.ACCOUNT: _account,
    ValueKind.ADDRESS: _address,
}


def _say(conn: Connection, event: EventName, staff_id: str, kind: ValueKind, by: Actor, now: datetime) -> None:
    data = {"staff": staff_id, "kind": kind.value}
    outbox.record(conn, chain=f"staff:{staff_id}", type=event, actor=by, data=data, at=now)
