"""The rows of terminals and displays. Only digests of their secrets are kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base


class PairingKind(StrEnum):
    """What a typed code connects."""

    TERMINAL = "terminal"
    DISPLAY = "display"


class TerminalPurpose(StrEnum):
    """What a terminal proves itself for."""

    ENROL = "enrol"
    SIGN_IN = "sign_in"
    UNLOCK = "unlock"
    GO_ON = "go_on"
    """A session at it is still there."""


class Terminal(Base):
    """An enrolled shared computer."""

    __tablename__ = "terminal"
    __table_args__ = (Index("ix_terminal_by_centre", "centre_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes | None]
    """SubjectPublicKeyInfo, DER, of the key that its browser made and cannot give away; NULL where a certificate stands
    in its place, or where it was enrolled before there were keys and is to be enrolled again."""
    certificate_hash: Mapped[bytes | None]
    """SHA-256 of its client certificate, where a trusted proxy asks for one: it then stands in place of the key."""
    enrolled_at: Mapped[datetime]
    enrolled_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Who made the code; NULL when it was made on the command line."""
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]


class Display(Base):
    """A second screen, paired with one terminal. A terminal has at most one that is not revoked."""

    __tablename__ = "display"
    __table_args__ = (Index("ix_display_by_terminal", "terminal_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    terminal_id: Mapped[str] = mapped_column(ForeignKey("terminal.id"))
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    csrf: Mapped[str]
    language: Mapped[str]
    paired_at: Mapped[datetime]
    paired_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    revoked_at: Mapped[datetime | None]


class Pairing(Base):
    """A short code that lives some minutes and connects one terminal or one display, once."""

    __tablename__ = "pairing"
    __table_args__ = (Index("ix_pairing_by_holder", "holder_hash"),)

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """Keyed hash of the digits: they are too few for a plain one."""
    kind: Mapped[PairingKind]
    centre_id: Mapped[str | None] = mapped_column(ForeignKey("centre.id"))
    """For a terminal: where it will stand."""
    name: Mapped[str | None]
    terminal_id: Mapped[str | None] = mapped_column(ForeignKey("terminal.id"))
    """For a display: the terminal at which its code was typed."""
    holder_hash: Mapped[bytes | None]
    """For a display: digest of the secret in the browser that shows the code."""
    made_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class TerminalChallenge(Base):
    """One question to a terminal's key: for one browser and purpose, answered once, within a minute."""

    __tablename__ = "terminal_challenge"
    __table_args__ = (Index("ix_terminal_challenge_browser", "bound_to", "purpose"),)

    challenge_hash: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[TerminalPurpose]
    bound_to: Mapped[bytes]
    """Hash of the session, or of the stranger's secret, that asked."""
    begun_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
