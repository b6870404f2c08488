"""The rows of people. Residents' values are sealed; staff are named, since they act in their office."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base
from gateway.people.access import SessionKind
from gateway.people.roles import Role


class StaffState(StrEnum):
    """Whether an account can be used."""

    ACTIVE = "active"
    CLOSED = "closed"


class Centre(Base):
    """A one-stop centre, or a mobile one."""

    __tablename__ = "centre"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    """Which basket of services it offers, such as `vpvkac`."""
    municipality: Mapped[str]


class Staff(Base):
    """One member of staff; never deleted, since the trail names them."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    login: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    """Argon2id, with its parameters."""
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    totp: Mapped[bytes]
    """The shared secret of the one-time codes, sealed under `key_id`."""
    totp_counter: Mapped[int] = mapped_column(default=0)
    """The 30-second step of the last accepted code: neither that code nor an older one is taken again."""
    state: Mapped[StaffState] = mapped_column(default=StaffState.ACTIVE)
    language: Mapped[str] = mapped_column(default="lv")
    created_at: Mapped[datetime]


class StaffRole(Base):
    """A role that a member of staff may take."""

    __tablename__ = "staff_role"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)


class Resident(Base):
    """A resident, known by a keyed hash of the personal code; the values are sealed under a key of their own."""

    __tablename__ = "resident"

    id: Mapped[str] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    profile: Mapped[bytes | None]
    """Sealed JSON of a `Profile`; NULL once erased."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Session(Base):
    """One session of staff or of a resident. Ended is for ever: no step clears `ended_at`."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("(kind = 'staff') = (staff_id IS NOT NULL)", name="staff_is_named"),
        CheckConstraint(
            "kind <> 'resident' OR approval_id IS NOT NULL OR visit_id IS NOT NULL", name="resident_is_bound"
        ),
        Index("ix_session_open_by_staff", "staff_id", "ended_at"),
        Index("ix_session_by_visit", "visit_id"),
        Index("ix_session_by_end", "ends_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """SHA-256 of the cookie's 256 random bits."""
    kind: Mapped[SessionKind]
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[Role | None]
    resident_id: Mapped[str | None] = mapped_column(ForeignKey("resident.id"))
    terminal_id: Mapped[str | None] = mapped_column(ForeignKey("terminal.id"))
    centre_id: Mapped[str | None] = mapped_column(ForeignKey("centre.id"))
    visit_id: Mapped[str | None]
    approval_id: Mapped[str | None]
    language: Mapped[str]
    csrf: Mapped[str]
    auth_time: Mapped[datetime | None]
    acr: Mapped[str | None]
    locked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    idle_until: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Throttle(Base):
    """How often one door was tried in vain since when: an account, a terminal or an address, by keyed hash."""

    __tablename__ = "throttle"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    tries: Mapped[int]
    since: Mapped[datetime]
