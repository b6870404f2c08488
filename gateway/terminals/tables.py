"""The rows of terminals and displays. Only digests of their secrets are kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base, only_where


class PairingKind(StrEnum):
    """What a typed code enrols."""

    TERMINAL = "terminal"
    DISPLAY = "display"
    GUEST = "guest"
    """A visit, and the shared computer at which its resident acts alone."""


class TerminalPurpose(StrEnum):
    """What a terminal or a display proves itself for."""

    ENROL = "enrol"
    SIGN_IN = "sign_in"
    UNLOCK = "unlock"
    GO_ON = "go_on"
    """A session at it is still there."""
    SHOW = "show"
    """A display is still the one that it says."""


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
    """A second screen of a centre. It shows the visits of the terminal with which it is paired, one display a terminal.

    While somebody at a terminal is about to pair it, both show the same number: that is the offer.
    """

    __tablename__ = "display"
    __table_args__ = (
        Index("ix_display_by_centre", "centre_id"),
        Index("uq_display_of_terminal", "terminal_id", unique=True, **only_where("terminal_id IS NOT NULL")),
        Index("ix_display_by_offer", "offer_terminal_id", **only_where("offer_terminal_id IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes | None]
    certificate_hash: Mapped[bytes | None]
    """One of the two, as of a terminal."""
    csrf: Mapped[str]
    language: Mapped[str]
    is_large: Mapped[bool]
    """Whether its text is larger still; both are how it is between visits."""
    chosen_for: Mapped[str | None]
    """The visit for whose time the next two were chosen on it; the one after begins as it is between visits."""
    chosen_language: Mapped[str | None]
    chosen_large: Mapped[bool | None]
    enrolled_at: Mapped[datetime]
    enrolled_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Who made the code; NULL when nobody did, as in a seeded database."""
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    proven_at: Mapped[datetime]
    """When it last proved itself; this and the next four are as in a session of staff."""
    traits: Mapped[bytes | None]
    proof_hash: Mapped[bytes | None]
    proof_before: Mapped[bytes | None]
    refused_mark: Mapped[bytes | None]
    terminal_id: Mapped[str | None] = mapped_column(ForeignKey("terminal.id"))
    """With which it is paired; NULL while it waits for one."""
    paired_at: Mapped[datetime | None]
    paired_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    farewell_until: Mapped[datetime | None]
    """Somebody took more time for the rating, until then."""
    offer_terminal_id: Mapped[str | None] = mapped_column(ForeignKey("terminal.id"))
    offer_number: Mapped[str | None]
    offer_until: Mapped[datetime | None]
    taken_from: Mapped[str | None] = mapped_column(ForeignKey("terminal.id"))
    """The terminal from which another one took it last: there it is said."""
    taken_at: Mapped[datetime | None]


class Pairing(Base):
    """A short code that lives some minutes and enrols one terminal or one display, once."""

    __tablename__ = "pairing"
    __table_args__ = (Index("ix_pairing_by_holder", "holder_hash"),)

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """Keyed hash of the digits: they are too few for a plain one."""
    kind: Mapped[PairingKind]
    centre_id: Mapped[str | None] = mapped_column(ForeignKey("centre.id"))
    """Where it will stand."""
    name: Mapped[str | None]
    holder_hash: Mapped[bytes | None]
    """Digest of the seed from which the page that shows the code derives it."""
    visit_id: Mapped[str | None] = mapped_column(index=True)
    """For a guest: of the visit that shows the code."""
    seed: Mapped[str | None]
    """For a guest: what the digits are made from, so that the visit's page can show them again; it takes our key."""
    made_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class TerminalChallenge(Base):
    """One question to the key of a terminal or display: for one browser and purpose, answered once, within a minute."""

    __tablename__ = "terminal_challenge"
    __table_args__ = (Index("ix_terminal_challenge_browser", "bound_to", "purpose"),)

    challenge_hash: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[TerminalPurpose]
    bound_to: Mapped[bytes]
    """Hash of the session's, the display's or the stranger's secret that asked."""
    begun_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
