"""Auditors see what is kept and who is to be erased, keep it, and propose to let it go."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from audit.events import EventName
from gateway.people.roles import Role
from gateway.retention import erasing
from gateway.visits import actors, cases
from gateway.visits.case_tables import DisputeKind, DisputeOutcome
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.pages.mine.test_erasing import HERE as WISH
from tests.gateway.pages.stopping.conftest import Staff, signed_in
from tests.gateway.visits.counter import ILZE, Counter

__all__ = ["signed_in"]

HOLDS = "/audit/holds"
FILLED = {"what": "visit", "reference": "IDB-2026/17", "review_on": "2027-03-01"}


@pytest.fixture
def counter(counter: Counter) -> Counter:
    """Something was filed, and the visit is over."""
    counter.open().grant()
    counter.fill()
    counter.send()
    counter.close()
    return counter


@pytest.fixture
def auditor(signed_in: Staff) -> Phone:
    return signed_in(Role.AUDITOR)


@pytest.fixture
def own(facing: Facing) -> Own:
    return Own(facing, facing.phone())


def a_closed_case(conn: Connection, counter: Counter, about: str) -> str:
    case = cases.open_case(
        conn,
        counter.store,
        kind=DisputeKind.NOT_ME,
        delegation_id=about,
        whose="receipt",
        by=actors.finder(about),
        words="Es tur nebiju.",
        now=counter.clock.now(),
    )
    cases.answer(conn, counter.store, counter.by, case, DisputeOutcome.UPHELD, "Tā bija.")
    cases.close(conn, counter.store, counter.by, case)
    return case


def hold(auditor: Phone, visit_id: str, **changed: str) -> str:
    auditor.see(f"{HOLDS}/new?visit={visit_id}")
    answer = auditor.send(f"{HOLDS}/new", **(FILLED | {"visit": visit_id} | changed))
    assert answer.status == 303, answer.text
    return answer.location


def test_with_nothing_to_show_the_page_says_so(auditor: Phone) -> None:
    assert 'href="/audit/holds"' in auditor.see("/audit").text
    page = auditor.see(HOLDS).text
    assert "Nothing is kept because of an inquiry." in page
    assert "No wish waits." in page


def test_a_hold_is_placed_looked_at_again_and_proposed_to_be_let_go(facing: Facing, auditor: Phone) -> None:
    counter = facing.counter
    here = hold(auditor, counter.visit_id)
    assert "Forbade erasing, because of an inquiry" in auditor.see("/audit/around").text
    assert counter.events()[-1] is EventName.HOLD_PLACED
    assert "IDB-2026/17" in auditor.see(HOLDS).text
    assert "01.03.2027" in auditor.see(here).text
    assert auditor.send(f"{here}/review", review_on="2027-04-01").location == here
    assert "01.04.2027" in auditor.see(here).text
    assert auditor.send(f"{here}/review", review_on="yesterday").status == 422
    counter.clock.move(timedelta(days=2))
    auditor.see(here)
    assert auditor.send(f"{here}/lift", reason="").status == 422
    assert auditor.send(f"{here}/lift", reason="Lieta ir slēgta").location == here
    page = auditor.see(here).text
    assert "Waits for a second administrator" in page
    assert f"{here}/lift" not in page, "one proposal waits; a second would change nothing"


def test_a_hold_without_a_case_or_a_day_is_not_placed(facing: Facing, auditor: Phone) -> None:
    visit_id = facing.counter.visit_id
    auditor.see(f"{HOLDS}/new?visit={visit_id}")
    for wrong, said in (
        ({"reference": ILZE.code}, "no personal code"),
        ({"review_on": ""}, "at most a year from now"),
    ):
        answer = auditor.send(f"{HOLDS}/new", **(FILLED | {"visit": visit_id} | wrong))
        assert (answer.status, said in answer.text) == (422, True)
    assert auditor.send(f"{HOLDS}/new", **(FILLED | {"visit": "none"})).status == 404


def test_who_wishes_to_be_erased_is_listed_and_can_be_kept(facing: Facing, auditor: Phone, own: Own) -> None:
    own.sign_in().see(WISH)
    own.phone.send(WISH)
    page = auditor.see(HOLDS).text
    assert "On their own page" in page
    person = facing.counter.delegation().principal_id
    assert f"{HOLDS}/new?resident={person}" in page
    auditor.see(f"{HOLDS}/new?resident={person}")
    assert auditor.send(f"{HOLDS}/new", resident=person, **FILLED).status == 303
    assert "Everything of one person" in auditor.see(HOLDS).text
    assert "Tas tiek glabāts pārbaudes dēļ." in own.see(WISH)
    assert "Tas tiek glabāts pārbaudes dēļ" in own.see(f"/mine/delegations/{facing.counter.delegation().id}")


def test_what_was_erased_is_shown_as_erased_everywhere(facing: Facing, auditor: Phone, signed_in: Staff) -> None:
    """Every page that shows a visit still shows what was done, and none fails for what is gone."""
    counter = facing.counter
    about = counter.delegation().id
    case = counter.write(lambda conn: a_closed_case(conn, counter, about))
    counter.clock.move(timedelta(days=80))
    counter.write(lambda conn: erasing.erase_visit(conn, counter.store, counter.visit_id))
    here = f"/audit/visits/{counter.visit_id}"
    auditor.see(here)
    auditor.send(here, reason="routine")
    page = auditor.see(here).text
    assert "The values of this visit were erased on" in page
    assert ILZE.name not in page
    assert "A key was destroyed" in page
    around = re.sub(r"<option.*?</option>", "", auditor.see("/audit/around").text)
    assert "A key was destroyed" not in around, "there only the gateway's own are listed"
    assert auditor.see(f"/audit?number={counter.visit_id}").status == 200
    assert "What was said and answered was erased on" in auditor.see(f"/audit/cases/{case}").text
