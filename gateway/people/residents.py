"""Residents: found by a keyed hash of the personal code, everything else sealed under a key of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from audit.entry import Actor, ActorKind
from audit.events import EventName
from delegation.assurance import NumberSource
from gateway.ids import new_id
from gateway.keys import store
from gateway.keys.sealing import DataKey, Sealer
from gateway.keys.tables import DataKeyRow
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.errors import UnknownPersonError
from gateway.people.personal_code import normalise
from gateway.people.registration_number import registration_number
from gateway.people.tables import Resident as ResidentRow

SYSTEM = Actor(ActorKind.SYSTEM, "gateway")
Kind: TypeAlias = Literal["person", "company"]
_CODE_LABEL = "resident.code"
_CODE_LABELS: dict[Kind, str] = {"person": _CODE_LABEL, "company": "company.code"}
"""The numbers of people and of companies look alike, so each has a namespace of its own."""
_NORMALISE: dict[Kind, Callable[[str], str]] = {"person": normalise, "company": registration_number}
_BY_CODE = select(ResidentRow.__table__).where(ResidentRow.code_hash == bindparam("code_hash"))
_BY_ID = select(ResidentRow.__table__).where(ResidentRow.id == bindparam("id"))
_CODE_HASH = select(ResidentRow.code_hash).where(ResidentRow.id == bindparam("id"))
_INSERT = {
    "sqlite": sqlite.insert(ResidentRow).on_conflict_do_nothing(index_elements=["code_hash"]).returning(ResidentRow.id),
    "postgresql": postgresql.insert(ResidentRow)
    .on_conflict_do_nothing(index_elements=["code_hash"])
    .returning(ResidentRow.id),
}
_CHANGE = update(ResidentRow).where(ResidentRow.id == bindparam("which"))


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a resident."""

    name: str
    code: str
    """Personal code, in any spelling."""
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    iban: str | None = None
    """The account that was confirmed for a filing of theirs."""
    kind: Kind = "person"
    """Of a company `code` is the registration number; nobody signs in as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """An opened record."""

    id: str
    key: DataKey
    profile: Profile
    number_source: NumberSource | None
    """Where `profile.phone` is known from."""

    @property
    def known_number(self) -> str | None:
        """The telephone number, unless all that is known of it is that somebody typed it at a counter."""
        return None if self.number_source in {None, NumberSource.TYPED_HERE} else self.profile.phone


class _Kept(msgspec.Struct, frozen=True):
    """What is sealed."""

    profile: Profile
    number_source: NumberSource | None


_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(_Kept).decode


def find_or_create(
    conn: Connection,
    parts: Store,
    profile: Profile,
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    chain: str | None = None,
) -> Resident:
    """Find the resident (or company) with the code of `profile`, or create them from it.

    An existing record is returned as it is: what is typed at a counter replaces nothing that is known. A telephone
    number of a new record counts as typed here. The event goes into `chain`, by default the resident's own.

    Raises:
        PersonalCodeError, RegistrationNumberError: `profile.code` is none.
    """
    code = _NORMALISE[profile.kind](profile.code)
    code_hash = parts.sealer.keyed_hash(_CODE_LABELS[profile.kind], code)
    found = conn.execute(_BY_CODE, {"code_hash": code_hash}).one_or_none()
    if found is not None:
        return _opened(conn, parts.sealer, found)
    key, resident_id = parts.sealer.new_key(), new_id()
    kept = _Kept(msgspec.structs.replace(profile, code=code), NumberSource.TYPED_HERE if profile.phone else None)
    store.save(conn, parts.sealer.wrap(key))
    values = {
        "id": resident_id,
        "code_hash": code_hash,
        "key_id": key.id,
        "profile": parts.sealer.seal(key, _context(resident_id), _encode(kept)),
        "created_at": now,
        "changed_at": now,
    }
    if conn.execute(_INSERT[conn.dialect.name], values).one_or_none() is None:
        # Another machine has created the same resident in this moment; the unused key goes.
        conn.execute(delete(DataKeyRow).where(DataKeyRow.id == key.id))
        return _opened(conn, parts.sealer, conn.execute(_BY_CODE, {"code_hash": code_hash}).one())
    outbox.record(
        conn,
        chain=chain or f"resident:{resident_id}",
        type=EventName.RESIDENT_CREATED,
        actor=actor,
        data={"resident": resident_id},
        at=now,
    )
    return Resident(id=resident_id, key=key, profile=kept.profile, number_source=kept.number_source)


def find_id(conn: Connection, parts: Store, code: str) -> str | None:
    """The id of the person with this personal code; `None` for one who was never here. Opens nothing.

    Raises:
        PersonalCodeError: `code` is none.
    """
    code_hash = parts.sealer.keyed_hash(_CODE_LABEL, normalise(code))
    row = conn.execute(_BY_CODE, {"code_hash": code_hash}).one_or_none()
    return None if row is None else str(row.id)


def open_resident(conn: Connection, parts: Store, resident_id: str) -> Resident:
    """Open a resident's record. Recording that somebody looked is the duty of `gateway.visits`.

    Raises:
        UnknownPersonError: there is none.
        KeyDestroyedError: it was erased.
    """
    row = conn.execute(_BY_ID, {"id": resident_id}).one_or_none()
    if row is None:
        raise UnknownPersonError("no such resident")
    return _opened(conn, parts.sealer, row)


def open_profile(conn: Connection, parts: Store, resident_id: str) -> Profile:
    """Open what is known of a resident; errors as of `open_resident`."""
    return open_resident(conn, parts, resident_id).profile


def is_same(conn: Connection, parts: Store, resident_id: str, code: str) -> bool:
    """Say whether a personal code, such as a sign-in's, is this resident's.

    Raises:
        PersonalCodeError: `code` is none.
    """
    row = conn.execute(_CODE_HASH, {"id": resident_id}).one_or_none()
    return row is not None and row.code_hash == parts.sealer.keyed_hash(_CODE_LABEL, normalise(code))


def remember(
    conn: Connection,
    parts: Store,
    resident_id: str,
    profile: Profile,
    *,
    source: NumberSource,
    now: datetime,
    actor: Actor = SYSTEM,
) -> Resident:
    """Take over what a source says of a resident; what it leaves out stays, and so does the personal code.

    What was typed at a counter only fills gaps. The event names the fields that changed, never the values.

    Raises:
        UnknownPersonError: there is no such resident.
    """
    known = open_resident(conn, parts, resident_id)
    changes = {
        field: value
        for field in ("name", "phone", "email", "address", "iban")
        if (value := getattr(profile, field)) and _may_replace(known, field, value, source)
    }
    if not changes:
        return known
    kept = _Kept(
        msgspec.structs.replace(known.profile, **changes), source if "phone" in changes else known.number_source
    )
    sealed = parts.sealer.seal(known.key, _context(resident_id), _encode(kept))
    conn.execute(_CHANGE, {"which": resident_id, "profile": sealed, "changed_at": now})
    outbox.record(
        conn,
        chain=f"resident:{resident_id}",
        type=EventName.RESIDENT_CHANGED,
        actor=actor,
        data={"resident": resident_id, "fields": sorted(changes), "source": source.value},
        at=now,
    )
    return Resident(id=resident_id, key=known.key, profile=kept.profile, number_source=kept.number_source)


def _may_replace(known: Resident, field: str, value: str, source: NumberSource) -> bool:
    present = getattr(known.profile, field)
    if field == "phone" and present == value:
        # The same number, from a better source: worth knowing.
        return known.known_number is None and source is not NumberSource.TYPED_HERE
    return value != present and (source is not NumberSource.TYPED_HERE or not present)


def _opened(conn: Connection, sealer: Sealer, row: Row[Any]) -> Resident:
    key = store.load(conn, sealer, row.key_id)
    kept = _decode(sealer.open(key, _context(row.id), row.profile))
    return Resident(id=row.id, key=key, profile=kept.profile, number_source=kept.number_source)


def _context(resident_id: str) -> str:
    return f"resident.profile:{resident_id}"
