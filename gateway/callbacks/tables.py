"""Rows of calls that wait: what leads to a resident is sealed under the row's own key, which falls when it is over.

Days stand where a time would name one visit among a day's, and rows lie in the order of their random ids.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base, only_where


class Callback(Base):
    """One call that a centre owes somebody; the row goes when it is over."""

    __tablename__ = "callback"
    __table_args__ = (
        CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="claim_has_end"),
        CheckConstraint("(tries = 0) = (tried_on IS NULL)", name="tried_has_day"),
        Index("ix_callback_centre", "centre_id", "asked_on", "id"),
        Index("ix_callback_expires", "expires_on"),
        Index("ix_callback_claimed", "claimed_by", unique=True, **only_where("claimed_by IS NOT NULL")),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    service_group: Mapped[str] = mapped_column(String(64))
    month: Mapped[str] = mapped_column(String(7))
    """Of the asking, `2026-11`, in Riga."""
    asked_on: Mapped[date]
    expires_on: Mapped[date]
    """The last day on which somebody may call."""
    is_due: Mapped[bool]
    """On the list; before, the delay of every invitation runs."""
    tries: Mapped[int]
    tried_on: Mapped[date | None]
    """The day of the last try: the next one is on another."""
    served: Mapped[bytes] = mapped_column(LargeBinary)
    """Who may not call: a keyed hash of this row and each colleague who took part, 32 bytes each, sorted."""
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    content: Mapped[bytes]
    """Sealed: the resident's id, the code of their invitation, the language of their visit."""
    claimed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Who calls now; one call at a time each."""
    claimed_until: Mapped[datetime | None]
