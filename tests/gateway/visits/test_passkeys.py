"""A yes by passkey: what it counts for, and every way in which it is none."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from audit.events import EventName
from connectors.sdk import registry
from delegation.assertion import AssertionRefusedError
from delegation.assurance import ApprovalKind, Assurance, Route
from delegation.commitment import approval_nonce, b64url
from delegation.errors import AssuranceTooLowError, RouteNotAllowedError
from delegation.model import DelegationState
from delegation.readback import Item
from gateway.ledger.tables import AuditEvent
from gateway.people import passkeys, residents
from gateway.people.access import ResidentSession
from gateway.people.errors import PasskeyCopiedError, PasskeyOverError, PasskeyUnknownError
from gateway.people.passkey_questions import Asked, Evidence, Question
from gateway.people.tables import Passkey
from gateway.services.tables import Service
from gateway.visits import approvals, asking, passkey_answers
from gateway.visits.approvals import Answer
from gateway.visits.errors import ApprovalOverError, NotFoundError, OutOfOrderError
from gateway.visits.reading import OpenedVisit, Stage
from gateway.visits.sealed import VisitVault
from tests.gateway.soft_authenticator import SoftAuthenticator
from tests.gateway.visits.counter import BENEFIT, ILZE, READ_BACK, Counter

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

    def takes(self, *routes: Route) -> None:
        """What the service takes."""
        self.counter.write(
            lambda conn: conn.execute(
                update(Service).where(Service.id == BENEFIT).values(routes=[route.value for route in routes])
            )
        )

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
    made = Holding(counter)
    made.takes(Route.PHONE, Route.PASSKEY, Route.DISPLAY)
    return made


class TestGrant:
    def test_is_given_by_code_number_statement_and_passkey(self, holding: Holding) -> None:
        holding.add()
        holding.granted()
        delegation = holding.counter.delegation()
        assert delegation.state is DelegationState.ACTIVE
        assert [each["route"] for each in delegation.approvals] == ["passkey"]
        assert [each["assurance"] for each in delegation.approvals] == [int(Assurance.SUBSTANTIAL)]
        events = holding.counter.events()
        assert EventName.APPROVAL_PASSKEY_STARTED in events
        assert EventName.APPROVAL_GIVEN in events

    def test_names_no_passkey_before_the_person_is_known(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_statement()
        assert holding.begin().options["allowCredentials"] == []

    def test_needs_the_number_from_the_counter(self, holding: Holding) -> None:
        holding.add()
        holding.counter.open().ask(Route.PASSKEY)
        holding.counter.enter_code()
        with pytest.raises(NotFoundError):
            holding.begin()

    def test_asked_for_a_passkey_may_be_given_by_signing_in(self, holding: Holding) -> None:
        holding.at_the_statement()
        holding.counter.sign_in()
        assert [each["route"] for each in holding.counter.delegation().approvals] == ["phone"]

    def test_asked_on_the_phone_may_be_given_by_passkey(self, holding: Holding) -> None:
        holding.add()
        holding.granted(Route.PHONE)
        assert [each["route"] for each in holding.counter.delegation().approvals] == ["passkey"]

    def test_is_not_given_by_passkey_where_the_service_does_not_take_it(self, holding: Holding) -> None:
        holding.add()
        holding.takes(Route.PHONE)
        holding.at_the_statement(Route.PHONE)
        with pytest.raises(RouteNotAllowedError):
            holding.answer()

    def test_is_not_given_by_a_sign_in_where_the_service_takes_only_passkeys(self, holding: Holding) -> None:
        holding.takes(Route.PASSKEY)
        holding.at_the_statement()
        with pytest.raises(RouteNotAllowedError):
            holding.counter.sign_in()

    def test_is_too_weak_from_a_passkey_added_by_a_weak_sign_in(self, holding: Holding) -> None:
        holding.add(level=Assurance.LOW)
        holding.at_the_statement()
        with pytest.raises(AssuranceTooLowError):
            holding.answer()
        assert holding.counter.delegation().state is DelegationState.REQUESTED


class TestPermit:
    def test_needs_no_second_sign_in_on_the_phone(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_readback()
        holding.answer()
        assert holding.counter.stage is Stage.SENDING
        assert holding.counter.approval().route is Route.PHONE
        assert holding.counter.press().allowed

    def test_names_the_passkeys_of_the_approver_who_has_signed_in(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_readback()
        assert len(holding.begin().options["allowCredentials"]) == 1

    def test_follows_a_grant_by_passkey(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_readback(Route.PASSKEY)
        holding.answer()
        assert holding.counter.approval().route is Route.PASSKEY
        assert holding.counter.stage is Stage.SENDING

    def test_is_given_where_the_service_takes_the_phone_alone(self, holding: Holding) -> None:
        holding.add()
        holding.takes(Route.PHONE)
        holding.at_the_readback()
        holding.answer()
        assert holding.counter.stage is Stage.SENDING

    def test_asked_on_the_display_is_not_given_by_passkey(self, holding: Holding) -> None:
        holding.add()
        counter = holding.counter
        counter.open().grant()
        counter.fill()
        counter.prepare()
        display = counter.approval().id
        counter.write(lambda conn: approvals.set_columns(conn, display, route=Route.DISPLAY))
        with pytest.raises(OutOfOrderError):
            holding.begin()


class TestEvidence:
    @pytest.mark.parametrize("kind", [ApprovalKind.GRANT, ApprovalKind.PERMIT])
    def test_is_verified_again_from_what_was_kept(self, holding: Holding, kind: ApprovalKind) -> None:
        holding.add()
        if kind is ApprovalKind.GRANT:
            holding.granted()
        else:
            holding.at_the_readback()
            holding.answer()
        evidence, challenge = holding.evidence()
        evidence.verify(challenge)

    def test_is_by_the_key_whose_hash_the_trail_has_since_it_was_added(self, holding: Holding) -> None:
        holding.add()
        holding.granted()
        evidence, _challenge = holding.evidence()
        added = select(AuditEvent.leaf).where(AuditEvent.type == EventName.PASSKEY_ADDED.value)
        leaf = holding.counter.read(lambda conn: conn.execute(added).scalar_one())
        key = b64url(hashlib.sha256(evidence.assertion.public_key).digest())
        assert msgspec.json.decode(leaf)["data"]["key"] == key

    def test_of_another_text_does_not_verify(self, holding: Holding) -> None:
        holding.add()
        holding.granted()
        evidence, _challenge = holding.evidence()
        other = approval_nonce(ApprovalKind.GRANT, evidence.attempt, "another text's hash")
        with pytest.raises(AssertionRefusedError, match="challenge"):
            evidence.verify(other)

    def test_of_a_sign_in_is_told_apart(self, holding: Holding) -> None:
        assert Evidence.unpack(msgspec.json.encode({"id_token": "a", "provider": "b", "attempt": "c"})) is None


def _elsewhere(passkey: SoftAuthenticator) -> None:
    passkey.origin = "https://pilnvara.example.net"


def _other_port(passkey: SoftAuthenticator) -> None:
    passkey.origin = "http://localhost:8001"


def _in_a_frame(passkey: SoftAuthenticator) -> None:
    passkey.cross_origin = True


def _other_rp(passkey: SoftAuthenticator) -> None:
    passkey.rp_id = "example.net"


def _untouched_finger(passkey: SoftAuthenticator) -> None:
    passkey.verified = False


class TestRefused:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (_elsewhere, "origin"),
            (_other_port, "origin"),
            (_in_a_frame, "origin"),
            (_other_rp, "rp_id"),
            (_untouched_finger, "not_verified"),
        ],
    )
    def test_is_what_was_not_answered_here_by_a_verified_holder(
        self, holding: Holding, change: Callable[[SoftAuthenticator], None], reason: str
    ) -> None:
        holding.add()
        holding.at_the_statement()
        change(holding.passkey)
        with pytest.raises(AssertionRefusedError, match=reason) as refused:
            holding.answer()
        holding.refused(refused.value)
        assert holding.counter.events()[-1] is EventName.APPROVAL_PASSKEY_REFUSED
        assert holding.counter.delegation().state is DelegationState.REQUESTED

    def test_is_somebody_elses_passkey(self, holding: Holding) -> None:
        holding.add()
        other = SoftAuthenticator()
        holding.add(JANIS, passkey=other)
        holding.at_the_statement()
        with pytest.raises(PasskeyUnknownError):
            holding.answer(other)

    def test_is_a_passkey_that_nobody_added(self, holding: Holding) -> None:
        holding.at_the_statement()
        with pytest.raises(PasskeyUnknownError):
            holding.answer()

    def test_is_a_signature_by_another_key(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_statement()
        holding.passkey.key = SoftAuthenticator().key
        with pytest.raises(AssertionRefusedError, match="signature"):
            holding.answer()

    def test_is_an_answer_that_was_given_before(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_statement()
        question = holding.begin()
        answer = holding.passkey.get(question.options)
        holding.send(question, answer)
        with pytest.raises(PasskeyOverError):
            holding.send(question, answer)

    def test_is_an_old_answer_to_a_new_question(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_statement()
        answer = holding.passkey.get(holding.begin().options)
        with pytest.raises(AssertionRefusedError, match="challenge"):
            holding.send(holding.begin(), answer)

    def test_is_a_question_that_an_answer_was_already_tried_on(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_statement()
        question = holding.begin()
        with pytest.raises(AssertionRefusedError, match="form"):
            holding.send(question, "{}")
        with pytest.raises(PasskeyOverError):
            holding.send(question, holding.passkey.get(question.options))

    def test_is_the_grants_answer_for_the_permit(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_statement()
        granting = holding.begin()
        old = holding.passkey.get(granting.options)
        holding.send(granting, old)
        holding.counter.fill()
        holding.counter.prepare()
        question = holding.begin()
        with pytest.raises(AssertionRefusedError, match="challenge"):
            holding.send(question, old)
        assert holding.counter.stage is Stage.PERMIT

    def test_is_an_answer_to_an_altered_read_back(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_readback()
        counter = holding.counter
        seen = holding.begin()
        answer = holding.passkey.get(seen.options)
        _corrected(counter)
        with pytest.raises(ApprovalOverError):
            holding.send(seen, answer)
        again = holding.begin()
        with pytest.raises(AssertionRefusedError, match="challenge"):
            holding.send(again, answer)

    def test_is_an_answer_whose_question_is_about_another_text(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_statement()
        question = holding.begin()
        which = holding.counter.approval().id
        holding.counter.write(
            lambda conn: approvals.set_columns(conn, which, subject_hash="another text's hash")
        )
        with pytest.raises(PasskeyOverError):
            holding.send(question, holding.passkey.get(question.options))

    def test_is_another_phones_answer(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_statement()
        question = holding.begin()
        counter = holding.counter
        counter.phone = replace(counter.the_phone(), token_hash=b"another phone")
        with pytest.raises(PasskeyOverError):
            holding.send(question, holding.passkey.get(question.options))

    def test_is_an_answer_after_two_minutes(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_statement()
        question = holding.begin()
        holding.counter.clock.move(timedelta(minutes=2))
        with pytest.raises(PasskeyOverError):
            holding.send(question, holding.passkey.get(question.options))

    def test_is_an_answer_after_the_asking_lapsed(self, holding: Holding) -> None:
        holding.add()
        holding.at_the_statement()
        holding.counter.clock.move(timedelta(minutes=14, seconds=30))
        question = holding.begin()
        holding.counter.clock.move(timedelta(minutes=1))
        with pytest.raises(ApprovalOverError):
            holding.send(question, holding.passkey.get(question.options))

    def test_is_a_removed_passkey(self, holding: Holding) -> None:
        passkey_id = holding.add()
        counter = holding.counter
        owner = holding.row().resident_id
        counter.write(lambda conn: passkeys.revoke(conn, counter.store, owner, passkey_id))
        holding.at_the_statement()
        with pytest.raises(PasskeyUnknownError):
            holding.answer()

    def test_is_a_copy_whose_counter_lags_and_both_are_suspended(self, holding: Holding) -> None:
        holding.add()
        holding.passkey.sign_count = 40
        holding.granted()
        assert holding.row().sign_count == 41
        holding.counter.fill()
        holding.counter.prepare()
        holding.passkey.sign_count = 12
        with pytest.raises(PasskeyCopiedError) as copied:
            holding.answer()
        holding.refused(copied.value)
        assert holding.row().suspended_at is not None
        holding.passkey.sign_count = 100
        with pytest.raises(PasskeyUnknownError):
            holding.answer()
        assert holding.counter.stage is Stage.PERMIT

    def test_is_nothing_about_an_authenticator_that_does_not_count(self, holding: Holding) -> None:
        holding.passkey.counts = False
        holding.add()
        holding.at_the_readback(Route.PASSKEY)
        holding.answer()
        assert holding.counter.stage is Stage.SENDING


def _corrected(counter: Counter) -> None:
    """The assistant mends an answer: the portal is filled and read back anew."""
    sample = registry.find(BENEFIT).samples[0]
    answers = dict(sample.answers(counter.clock.now().date()))
    counter.write(lambda conn: asking.fill(conn, counter.store, counter.by, counter.visit_id, answers, sample.files))
    changed = replace(
        READ_BACK, items=(*READ_BACK.items[1:], Item("account", "konts", "Konta numurs", "text", "x", "x"))
    )
    counter.prepare(changed)


def test_the_statement_that_is_asked_by_passkey_is_the_one_on_the_counters_record(holding: Holding) -> None:
    holding.at_the_statement()
    view = holding.counter.view()
    shown = holding.counter.read(lambda conn: OpenedVisit(conn, holding.counter.store, view).statement())
    assert "Ilze Paraudziņa" in shown.text
