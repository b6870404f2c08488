"""A yes by passkey: what it counts for, and what proves it."""

import hashlib

import msgspec
import pytest
from sqlalchemy import select

from audit.events import EventName
from delegation.assertion import AssertionRefusedError
from delegation.assurance import ApprovalKind, Assurance, Route
from delegation.commitment import approval_nonce, b64url
from delegation.errors import AssuranceTooLowError, RouteNotAllowedError
from delegation.model import DelegationState
from gateway.ledger.tables import AuditEvent
from gateway.people.passkey_evidence import Evidence
from gateway.visits import approvals
from gateway.visits.errors import NotFoundError, OutOfOrderError
from gateway.visits.reading import OpenedVisit, Stage
from tests.gateway.visits.holding import Holding


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
        holding.counter.takes(Route.PHONE)
        holding.at_the_statement(Route.PHONE)
        with pytest.raises(RouteNotAllowedError):
            holding.answer()

    def test_is_not_given_by_a_sign_in_where_the_service_takes_only_passkeys(self, holding: Holding) -> None:
        holding.counter.takes(Route.PASSKEY)
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
        holding.counter.takes(Route.PHONE)
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


def test_the_statement_that_is_asked_by_passkey_is_the_one_on_the_counters_record(holding: Holding) -> None:
    holding.at_the_statement()
    view = holding.counter.view()
    shown = holding.counter.read(lambda conn: OpenedVisit(conn, holding.counter.store, view).statement())
    assert "Ilze Paraudziņa" in shown.text
