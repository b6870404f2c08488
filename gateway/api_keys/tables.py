"""The rows of keys of programs. The key itself is nowhere: only its fingerprint."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base


class ApiKey(Base):
    """One key of one program."""

    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint("ended_at IS NULL OR ended_at >= made_at", name="ends_after_it_is_made"),)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A name in the program, for the log and for whoever ends it."""
    name: Mapped[str] = mapped_column(String(200))
    """Whose program it is, and what for."""
    scopes: Mapped[list[Any]]
    """Each an `access.Scope`."""
    agency: Mapped[str | None] = mapped_column(String(200))
    """For whose things it is good, as services name their holder; none: the network's."""
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of the key."""
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """It is over at this instant: a key without an end is forgotten where it lies."""
    ended_at: Mapped[datetime | None]
    """When somebody ended it before."""
    used_on: Mapped[date | None]
    """The last day on which it was good for something; one that nobody uses can be ended."""
