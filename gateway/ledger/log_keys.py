"""The log's keys: which signs, and up to which size one that was replaced may have signed.

A new key is published for a quarter of an hour, or as long as was said, before it signs. What its predecessor signs
after that is not ours: the verification names it, and auditors can be given the same limit. Where the log was
continued under another name, the keys of the old one sign nothing from that moment on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from gateway.ledger import continuations
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
    """When it was made, for the first of a name; once it was announced long enough, for its successors."""
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
    ended, first = continuations.read(conn).names(), store.settings.log_origin
    keys = store.keys.checkpoint_keys()
    for at, key in enumerate(keys):
        name, later = key.origin or first, keys[at - 1] if at else None
        is_first = at + 1 == len(keys) or (keys[at + 1].origin or first) != name
        vkey = key.signer(name).verifier.vkey
        signs_from = key.created_at if is_first else key.signs_from
        if later is not None and (later.origin or first) != name:
            # given up with its name: it may have signed up to the entry that says so
            yield LogKey(key.kid, vkey, signs_from, later.created_at, ended.get(name, 0))
            continue
        until = None if later is None else later.signs_from + GRACE
        is_over = until is not None and until < store.clock.now()
        limit = conn.execute(_SIGNED_UNTIL, {"until": until}).scalar_one() or 0 if is_over else None
        yield LogKey(key.kid, vkey, signs_from, until, limit)
