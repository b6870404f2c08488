"""The auditor's cases: listed by state, read with a trace, answered and closed."""

from datetime import timedelta

import pytest

from audit.events import EventName
from gateway.people.roles import Role
from gateway.visits import actors, cases
from gateway.visits.case_tables import DisputeKind
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.pages.stopping.conftest import Staff, signed_in
from tests.gateway.visits.counter import Counter

__all__ = ["signed_in"]

WORDS = "Es tur nebiju."


@pytest.fixture
def auditor(signed_in: Staff) -> Phone:
    return signed_in(Role.AUDITOR)


def a_case(counter: Counter) -> str:
    """Somebody has used the code on the papers to say that it was not them."""
    counter.open().grant()
    about = counter.delegation().id
    return counter.write(
        lambda conn: cases.open_case(
            conn,
            counter.store,
            kind=DisputeKind.NOT_ME,
            delegation_id=about,
            whose="receipt",
            by=actors.finder(about),
            words=WORDS,
            now=counter.store.clock.database_now(conn),
        )
    )


def test_the_list_narrows_by_state_and_marks_what_is_late(facing: Facing, auditor: Phone) -> None:
    case_id = a_case(facing.counter)
    assert 'href="/audit/cases"' in auditor.see("/audit").text
    assert f"/audit/cases/{case_id}" in auditor.see("/audit/cases?state=open").text
    assert f"/audit/cases/{case_id}" not in auditor.see("/audit/cases?state=closed").text
    assert "No case fits" in auditor.see("/audit/cases?state=overdue").text
    facing.counter.clock.move(timedelta(days=11))
    late = auditor.see("/audit/cases?state=overdue").text
    assert f"/audit/cases/{case_id}" in late
    assert "1 open case is past its deadline" in late


def test_a_long_list_goes_on_on_the_next_page(facing: Facing, auditor: Phone) -> None:
    for _ in range(26):
        a_case(facing.counter)
    first = auditor.see("/audit/cases").text
    assert first.count('href="/audit/cases/') == 25
    address = first.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert auditor.see(address).text.count('href="/audit/cases/') == 1


def test_what_was_said_is_shown_after_the_look_is_recorded(facing: Facing, auditor: Phone) -> None:
    case_id = a_case(facing.counter)
    page = auditor.see(f"/audit/cases/{case_id}").text
    assert "This was not me" in page
    assert f"/audit/visits/{facing.counter.visit_id}" in page
    assert WORDS not in page
    auditor.send(f"/audit/cases/{case_id}/read")
    assert facing.counter.events()[-1] is EventName.VISIT_LOOKED_AT
    assert WORDS in auditor.see(f"/audit/cases/{case_id}").text


def test_an_answer_needs_outcome_and_words_and_closing_ends_it(facing: Facing, auditor: Phone) -> None:
    here = f"/audit/cases/{a_case(facing.counter)}"
    auditor.see(here)
    auditor.send(f"{here}/read")
    auditor.see(here)
    missing = auditor.send(f"{here}/answer")
    assert missing.status == 422
    assert missing.text.count("Choose what you found out") == 2
    assert auditor.send(f"{here}/close").status == 409
    auditor.see(here)
    assert auditor.send(f"{here}/answer", outcome="upheld", note="A colleague mistook the card.").status == 303
    auditor.see(here)
    assert auditor.send(f"{here}/close").status == 303
    closed = auditor.see(here).text
    assert "It was as the person says" in closed
    assert "A colleague mistook the card." in closed
    assert f"{here}/answer" not in closed


def test_a_case_that_is_none_is_not_found(facing: Facing, auditor: Phone) -> None:
    auditor.see("/audit/cases/no-such-case", status=404)
