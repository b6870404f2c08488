"""Rows of messages. Address and text are sealed, and dropped as soon as the message is sent or given up."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base, only_where


class Channel(StrEnum):
    """How a message reaches somebody."""

    SMS = "sms"
    EMAIL = "email"


FIELDS: Final = {Channel.SMS: "phone", Channel.EMAIL: "email"}
"""What of a resident's details a channel's address is."""


class MessageState(StrEnum):
    """How far a message has come."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Report(StrEnum):
    """What was heard of a message after it was handed over."""

    DELIVERED = "delivered"
    SOFT = "soft"
    """It did not arrive, through nothing that lasts."""
    HARD = "hard"
    """Nobody can be reached there."""


class Message(Base):
    """One SMS or e-mail to one resident."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        CheckConstraint("(state = 'failed') = (reason IS NOT NULL)", name="failed_has_reason"),
        CheckConstraint("(state = 'queued') = (address IS NOT NULL)", name="only_queued_has_address"),
        CheckConstraint("(address IS NULL) = (body IS NULL)", name="address_and_body"),
        CheckConstraint("off_link IS NULL OR body IS NOT NULL", name="off_link_goes_with_body"),
        CheckConstraint("(report IS NULL) = (reported_at IS NULL)", name="report_has_time"),
        Index("ix_message_by_resident", "resident_id", **only_where("resident_id IS NOT NULL")),
        Index("ix_message_waiting", "key_id", **only_where("state = 'queued'")),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visit.id"), index=True)
    """In whose chain the sending is recorded; without one it is recorded in the system's."""
    channel: Mapped[Channel]
    template: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(16))
    state: Mapped[MessageState]
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    address: Mapped[bytes | None]
    body: Mapped[bytes | None]
    attempts: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(64))
    """Code of the error that ended it."""
    created_at: Mapped[datetime]
    not_after: Mapped[datetime | None]
    """A code that arrives after this confuses; it is not sent any more."""
    sent_at: Mapped[datetime | None]
    resident_id: Mapped[str | None] = mapped_column(ForeignKey("resident.id"))
    """Whose address it went to, where it is one of a resident's own record."""
    address_hash: Mapped[bytes | None]
    """Keyed: a later bounce counts against the address only while it is still theirs."""
    off_link: Mapped[bytes | None]
    """Sealed: the link that ends such messages."""
    report: Mapped[Report | None]
    report_code: Mapped[str | None] = mapped_column(String(16))
    """As a mail server or SMS operator said it, such as `5.1.1`."""
    reported_at: Mapped[datetime | None]
