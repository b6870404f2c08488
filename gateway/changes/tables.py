"""The rows of changes of security settings. No value of a person; a secret only sealed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base

OPEN = text("state IN ('proposed', 'confirmed')")


class ChangeKind(StrEnum):
    """What is changed."""

    PORTAL_REGISTER = "portal.register"
    PORTAL_ALTER = "portal.alter"
    PORTAL_SUSPEND = "portal.suspend"
    PROVIDER_ADD = "provider.add"
    PROVIDER_ALTER = "provider.alter"
    PROVIDER_SUSPEND = "provider.suspend"
    SERVICE_RULES = "service.rules"
    AGREEMENT_ADD = "agreement.add"
    AGREEMENT_END = "agreement.end"
    AGREEMENT_SUSPEND = "agreement.suspend"
    AGREEMENT_LIFT = "agreement.lift"
    BASKET_CHANGE = "basket.change"
    TRAINING_DEFINE = "training.define"
    TRAINING_ALTER = "training.alter"
    TRAINING_CLOSE = "training.close"
    TRAINING_GRANT = "training.grant"
    TRAINING_WITHDRAW = "training.withdraw"
    KEYS_ROTATE = "keys.rotate"
    ACCOUNT_RECOVER = "account.recover"
    ACCOUNT_ROLES = "account.roles"
    ACCOUNT_INVITE = "account.invite"
    ACCOUNT_RESUME = "account.resume"
    ACCOUNT_END = "account.end"
    HOLD_LIFT = "hold.lift"
    FORM_ACCEPT = "form.accept"
    API_KEY_ADD = "api_key.add"
    API_KEY_END = "api_key.end"
    RATING_OPEN = "rating.open"
    RATING_CLOSE = "rating.close"


class ChangeState(StrEnum):
    """Where a change stands; the last four are for ever."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    APPLIED = "applied"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class SecurityChange(Base):
    """One change of a security setting; what is to become is fixed when it is proposed."""

    __tablename__ = "security_change"
    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_people"),
        CheckConstraint("(state = 'applied') = (applied_at IS NOT NULL)", name="applied_has_time"),
        CheckConstraint("state <> 'confirmed' OR confirmed_by IS NOT NULL", name="confirmed_by_somebody"),
        Index("uq_security_change_open", "subject", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_security_change_time", "proposed_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[ChangeKind]
    target: Mapped[str] = mapped_column(String(200))
    """Which portal, provider, service … by its id."""
    subject: Mapped[str] = mapped_column(String(240))
    """What of it: at most one change of the same is open."""
    before: Mapped[dict[str, Any] | None]
    """As it was when proposed; none: it was not there. A change never goes on from anything else."""
    payload: Mapped[dict[str, Any]]
    """As it is to become."""
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed under `epoch`; gone once it is in its place."""
    epoch: Mapped[int | None]
    secret_mark: Mapped[str | None] = mapped_column(String(16))
    """Short keyed hash of the new secret, where one comes with it: whoever confirms sees that it changes."""
    secret_mark_before: Mapped[str | None] = mapped_column(String(16))
    """Of the one that it replaces."""
    secret_shown_at: Mapped[datetime | None]
    reason: Mapped[str]
    state: Mapped[ChangeState]
    proposed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """None: the command line, until an administrator takes it up."""
    proposed_terminal_id: Mapped[str | None]
    proposed_browser_hash: Mapped[bytes | None]
    """Of the browser's mark: administrators need no enrolled computer."""
    proposed_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    """Unconfirmed until then, it is over."""
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """None also where one person is enough, since it only makes things stricter."""
    confirmed_at: Mapped[datetime | None]
    effective_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Who refused or withdrew it."""
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(40))
    applied_at: Mapped[datetime | None]
