"""What people have filed at a portal, and what it counts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connectors.sandbox.common.people import Person
from connectors.sandbox.common.sessions import Session
from connectors.sandbox.handling import Handling

Sections = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Title, then labels and shown answers, of each step."""


class AnyService(Protocol):
    """What an application needs to know of the service that it is for."""

    @property
    def id(self) -> str:
        """As delegations name it."""

    @property
    def slug(self) -> str:
        """In addresses."""

    @property
    def title(self) -> str:
        """For people."""

    @property
    def holder(self) -> str:
        """Who decides."""

    @property
    def prefix(self) -> str:
        """Of its reference numbers."""


@dataclass(frozen=True)
class Application:
    """Something filed."""

    reference: str
    service: AnyService
    person: Person
    key: str
    received_at: datetime
    acted_by: str
    """The assistant's id, as the issuer said; empty when the person filed alone."""
    actor_shown: str
    delegation: str
    answers: dict[str, str]
    sections: Sections
    fee: str = ""
    """As the receipt says it; empty where there is none."""
    given: tuple[tuple[str, str], ...] = ()
    """What the filing brought forth: label and value."""
    idempotency: str = ""
    """By what its sender called this sending, where it was called something."""

    def for_tests(self) -> dict[str, Any]:
        """As `/_sandbox/state` says it."""
        return {
            "reference": self.reference,
            "service": self.service.id,
            "person": self.person.personal_code,
            "key": self.key,
            "received_at": self.received_at.isoformat(),
            "acted_by": self.acted_by,
            "delegation": self.delegation,
            "values": self.answers,
        }

    def for_person(self, handling: Handling) -> dict[str, str]:
        """As `/api/mani-iesniegumi` says it."""
        return {
            "reference": self.reference,
            "service": self.service.id,
            "title": self.service.title,
            "key": self.key,
            "state": handling.state.value,
            "wanted": handling.wanted,
            "until": handling.until,
            "received_at": self.received_at.isoformat(),
            "pdf": f"/iesniegumi/{self.reference}/apliecinajums.pdf",
            "idempotency": self.idempotency,
        }


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What a form was filled in with, as it becomes an application."""

    service: AnyService
    person: Person
    key: str
    answers: dict[str, str]
    sections: Sections
    fee: str = ""
    given: tuple[tuple[str, str], ...] = ()
    idempotency: str = ""


class Keeping(Protocol):
    """Where applications outlive the program."""

    def read(self) -> Iterable[Application]:
        """What was accepted before, oldest first."""

    def add(self, application: Application) -> None:
        """Keep one more."""

    def clear(self) -> None:
        """Forget everything."""


class Registry:
    """Everything that a portal has accepted, and counts; with `kept` it goes on where it was before."""

    def __init__(self, kept: Keeping | None = None) -> None:
        self._kept = kept
        self.applications: dict[str, Application] = {}
        self.final_posts = 0
        """Final requests that reached the server, whatever became of them."""
        self.sign_ins = 0
        self._serials: Counter[str] = Counter()
        for one in kept.read() if kept else ():
            self.applications[one.reference] = one
            self._serials[one.service.prefix] += 1

    def next_reference(self, service: AnyService, now: datetime) -> str:
        """The number that the next application for a service gets."""
        return f"{service.prefix}-{now.year}-{self._serials[service.prefix] + 1:06}"

    def file(self, filing: Filing, session: Session | None, now: datetime) -> Application:
        """Accept one application, with the next number of its service."""
        reference = self.next_reference(filing.service, now)
        self._serials[filing.service.prefix] += 1
        actor = session.actor if session else None
        application = Application(
            reference=reference,
            service=filing.service,
            person=filing.person,
            key=filing.key,
            received_at=now,
            acted_by=actor.id if actor else "",
            actor_shown=f"{actor.name}, {actor.centre}" if actor else "",
            delegation=session.delegation if session else "",
            answers=dict(filing.answers),
            sections=filing.sections,
            fee=filing.fee,
            given=filing.given,
            idempotency=filing.idempotency,
        )
        self.applications[application.reference] = application
        if self._kept:
            self._kept.add(application)
        return application

    def sent_before(self, service: AnyService, person: Person, idempotency: str) -> Application | None:
        """What the same sending has become already."""
        same = (service.id, person.personal_code, idempotency)
        found = (
            one
            for one in self.applications.values()
            if (one.service.id, one.person.personal_code, one.idempotency) == same
        )
        return next(found, None) if idempotency else None

    def applications_for(self, session: Session) -> list[Application]:
        """What a session may see of what its person has filed, newest first."""
        return [
            one
            for one in reversed(self.applications.values())
            if one.person.personal_code == session.person.personal_code and session.may_open(one.service.id)
        ]

    def open_drafts(self) -> int:
        """How many applications have been begun and not filed."""
        return 0

    def for_tests(self) -> dict[str, Any]:
        """Counters and contents, as `/_sandbox/state` says them."""
        return {
            "final_posts": self.final_posts,
            "accepted": len(self.applications),
            "drafts": self.open_drafts(),
            "sign_ins": self.sign_ins,
            "applications": [one.for_tests() for one in self.applications.values()],
        }

    def clear(self) -> None:
        """Forget everything."""
        self.applications.clear()
        self._serials.clear()
        if self._kept:
            self._kept.clear()
        self.final_posts = self.sign_ins = 0
