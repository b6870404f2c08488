"""Short codes that enrol a machine, once and within minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ids import digest, new_token
from gateway.keys.sealing import Sealer
from gateway.people.errors import PairingCodeError
from gateway.terminals.tables import Pairing, PairingKind

CODE_LIFE = timedelta(minutes=10)
_TRIES = 5
"""The same digits in use twice is one chance in a million; five times in a row is a defect."""
_DIGITS = {PairingKind.TERMINAL: 8, PairingKind.DISPLAY: 8, PairingKind.GUEST: 6}
"""So many that nobody guesses one in the tries that they have: the longer may be typed by anybody, a guest's only at an
enrolled computer of the centre."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code to be typed. Its digits come from the seed; only a hash of them is kept."""

    digits: str
    seed: str
    ends_at: datetime

    @property
    def spaced(self) -> str:
        """In two groups, as it is read aloud."""
        half = len(self.digits) // 2
        return f"{self.digits[:half]} {self.digits[half:]}"


def make_code(conn: Connection, sealer: Sealer, kind: PairingKind, *, now: datetime, **columns: Any) -> Code:
    """Make and store a code of `kind`, whose seed is kept where the code is shown."""
    for _try in range(_TRIES):
        code = _derive(sealer, kind, new_token(), now + CODE_LIFE)
        values = columns | {"holder_hash": digest(code.seed), "ends_at": code.ends_at}
        if kind is PairingKind.GUEST:
            values["seed"] = code.seed
        if _keep(conn, code_hash(sealer, kind, code.digits), kind, now, values):
            return code
    raise PairingCodeError("no free code was found")


def find_code(conn: Connection, sealer: Sealer, seed: str, now: datetime) -> tuple[PairingKind, Code] | None:
    """The code of a seed and what it enrols, while it is neither used nor past its time."""
    row = conn.execute(
        select(Pairing.kind, Pairing.ends_at).where(
            Pairing.holder_hash == digest(seed), Pairing.used_at.is_(None), Pairing.ends_at > now
        )
    ).one_or_none()
    return None if row is None else (row.kind, _derive(sealer, row.kind, seed, row.ends_at))


def code_of_visit(conn: Connection, sealer: Sealer, visit_id: str, now: datetime) -> Code | None:
    """The guest's code that a visit waits for to be typed."""
    row = conn.execute(
        select(Pairing.seed, Pairing.ends_at)
        .where(Pairing.visit_id == visit_id, Pairing.used_at.is_(None), Pairing.ends_at > now)
        .order_by(Pairing.made_at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _derive(sealer, PairingKind.GUEST, row.seed, row.ends_at)


def drop_of_visit(conn: Connection, visit_id: str) -> None:
    """Forget the codes of a visit: nothing begins with them any more."""
    conn.execute(delete(Pairing).where(Pairing.visit_id == visit_id))


def code_hash(sealer: Sealer, kind: PairingKind, digits: str) -> bytes:
    """The form in which a code is kept: keyed, since its digits are few enough to try them all."""
    return sealer.keyed_hash(f"pairing.{kind.value}", digits)


def use_code(conn: Connection, sealer: Sealer, kind: PairingKind, typed: str, now: datetime) -> Row[Any]:
    """Use up the code that somebody typed, in any spacing, and return its row.

    Raises:
        PairingCodeError: wrong, used, or past its time.
    """
    digits = "".join(sign for sign in typed if sign.isdigit())
    row = conn.execute(
        update(Pairing)
        .where(
            Pairing.code_hash == code_hash(sealer, kind, digits),
            Pairing.kind == kind,
            Pairing.used_at.is_(None),
            Pairing.ends_at > now,
        )
        .values(used_at=now)
        .returning(*Pairing.__table__.c)
    ).one_or_none()
    if row is None:
        raise PairingCodeError("no such code")
    return row


def _derive(sealer: Sealer, kind: PairingKind, seed: str, ends_at: datetime) -> Code:
    length = _DIGITS[kind]
    number = int.from_bytes(sealer.keyed_hash(f"pairing.digits.{kind.value}", seed))
    return Code(f"{number % 10**length:0{length}d}", seed, ends_at)


def _keep(conn: Connection, hashed: bytes, kind: PairingKind, now: datetime, columns: dict[str, Any]) -> bool:
    """Store a code, after those past their time are gone; False when the same digits are in use just now."""
    conn.execute(delete(Pairing).where(Pairing.ends_at <= now))
    values = {"code_hash": hashed, "kind": kind, "made_at": now} | columns
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    kept = insert(Pairing).values(values).on_conflict_do_nothing().returning(Pairing.code_hash)
    return conn.execute(kept).one_or_none() is not None
