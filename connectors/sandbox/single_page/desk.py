"""What the API stands on: services, drafts with their uploads, and who is asking."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import Request

from connectors.sandbox.common.applications import Application, Filing, Keeping, Registry
from connectors.sandbox.common.desk import Desk
from connectors.sandbox.common.people import Person
from connectors.sandbox.common.sessions import Session
from connectors.sandbox.single_page.annual_income import ANNUAL_INCOME
from connectors.sandbox.single_page.fields import flat, lines
from connectors.sandbox.single_page.residence import RESIDENCE
from connectors.sandbox.single_page.services import Service, Step, judge
from connectors.sandbox.single_page.unemployed import UNEMPLOYED

SERVICES: tuple[Service, ...] = (ANNUAL_INCOME, RESIDENCE, UNEMPLOYED)
AnyRequest = Request[Any, Any, Any]


class ApiError(Exception):
    """A request that ends in an error's status and one sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class Draft:
    """One application that is being filled in. It outlives the session."""

    id: str
    service: Service
    person: Person
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By step."""
    uploads: dict[str, str] = field(default_factory=dict)
    """Names of files by the id of their upload."""
    reference: str = ""

    def version(self) -> str:
        """A hash of what would be filed: equal answers and files give an equal version."""
        content = [self.service.id, self.answers]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]

    def upload(self, filename: str, content: bytes) -> str:
        """Keep a file; equal bytes have an equal id."""
        known = hashlib.sha256(content).hexdigest()[:32]
        self.uploads[known] = f"{filename} ({max(1, round(len(content) / 1024))} KB)"
        return known

    def said(self) -> dict[str, str]:
        """All answers as they are filed."""
        return {name: text for step in self.answers.values() for name, text in flat(step).items()}

    def incomplete(self, steps: Sequence[Step], now: datetime) -> Step | None:
        """The first step that was not saved, or no longer fits the day."""
        return next((one for one in steps if self.lacks(one, now)), None)

    def lacks(self, step: Step, now: datetime) -> bool:
        """Whether a step must be filled in once more."""
        return step.slug not in self.answers or bool(judge(step, self.answers[step.slug], now.date()))

    def sections(self, steps: Sequence[Step]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """The overview: title, then labels and shown answers, of each step."""
        return tuple(
            (step.title, tuple(lines(step.questions, self.answers.get(step.slug, {}), self.uploads))) for step in steps
        )


class Drafts(Registry):
    """What the portal keeps besides what was filed: what people have begun."""

    def __init__(self, kept: Keeping | None = None) -> None:
        super().__init__(kept)
        self.drafts: dict[str, Draft] = {}

    def of(self, person: Person, service: Service) -> Draft | None:
        """The draft that a person has begun and not filed."""
        code = person.personal_code
        mine = (one for one in self.drafts.values() if one.person.personal_code == code and one.service is service)
        return next((one for one in mine if not one.reference), None)

    def begin(self, person: Person, service: Service) -> Draft:
        """That draft, or a new one."""
        draft = self.of(person, service) or Draft(secrets.token_hex(12), service, person)
        return self.drafts.setdefault(draft.id, draft)

    def accept(
        self, draft: Draft, steps: Sequence[Step], session: Session | None, now: datetime, idempotency: str = ""
    ) -> Application:
        """File what a draft holds; the draft is used up, not gone."""
        filing = Filing(
            service=draft.service,
            person=draft.person,
            key=draft.service.key_of(draft.answers),
            answers=draft.said(),
            sections=draft.sections(steps),
            idempotency=idempotency,
        )
        application = self.file(filing, session, now)
        draft.reference = application.reference
        return application

    def open_drafts(self) -> int:
        """How many applications have been begun and not filed."""
        return sum(not draft.reference for draft in self.drafts.values())

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self.drafts.clear()


@dataclass(frozen=True)
class Caller:
    """Who calls the API about which service."""

    session: Session
    service: Service
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class SinglePageDesk(Desk):
    """The single page's state."""

    registry: Drafts
    pages = "single_page"
    home = "/e"

    def caller(self, request: AnyRequest, slug: str) -> Caller:
        """Who calls about the service at `slug`.

        Raises:
            ApiError: nobody is signed in, or may not; there is no such service; a change without the page's token.
        """
        session = self.signed_in(request)
        service = next((one for one in SERVICES if one.slug == slug), None)
        if service is None:
            raise ApiError(404, "Šāda pakalpojuma nav")
        if not session.may_open(service.id):
            raise ApiError(403, "Šim pakalpojumam pilnvarojuma nav")
        if request.method != "GET" and not session.may_file(service.id):
            raise ApiError(403, "Pilnvarojums ļauj tikai sekot iesniegumam")
        if request.method != "GET" and not session.accepts(request.headers.get("x-zime", "")):
            raise ApiError(403, "Lapa ir novecojusi: atveriet to no jauna")
        return Caller(session, service, service.steps_now(self.today(), self.faults))

    def signed_in(self, request: AnyRequest) -> Session:
        """Who is signed in.

        Raises:
            ApiError: nobody, or somebody whose delegation was stopped.
        """
        session = self.session(request)
        if session is None:
            raise ApiError(401, "Sesija ir beigusies")
        if session.is_stopped:
            raise ApiError(403, "Pilnvarojums vairs nav spēkā")
        return session
