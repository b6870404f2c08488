"""Every way in which an answer by passkey is no yes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from audit.events import EventName
from connectors.sdk import registry
from delegation.assertion import AssertionRefusedError
from delegation.assurance import Route
from delegation.model import DelegationState
from delegation.readback import Item
from gateway.people import passkeys
from gateway.people.passkey_errors import PasskeyCopiedError, PasskeyOverError, PasskeyUnknownError
from gateway.visits import approvals, asking
from gateway.visits.errors import ApprovalOverError
from gateway.visits.reading import Stage
from tests.gateway.soft_authenticator import SoftAuthenticator
from tests.gateway.visits.counter import BENEFIT, Counter
from tests.gateway.visits.holding import JANIS, Holding
from tests.gateway.visits.played import READ_BACK


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
        holding.counter.write(lambda conn: approvals.set_columns(conn, which, subject_hash="another text's hash"))
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
