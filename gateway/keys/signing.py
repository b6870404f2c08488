"""What signs: one key for each kind of token, and one for the log's checkpoints.

Private parts are sealed under a key-encryption key and lie in the database, so every gateway and worker signs with the
same keys. A new key is announced before it signs, so that every process and portal knows it by then; the one it
replaces stays published until `not_after`, so that nothing signed shortly before the change is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self, overload

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from audit.note import Signer
from delegation.signing import KeySet, SigningKey
from gateway.ids import new_id
from gateway.keys import epochs
from gateway.keys.errors import KeyMissingError
from gateway.keys.sealing import Sealer
from gateway.keys.tables import SigningKeyRow


class KeyKind(StrEnum):
    """What a key may sign; one key never signs two kinds of token."""

    DELEGATION = "delegation"
    PERMIT = "permit"
    ID_TOKEN = "id_token"
    ACCESS_TOKEN = "access_token"
    STATUS_LIST = "status_list"
    CLIENT_ASSERTION = "client_assertion"
    """With which we prove to an identity provider who we are (RFC 7523)."""
    CHECKPOINT = "checkpoint"


TOKEN_KINDS = tuple(kind for kind in KeyKind if kind is not KeyKind.CHECKPOINT)
OVERLAP = timedelta(days=2)
"""How long a replaced key stays published; no token of its kind lives longer."""

ANNOUNCED = timedelta(minutes=15)
"""How long a new key is published before it signs: three times what a portal may keep our key set."""

_FOR = "@"
"""In the name of a checkpoint key, before the log that it signs for; a key of the first log has none."""

_LONG_OVERLAPS = {KeyKind.DELEGATION: timedelta(days=400)}
"""A delegation may be followed for a year: until then its signature must verify, here and at portals."""

_INSERT = {
    "sqlite": sqlite.insert(SigningKeyRow).on_conflict_do_nothing().returning(SigningKeyRow.kid),
    "postgresql": postgresql.insert(SigningKeyRow).on_conflict_do_nothing().returning(SigningKeyRow.kid),
}
_ALL = select(SigningKeyRow.__table__).where(SigningKeyRow.retired_at.is_(None)).order_by(SigningKeyRow.serial.desc())

_NEWEST_OF_LOG = (
    select(SigningKeyRow.kid)
    .where(SigningKeyRow.kind == KeyKind.CHECKPOINT.value)
    .order_by(SigningKeyRow.serial.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key, opened."""

    kid: str
    kind: KeyKind
    serial: int
    private_der: bytes = field(repr=False)
    created_at: datetime
    not_after: datetime | None
    announced_until: datetime | None = None
    """Where it is announced for longer than usual."""

    @property
    def signs_from(self) -> datetime:
        """When it has been announced long enough to sign, if it is not the first."""
        return self.announced_until or self.created_at + ANNOUNCED

    @property
    def origin(self) -> str | None:
        """The log that it signs for, if that is not the first: its name tells, which nobody can change (`_new_row`)."""
        return self.kid.partition(_FOR)[2] or None

    @property
    def private_pem(self) -> str:
        """PKCS#8 as PEM, for libraries that want text."""
        key = load_der_private_key(self.private_der, password=None)
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")

    def signer(self, name: str) -> Signer:
        """As a key of the log `name`; only for a key of checkpoints."""
        private = load_der_private_key(self.private_der, password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise TypeError(f"key {self.kid} signs no notes")
        return Signer(name, private.private_bytes_raw())


class KeyRing:
    """All signing keys that are in use: opened at start, and again when another process has changed them."""

    def __init__(self, keys: Sequence[StoredKey], now: datetime) -> None:
        """Take the keys, newest first within each kind; `now` decides which of them sign."""
        self._take(keys, now)

    def _take(self, keys: Sequence[StoredKey], now: datetime) -> None:
        opened = {kind: tuple(key for key in keys if key.kind is kind) for kind in KeyKind}
        signing = {kind: _in_use(of_kind, now) for kind, of_kind in opened.items() if of_kind}
        self._signers: Mapping[KeyKind, tuple[SigningKey, ...]] = {
            kind: tuple(SigningKey(key.kid, key.private_pem) for key in opened[kind]) for kind in TOKEN_KINDS
        }
        self._signing, self._keys = signing, opened

    @classmethod
    def load(cls, conn: Connection, sealer: Sealer, now: datetime) -> Self:
        """Open the keys in the database.

        Raises:
            KeyMissingError: the key file lacks an epoch that a key needs.
            SealBrokenError: a key was changed, or belongs to another key file.
        """
        return cls([_open(row, sealer) for row in conn.execute(_ALL)], now)

    def refresh(self, conn: Connection, sealer: Sealer, now: datetime) -> bool:
        """Notice keys that were made, replaced or retired since, and those whose time to sign has come.

        Returns whether anything changed. Raises as `load`; the keys then stay as they were.
        """
        rows = conn.execute(_ALL).all()
        due = {kind: _in_use(keys, now) for kind, keys in self._keys.items() if keys}
        if {row.kid for row in rows} == {key.kid for keys in self._keys.values() for key in keys}:
            if due == self._signing:
                return False
            self._signing = due
            return True
        self._take([_open(row, sealer) for row in rows], now)
        return True

    def signer(self, kind: KeyKind) -> SigningKey:
        """Return the key that signs tokens of `kind`, for `delegation.signing`.

        Raises:
            KeyMissingError: there is none yet.
        """
        kid = self.stored(kind).kid
        return next(signer for signer in self._signers[kind] if signer.kid == kid)

    def stored(self, kind: KeyKind) -> StoredKey:
        """Return the key that signs `kind` with its private part, for libraries that bring their own signing.

        Raises:
            KeyMissingError: there is none yet.
        """
        key = self._signing.get(kind)
        if key is None:
            raise KeyMissingError(f"there is no key for {kind}: `pilnvara keys init` makes it")
        return key

    def checkpoint_keys(self) -> tuple[StoredKey, ...]:
        """Return the log's keys, the newest first."""
        return self._keys[KeyKind.CHECKPOINT]

    def log_origin(self, first: str) -> str:
        """Return the name that the log has now; `first` is the one that it began with."""
        keys = self.checkpoint_keys()
        return (keys[0].origin if keys else None) or first

    def note_signers(self, first: str) -> tuple[Signer, ...]:
        """Return the checkpoint keys, each under its log's name, the one that signs now first.

        `first` is the name that the log began with: keys of its continuations know their own.
        """
        now = self._signing.get(KeyKind.CHECKPOINT)
        ordered = sorted(self.checkpoint_keys(), key=lambda key: key is not now)
        return tuple(key.signer(key.origin or first) for key in ordered)

    def jwks(self, *kinds: KeyKind) -> dict[str, list[dict[str, Any]]]:
        """Return the JWK set (RFC 7517) of `kinds`, all token kinds if none is named: current and replaced keys."""
        return {"keys": [signer.public_jwk() for kind in kinds or TOKEN_KINDS for signer in self._signers[kind]]}

    def key_set(self, kind: KeyKind) -> KeySet:
        """Return the public keys of a kind as they are now, parsed once for each set of them."""
        return _parsed(tuple((key["kid"], key["x"], key["y"]) for key in self.jwks(kind)["keys"]))

    def missing(self) -> tuple[KeyKind, ...]:
        """Name the kinds that have no key."""
        return tuple(kind for kind in KeyKind if not self._keys[kind])


class NoteSigners(Sequence[Signer]):
    """The log's keys as the ring has them at the moment: who holds it need not be told when one is replaced."""

    def __init__(self, ring: KeyRing, name: str) -> None:
        """Sign as the log that began as `name`."""
        self._ring, self._name = ring, name
        self._known: tuple[tuple[StoredKey, ...], StoredKey | None] = ((), None)
        self._signers: tuple[Signer, ...] = ()

    @overload
    def __getitem__(self, index: int) -> Signer: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Signer, ...]: ...

    def __getitem__(self, index: int | slice) -> Signer | tuple[Signer, ...]:
        return self._current()[index]

    def __len__(self) -> int:
        return len(self._current())

    def _current(self) -> tuple[Signer, ...]:
        keys = self._ring.checkpoint_keys()
        known = (keys, self._ring.stored(KeyKind.CHECKPOINT) if keys else None)
        if known != self._known:
            self._known, self._signers = known, self._ring.note_signers(self._name)
        return self._signers


def origin_of_log(conn: Connection) -> str | None:
    """Return the name that the log was given last; none while it has the one that it began with."""
    kid = conn.execute(_NEWEST_OF_LOG).scalar_one_or_none()
    return None if kid is None else kid.partition(_FOR)[2] or None


def ensure(conn: Connection, sealer: Sealer, now: datetime) -> tuple[KeyRing, tuple[KeyKind, ...]]:
    """Make the keys that are missing and open all; also return the kinds that were made here, for the caller to record.

    Two processes that start at once end up with the same keys.
    """
    ring = KeyRing.load(conn, sealer, now)
    made = tuple(
        kind
        for kind in ring.missing()
        if conn.execute(_INSERT[conn.dialect.name], _new_row(conn, kind, 1, sealer, now)).first() is not None
    )
    return (KeyRing.load(conn, sealer, now) if ring.missing() else ring), made


def rotate(
    conn: Connection,
    sealer: Sealer,
    kind: KeyKind,
    now: datetime,
    *,
    at_once: bool = False,
    origin: str | None = None,
    announced: timedelta = ANNOUNCED,
) -> str:
    """Make the next key of `kind` and return its name; the caller records it.

    It signs once it was `announced`; the one before it stays published while its tokens live. `at_once` is for a key
    that somebody else may hold: it is no longer published from now on, and whatever it signed is refused. With `origin`
    a key of checkpoints is the first of that log, and signs without delay.
    """
    newest = next(row for row in conn.execute(_ALL) if row.kind == kind.value)
    replaced = update(SigningKeyRow).where(SigningKeyRow.kind == kind.value, SigningKeyRow.retired_at.is_(None))
    if at_once:
        conn.execute(replaced.values(not_after=now, retired_at=now))
    else:
        until = now + announced + _LONG_OVERLAPS.get(kind, OVERLAP)
        conn.execute(replaced.where(SigningKeyRow.not_after.is_(None)).values(not_after=until))
    row = _new_row(conn, kind, newest.serial + 1, sealer, now, origin or newest.kid.partition(_FOR)[2])
    row["signs_from"] = None if announced == ANNOUNCED else now + announced
    conn.execute(_INSERT[conn.dialect.name], row)
    return str(row["kid"])


def retire(conn: Connection, now: datetime) -> list[str]:
    """Take replaced keys whose time is over out of use and return their names; their rows stay.

    Keys of the log are never retired: old checkpoints are verified with them for ever.
    """
    over = update(SigningKeyRow).where(
        SigningKeyRow.not_after <= now,
        SigningKeyRow.retired_at.is_(None),
        SigningKeyRow.kind != KeyKind.CHECKPOINT.value,
    )
    return list(conn.execute(over.values(retired_at=now).returning(SigningKeyRow.kid)).scalars())


def context_of(row: Any) -> str:
    """What the private part in a row is bound to."""
    return _context(KeyKind(row.kind), row.kid)


def _new_row(
    conn: Connection, kind: KeyKind, serial: int, sealer: Sealer, now: datetime, origin: str = ""
) -> dict[str, Any]:
    """A new key. Its name is part of what it is sealed with, so nobody can give it to another log in the database."""
    private: Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    private = Ed25519PrivateKey.generate() if kind is KeyKind.CHECKPOINT else ec.generate_private_key(ec.SECP256R1())
    kid, epoch = f"{new_id()}{_FOR}{origin}" if origin else new_id(), epochs.ensure_alive(conn, sealer.epoch)
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {
        "kid": kid,
        "kind": kind.value,
        "serial": serial,
        "public": private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "wrapped": sealer.seal_under_epoch(epoch, _context(kind, kid), der),
        "epoch": epoch,
        "created_at": now,
        "signs_from": None,
    }


def _open(row: Any, sealer: Sealer) -> StoredKey:
    kind = KeyKind(row.kind)
    private = sealer.open_under_epoch(row.epoch, context_of(row), row.wrapped)
    return StoredKey(row.kid, kind, row.serial, private, row.created_at, row.not_after, row.signs_from)


def _in_use(keys: Sequence[StoredKey], now: datetime) -> StoredKey:
    """The newest key, of those newest first, that was announced long enough; else the one that signs already.

    Keys of a log that was continued under another name sign nothing more, from the moment when it was.
    """
    of_log = [key for key in keys if key.origin == keys[0].origin]
    return next((key for key in of_log if key.signs_from <= now), of_log[-1])


def _context(kind: KeyKind, kid: str) -> str:
    return f"signing key\0{kind}\0{kid}"


@lru_cache(maxsize=16)
def _parsed(points: tuple[tuple[str, str, str], ...]) -> KeySet:
    return KeySet.parse({"keys": [{"kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y} for kid, x, y in points]})
