"""Threat 9: whoever finds the code can stop, and is shown nothing; links that are only looked at stop nothing."""

import re

import pytest

from delegation.model import DelegationState
from gateway import long_codes
from gateway.visits.case_tables import DisputeKind
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.played import filed

SECRETS = (
    "Ilze",
    "Paraudziņa",
    "329999",
    "Slimības",
    "Sickness",
    "VSAA",
    "Anna Asistente",
    "Paraugu centrs",
    "SP-2026",
)


@pytest.fixture
def finder(facing: Facing) -> Phone:
    """A browser that has never been here; somebody else's papers in hand."""
    facing.counter.open(language="en").grant()
    phone = facing.phone()
    phone.see("/language/en?back=/stop", status=303)
    return phone


def link_of(counter: Counter) -> str:
    return f"/stop/{long_codes.read(counter.stop_code())}"


def tells_nothing(text: str) -> bool:
    return not any(secret in text for secret in SECRETS)


def test_a_link_shows_the_same_button_for_every_code_and_stops_nothing(facing: Facing, finder: Phone) -> None:
    other = f"/stop/{long_codes.new_code()}"
    link = link_of(facing.counter)
    right, wrong = finder.see(link).text, finder.see(other).text
    changing = re.compile(r"[\w=-]{27,}|nonce-[\w=-]+|nonce=\"[^\"]+\"")
    assert changing.sub("", right.replace(link[6:], "")) == changing.sub("", wrong.replace(other[6:], ""))
    assert tells_nothing(right)
    assert facing.counter.delegation().state is DelegationState.ACTIVE


def test_the_button_stops_and_the_answer_tells_nothing_else(facing: Facing, finder: Phone) -> None:
    link = link_of(facing.counter)
    finder.see(link)
    answer = finder.send(link)
    assert (answer.status, answer.location) == (303, f"{link}/answer")
    page = finder.see(answer.location).text
    assert "It is stopped" in page
    assert tells_nothing(page)
    assert facing.counter.delegation().state is DelegationState.REVOKED


def test_the_code_is_typed_as_it_is_printed(facing: Facing, finder: Phone) -> None:
    finder.see("/stop")
    answer = finder.send("/stop", code=facing.counter.stop_code().lower())
    assert answer.location == f"{link_of(facing.counter)}/answer"


def test_after_it_was_sent_it_says_when_and_how_to_withdraw(facing: Facing, finder: Phone) -> None:
    counter = facing.counter
    counter.fill()
    counter.send()
    link = link_of(counter)
    finder.see(link)
    page = finder.see(finder.send(link).location).text
    assert "It was already sent" in page
    assert "How to withdraw it" in page
    assert tells_nothing(page)


def test_wrong_codes_are_refused_in_words_and_then_for_a_while(facing: Facing, finder: Phone) -> None:
    finder.see("/stop")
    answers = [finder.send("/stop", code=long_codes.new_code()) for _ in range(11)]
    assert [answer.status for answer in answers] == [404] * 10 + [429]
    assert "The code is not right" in answers[0].text
    finder.see("/stop")
    assert finder.send("/stop", code=facing.counter.stop_code()).status == 429
    assert facing.counter.delegation().state is DelegationState.ACTIVE


def test_a_case_is_opened_with_the_code_and_answered_by_a_date(facing: Facing, finder: Phone) -> None:
    link = link_of(facing.counter)
    finder.see(f"{link}/case")
    missing = finder.send(f"{link}/case", words="x" * 2_001)
    assert missing.status == 422
    assert missing.text.count("Choose what is wrong") == 2
    opened = finder.send(f"{link}/case", kind=DisputeKind.NOT_ME.value, words="It was not me.")
    assert opened.status == 303
    page = finder.see(opened.location).text
    assert "An auditor looks into it" in page
    assert "12.11.2026" in page
    assert tells_nothing(page)
    assert facing.counter.delegation().ended_reason == "case"


def test_a_case_of_another_code_is_not_shown(facing: Facing, finder: Phone) -> None:
    link = link_of(facing.counter)
    finder.see(f"{link}/case")
    opened = finder.send(f"{link}/case", kind=DisputeKind.NOT_ME.value)
    facing.counter.open().grant()
    case_id = opened.location.rpartition("/")[2]
    finder.see(f"{link_of(facing.counter)}/case/{case_id}", status=404)


def test_the_phone_says_what_is_wrong_and_everything_stops(facing: Facing) -> None:
    facing.counter.open(language="en").ask()
    phone = facing.granted()
    phone.see("/approve/case")
    opened = phone.send("/approve/case", kind=DisputeKind.DATA_WRONG.value, words="Another account.")
    assert "An auditor looks into it" in phone.see(opened.location).text
    assert facing.counter.delegation().state is DelegationState.REVOKED


def test_phone_display_and_paper_show_the_code(facing: Facing) -> None:
    counter = facing.counter
    counter.open(language="en").ask()
    phone = facing.granted()
    assert counter.stop_code() in re.sub(r"<[^>]+>", "", phone.see().text)
    counter.phone = counter.session(approval_id=counter.approval().id, resident_id=counter.delegation().approver_id)
    counter.fill()
    counter.prepare()
    facing.approve(phone)
    counter.press()
    counter.answer(filed(counter.clock.now()))
    assert counter.stop_code() in re.sub(r"<[^>]+>", "", phone.see().text)
    assert counter.stop_code() in re.sub(r"<[^>]+>", "", facing.display().see("/display").text)
