"""The rows of what is settled with service holders. Nothing here is personal."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base


class StatementState(StrEnum):
    """How far a monthly statement has come; a *draft* is counted anew each time and never stored."""

    ISSUED = "issued"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"


class HolderStatement(Base):
    """What was delivered to a holder in a month, as it was when the network issued it. Its content never changes."""

    __tablename__ = "holder_statement"
    __table_args__ = (
        CheckConstraint("(state = 'issued') = (answered_at IS NULL)", name="answered_has_time"),
        CheckConstraint("(reply IS NULL) = (replied_at IS NULL)", name="reply_has_time"),
        Index("uq_holder_statement_month", "holder", "month", unique=True),
        Index("ix_holder_statement_issued", "issued_at", "id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    """By which people name it: month and place within it."""
    holder: Mapped[str]
    month: Mapped[str] = mapped_column(String(7))
    """As `2026-10`."""
    state: Mapped[StatementState]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """RFC 8785 bytes of a `statements.Content`."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the content, in hexadecimal digits; its event says it too."""
    issued_at: Mapped[datetime]
    issued_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """None: it was issued by itself."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    disputes: Mapped[dict[str, Any] | None]
    """Of a disputed one: what the holder says of each line, by its number."""
    reply: Mapped[str | None]
    """Of a disputed one: what the network answers."""
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class ListState(StrEnum):
    """How far the comparison of a holder's own list has come."""

    WAITING = "waiting"
    COMPARED = "compared"


class HolderList(Base):
    """A holder's own list of what it received, held against ours; kept for some days, and then gone."""

    __tablename__ = "holder_list"
    __table_args__ = (
        CheckConstraint("(state = 'compared') = (result IS NOT NULL)", name="compared_has_result"),
        CheckConstraint("(state = 'waiting') = (given IS NOT NULL)", name="waiting_has_list"),
        Index("ix_holder_list_holder", "holder", "made_at"),
        Index("ix_holder_list_made", "made_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str]
    state: Mapped[ListState]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    """The id of an officer's account, or `api:` and the id of a program's key."""
    rows: Mapped[int]
    """Of the list."""
    given: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The list while it waits, as JSON; numbers, times and services alone."""
    result: Mapped[bytes | None] = mapped_column(LargeBinary)
    """A `reconciling.Result`, as JSON: counts, and the numbers that differ."""
    compared_at: Mapped[datetime | None]
    seen: Mapped[int] = mapped_column(server_default="0")
    """So many of ours were held against it so far; of a short list it is not said."""
    ours: Mapped[int | None]
    """Of so many, once that is known."""
