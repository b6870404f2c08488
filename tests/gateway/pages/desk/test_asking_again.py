"""Asking again begins with what was asked before; who it is about is filled in once somebody records that they look."""

import re

from sqlalchemy import update

from audit.events import EventName
from delegation.assurance import Route
from delegation.model import AuthorityKind
from gateway.people.residents import Profile
from gateway.services.tables import Service
from gateway.visits import granting, looking, stopping
from gateway.visits.parties import Authority
from gateway.visits.scope import Wanted
from gateway.visits.stopping import StopReason
from tests.gateway.answers import Answer
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits.counter import BENEFIT, ILZE

SECOND = Profile(name="Jānis Otrais", code="329999-00002")
COMPANY = Profile(name="SIA Paraugs", code="40009999999", kind="company")
REGISTER = Authority(kind=AuthorityKind.SIGNATORY, document="register", reference="izziņa 1")


def taken_back(desk: Desk) -> Desk:
    """A question for ink on paper was taken back."""
    desk.takes(Route.PHONE, Route.PAPER)
    desk.write(lambda conn: conn.execute(update(Service).values(follow_days=30, max_filings=3)))
    desk.open().ask(Route.PAPER, services=(Wanted(service=BENEFIT, follow=True, filings=2),))
    desk.write(lambda conn: granting.withdraw_request(conn, desk.store, desk.by, desk.visit_id))
    return desk


def says(answer: Answer, person: Profile) -> bool:
    """Whether the page names somebody; the code in a hint is nobody's."""
    return person.name in answer.text or f'value="{person.code}"' in answer.text


def sent(answer: Answer) -> dict[str, str]:
    """What the page's asking form would send as it stands."""
    form = re.search(r'<form[^>]*action="[^"]*/ask".*?</form>', answer.text, re.DOTALL)
    assert form, answer.text
    typed = dict(re.findall(r'<input class="govuk-input[^"]*"[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form[0]))
    typed |= dict(re.findall(r'name="([^"]+)" type="(?:radio|checkbox)" value="([^"]*)" checked', form[0]))
    typed |= dict(re.findall(r'<input type="hidden" name="([^"_][^"]*)" value="([^"]*)"', form[0]))
    chosen = re.findall(r'<select[^>]* name="([^"]+)".*?<option value="([^"]*)" selected', form[0], re.DOTALL)
    return typed | dict(chosen)


def test_what_says_nothing_of_anybody_stands_there_at_once(desk: Desk) -> None:
    page = taken_back(desk).look("?panel=again")
    typed = sent(page)
    assert (typed["route"], typed["for"]) == ("paper", "self")
    assert (typed["scope-0-follow"], typed["scope-0-filings"]) == ("scope-0-follow", "2")
    assert not {"name", "code", "document", "present", "number"} & typed.keys()
    assert not says(page, ILZE)
    assert "Fill them in too" in page.text
    assert EventName.RESIDENT_LOOKED_AT not in desk.events()


def test_a_person_is_filled_in_once_the_look_is_recorded_and_asked_for_again(desk: Desk) -> None:
    taken_back(desk)
    assert not says(desk.look("?panel=again&shown=1"), ILZE), "nobody has recorded a look"
    for _press in range(2):
        assert desk.press_button("show", {"panel": "again"}).location == f"{desk.path}?panel=again&shown=1"
    assert desk.events().count(EventName.RESIDENT_LOOKED_AT) == 1
    page = desk.look("?panel=again&shown=1")
    typed = sent(page)
    assert (typed["name"], typed["code"]) == (ILZE.name, ILZE.code)
    assert "Fill them in too" not in page.text
    refused = desk.press_button("ask", typed)
    assert refused.status == 422
    assert "Choose which document you checked" in refused.text
    assert f'value="{ILZE.code}"' in refused.text
    assert desk.press_button("ask", typed | {"document": "passport", "present": "yes", "route": "phone"}).status == 303
    assert desk.approval().route is Route.PHONE


def test_everybody_who_speaks_for_a_company_is_filled_in(desk: Desk) -> None:
    desk.open().ask(person=COMPANY, approver=ILZE, co_approvers=(SECOND,), authority=REGISTER)
    desk.write(lambda conn: granting.withdraw_request(conn, desk.store, desk.by, desk.visit_id))
    hidden = desk.look("?panel=again")
    assert sent(hidden)["for"] == "signatory"
    assert not any(says(hidden, each) for each in (ILZE, COMPANY, SECOND))
    assert "izziņa 1" not in hidden.text
    desk.press_button("show", {"panel": "again"})
    typed = sent(desk.look("?panel=again&shown=1"))
    wanted = {
        "name": ILZE.name,
        "code": ILZE.code,
        "signatory_name": COMPANY.name,
        "signatory_code": COMPANY.code,
        "signatory_paper": "izziņa 1",
        "second_name": SECOND.name,
        "second_code": SECOND.code,
    }
    assert {name: typed.get(name) for name in wanted} == wanted


def test_whoever_turned_out_to_be_the_wrong_person_is_not_filled_in(desk: Desk) -> None:
    desk.open().grant()
    desk.write(lambda conn: stopping.stop_at_desk(conn, desk.store, desk.by, desk.visit_id, StopReason.WRONG_PERSON))
    desk.write(lambda conn: looking.note(conn, desk.store, desk.by, desk.visit_id))
    page = desk.look("?panel=again&shown=1")
    assert "Ask the resident for a yes" in page.text
    assert "Fill them in too" not in page.text
    assert not says(page, ILZE)


def test_a_way_that_is_not_possible_any_more_is_not_chosen(desk: Desk) -> None:
    taken_back(desk)
    desk.takes(Route.PHONE)
    assert sent(desk.look("?panel=again")).get("route") != "paper"
