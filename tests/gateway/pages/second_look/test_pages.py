"""The pages on which a colleague looks too."""

import pytest

from audit.events import EventName
from gateway.database.counting import count_statements
from gateway.ledger import outbox
from gateway.people import staff
from gateway.people.roles import Role
from gateway.visits import second_person
from gateway.visits.second_person import Act, Shown, Subject
from gateway.visits.tables import SecondLookKind
from tests.gateway.callers import Caller
from tests.gateway.pages.desk.desk import Desk

ADDRESS = "Parauga iela 1, Paraugciems"


@pytest.fixture
def look_id(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """A question of the desk's assistant."""
    act = Act(confirmed=lambda *_: None, refused=lambda *_: None, lapsed=lambda *_: None)
    monkeypatch.setitem(second_person.ACTS, SecondLookKind.SAME_ADDRESS, act)
    desk.open()
    return ask(desk, "A" * 43)


def ask(desk: Desk, subject_hash: str) -> str:
    subject = Subject(hash=subject_hash, shown=(Shown("person", "Ilze Paraudziņa"), Shown("address", ADDRESS)))
    kind, now = SecondLookKind.SAME_ADDRESS, desk.clock.now()
    return desk.write(lambda conn: second_person.ask(conn, desk.store, desk.by, desk.visit_id, kind, subject, now))


def test_a_colleague_is_told_at_the_desk_and_sees_what_is_judged_only_on_the_record(
    colleague: Caller, look_id: str
) -> None:
    assert "1 colleague’s question waits" in colleague.get("/desk").text
    assert f"/second-look/{look_id}" in colleague.get("/second-look").text
    before = colleague.get(f"/second-look/{look_id}")
    assert before.status == 200
    assert ADDRESS not in before.text
    assert "/confirm" not in before.text
    assert colleague.post(f"/second-look/{look_id}/look").location == f"/second-look/{look_id}"
    after = colleague.get(f"/second-look/{look_id}")
    assert ADDRESS in after.text
    assert "Ilze Paraudziņa" in after.text
    assert colleague.post(f"/second-look/{look_id}/confirm").status == 303
    over = colleague.get(f"/second-look/{look_id}")
    assert "This has been confirmed" in over.text
    assert ADDRESS not in over.text
    assert "colleague’s question waits" not in colleague.get("/desk").text


def test_whoever_answers_for_nobody_yet_is_told_so_before_they_look(
    desk: Desk, colleague: Caller, look_id: str
) -> None:
    said = "For a day you answer for nobody else"
    assert said not in colleague.get("/second-look").text
    recovered = EventName.STAFF_ACCOUNT_RECOVERED
    chain = desk.read(lambda conn: f"staff:{staff.find_by_login(conn, 'berta')}")
    by, at = desk.by.actor, desk.clock.now()
    desk.write(lambda conn: outbox.record(conn, chain=chain, type=recovered, actor=by, data={}, at=at))
    assert said in colleague.get("/second-look").text
    assert look_id


def test_an_answer_without_looking_changes_nothing_and_leads_back(colleague: Caller, look_id: str) -> None:
    assert colleague.post(f"/second-look/{look_id}/confirm").location == f"/second-look/{look_id}"
    assert "Show what is to be judged" in colleague.get(f"/second-look/{look_id}").text


def test_the_asker_neither_finds_it_nor_answers_it(desk: Desk, look_id: str) -> None:
    assert look_id not in desk.browser.get("/second-look").text
    assert desk.browser.get(f"/second-look/{look_id}").status == 404
    refused = desk.browser.post(f"/second-look/{look_id}/look")
    assert refused.status == 403
    assert "This has to be somebody else" in refused.text


def test_an_auditor_and_an_administrator_have_no_such_page(desk: Desk, look_id: str) -> None:
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        caller = desk.callers.staff(role)
        assert caller.get("/second-look").status == 403
        assert caller.post(f"/second-look/{look_id}/look").status == 403


def test_a_long_list_comes_in_parts_and_costs_few_statements(desk: Desk, colleague: Caller, look_id: str) -> None:
    for number in range(25):
        ask(desk, f"{number:043d}")
    with count_statements() as counted:
        first = colleague.get("/second-look")
    assert first.text.count('class="app-card"') == 20
    assert "/second-look?after=20" in first.text
    assert colleague.get("/second-look?after=20").text.count('class="app-card"') == 6
    assert colleague.get("/second-look?after=x").status == 200
    assert counted.total <= 6


def test_pages_speak_the_readers_language(colleague: Caller, look_id: str) -> None:
    colleague.get("/language/lv?of=staff&back=/second-look")
    assert "Otra darbinieka pārbaude" in colleague.get("/second-look").text
