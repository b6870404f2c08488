"""An unsigned grant as a mandate service without this one's promises writes it: plain ORM, one commit after another.

The nearest peer that was measured runs 10 statements to create a mandate for one theme, none of them signed, sealed or
in one transaction. This one does the same work on our databases, so that a grant can be held against it in one run.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from gateway.database.counting import count_statements
from gateway.database.drivers import make_engine, parse_url

STATEMENTS = 10


class Base(DeclarativeBase):
    """Tables of the peer."""


class Organisation(Base):
    """Where helpers work."""

    __tablename__ = "peer_organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Helper(Base):
    """Who helps."""

    __tablename__ = "peer_helper"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    organisation: Mapped[Organisation] = relationship()


class Person(Base):
    """Who is helped."""

    __tablename__ = "peer_person"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str]


class Request(Base):
    """A mandate that is asked for."""

    __tablename__ = "peer_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    helper_id: Mapped[int] = mapped_column(ForeignKey(Helper.id))
    theme: Mapped[str]
    subject: Mapped[str]
    done: Mapped[bool] = mapped_column(default=False)


class Mandate(Base):
    """A mandate."""

    __tablename__ = "peer_mandate"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Permission(Base):
    """One theme of a mandate."""

    __tablename__ = "peer_permission"
    id: Mapped[int] = mapped_column(primary_key=True)
    mandate_id: Mapped[int] = mapped_column(ForeignKey(Mandate.id))
    theme: Mapped[str]


class Note(Base):
    """A line of the journal."""

    __tablename__ = "peer_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    helper: Mapped[str]
    person: Mapped[str]
    mandate_id: Mapped[int | None]


class Peer:
    """The peer on the database at a URL that is its own."""

    def __init__(self, url: str) -> None:
        """Make the tables, a helper, and nothing else."""
        self._engine = make_engine(parse_url(url), read_only=False)
        self._connection = self._engine.connect()
        with self._connection.begin():
            Base.metadata.create_all(self._connection)
        with self._session() as session:
            session.add(Helper(name="Palīgs", organisation=Organisation(name="Centrs")))
            session.commit()

    def _session(self) -> Session:
        return Session(self._connection, expire_on_commit=False)

    def ask(self, subjects: list[str]) -> list[int]:
        """Requests that wait, with persons who are known."""
        with self._session() as session:
            session.add_all(Person(subject=subject, name="Ilze", phone="+37120000001") for subject in subjects)
            requests = [Request(helper_id=1, theme="benefits", subject=subject) for subject in subjects]
            session.add_all(requests)
            session.commit()
            return [request.id for request in requests]

    def grant(self, request_id: int) -> None:
        """Grant one request: reads, a person brought up to date, a mandate, a theme, two notes; a commit each."""
        now = datetime.now(UTC).replace(tzinfo=None)
        with self._session() as session:
            request = session.scalars(select(Request).where(Request.id == request_id)).one()
            helper = session.scalars(select(Helper).where(Helper.id == request.helper_id)).one()
            organisation = session.scalars(select(Organisation).where(Organisation.id == helper.organisation_id)).one()
            person = session.scalars(select(Person).where(Person.subject == request.subject)).one()
            person.phone = "+37120000002"
            session.commit()
            mandate = Mandate(
                organisation_id=organisation.id, person_id=person.id, made_at=now, ends_at=now + timedelta(days=1)
            )
            session.add(mandate)
            session.commit()
            session.add(Permission(mandate_id=mandate.id, theme=request.theme))
            session.commit()
            for action in ("sign_in", "create_mandate"):
                session.add(
                    Note(at=now, action=action, helper=helper.name, person=person.subject, mandate_id=mandate.id)
                )
                session.commit()
            request.done = True
            session.commit()

    def statements(self, request_id: int) -> int:
        """How many statements granting one request takes."""
        with count_statements() as count:
            self.grant(request_id)
        return count.total

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        self._engine.dispose()
