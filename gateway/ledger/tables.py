"""Rows of the audit log. What is recorded is inserted and never changed: triggers of both databases see to it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base


class AuditChain(Base):
    """The head of one chain of events: a visit's, a terminal's, an account's, or the system's."""

    __tablename__ = "audit_chain"

    chain: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]
    """How many events the chain has."""
    head: Mapped[str]
    """Leaf hash of the last one, hexadecimal; empty while there is none."""
    at: Mapped[datetime]
    """Time of the last one; no later event is dated before it."""


class AuditEvent(Base):
    """One event with its leaf bytes, fixed in the transaction of the change that it tells of. Insert-only."""

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("chain", "n"),
        # With the chain beside it, or SQLite looks through every event of a type to find those of one visit.
        Index("ix_audit_event_type_chain", "type", "chain"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    chain: Mapped[str]
    n: Mapped[int]
    type: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    leaf: Mapped[bytes]
    leaf_hash: Mapped[bytes]


class AuditPending(Base):
    """An event that waits for its place in the tree."""

    __tablename__ = "audit_pending"

    event_id: Mapped[str] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)


class AuditLeaf(Base):
    """The place of an event in the tree. Insert-only."""

    __tablename__ = "audit_leaf"

    idx: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    leaf_hash: Mapped[bytes]


class AuditNode(Base):
    """A complete inner node of the tree, level 1 upwards (level 0 are the leaves). Insert-only."""

    __tablename__ = "audit_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class AuditHead(Base):
    """The tree's size and right edge: one row, moved by compare-and-swap on `size`."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    range: Mapped[bytes]
    """`audit.merkle.CompactRange` as bytes: all that is needed to append."""


class AuditCheckpoint(Base):
    """A signed checkpoint: one for a size, ever. Insert-only."""

    __tablename__ = "audit_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes]
    note: Mapped[bytes]
    """C2SP signed note, as published."""
    signed_at: Mapped[datetime]


class AuditCosignature(Base):
    """A witness's line under a checkpoint, which may come after it was published. Insert-only."""

    __tablename__ = "audit_cosignature"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    """The witness's vkey (C2SP tlog-cosignature)."""
    line: Mapped[bytes]
    """C2SP signature line, verified before it was kept."""
    kept_at: Mapped[datetime]


class AuditRefusal(Base):
    """A machine whose held checkpoint the log does not continue; nothing is filed while there is one."""

    __tablename__ = "audit_refusal"

    holder: Mapped[str] = mapped_column(primary_key=True)
    """Which machine and data folder."""
    reason: Mapped[str]
    at: Mapped[datetime]


class AuditEnds(Base):
    """How far the ends of all chains are folded into their tree, and the newest entry that states them: one row."""

    __tablename__ = "audit_ends"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    """Leaves of the log that are folded in."""
    chains: Mapped[int]
    event_id: Mapped[str | None] = mapped_column(ForeignKey("audit_event.id"))
    recorded_at: Mapped[datetime | None]
    """When that entry was recorded."""


class AuditEnd(Base):
    """Where one chain ends in that tree. It can be made anew from the leaves at any time."""

    __tablename__ = "audit_end"

    chain: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, unique=True)
    """How many chains appear in the log before it."""
    n: Mapped[int]
    head: Mapped[bytes]


class AuditEndNode(Base):
    """A complete node of that tree, level 0 being the hashed ends. Changed as chains go on."""

    __tablename__ = "audit_end_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]
