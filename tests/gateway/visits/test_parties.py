"""Somebody speaks for somebody else: a child, a person under guardianship, a company with two signatories."""

from typing import Any

import msgspec
import pytest

from audit.events import EventName
from delegation.claims import DELEGATION_TYPE, DelegationClaims
from delegation.errors import InvalidRequestError
from delegation.model import AuthorityKind, DelegationState
from delegation.signing import open_signed
from gateway import long_codes
from gateway.keys import store as key_store
from gateway.keys.signing import KeyKind
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.visits import parties
from gateway.visits.approvals import Answer
from gateway.visits.errors import NotFoundError, SubjectMismatchError
from gateway.visits.parties import Authority
from gateway.visits.reading import Stage
from gateway.visits.sealed import VisitVault
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.messages import messages, tell_all

CHILD = Profile(name="Jurģis Paraudziņš", code="329999-10001")
OTHER = Profile(name="Jānis Paraugs", code="329999-00002")
COMPANY = Profile(name="SIA Paraugdarbnīca", code="40009999999", kind="company")
BIRTH = Authority(kind=AuthorityKind.PARENT, document="birth_certificate", reference="DZ-000001")
REGISTER = Authority(kind=AuthorityKind.SIGNATORY, document="register", reference="izziņa 1")


def token_of(counter: Counter) -> DelegationClaims:
    delegation = counter.delegation().id
    signed = counter.read(
        lambda conn: VisitVault.of(conn, counter.store.sealer, counter.visit_id).take(delegation, "token")
    )
    jwks = counter.store.keys.jwks(KeyKind.DELEGATION)
    return open_signed(signed.decode(), jwks, typ=DELEGATION_TYPE, claims=DelegationClaims)


class TestParent:
    def test_says_yes_for_a_child_who_cannot_sign_in(self, counter: Counter) -> None:
        counter.open().grant(person=CHILD, approver=ILZE, authority=BIRTH)
        row = counter.delegation()
        assert row.state is DelegationState.ACTIVE
        assert row.principal_id != row.approver_id
        assert row.authority_kind is AuthorityKind.PARENT
        claims = token_of(counter)
        assert (claims.sub, claims.approver, claims.authority) == (row.principal_id, row.approver_id, "parent")

    def test_both_are_named_in_the_statement(self, counter: Counter) -> None:
        counter.open(language="en").ask(person=CHILD, approver=ILZE, authority=BIRTH)
        text = counter.opened(lambda opened: opened.statement()).text
        assert f"I am: {ILZE.name}" in text
        assert f"on behalf of my child: {CHILD.name}" in text

    def test_the_paper_is_sealed_and_the_trail_knows_its_kind(self, counter: Counter) -> None:
        counter.open().grant(person=CHILD, approver=ILZE, authority=BIRTH)
        delegation = counter.delegation().id
        kept = counter.read(
            lambda conn: parties.authority_of(VisitVault.of(conn, counter.store.sealer, counter.visit_id), delegation)
        )
        assert kept == BIRTH
        said = counter.said(EventName.DELEGATION_REQUESTED)
        assert said["authority"] == "parent"
        assert BIRTH.reference not in msgspec.json.encode(said).decode()

    def test_nobody_else_may_sign_in(self, counter: Counter) -> None:
        counter.open().ask(person=CHILD, approver=ILZE, authority=BIRTH)
        counter.enter_code()
        counter.match()
        with pytest.raises(SubjectMismatchError):
            counter.sign_in(OTHER.code)

    def test_files_and_confirms_what_is_sent(self, counter: Counter) -> None:
        counter.open().grant(person=CHILD, approver=ILZE, authority=BIRTH)
        counter.fill()
        counter.send()
        assert counter.stage is Stage.FILED
        assert counter.filing().principal_id == counter.delegation().principal_id

    @pytest.mark.parametrize(
        "asked",
        [
            {"person": CHILD, "approver": ILZE},
            {"person": ILZE, "authority": BIRTH},
            {"person": ILZE, "approver": ILZE, "authority": BIRTH},
            {"person": CHILD, "approver": ILZE, "authority": REGISTER},
            {"person": CHILD, "approver": ILZE, "co_approvers": (OTHER,), "authority": BIRTH},
            {"person": COMPANY},
            {"person": COMPANY, "approver": ILZE, "authority": BIRTH},
            {"person": ILZE, "approver": COMPANY, "authority": REGISTER},
        ],
    )
    def test_a_right_that_does_not_fit_is_refused(self, counter: Counter, asked: dict[str, Any]) -> None:
        counter.open()
        with pytest.raises(InvalidRequestError):
            counter.ask(**asked)
        assert EventName.DELEGATION_REQUESTED not in counter.events()


class TestCompany:
    def two_sign(self, counter: Counter) -> None:
        counter.open().grant(person=COMPANY, approver=ILZE, co_approvers=(OTHER,), authority=REGISTER)

    def test_is_allowed_with_the_last_of_two_signatures(self, counter: Counter) -> None:
        self.two_sign(counter)
        assert counter.delegation().state is DelegationState.REQUESTED
        assert counter.stage is Stage.APPROVAL
        counter.enter_code()
        assert counter.match() is Answer.RIGHT
        counter.sign_in(OTHER.code)
        assert counter.delegation().state is DelegationState.ACTIVE
        claims = token_of(counter)
        assert len(claims.co_approvals) == 1
        assert claims.authority == "signatory"
        assert counter.events().count(EventName.APPROVAL_GIVEN) == 2

    def test_each_who_signed_is_told_how_to_stop_and_that_it_was_stopped(self, counter: Counter) -> None:
        self.two_sign(counter)
        counter.enter_code()
        counter.match()
        tell_all(counter)
        assert messages(counter, "granted") == [], "nothing is allowed before the last yes"
        counter.sign_in(OTHER.code)
        tell_all(counter)
        told = messages(counter, "granted")
        assert len(told) == 2
        assert all(f"/stop/{long_codes.read(counter.stop_code())}" in text for _to, text in told)
        counter.stop()
        tell_all(counter)
        assert len(messages(counter, "stopped")) == 2

    def test_the_others_are_told_when_the_record_of_one_was_erased(self, counter: Counter) -> None:
        self.two_sign(counter)
        counter.enter_code()
        counter.match()
        counter.sign_in(OTHER.code)
        first = counter.delegation().approver_id
        key = counter.read(lambda conn: residents.open_resident(conn, counter.store, first)).key.id
        counter.write(lambda conn: key_store.destroy(conn, key, counter.clock.now()))
        tell_all(counter)
        assert len(messages(counter, "granted")) == 1

    def test_the_first_cannot_sign_for_the_second(self, counter: Counter) -> None:
        self.two_sign(counter)
        with pytest.raises(NotFoundError):
            counter.sign_in()
        counter.enter_code()
        counter.match()
        with pytest.raises(SubjectMismatchError):
            counter.sign_in()
        assert counter.delegation().state is DelegationState.REQUESTED

    def test_one_no_ends_it(self, counter: Counter) -> None:
        self.two_sign(counter)
        counter.enter_code()
        counter.match()
        counter.refuse()
        assert counter.delegation().state is DelegationState.REFUSED
        assert counter.stage is Stage.REFUSED

    def test_the_second_who_does_not_answer_lets_it_lapse(self, counter: Counter) -> None:
        self.two_sign(counter)
        counter.lapse()
        assert counter.delegation().state is DelegationState.LAPSED

    def test_is_not_the_person_whose_code_looks_like_its_number(self, counter: Counter) -> None:
        now = counter.clock.now()
        company = counter.write(lambda conn: residents.find_or_create(conn, counter.store, COMPANY, now=now))
        assert not counter.read(lambda conn: residents.is_same(conn, counter.store, company.id, "329999-00001"))
        person = counter.write(lambda conn: residents.find_or_create(conn, counter.store, ILZE, now=now))
        assert company.id != person.id
        assert company.profile.kind == "company"
