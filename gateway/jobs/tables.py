"""Rows of the queue."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base

OPEN = text("state <> 'dead'")


class JobState(StrEnum):
    """Where a job stands; a job that is done has no row."""

    READY = "ready"
    RUNNING = "running"
    DEAD = "dead"


class JobRow(Base):
    """Work that runs later or elsewhere. It only wakes work: the truth is in the rows that it looks at."""

    __tablename__ = "job"
    __table_args__ = (
        Index("uq_job_open_key", "key", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_job_due", "state", "run_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    """Identifiers only, never a personal value."""
    key: Mapped[str | None]
    """At most one open job has it."""
    state: Mapped[JobState]
    again: Mapped[bool]
    """It was enqueued once more while it ran: it runs again."""
    prefer: Mapped[str | None]
    """The worker that may take it first, for a second."""
    share: Mapped[str | None] = mapped_column(String(32))
    """On whose account it is, such as a centre's: of equally urgent jobs each share has one before any has two."""
    turn: Mapped[int] = mapped_column(server_default="0")
    """Which turn it has among those of its kind; fixed when it is enqueued."""
    run_at: Mapped[datetime]
    """Due from then on; if it runs and is to run again, due again from then on."""
    lease_until: Mapped[datetime | None]
    """While it runs: who holds it lets others know by then that it lives."""
    attempts: Mapped[int]
    """How often it was started; with `worker` it fences off whoever lost the lease."""
    worker: Mapped[str | None]
    error: Mapped[str | None]
    """Code of the last error."""
    created_at: Mapped[datetime]
