"""Phones of people who speak for somebody else: each is asked by name, and waits for the others."""

from datetime import timedelta

from audit.events import EventName
from delegation.model import AuthorityKind, DelegationState
from gateway.people.residents import Profile
from gateway.visits import actors
from gateway.visits.parties import Authority
from gateway.visits.states import ApprovalState
from tests.gateway.pages.facing import SOMEBODY_ELSE, Facing, Phone, in_english
from tests.gateway.visits.counter import ILZE
from tests.gateway.visits.played import filed

CHILD = Profile(name="Jurģis Paraudziņš", code="329999-10001")
COMPANY = Profile(name="SIA Paraugdarbnīca", code="40009999999", kind="company")
SECOND = Profile(name="Jānis Paraugs", code=SOMEBODY_ELSE)
BIRTH = Authority(kind=AuthorityKind.PARENT, document="birth_certificate", reference="DZ 1")
REGISTER = Authority(kind=AuthorityKind.SIGNATORY, document="register", reference="izziņa 1")


def test_a_parent_is_asked_by_their_own_name_and_reads_both(facing: Facing) -> None:
    facing.counter.open(language="en").ask(person=CHILD, approver=ILZE, authority=BIRTH)
    page = in_english(facing.matched()).see().text
    assert f"Is this about you: {ILZE.name}?" in page
    assert f"I act on behalf of my child: {CHILD.name}" in page


def test_a_parent_sees_for_whom_it_would_be_sent(facing: Facing) -> None:
    facing.counter.open().ask(person=CHILD, approver=ILZE, authority=BIRTH)
    phone = in_english(facing.granted())
    facing.counter.fill()
    facing.counter.prepare()
    assert f"on behalf of {CHILD.name}" in phone.see().text


def test_the_first_signatory_waits_for_the_second_on_their_own_phone(facing: Facing) -> None:
    counter, first = facing.counter, signed_by_the_first(facing)
    assert counter.delegation().state is DelegationState.REQUESTED
    assert "Now the others who sign are asked" in first.see().text
    second = in_english(facing.matched())
    assert f"Is this about you: {SECOND.name}?" in second.see().text
    assert facing.approve(second, SOMEBODY_ELSE).location == "/approve"
    assert counter.delegation().state is DelegationState.ACTIVE
    assert "You gave your permission" in first.see().text


def signed_by_the_first(facing: Facing) -> Phone:
    """The phone of the first of two who sign for a company, once they said yes."""
    counter = facing.counter
    counter.open().ask(person=COMPANY, approver=ILZE, co_approvers=(SECOND,), authority=REGISTER)
    first = in_english(facing.matched())
    counter.clock.move(timedelta(seconds=20))
    facing.approve(first)
    return first


def signed_by_both(facing: Facing) -> tuple[Phone, Phone]:
    """The phones of two who have signed for a company."""
    counter = facing.counter
    counter.open(language="en").ask(person=COMPANY, approver=ILZE, co_approvers=(SECOND,), authority=REGISTER)
    first = in_english(facing.matched())
    counter.clock.move(timedelta(seconds=20))
    facing.approve(first)
    second = in_english(facing.matched())
    facing.approve(second, SOMEBODY_ELSE)
    return first, second


def test_both_signatories_read_the_same_text_as_their_own_words(facing: Facing) -> None:
    counter = facing.counter
    counter.open(language="en").ask(person=COMPANY, approver=ILZE, co_approvers=(SECOND,), authority=REGISTER)
    first = in_english(facing.matched())
    own = f"We are:\n– {ILZE.name}\n– {SECOND.name}\nTogether we have the right to sign for this company"
    page = first.see().text
    assert own in page
    assert "What is filled in you will see again" in page
    counter.clock.move(timedelta(seconds=20))
    facing.approve(first)
    second = in_english(facing.matched())
    page = second.see().text
    assert own in page
    assert "I am:" not in page
    assert "whoever signed first sees before it is sent" in page
    assert "you will see again" not in page


def test_the_first_signatory_may_still_refuse_while_the_second_is_asked(facing: Facing) -> None:
    counter, first = facing.counter, signed_by_the_first(facing)
    page = first.see().text
    assert "You too can still refuse here" in page
    assert "Stop everything" not in page
    second = in_english(facing.matched())
    first.see("/approve/refuse")
    first.send("/approve/refuse", approval=counter.approval().id)
    refused = counter.delegation()
    assert (refused.state, refused.ended_by) == (DelegationState.REFUSED, f"resident:{refused.approver_id}")
    assert counter.approval().state is ApprovalState.LAPSED
    said = counter.entry(EventName.DELEGATION_REFUSED)
    assert said.actor == actors.resident(refused.approver_id)
    assert "You said no" in first.see().text
    page = second.see().text
    assert "One of those who have to sign said no" in page
    assert "You said no" not in page


def test_a_second_signatory_who_refuses_without_signing_in_is_not_named(facing: Facing) -> None:
    counter, first = facing.counter, signed_by_the_first(facing)
    second = facing.matched()
    second.see("/approve/refuse")
    second.send("/approve/refuse", approval=counter.approval().id)
    assert (counter.delegation().ended_by, counter.approval().state) == ("resident", ApprovalState.REFUSED)
    assert counter.entry(EventName.DELEGATION_REFUSED).actor == actors.stranger(counter.approval().id)
    assert "One of those who have to sign said no" in first.see().text


def test_the_second_signatory_stops_like_the_first(facing: Facing) -> None:
    _first, second = signed_by_both(facing)
    facing.counter.fill()
    facing.counter.prepare()
    assert "You can stop it here until it is sent" in second.see().text
    second.see("/approve/stop")
    second.send("/approve/stop")
    assert facing.counter.delegation().state is DelegationState.REVOKED
    assert "nothing was sent" in second.see("/approve/stop").text


def test_the_second_signatory_is_not_promised_what_the_first_one_checks(facing: Facing) -> None:
    counter, first = facing.counter, signed_by_the_first(facing)
    second = in_english(facing.matched())
    facing.approve(second, SOMEBODY_ELSE)
    assert "Whoever signed first checks what would be sent" in second.see().text
    counter.fill()
    counter.prepare()
    waiting = second.see().text
    assert "Whoever signed first is checking what would be sent" in waiting
    assert "Stop everything" in waiting
    assert "Enter the code" not in waiting
    facing.approve(first)
    counter.press()
    counter.answer(filed(counter.clock.now()))
    assert "The assistant and whoever signed first have the receipt" in second.see().text
