"""A counter whose resident has a passkey."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import select

from delegation.assurance import Assurance, Route
from delegation.commitment import approval_nonce
from gateway.people import passkeys, residents
from gateway.people.access import ResidentSession
from gateway.people.passkey_evidence import Evidence
from gateway.people.passkey_questions import Asked, Question
from gateway.people.tables import Passkey
from gateway.visits import passkey_answers
from gateway.visits.approvals import Answer
from gateway.visits.sealed import VisitVault
from tests.gateway.soft_authenticator import SoftAuthenticator
from tests.gateway.visits.counter import ILZE, Counter

JANIS = residents.Profile(name="Jānis Paraudziņš", code="329999-00002")


@dataclass
class Holding:
    """A counter whose resident has a passkey."""

    counter: Counter
    passkey: SoftAuthenticator = field(default_factory=SoftAuthenticator)

    def add(
        self,
        person: residents.Profile = ILZE,
        level: Assurance = Assurance.SUBSTANTIAL,
        passkey: SoftAuthenticator | None = None,
    ) -> str:
        """Added at an earlier sign-in; return its id."""
        counter = self.counter
        now = counter.clock.now()
        resident = counter.write(lambda conn: residents.find_or_create(conn, counter.store, person, now=now))
        counter.visit_id = counter.visit_id or "an earlier visit"
        holder = replace(counter.session(approval_id="earlier", resident_id=resident.id), auth_time=now, acr=level.uri)
        begun = counter.write(lambda conn: passkeys.begin_registration(conn, counter.store, holder))
        made = (passkey or self.passkey).create(begun.options)
        return counter.write(lambda conn: passkeys.finish_registration(conn, counter.store, holder, begun.id, made))

    def at_the_statement(self, route: Route = Route.PASSKEY) -> ResidentSession:
        """A phone that has typed code and number."""
        self.counter.open().ask(route)
        self.counter.enter_code()
        assert self.counter.match() is Answer.RIGHT
        return self.counter.the_phone()

    def granted(self, route: Route = Route.PASSKEY) -> None:
        self.at_the_statement(route)
        self.answer()

    def at_the_readback(self, route: Route = Route.PHONE) -> None:
        """Granted by a sign-in, or by the passkey; filled and read back."""
        if route is Route.PHONE:
            self.counter.open().grant()
        else:
            self.granted()
        self.counter.fill()
        self.counter.prepare()

    def begin(self, approval_id: str | None = None) -> Question:
        counter, phone = self.counter, self.counter.the_phone()
        which = approval_id or counter.approval().id
        return counter.write(lambda conn: passkey_answers.begin(conn, counter.store, phone, which))

    def take(self, question: Question) -> Asked:
        counter, phone = self.counter, self.counter.the_phone()
        return counter.write(lambda conn: passkey_answers.take(conn, counter.store, phone, question.id))

    def send(self, question: Question, answer: str) -> None:
        counter, phone = self.counter, self.counter.the_phone()
        asked = self.take(question)
        resident_id = counter.write(lambda conn: passkey_answers.approve(conn, counter.store, phone, asked, answer))
        counter.phone = counter.session(approval_id=phone.approval_id, resident_id=resident_id)

    def answer(self, passkey: SoftAuthenticator | None = None) -> None:
        question = self.begin()
        self.send(question, (passkey or self.passkey).get(question.options))

    def refused(self, error: Exception) -> None:
        counter, approval_id = self.counter, self.counter.approval().id
        counter.write(lambda conn: passkey_answers.refused(conn, counter.store, approval_id, error))

    def evidence(self) -> tuple[Evidence, str]:
        """What was sealed with the newest yes, and the challenge that the record says it answered."""
        counter, approval = self.counter, self.counter.approval()

        def look(conn: Any) -> bytes:
            return VisitVault.of(conn, counter.store.sealer, counter.visit_id).take(approval.id, "evidence")

        evidence = Evidence.unpack(counter.read(look))
        assert evidence is not None
        return evidence, approval_nonce(approval.kind, evidence.attempt, approval.subject_hash)

    def row(self) -> Any:
        return self.counter.read(
            lambda conn: conn.execute(
                select(Passkey.__table__).where(Passkey.credential_id == self.passkey.credential_id)
            ).one()
        )


@pytest.fixture
def holding(counter: Counter) -> Holding:
    counter.takes(Route.PHONE, Route.PASSKEY, Route.DISPLAY)
    return Holding(counter)
