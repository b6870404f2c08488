"""Rows of what residents say about the messages that they get: what they want, by which way, and links that end it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base


class ResidentPreference(Base):
    """One thing that a resident has said about messages; what they never said has no row."""

    __tablename__ = "resident_preference"
    __table_args__ = (Index("ix_resident_preference_said", "what", "choice", "resident_id"),)

    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), primary_key=True)
    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    """A `Kind`, or `way`."""
    choice: Mapped[str] = mapped_column(String(8))
    """`yes` or `no`; of `way` a `Way`."""
    said_at: Mapped[datetime]
    said_how: Mapped[str] = mapped_column(String(8))
    """A `How`."""


class PreferenceLink(Base):
    """A link in one message: whoever has it ends messages of that kind, and sees nothing."""

    __tablename__ = "preference_link"

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """SHA-256 of 128 random bits."""
    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), index=True)
    what: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(index=True)
