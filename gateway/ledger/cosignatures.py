"""What witnesses have cosigned, beside the checkpoints: a cosignature may come after its checkpoint was published.

Each was verified with the witness's key before it was kept. Insert-only.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from audit.cosignature import WitnessVerifier
from audit.errors import NoteError
from audit.outside import cosigners
from audit.policy import TrustPolicy
from gateway.ledger.tables import AuditCheckpoint, AuditCosignature

_LOOKED_BACK = 400
"""Cosignatures that are looked through for the newest checkpoint with a quorum."""

_INSERT = {
    "sqlite": sqlite.insert(AuditCosignature).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(AuditCosignature).on_conflict_do_nothing(),
}
_LINES = select(AuditCosignature.line).where(AuditCosignature.size == bindparam("size")).order_by(AuditCosignature.key)
_KEYS = select(AuditCosignature.key).where(AuditCosignature.size == bindparam("size"))
_KNOWN = select(func.max(AuditCosignature.size)).where(AuditCosignature.key == bindparam("key"))
_NEWEST = select(AuditCosignature.size, AuditCosignature.key).order_by(AuditCosignature.size.desc()).limit(_LOOKED_BACK)
_SIGNED = (
    select(AuditCheckpoint.size, AuditCheckpoint.note, AuditCheckpoint.signed_at, AuditCosignature.line)
    .outerjoin(AuditCosignature, AuditCosignature.size == AuditCheckpoint.size)
    .order_by(AuditCosignature.key)
)
_LATEST = _SIGNED.where(AuditCheckpoint.size == select(func.max(AuditCheckpoint.size)).scalar_subquery())
_OF_SIZE = _SIGNED.where(AuditCheckpoint.size == bindparam("size"))


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's line under a checkpoint of `size`, verified."""

    size: int
    key: str
    """The witness's vkey."""
    line: bytes
    """C2SP signature line, with its newline."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far people outside have seen the log."""

    newest: int
    """Size of the newest checkpoint; 0 without one."""
    names: tuple[str, ...]
    """Witnesses of the newest checkpoint."""
    size: int
    """Size of the newest checkpoint that enough witnesses cosigned; 0 without one."""
    at: datetime | None
    """When the log signed that one."""
    signed: bytes | None
    """That one, with its cosignatures."""

    @property
    def is_witnessed(self) -> bool:
        """Whether enough of them have seen all that is signed."""
        return self.newest > 0 and self.size == self.newest


def keep(conn: Connection, cosignatures: Iterable[Cosignature], now: datetime) -> None:
    """Keep what came; one that is there already stays as it is."""
    values = [{"size": each.size, "key": each.key, "line": each.line, "kept_at": now} for each in cosignatures]
    if values:
        conn.execute(_INSERT[conn.dialect.name], values)


def lines(conn: Connection, size: int) -> bytes:
    """Return the lines that follow the log's own under the checkpoint of `size`."""
    return b"".join(bytes(line) for line in conn.execute(_LINES, {"size": size}).scalars())


def keys_of(conn: Connection, size: int) -> frozenset[str]:
    """Return the vkeys of the witnesses who cosigned the checkpoint of `size`."""
    return frozenset(conn.execute(_KEYS, {"size": size}).scalars())


def known_size(conn: Connection, key: str) -> int:
    """Return the largest size that a witness is known to have cosigned; 0 if none."""
    return int(conn.execute(_KNOWN, {"key": key}).scalar_one() or 0)


def latest(conn: Connection) -> bytes | None:
    """Return the newest signed checkpoint with the cosignatures that there are, none before the first."""
    newest = _read(conn.execute(_LATEST))
    return None if newest is None else newest.signed


def standing(conn: Connection, trust: TrustPolicy) -> Standing:
    """Look up how far the witnesses of `trust` have seen the log; cosignatures are verified, not believed."""
    newest = _read(conn.execute(_LATEST))
    if newest is None:
        return Standing(0, (), 0, None, None)
    have = _verified(newest.signed, trust)
    seen = newest if have and trust.is_met(have) else _newest_seen(conn, trust)
    names = tuple(each.name for each in have)
    if seen is None:
        return Standing(newest.size, names, 0, None, None)
    return Standing(newest.size, names, seen.size, seen.at, seen.signed)


@dataclass(frozen=True, slots=True)
class _Signed:
    """A checkpoint with the lines of its witnesses."""

    size: int
    at: datetime
    signed: bytes


def _read(rows: Iterable[Row[Any]]) -> _Signed | None:
    """What rows say that are alike but for the line of a witness; none where there are none."""
    found = list(rows)
    if not found:
        return None
    lines_of_it = b"".join(bytes(row.line) for row in found if row.line is not None)
    return _Signed(found[0].size, found[0].signed_at, bytes(found[0].note) + lines_of_it)


def _newest_seen(conn: Connection, trust: TrustPolicy) -> _Signed | None:
    if not trust.witnesses:
        return None
    by_size: dict[int, set[str]] = {}
    for size, key in conn.execute(_NEWEST):
        by_size.setdefault(size, set()).add(key)
    for size, keys in by_size.items():
        claimed = [each.verifier for each in trust.witnesses if each.verifier.vkey in keys]
        if claimed and trust.is_met(claimed):
            signed = _read(conn.execute(_OF_SIZE, {"size": size}))
            have = () if signed is None else _verified(signed.signed, trust)
            if have and trust.is_met(have):
                return signed
    return None


def _verified(signed: bytes, trust: TrustPolicy) -> Collection[WitnessVerifier]:
    try:
        return cosigners(signed, trust)
    except NoteError:  # a line that somebody put there past us
        return ()
