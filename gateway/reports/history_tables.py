"""The rows of what the network published before: figures of centres as they stand in a source. Nothing is personal."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base, only_where


class HistoryKind(StrEnum):
    """What a source tells of."""

    SERVICES = "services"
    """How many services each centre gave."""
    COSTS = "costs"
    """What a service cost in each municipality."""


class HistoryImport(Base):
    """One file that was taken in whole. Taken back, it counts for nothing and stays to be looked up."""

    __tablename__ = "history_import"
    __table_args__ = (Index("ix_history_import_digest", "digest", unique=True, **only_where("taken_back_at IS NULL")),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[HistoryKind]
    source: Mapped[str]
    """The document in which it was published, in the words of whoever took it in."""
    as_of: Mapped[date]
    """Of which day the source is."""
    first_month: Mapped[str] = mapped_column(String(7))
    """`2017-01`: what it tells of begins then."""
    last_month: Mapped[str] = mapped_column(String(7))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of kind and file, in hex: the same file is taken in once."""
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    """The id of an account, or `command line`."""
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[str | None]


class HistoryRow(Base):
    """One row of such a file, with the names as they were published."""

    __tablename__ = "history_row"
    __table_args__ = (CheckConstraint("(services IS NULL) <> (cents IS NULL)", name="one_figure"),)

    import_id: Mapped[str] = mapped_column(ForeignKey("history_import.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of the file; the heading is 1."""
    name: Mapped[str]
    """Of the centre, or of the municipality whose cost it is."""
    region: Mapped[str | None]
    municipality: Mapped[str | None]
    level: Mapped[str | None]
    """Of a cost: `novada`, or `reģionālas`."""
    services: Mapped[int | None]
    cents: Mapped[int | None] = mapped_column(BigInteger)
    """Euro cents a service."""
    centre_id: Mapped[str | None] = mapped_column(ForeignKey("centre.id"))
    """The centre of that very name, or the one that a person named; never a guess."""
    matched_by: Mapped[str | None]
    """Who named it; none where the names are the same."""


class CentrePosition(Base):
    """Where a centre stands, for the distance between two."""

    __tablename__ = "centre_position"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    )

    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    latitude: Mapped[float]
    """Degrees north, WGS 84."""
    longitude: Mapped[float]
    """Degrees east."""
    source: Mapped[str]
    set_at: Mapped[datetime]
    set_by: Mapped[str]
