"""What people have begun, and how it becomes an application."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.sandbox.common.applications import Application, Filing, Keeping, Registry
from connectors.sandbox.common.people import Person
from connectors.sandbox.common.sessions import Session
from connectors.sandbox.portal.fields import Attachment, shown
from connectors.sandbox.portal.services import Service, Step


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
                one.shown_label,
                self.attachments[one.key].shown
                if one.key in self.attachments
                else shown(one, self.answers.get(one.key, "")),
            )
            for one in step.questions
            if not one.part or one.always_required or self.answers.get(one.key)
        ]


class Drafts(Registry):
    """What the portal keeps besides what was filed: what people have begun."""

    def __init__(self, kept: Keeping | None = None) -> None:
        super().__init__(kept)
        self.drafts: dict[str, Draft] = {}

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
        filing = Filing(
            service=draft.service,
            person=draft.person,
            key=draft.service.key_of(draft.answers),
            answers=draft.answers,
            sections=tuple((step.title, tuple(draft.shown(step))) for step in steps),
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
