"""What is known to be wrong with a portal or with one of its forms. Nothing here is personal."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base, only_where

WHOLE: Final = "*"
"""In place of a service: the whole portal."""


class TroubleKind(StrEnum):
    """What is wrong."""

    UNWELL = "unwell"
    """It failed again and again: what is to be filed waits for it."""
    FORM_CHANGED = "form_changed"
    """A form is not the committed one: nothing is filed until the connector knows the new one."""


class PortalTrouble(Base):
    """A portal, or one service of it, that cannot be filed at for now."""

    __tablename__ = "portal_trouble"
    __table_args__ = (
        Index("ix_portal_trouble_open", "portal_id", "subject", unique=True, **only_where("ended_at IS NULL")),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    portal_id: Mapped[str] = mapped_column(ForeignKey("portal.id"))
    subject: Mapped[str] = mapped_column(String(128))
    """The service, or `*` for the whole portal."""
    kind: Mapped[TroubleKind]
    reason: Mapped[str] = mapped_column(String(64))
    """Code of what failed last."""
    changes: Mapped[list[Any]]
    """Of a changed form: each difference, by language."""
    forms: Mapped[str | None] = mapped_column(String(64))
    """Of a changed form: SHA-256 of all the committed ones that it was compared with."""
    since: Mapped[datetime]
    next_try_at: Mapped[datetime]
    """When one filing may try whether it is well again."""
    tries: Mapped[int]
    ended_at: Mapped[datetime | None]
