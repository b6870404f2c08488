"""What people have begun, and what they have filed."""

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from connectors.sandbox.handling import Handling
from connectors.sandbox.portal.fields import Attachment, shown
from connectors.sandbox.portal.services import Person, Service, Step
from connectors.sandbox.portal.sessions import Session


@dataclass
class Draft:
    """One application that is being filled in. It outlives the session, as a portal's drafts do."""

    id: str
    service: Service
    person: Person
    answers: dict[str, str] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    saved: set[str] = field(default_factory=set)
    reference: str = ""
    """Of the application that it became."""

    def version(self) -> str:
        """A hash of what would be filed: equal answers and attachments give an equal version."""
        content = [
            self.service.id,
            sorted(self.answers.items()),
            sorted((key, attachment.sha256) for key, attachment in self.attachments.items()),
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]

    def shown(self, step: Step) -> list[tuple[str, str]]:
        """Label and shown answer of each question of a step."""
        return [
            (
                one.label,
                self.attachments[one.key].shown
                if one.key in self.attachments
                else shown(one, self.answers.get(one.key, "")),
            )
            for one in step.questions
        ]


@dataclass(frozen=True)
class Application:
    """Something filed."""

    reference: str
    service: Service
    person: Person
    key: str
    received_at: datetime
    acted_by: str
    """The assistant's id, as the issuer said; empty when the person filed alone."""
    actor_shown: str
    delegation: str
    answers: dict[str, str]
    sections: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Title, then labels and shown answers, of each step."""

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
        }


class Keeping(Protocol):
    """Where applications outlive the program."""

    def read(self) -> Iterable[Application]:
        """What was accepted before, oldest first."""

    def add(self, application: Application) -> None:
        """Keep one more."""

    def clear(self) -> None:
        """Forget everything."""


class Registry:
    """Everything that the portal keeps, and counts; with `kept` it goes on where it was before."""

    def __init__(self, kept: Keeping | None = None) -> None:
        self._kept = kept
        self.drafts: dict[str, Draft] = {}
        self.applications: dict[str, Application] = {}
        self.final_posts = 0
        """Final requests that reached the server, whatever became of them."""
        self.sign_ins = 0
        self._serials: Counter[str] = Counter()
        for one in kept.read() if kept else ():
            self.applications[one.reference] = one
            self._serials[one.service.prefix] += 1

    def open_draft(self, person: Person, service: Service) -> Draft | None:
        """The draft that a person has begun and not filed."""
        return next(
            (
                draft
                for draft in self.drafts.values()
                if draft.person.personal_code == person.personal_code
                and draft.service is service
                and not draft.reference
            ),
            None,
        )

    def begin(self, person: Person, service: Service) -> Draft:
        """A new draft."""
        draft = Draft(secrets.token_hex(12), service, person)
        self.drafts[draft.id] = draft
        return draft

    def accept(self, draft: Draft, steps: Sequence[Step], session: Session | None, now: datetime) -> Application:
        """File what a draft holds; the draft is used up, not gone."""
        service = draft.service
        self._serials[service.prefix] += 1
        actor = session.actor if session else None
        application = Application(
            reference=f"{service.prefix}-{now.year}-{self._serials[service.prefix]:06}",
            service=service,
            person=draft.person,
            key=service.key_of(draft.answers),
            received_at=now,
            acted_by=actor.id if actor else "",
            actor_shown=f"{actor.name}, {actor.centre}" if actor else "",
            delegation=session.delegation if session else "",
            answers=dict(draft.answers),
            sections=tuple((step.title, tuple(draft.shown(step))) for step in steps),
        )
        self.applications[application.reference] = application
        draft.reference = application.reference
        if self._kept:
            self._kept.add(application)
        return application

    def applications_for(self, session: Session) -> list[Application]:
        """What a session may see of what its person has filed, newest first."""
        return [
            one
            for one in reversed(self.applications.values())
            if one.person.personal_code == session.person.personal_code and session.may_open(one.service.id)
        ]

    def for_tests(self) -> dict[str, Any]:
        """Counters and contents, as `/_sandbox/state` says them."""
        return {
            "final_posts": self.final_posts,
            "accepted": len(self.applications),
            "drafts": sum(not draft.reference for draft in self.drafts.values()),
            "sign_ins": self.sign_ins,
            "applications": [one.for_tests() for one in self.applications.values()],
        }

    def clear(self) -> None:
        """Forget everything."""
        self.drafts.clear()
        self.applications.clear()
        self._serials.clear()
        if self._kept:
            self._kept.clear()
        self.final_posts = self.sign_ins = 0
