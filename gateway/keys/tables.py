"""Rows of keys; every private part is wrapped."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base

_LIVES_UNDER_AN_EPOCH = text("epoch IS NOT NULL AND destroyed_at IS NULL")


class KeyEpoch(Base):
    """An epoch of the key file. The key itself stands in the file alone, never here."""

    __tablename__ = "key_epoch"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[bytes | None]
    """Of its key: by it a machine sees whether its file holds the same one."""
    made_at: Mapped[datetime | None]
    used_from: Mapped[datetime | None]
    """From then on new keys are wrapped under it; until then the file is brought to every machine."""
    emptied_at: Mapped[datetime | None]
    """When nothing stood under it any more: backups from before need it, later ones do not."""
    destroyed_at: Mapped[datetime | None]


class DataKeyRow(Base):
    """A data key, wrapped under an epoch or under another data key. Destroying it erases what it sealed."""

    __tablename__ = "data_key"
    __table_args__ = (
        CheckConstraint("(epoch IS NULL) <> (under IS NULL)", name="one_wrapping"),
        CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed_is_empty"),
        Index(
            "ix_data_key_epoch",
            "epoch",
            "id",
            sqlite_where=_LIVES_UNDER_AN_EPOCH,
            postgresql_where=_LIVES_UNDER_AN_EPOCH,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int | None]
    under: Mapped[str | None] = mapped_column(ForeignKey("data_key.id"), index=True)
    wrapped: Mapped[bytes | None]
    destroyed_at: Mapped[datetime | None]


class SigningKeyRow(Base):
    """A signing key of one kind. The newest that was announced long enough signs; others verify until `not_after`."""

    __tablename__ = "signing_key"
    __table_args__ = (UniqueConstraint("kind", "serial"),)

    kid: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    serial: Mapped[int]
    """Counts the keys of a kind from 1; two processes that make a key at once meet in it."""
    public: Mapped[bytes]
    """SubjectPublicKeyInfo (RFC 5280), DER."""
    wrapped: Mapped[bytes]
    """PKCS#8, DER, sealed under a key-encryption key."""
    epoch: Mapped[int]
    created_at: Mapped[datetime]
    signs_from: Mapped[datetime | None]
    """When it begins to sign, where it is announced for longer than usual."""
    not_after: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
