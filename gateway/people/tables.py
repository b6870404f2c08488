"""The rows of people. Residents' values are sealed; staff are named, since they act in their office."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from audit.entry import ActorKind
from gateway.database.base import Base, only_where
from gateway.people.access import SessionKind
from gateway.people.roles import Role


class StaffState(StrEnum):
    """Whether an account can be used. Whatever is not *active* may nothing."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Until somebody takes it back."""
    CLOSED = "closed"
    """For ever."""


class StateWhy(StrEnum):
    """Why an account was suspended, taken back or ended; what else there is to say is said elsewhere."""

    AWAY = "away"
    TAKEN_OVER = "taken_over"
    UNCLEAR = "unclear"
    LEFT = "left"
    NEVER_CAME = "never_came"
    BACK = "back"
    CLEARED = "cleared"
    MISTAKE = "mistake"
    AGREED = "agreed"
    """Two people agreed on it; why, their change says."""


class ValueKind(StrEnum):
    """What is known of a member of staff, to keep them from their own matters."""

    CODE = "code"
    PHONE = "phone"
    ACCOUNT = "account"
    ADDRESS = "address"


class Centre(Base):
    """A one-stop centre, or a mobile one."""

    __tablename__ = "centre"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    """Which basket of services it offers, such as `vpvkac`."""
    municipality: Mapped[str]
    region: Mapped[str | None]
    """The planning region; none where nobody has said it."""


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
    state_at: Mapped[datetime | None]
    """Since when it is in this state; none: since it was made."""
    state_by: Mapped[str | None]
    """Who decided that: the id of an account, or `command line`."""
    state_kind: Mapped[ActorKind | None]
    """As what they decided it: a manager takes nobody back whom an administrator suspended."""
    state_why: Mapped[StateWhy | None]
    language: Mapped[str] = mapped_column(default="lv")
    holder: Mapped[str | None]
    """Whose officer it is, as services name their holder; the role counts for nothing without it."""
    folded: Mapped[str] = mapped_column(default="", server_default="")
    """Name and login as they are looked for: small letters without marks."""
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    """When its holder last proved who they are by more than unlocking."""


class StaffInvitation(Base):
    """Somebody who is to have an account, which begins when they have chosen a password themselves."""

    __tablename__ = "staff_invitation"
    __table_args__ = (
        Index("ix_staff_invitation_centre", "centre_id", "made_at"),
        Index("ix_staff_invitation_change", "change_id"),
        Index("ix_staff_invitation_staff", "staff_id"),
        Index("ix_staff_invitation_inviter", "invited_by"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str]
    """The id of the account to come, whose chain its events stand in."""
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    login: Mapped[str]
    display_name: Mapped[str]
    folded: Mapped[str]
    roles: Mapped[list[str]]
    holder: Mapped[str | None]
    language: Mapped[str]
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    """The key of the account to come."""
    totp: Mapped[bytes]
    """The shared secret of the one-time codes to come, sealed under `key_id`."""
    change_id: Mapped[str | None]
    """The change by which two people agreed, where the roles ask for two: then link and code are two people's."""
    invited_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Whoever answers for it: of one person's the last who made its link, of two people's the confirmer."""
    linked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Who made the last link, and could open the account with it."""
    link_hash: Mapped[bytes | None] = mapped_column(unique=True)
    """SHA-256 of the link's 128 random bits; of the last one that was made."""
    code_hash: Mapped[bytes | None]
    """Keyed hash of the code that the second person was shown; only where two are asked for."""
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """It is over at this instant, unless a new link is made before."""
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class StaffRole(Base):
    """A role that a member of staff may take."""

    __tablename__ = "staff_role"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)


class StaffValue(Base):
    """Something of a member of staff's own, as a keyed hash: whoever's it is may not be served by them."""

    __tablename__ = "staff_value"
    __table_args__ = (Index("ix_staff_value_hash", "value_hash"),)

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    kind: Mapped[ValueKind] = mapped_column(primary_key=True)
    value_hash: Mapped[bytes] = mapped_column(primary_key=True)
    set_at: Mapped[datetime]
    set_by: Mapped[str | None]
    """Whose word it is: the id of an account, or `command line`."""


class StaffRecovery(Base):
    """An account that two people let its holder recover; each of them has half of the code."""

    __tablename__ = "staff_recovery"
    __table_args__ = (Index("ix_staff_recovery_staff", "staff_id"),)

    change_id: Mapped[str] = mapped_column(primary_key=True)
    """The change of settings by which they agreed."""
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    totp: Mapped[bytes]
    """The secret of the one-time codes to come, sealed under the account's key."""
    proposer_hash: Mapped[bytes | None]
    """Keyed hash of the half that the proposer was shown."""
    confirmer_hash: Mapped[bytes | None]
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """By a later recovery, or by the account's holder."""


class Resident(Base):
    """A resident, known by a keyed hash of the personal code; the values are sealed under a key of their own."""

    __tablename__ = "resident"
    __table_args__ = (Index("ix_resident_kept", "created_at", "id", **only_where("erased_at IS NULL")),)

    id: Mapped[str] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    """Random bytes once erased: whoever comes again is somebody new."""
    key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    profile: Mapped[bytes | None]
    """Sealed JSON of a `Profile`; NULL once erased."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """When their key was destroyed, and all that led from this row to them."""


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
        Index("ix_session_by_resident", "resident_id", **only_where("resident_id IS NOT NULL")),
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
    browser_hash: Mapped[bytes | None]
    """Of the mark that the browser of a member of staff carries: away from a terminal it tells computers apart."""
    language: Mapped[str]
    csrf: Mapped[str]
    auth_time: Mapped[datetime | None]
    acr: Mapped[str | None]
    locked_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    """When a member of staff last showed who they are with all factors: at sign-in, or by a passkey since."""
    proven_at: Mapped[datetime | None]
    """When its terminal last proved itself."""
    traits: Mapped[bytes | None]
    """Keyed hash of what the connection of that proof told of itself: address and browser."""
    proof_hash: Mapped[bytes | None]
    """SHA-256 of the secret that the last proof gave the browser; NULL until the first after the sign-in."""
    proof_before: Mapped[bytes | None]
    """Of the one before, which counts for some seconds more: requests were on their way."""
    refused_mark: Mapped[bytes | None]
    """Hash of what was last refused of this session, so that each stranger is one event."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    idle_until: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AccountSignIn(Base):
    """One trip of a resident to an identity provider, to their own page. It names nothing that is approved."""

    __tablename__ = "account_sign_in"

    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    browser_hash: Mapped[bytes]
    """Of the secret of the browser that began it: nobody comes back in another."""
    provider: Mapped[str]
    nonce: Mapped[str]
    epoch: Mapped[int] = mapped_column(index=True)
    verifier: Mapped[bytes]
    """The PKCE code verifier, sealed under the epoch's key-encryption key."""
    return_to: Mapped[str]
    """Which of the resident's pages was asked for."""
    begun_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    resident_id: Mapped[str | None] = mapped_column(ForeignKey("resident.id"), index=True)
    """Whose sign-in it was, once it counted."""
    signed_in_at: Mapped[datetime | None]
    """When the provider says that the sign-in happened, once it counted: it opens nothing again."""
    signed_in_as: Mapped[bytes | None]
    """Hash of the provider's name for that sign-in, if it gives one."""


class Throttle(Base):
    """How often one door was tried in vain since when: an account, a terminal or an address, by keyed hash."""

    __tablename__ = "throttle"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    tries: Mapped[int]
    since: Mapped[datetime] = mapped_column(index=True)


class KeptForm(Base):
    """A form that was refused although its sender meant it: kept for whoever typed it, at the same computer."""

    __tablename__ = "kept_form"

    id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    terminal_id: Mapped[str] = mapped_column(ForeignKey("terminal.id"))
    route: Mapped[str]
    """The pattern of its path: which page it was."""
    visit_id: Mapped[str | None] = mapped_column(index=True)
    """Of the visit with whose end it goes."""
    content: Mapped[bytes]
    """Path and fields, sealed under the key of `staff_id`."""
    kept_at: Mapped[datetime] = mapped_column(index=True)


class PasskeyPurpose(StrEnum):
    """What a passkey is asked for."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    APPROVE = "approve"
    STAFF_REGISTER = "staff_register"
    STAFF_COME_IN = "staff_come_in"
    """A member of staff signs in or unlocks."""
    STAFF_CONFIRM = "staff_confirm"
    """One who is signed in shows once more who they are."""


class Passkey(Base):
    """A resident's passkey: what is needed to check its signatures, and nothing that names anybody."""

    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_resident", "resident_id", "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"))
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    """COSE_Key, as its authenticator gave it (RFC 9052 section 7)."""
    sign_count: Mapped[int]
    """The last that its authenticator told; zero from one that does not count."""
    aaguid: Mapped[str]
    """Make of the authenticator, as it says itself; nobody vouches for it."""
    transports: Mapped[list[str]]
    backed_up: Mapped[bool]
    """Whether it is, or may be, copied to the holder's other devices."""
    level: Mapped[int]
    """An `Assurance`: of the sign-in under which it was registered, at most; what a yes by it counts for."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    """When its counter went backwards: there may be two of it."""
    revoked_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """One question to a passkey: for one browser, answered once, within two minutes."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (Index("ix_passkey_challenge_browser", "bound_to", "purpose"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[PasskeyPurpose]
    bound_to: Mapped[bytes]
    """Hash of the session, or of the stranger's secret, that asked."""
    subject: Mapped[str]
    """The approval that it is to answer, or whoever registers; empty for a sign-in."""
    challenge: Mapped[str]
    """Base64url; of an approval the hash of what is approved."""
    level: Mapped[int | None]
    """An `Assurance`: what a passkey that is being registered will count for, at most."""
    begun_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class StaffPasskey(Base):
    """A passkey of a member of staff: it stands for password and code. Never deleted: a removed one is known."""

    __tablename__ = "staff_passkey"
    __table_args__ = (Index("ix_staff_passkey_staff", "staff_id", "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    """COSE_Key, as its authenticator gave it (RFC 9052 section 7)."""
    sign_count: Mapped[int]
    """The last that its authenticator told; zero from one that does not count."""
    aaguid: Mapped[str]
    """Make of the authenticator, as it says itself; nobody vouches for it."""
    transports: Mapped[list[str]]
    backed_up: Mapped[bool]
    """Whether it is, or may be, copied to the holder's other devices."""
    name: Mapped[str | None]
    """As its holder calls it; NULL where they gave no name."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    """When its counter went backwards: there may be two of it."""
    removed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    """The last of added, suspended and removed: what its holder is told of."""
    told_at: Mapped[datetime | None]
    """When they signed in since by another means than it, and were led to where it says so."""
