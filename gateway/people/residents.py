"""Residents: found by a keyed hash of the personal code, everything else sealed under a key of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from audit.entry import Actor, ActorKind
from audit.events import EventName
from delegation.assurance import NumberSource
from gateway.database.once import once
from gateway.ids import new_id
from gateway.keys import store
from gateway.keys.sealing import DataKey
from gateway.keys.tables import DataKeyRow
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.errors import UnknownPersonError
from gateway.people.personal_code import normalise
from gateway.people.registration_number import registration_number
from gateway.people.tables import Resident as ResidentRow

SYSTEM = Actor(ActorKind.SYSTEM, "gateway")
OWN_NUMBER_RESTS = timedelta(days=1)
"""How long no code goes to a number that its holder has just set: whoever it was taken from is told, and can object."""
Kind: TypeAlias = Literal["person", "company"]
_FIXED: Final = "+3716"
_CODE_LABEL = "resident.code"
_CODE_LABELS: dict[Kind, str] = {"person": _CODE_LABEL, "company": "company.code"}
"""The numbers of people and of companies look alike, so each has a namespace of its own."""
_NORMALISE: dict[Kind, Callable[[str], str]] = {"person": normalise, "company": registration_number}
_OPENING = store.read_with(select(ResidentRow.__table__), ResidentRow.key_id)
_BY_CODE = _OPENING.where(ResidentRow.code_hash == bindparam("code_hash"))
_BY_ID = _OPENING.where(ResidentRow.id == bindparam("id"))
_CODE_HASH = select(ResidentRow.code_hash).where(ResidentRow.id == bindparam("id"))
_INSERT = {
    "sqlite": sqlite.insert(ResidentRow).on_conflict_do_nothing(index_elements=["code_hash"]).returning(ResidentRow.id),
    "postgresql": postgresql.insert(ResidentRow)
    .on_conflict_do_nothing(index_elements=["code_hash"])
    .returning(ResidentRow.id),
}
_CHANGE = update(ResidentRow).where(ResidentRow.id == bindparam("which"), ResidentRow.erased_at.is_(None))


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
    language: str | None = None
    """In which they want to be written to, as they say themselves."""
    kind: Kind = "person"
    """Of a company `code` is the registration number; nobody signs in as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How a resident wants to be reached; what is empty is as whoever vouches for them says. Never shown in a log."""

    phone: str | None
    email: str | None
    language: str

    def __repr__(self) -> str:
        return "Contact()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """An opened record."""

    id: str
    key: DataKey
    profile: Profile
    number_source: NumberSource | None
    """Where `profile.phone` is known from."""
    own: frozenset[str] = frozenset()
    """What they have set themselves: no source replaces it."""
    number_set_at: datetime | None = None
    """When they set the number; `None` where somebody else vouches for it."""
    number_rests: bool = False
    """Whether they set the number less than `OWN_NUMBER_RESTS` ago."""
    dead: frozenset[str] = frozenset()
    """Which of `phone` and `email` nobody can be reached at, as was heard when something was sent there."""

    @property
    def known_number(self) -> str | None:
        """The telephone number, unless somebody typed it at a counter or it is too new to send a code to."""
        return None if self.is_unsure or "phone" in self.dead else self.profile.phone

    @property
    def is_unsure(self) -> bool:
        """Whether nobody vouches for the number, or it is too new."""
        return self.number_rests or self.number_source in {None, NumberSource.TYPED_HERE}

    @property
    def known_email(self) -> str | None:
        """The e-mail address, unless it does not work."""
        return None if "email" in self.dead else self.profile.email

    def differs(self, contact: Contact) -> tuple[str, ...]:
        """Which fields `contact` would change; what does not work and is said again is set anew."""
        fields = ("email", "language", "phone")
        said = {field: getattr(contact, field) or None for field in fields}
        return tuple(
            field
            for field, value in said.items()
            if value != getattr(self.profile, field) or (field in self.dead and value is not None)
        )


class _Kept(msgspec.Struct, frozen=True):
    """What is sealed."""

    profile: Profile
    number_source: NumberSource | None
    own: frozenset[str] = frozenset()
    number_set_at: datetime | None = None
    """When the holder set the number; `None` where somebody else vouches for it."""
    dead: frozenset[str] = frozenset()
    """Of `phone` and `email`, what does not work; until it is set anew."""


_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(_Kept).decode


def is_fixed_line(number: str) -> bool:
    """Whether a number is of Latvia's fixed network, which takes calls and no SMS."""
    return "".join(number.split()).startswith(_FIXED)


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
        return _opened(conn, parts, found)
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
        return _opened(conn, parts, conn.execute(_BY_CODE, {"code_hash": code_hash}).one())
    outbox.record(
        conn,
        chain=chain or f"resident:{resident_id}",
        type=EventName.RESIDENT_CREATED,
        actor=actor,
        data={"resident": resident_id},
        at=now,
    )
    return _as_kept(parts, resident_id, key, kept)


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
    return _opened(conn, parts, _find(conn, resident_id))


def open_profile(conn: Connection, parts: Store, resident_id: str) -> Profile:
    """Open what is known of a resident; errors as of `open_resident`."""
    return open_resident(conn, parts, resident_id).profile


def open_key(conn: Connection, parts: Store, resident_id: str) -> DataKey:
    """Open a resident's own key, and nothing that it seals; errors as of `open_resident`."""
    return store.open_read(conn, parts.sealer, _find(conn, resident_id))


def is_same(conn: Connection, parts: Store, resident_id: str, code: str) -> bool:
    """Say whether a personal code, such as a sign-in's, is this resident's.

    Raises:
        PersonalCodeError: `code` is none.
    """
    row = conn.execute(_CODE_HASH, {"id": resident_id}).one_or_none()
    return row is not None and row.code_hash == parts.sealer.keyed_hash(_CODE_LABEL, normalise(code))


def open_if_same(conn: Connection, parts: Store, resident_id: str, code: str) -> Resident | None:
    """Open a resident's record if a personal code, such as a sign-in's, is theirs; `None` if it is not.

    Raises:
        PersonalCodeError: `code` is none.
        UnknownPersonError: there is no such resident.
        KeyDestroyedError: it was erased.
    """
    row = _find(conn, resident_id)
    is_theirs = row.code_hash == parts.sealer.keyed_hash(_CODE_LABEL, normalise(code))
    return _opened(conn, parts, row) if is_theirs else None


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
    """Take over what a source says of a resident, as `add_to` does.

    Raises:
        UnknownPersonError: there is no such resident.
    """
    return add_to(conn, parts, open_resident(conn, parts, resident_id), profile, source=source, now=now, actor=actor)


def add_to(
    conn: Connection,
    parts: Store,
    known: Resident,
    profile: Profile,
    *,
    source: NumberSource,
    now: datetime,
    actor: Actor = SYSTEM,
) -> Resident:
    """Take over what a source says of a resident; what it leaves out stays, and so does the personal code.

    What was typed at a counter only fills gaps, and nothing replaces what residents have set themselves. The event
    names the fields that changed, never the values.
    """
    changes = {
        field: value
        for field in ("name", "phone", "email", "address", "iban")
        if (value := getattr(profile, field)) and _may_replace(known, field, value, source)
    }
    if not changes:
        return known
    is_number = "phone" in changes
    kept = _Kept(
        msgspec.structs.replace(known.profile, **changes),
        source if is_number else known.number_source,
        known.own,
        None if is_number else known.number_set_at,
        known.dead - {field for field, value in changes.items() if value != getattr(known.profile, field)},
    )
    _keep(conn, parts, known, kept, now)
    outbox.record(
        conn,
        chain=f"resident:{known.id}",
        type=EventName.RESIDENT_CHANGED,
        actor=actor,
        data={"resident": known.id, "fields": sorted(changes), "source": source.value},
        at=now,
    )
    return _as_kept(parts, known.id, known.key, kept)


def correct(conn: Connection, parts: Store, known: Resident, contact: Contact, now: datetime, actor: Actor) -> None:
    """Put what residents say themselves in the place of what is known; what they leave empty is known no more.

    The event names the fields that changed, never the values.
    """
    changes = known.differs(contact)
    given = {field: getattr(contact, field) or None for field in changes}
    is_number = "phone" in changes
    source = NumberSource.OWN_PAGE if contact.phone else None
    kept = _Kept(
        msgspec.structs.replace(known.profile, **given),
        source if is_number else known.number_source,
        (known.own - given.keys()) | {field for field, value in given.items() if value},
        (now if contact.phone else None) if is_number else known.number_set_at,
        known.dead - given.keys(),
    )
    _keep(conn, parts, known, kept, now)
    outbox.record(
        conn,
        chain=f"resident:{known.id}",
        type=EventName.RESIDENT_CORRECTED,
        actor=actor,
        data={"resident": known.id, "fields": list(changes)},
        at=now,
    )


def mark_dead(conn: Connection, parts: Store, known: Resident, field: str, now: datetime, **said: str) -> None:
    """Keep that nobody can be reached at the `phone` or `email` that is known: it is not used until it is set anew.

    `said` goes into the event: identifiers and codes, never the value.
    """
    kept = _Kept(known.profile, known.number_source, known.own, known.number_set_at, known.dead | {field})
    _keep(conn, parts, known, kept, now)
    data = {"resident": known.id, "field": field, **said}
    chain = f"resident:{known.id}"
    outbox.record(conn, chain=chain, type=EventName.CONTACT_FAILED, actor=SYSTEM, data=data, at=now)


def _may_replace(known: Resident, field: str, value: str, source: NumberSource) -> bool:
    present = getattr(known.profile, field)
    if field == "phone" and present == value:
        # The same number, from a better source: worth knowing.
        is_vouched = source in {NumberSource.PROVIDER, NumberSource.REGISTER}
        is_own = known.number_source is NumberSource.OWN_PAGE
        return is_vouched if is_own else known.is_unsure and source is not NumberSource.TYPED_HERE
    if field in known.own:
        return False
    return value != present and (source is not NumberSource.TYPED_HERE or not present)


def _keep(conn: Connection, parts: Store, known: Resident, kept: _Kept, now: datetime) -> None:
    sealed = parts.sealer.seal(known.key, _context(known.id), _encode(kept))
    conn.execute(_CHANGE, {"which": known.id, "profile": sealed, "changed_at": now})


def _find(conn: Connection, resident_id: str) -> Row[Any]:
    """The row with its key beside it."""
    row = once(conn, ("resident", resident_id), lambda: conn.execute(_BY_ID, {"id": resident_id}).one_or_none())
    if row is None:
        raise UnknownPersonError("no such resident")
    return row


def _opened(conn: Connection, parts: Store, row: Row[Any]) -> Resident:
    key = store.open_read(conn, parts.sealer, row)
    return _as_kept(parts, row.id, key, _decode(parts.sealer.open(key, _context(row.id), row.profile)))


def _as_kept(parts: Store, resident_id: str, key: DataKey, kept: _Kept) -> Resident:
    return Resident(
        id=resident_id,
        key=key,
        profile=kept.profile,
        number_source=kept.number_source,
        own=kept.own,
        number_set_at=kept.number_set_at,
        dead=kept.dead,
        number_rests=kept.number_set_at is not None and parts.clock.now() < kept.number_set_at + OWN_NUMBER_RESTS,
    )


def _context(resident_id: str) -> str:
    return f"resident.profile:{resident_id}"
