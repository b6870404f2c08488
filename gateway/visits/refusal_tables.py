"""Which questions portals refused. Names of questions alone: no answer, and none of the portal's words."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base


class RefusedAt(StrEnum):
    """When a portal refused."""

    FILLING = "filling"
    """While the form was filled in: it went back to the questions."""
    SENDING = "sending"
    """In answer to the last request: the application was declined."""


class RefusedInput(Base):
    """One question whose answer a portal did not take, in one attempt of a filing."""

    __tablename__ = "refused_input"
    __table_args__ = (Index("ix_refused_input_service", "service_id", "at"),)
    filing_id: Mapped[str] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    input: Mapped[str] = mapped_column(String(128), primary_key=True)
    """Its name, as the connector calls it; empty where the portal named none."""
    stage: Mapped[RefusedAt]
    service_id: Mapped[str] = mapped_column(String(128))
    connector_version: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class KeptSince(Base):
    """From when on something is kept that was not before, so that figures can say of which time they are."""

    __tablename__ = "kept_since"
    what: Mapped[str] = mapped_column(String(32), primary_key=True)
    """The name of the table."""
    at: Mapped[datetime]
