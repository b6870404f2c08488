"""The rows of the catalogue. Nothing here is personal."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base, only_where

_OPEN = only_where("state IN ('draft', 'submitted')")
_GOES_ON = only_where("ends_at IS NULL")


class Portal(Base):
    """A portal that takes filings; registered by hand, its origin is never taken from a connector."""

    __tablename__ = "portal"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    origin: Mapped[str]
    """`scheme://host:port`."""
    client_id: Mapped[str] = mapped_column(String(64))
    """Under which it is a client of our OpenID Provider."""


class Service(Base):
    """One service of the catalogue."""

    __tablename__ = "service"
    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    holder: Mapped[str]
    portal_id: Mapped[str | None] = mapped_column(ForeignKey("portal.id"))
    """None: it is not filed here; its card says where, when and with which papers."""
    grant_least: Mapped[int]
    permit_least: Mapped[int]
    routes: Mapped[list[Any]]
    feedback_group: Mapped[str] = mapped_column(String(64))
    contact: Mapped[str | None] = mapped_column(String(254))
    """E-mail address at which the holder is told of a case; an office's, never a person's."""
    cards: Mapped[dict[str, Any]]
    """By language: see `gateway.services.catalogue.Card`."""
    follow_days: Mapped[int | None]
    """For how long what happens to a filing may be followed; none: it is not offered."""
    collect_days: Mapped[int | None]
    """For how long the answer may be received for the resident; none: it is not offered."""
    any_assistant: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a resident may allow it to any assistant of the centre, in place of one by name."""
    max_filings: Mapped[int] = mapped_column(default=1, server_default="1")
    """How often it may be filed under one delegation, such as once for each child."""
    training_id: Mapped[str | None] = mapped_column(ForeignKey("training.id"))
    """What whoever files it must have been trained in."""
    guarded: Mapped[list[str] | None]
    """Inputs whose value, when it differs from the known one, a second member of staff looks at; beside the
    connector's own."""
    popularity: Mapped[int] = mapped_column(default=0)
    """How often it is asked for, in comparison with others: an empty search lists the greatest first."""
    sensitivity: Mapped[str] = mapped_column(String(16), default="ordinary", server_default="ordinary")
    """`gateway.services.sensitivity.Sensitivity`."""
    directive: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is one of those that the Services Directive (2006/123/EC) demands."""
    card_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of the version that `cards` are; 0: they were written before versions were kept."""
    review_on: Mapped[date | None]
    """The day by which somebody has to look whether the card is still true; none: nobody has said."""


class ServiceVersion(Base):
    """One version of a service's cards, in force from an instant until a later one is; never changed."""

    __tablename__ = "service_version"
    __table_args__ = (UniqueConstraint("service_id", "number", name="uq_service_version_number"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"))
    number: Mapped[int]
    """Counts on from 1 for each service; of those that have begun the greatest is in force."""
    cards: Mapped[dict[str, Any]]
    valid_from: Mapped[datetime]
    review_on: Mapped[date | None]
    because: Mapped[str]
    """What changed and why, as its author says it; no names of residents."""
    author_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """None: it came from a file."""
    centre_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Who answered for the network's part; none: that did not change, or it came from a file."""
    holder_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Who answered for the holder's part."""
    published_at: Mapped[datetime]


class DraftState(StrEnum):
    """Where a draft of a card stands; the last three are for ever."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


class ServiceDraft(Base):
    """Cards of a service as somebody would like them to be."""

    __tablename__ = "service_draft"
    __table_args__ = (
        Index("uq_service_draft_open", "service_id", unique=True, **_OPEN),
        Index("ix_service_draft_service", "service_id", "made_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"))
    state: Mapped[DraftState]
    base: Mapped[int]
    """The number of the version that it began with: it is not published over a newer one that its author never saw."""
    cards: Mapped[dict[str, Any]]
    valid_from: Mapped[date | None]
    """The day from which it is to be in force; none: from the last yes on."""
    review_on: Mapped[date | None]
    because: Mapped[str]
    author_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    centre_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    holder_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str]
    """Why it was refused, for its author; empty else."""


class ServiceTranslation(Base):
    """A service's card that a machine translated; good for the words that `source_hash` is over."""

    __tablename__ = "service_translation"
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    source_hash: Mapped[str] = mapped_column(String(64))
    card: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]


class LifeEvent(Base):
    """Several services that are needed together."""

    __tablename__ = "life_event"
    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    cards: Mapped[dict[str, Any]]
    """By language: see `gateway.services.life_events.EventCard`."""
    popularity: Mapped[int]


class LifeEventService(Base):
    """One service of a life event, at its place in the order."""

    __tablename__ = "life_event_service"
    life_event_id: Mapped[str] = mapped_column(ForeignKey("life_event.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"))


class CatalogueVersion(Base):
    """One row that counts changes of the catalogue, so that each process knows when its search is out of date."""

    __tablename__ = "catalogue_version"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Always 1."""
    version: Mapped[int]


class Basket(Base):
    """One service that centres of one kind may offer. What is not here is not offered."""

    __tablename__ = "basket"
    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"), primary_key=True)


class Agreement(Base):
    """A holder's consent that a service is given in centres, from one moment to another."""

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR ends_at >= begins_at", name="ends_after_begin"),
        Index("ix_agreement_holder", "holder", "begins_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str]
    service_id: Mapped[str | None] = mapped_column(ForeignKey("service.id"))
    """None: every service of the holder."""
    centre_id: Mapped[str | None] = mapped_column(ForeignKey("centre.id"))
    """None: every centre of the network."""
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """It is over at this instant; none: until it is ended."""
    routes: Mapped[list[Any] | None]
    """Ways of saying yes that it allows; none: all that the service takes."""
    most_a_day: Mapped[int | None]
    """How many of its filings may be begun in a day in all centres that it is for; none: no bound."""
    most_a_month: Mapped[int | None]
    paid: Mapped[str] = mapped_column(default="", server_default="")
    """What the holder pays and how, in words."""


class AgreementSuspension(Base):
    """A while during which an agreement allows nothing; it may be lifted, and another may follow."""

    __tablename__ = "agreement_suspension"
    __table_args__ = (Index("ix_agreement_suspension_agreement", "agreement_id", "begins_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreement.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """When two people lifted it; none: it goes on."""


class AblePeriod(Base):
    """A while in which somebody could act for a holder: which service, in which centre, by which agreement.

    Noted after each change of what it follows from; the oldest beginning says since when there is a record.
    """

    __tablename__ = "able_period"
    __table_args__ = (
        Index("ix_able_period_time", "begins_at", "ends_at"),
        Index(
            "uq_able_period_open",
            "staff_id",
            "service_id",
            "agreement_id",
            unique=True,
            **_GOES_ON,
        ),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"))
    holder: Mapped[str]
    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreement.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class AbleCursor(Base):
    """One row, locked by whoever notes who could act: so no two note the same."""

    __tablename__ = "able_cursor"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Training(Base):
    """A training that services may ask of whoever files them."""

    __tablename__ = "training"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    names: Mapped[dict[str, str]]
    """By language."""
    valid_months: Mapped[int | None]
    """How long after it was noted it has to be renewed at the latest; none: whoever notes it says."""
    closed_at: Mapped[datetime | None]
    """From then on nobody is given it and no service begins to ask for it; whoever has it keeps it until its day."""


class StaffTraining(Base):
    """A training that a member of staff has, until it has to be renewed."""

    __tablename__ = "staff_training"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    training_id: Mapped[str] = mapped_column(ForeignKey("training.id"), primary_key=True)
    valid_until: Mapped[datetime]


class ConnectorForms(Base):
    """All forms that one version of a connector was written for; what is filled in has to be one that was accepted."""

    __tablename__ = "connector_forms"
    service_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    forms: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 over all of them; empty for a connector that has not seen its portal."""
    version: Mapped[str] = mapped_column(String(32))
    pages: Mapped[dict[str, Any]]
    """Each page's form, as `connectors.sdk.page.FormShape`: labels and shapes, no values."""
    seen_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    """None: two people have not accepted it, and nothing is filled in with it."""
