"""The log's keys: which signs, and up to which size one that was replaced may have signed.

A new key is published for a quarter of an hour before it signs. What its predecessor signs after that is not ours: the
verification names it, and auditors can be given the same limit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from gateway.keys.signing import ANNOUNCED
from gateway.ledger.tables import AuditCheckpoint
from gateway.parts import Store

GRACE = timedelta(minutes=5)
"""How much later than another process one may notice that the next key signs."""

_SIGNED_UNTIL = select(func.max(AuditCheckpoint.size)).where(AuditCheckpoint.signed_at <= bindparam("until"))


@dataclass(frozen=True, slots=True)
class LogKey:
    """One key of the log."""

    kid: str
    vkey: str
    signs_from: datetime
    """When it was made, for the first; a quarter of an hour after it, for its successors."""
    until: datetime | None
    """After which it signs no more; none for the newest."""
    limit: int | None
    """Size of the last checkpoint that it may have signed, once that time is over."""

    @property
    def retired(self) -> str | None:
        """As a verifier takes it (`--retired`)."""
        return None if self.limit is None else f"{self.vkey}@{self.limit}"


def standing(conn: Connection, store: Store) -> list[LogKey]:
    """Every key that the log ever had, the newest first."""
    return list(_keys(conn, store))


def usable(conn: Connection, store: Store) -> tuple[tuple[str, ...], dict[str, int]]:
    """The keys that may sign now, and those that may have signed once, each with its limit: what a verifier takes."""
    keys = standing(conn, store)
    return (
        tuple(each.vkey for each in keys if each.limit is None),
        {each.vkey: each.limit for each in keys if each.limit is not None},
    )


def _keys(conn: Connection, store: Store) -> Iterator[LogKey]:
    until: datetime | None = None
    keys = store.keys.checkpoint_keys()
    for key in keys:
        is_over = until is not None and until < store.clock.now()
        limit = conn.execute(_SIGNED_UNTIL, {"until": until}).scalar_one() or 0 if is_over else None
        vkey = key.signer(store.settings.log_origin).verifier.vkey
        signs_from = key.created_at if key is keys[-1] else key.created_at + ANNOUNCED
        yield LogKey(key.kid, vkey, signs_from, until, limit)
        until = key.created_at + ANNOUNCED + GRACE
