"""Short codes that connect two machines, once and within minutes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, update

from gateway.keys.sealing import Sealer
from gateway.people.errors import PairingCodeError
from gateway.terminals.tables import Pairing, PairingKind


def code_hash(sealer: Sealer, kind: PairingKind, digits: str) -> bytes:
    """The form in which a code is kept: keyed, since its digits are few enough to try them all."""
    return sealer.keyed_hash(f"pairing.{kind.value}", digits)


def use_code(
    conn: Connection, sealer: Sealer, kind: PairingKind, typed: str, now: datetime, **changes: Any
) -> Row[Any]:
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
        .values(used_at=now, **changes)
        .returning(*Pairing.__table__.c)
    ).one_or_none()
    if row is None:
        raise PairingCodeError("no such code")
    return row
