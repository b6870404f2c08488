"""Visits drawn at random: nobody can choose which, and whoever has the log can draw the same again.

The seed hashes the root of a signed checkpoint, which nobody knew before the days were over, with the number and the
days. Each visit's lot hashes the seed with its id; those with the smallest lots are drawn.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, select

from gateway.ledger.tables import AuditCheckpoint
from gateway.visits.signs import Period
from gateway.visits.tables import Visit

MOST: Final = 50
"""Visits in one draw."""
_DOMAIN: Final = "pilnvara sample 1"
_NEWEST = select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw, and what is needed to repeat it."""

    number: int
    period: Period
    size: int
    """Of the checkpoint."""
    root: str
    """Of the checkpoint, hexadecimal."""
    signed_at: datetime
    seed: str
    of: int
    """How many visits were opened in the period."""
    lots: tuple[tuple[str, str], ...]
    """Lot and id of each visit that was drawn, the smallest lot first."""


class NotSignedSinceError(LookupError):
    """No checkpoint was signed after the days were over, or none of the size that is asked for."""


def draw(conn: Connection, number: int, period: Period, *, size: int | None = None) -> Drawn:
    """Draw `number` of the visits that were opened in a period, by the newest checkpoint or the one of a `size`.

    Raises:
        NotSignedSinceError: there is no such checkpoint, or it was signed before the period was over.
    """
    wanted = _NEWEST if size is None else _NEWEST.where(AuditCheckpoint.size == size)
    checkpoint = conn.execute(wanted.with_only_columns(AuditCheckpoint.__table__)).one_or_none()
    if checkpoint is None or checkpoint.signed_at < period.end:
        raise NotSignedSinceError("no checkpoint was signed since")
    root = bytes(checkpoint.root).hex()
    seed = seed_of(root, number, period)
    opened = select(Visit.id).where(Visit.opened_at >= period.since, Visit.opened_at < period.end)
    ids = conn.execute(opened).scalars().all()
    return Drawn(number, period, checkpoint.size, root, checkpoint.signed_at, seed, len(ids), lots(seed, ids, number))


def seed_of(root: str, number: int, period: Period) -> str:
    """SHA-256, hexadecimal, of five lines: `pilnvara sample 1`, the root, the number, the first day, the last day."""
    lines = (_DOMAIN, root, str(number), period.first.isoformat(), period.last.isoformat())
    return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def lots(seed: str, ids: Sequence[str], number: int) -> tuple[tuple[str, str], ...]:
    """The `number` smallest lots with their ids; a lot is the SHA-256, hexadecimal, of `seed:id`."""
    return tuple(heapq.nsmallest(number, ((sha256(f"{seed}:{each}".encode()).hexdigest(), each) for each in ids)))
