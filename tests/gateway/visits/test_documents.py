"""Whoever has to say yes too shows a document of their own: one that nobody looked at is no yes at a counter."""

from typing import Any

import pytest

from audit.events import EventName
from delegation.assurance import Assurance, Route
from delegation.errors import InvalidRequestError
from delegation.model import AuthorityKind, DelegationState
from gateway.people.residents import Profile
from gateway.visits import confirming, documents
from gateway.visits.approvals import Answer
from gateway.visits.errors import DocumentNotCheckedError, OutOfOrderError
from gateway.visits.parties import Authority
from gateway.visits.tables import ApprovalState
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.test_paper import evidence_of, hand_in, look, witnessed

SECOND = Profile(name="Jānis Otrais", code="329999-00002", phone="+37120000002")
COMPANY = Profile(name="SIA Paraugs", code="40009999999", kind="company")
REGISTER = Authority(kind=AuthorityKind.SIGNATORY, document="register", reference="izziņa 1")
TWO: dict[str, Any] = {"person": COMPANY, "approver": ILZE, "co_approvers": (SECOND,), "authority": REGISTER}


@pytest.fixture
def desk(counter: Counter) -> Counter:
    """A service that takes paper and the display; a register knows both signatories' numbers."""
    counter.takes(Route.PHONE, Route.PAPER, Route.DISPLAY)
    for who in (Profile(name=ILZE.name, code=ILZE.code, phone="+37120000001"), SECOND):
        counter.knows(who)
    return counter.open()


def record(desk: Counter, document: str = "id_card") -> None:
    approval = desk.approval().id
    desk.write(lambda conn: documents.record(conn, desk.store, desk.by, desk.visit_id, approval, document))


def say_code(desk: Counter) -> Answer:
    approval, code = desk.approval().id, desk.sent_code()
    return desk.write(lambda conn: confirming.approve_on_display(conn, desk.store, desk.display, approval, code))


class TestOnPaper:
    def test_the_second_sheet_is_not_taken_before_its_signers_document_is_recorded(self, desk: Counter) -> None:
        witness = a_colleague(desk)
        desk.ask(Route.PAPER, **TWO)
        witnessed(desk, witness)
        assert desk.delegation().state is DelegationState.REQUESTED
        with pytest.raises(DocumentNotCheckedError):
            hand_in(desk)
        record(desk)
        assert desk.said(EventName.DOCUMENT_CHECKED) == {"approval": desk.approval().id, "document": "id_card"}
        assert look(desk, witness, hand_in(desk)).document == "id_card"
        witnessed(desk, witness)
        assert desk.delegation().state is DelegationState.ACTIVE
        assert [given["assurance"] for given in desk.delegation().approvals] == [Assurance.SUBSTANTIAL.value] * 2
        assert evidence_of(desk)["document"] == "id_card"

    def test_what_the_first_showed_says_nothing_of_the_second(self, desk: Counter) -> None:
        desk.ask(Route.PAPER, **TWO)
        with pytest.raises(OutOfOrderError):
            record(desk)  # the first one's was recorded with the request


class TestOnTheDisplay:
    def test_the_code_alone_is_no_yes_and_stays_good(self, desk: Counter) -> None:
        desk.ask(Route.DISPLAY, **TWO)
        assert say_code(desk) is Answer.RIGHT
        with pytest.raises(DocumentNotCheckedError):
            say_code(desk)
        assert desk.approval().state is ApprovalState.WAITING
        record(desk, "passport")
        assert say_code(desk) is Answer.RIGHT
        assert desk.delegation().state is DelegationState.ACTIVE


class TestRecording:
    def test_is_of_a_known_kind_once_and_of_the_own_visit(self, desk: Counter) -> None:
        desk.ask(Route.DISPLAY, **TWO)
        say_code(desk)
        with pytest.raises(InvalidRequestError):
            record(desk, "library_card")
        theirs, visit = desk.approval().id, desk.visit_id
        desk.open()
        with pytest.raises(OutOfOrderError):
            desk.write(lambda conn: documents.record(conn, desk.store, desk.by, desk.visit_id, theirs, "passport"))
        desk.write(lambda conn: documents.record(conn, desk.store, desk.by, visit, theirs, "passport"))
        with pytest.raises(OutOfOrderError):
            desk.write(lambda conn: documents.record(conn, desk.store, desk.by, visit, theirs, "id_card"))

    def test_is_not_asked_on_the_phone(self, desk: Counter) -> None:
        desk.grant(**TWO)
        with pytest.raises(OutOfOrderError):
            record(desk)
