"""The centre's doubts on the desk, and the page by which a colleague settles one."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from audit.events import EventName
from delegation.filing import FilingState
from gateway.database.counting import count_statements
from gateway.holders import comparing, reconciling
from gateway.holders.lists import Row
from gateway.people import fingerprints, staff
from gateway.people.tables import ValueKind
from gateway.visits import actors
from gateway.visits.reading import Stage
from tests.gateway.callers import Caller
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.pages.desk.test_stages import MOST_STATEMENTS, SECRETS
from tests.gateway.visits.counter import ILZE


@pytest.fixture
def doubtful(desk: Desk) -> Desk:
    """A visit that was closed while nobody knew whether its application arrived."""
    desk.at(Stage.NEEDS_HUMAN)
    desk.close()
    return desk


@pytest.fixture
def colleague(doubtful: Desk) -> Caller:
    """Another assistant of the centre."""
    return doubtful.another_assistant()


def here(desk: Desk) -> str:
    return f"/desk/doubts/{desk.filing().id}"


def test_are_on_every_desk_of_the_centre_and_lead_away_from_the_visit(doubtful: Desk, colleague: Caller) -> None:
    with count_statements() as count:
        page = colleague.get("/desk").text
    assert count.total <= MOST_STATEMENTS, count.texts
    assert f'href="{here(doubtful)}"' in page
    assert doubtful.by.name in page
    assert doubtful.visit_id not in page
    assert f'href="{here(doubtful)}"' in colleague.get("/desk/doubts").text
    assert f'href="{doubtful.path}"' in doubtful.browser.get("/desk/doubts").text, "their own, on its own page"


def test_shows_what_is_known_and_nothing_of_the_resident(doubtful: Desk, colleague: Caller) -> None:
    page = colleague.get(here(doubtful))
    assert page.status == 200
    assert "Fingerprint of what was sent" in page.text
    assert f"{doubtful.by.name} served the resident" in page.text
    assert [secret for secret in (*SECRETS, "Ilze", doubtful.visit_id) if secret in page.text] == []


def test_hints_at_what_the_institutions_own_list_has_and_stays_open(doubtful: Desk, colleague: Caller) -> None:
    doubt = doubtful.filing()
    late = doubt.sent_at + timedelta(days=3)
    known = [Row("SP-77", doubt.sent_at, doubt.sent_at), Row("SP-88", late, late)]
    by = actors.SYSTEM
    given = doubtful.write(lambda conn: reconciling.hand_in(conn, "VSAA", known, made_by="ods", actor=by, now=late))
    comparing.compare_now(doubtful.store, given)
    page = colleague.get(here(doubtful)).text
    assert "number SP-77, received" in page
    assert "SP-88" not in page
    assert doubtful.filing().state is FilingState.NEEDS_HUMAN


def test_is_settled_by_a_colleague_whose_name_is_kept(doubtful: Desk, colleague: Caller) -> None:
    form = {"filing": doubtful.filing().id, "found": "yes", "reference": "SP-2026-000009"}
    answer = colleague.post(f"{here(doubtful)}/decide", form)
    assert (answer.status, answer.location) == (303, "/desk/doubts?note=settled")
    assert doubtful.filing().state is FilingState.FILED
    assert doubtful.filing().decided_by != doubtful.by.staff_id
    assert "Nothing is in doubt" in colleague.get("/desk/doubts?note=settled").text
    again = colleague.post(f"{here(doubtful)}/decide", form)
    assert again.status == 409
    assert colleague.get(here(doubtful)).status == 404


def test_is_not_settled_before_it_is_said_what_the_portal_shows(doubtful: Desk, colleague: Caller) -> None:
    assert 'href="#found"' in colleague.post(f"{here(doubtful)}/decide", {}).text
    form = {"filing": doubtful.filing().id, "found": "yes"}
    half = colleague.post(f"{here(doubtful)}/decide", form)
    assert half.status == 422
    assert 'href="#reference"' in half.text
    assert re.search(r'value="yes"[^>]*checked', half.text)
    assert doubtful.filing().state is FilingState.NEEDS_HUMAN


def test_decides_only_what_its_address_names(doubtful: Desk, colleague: Caller) -> None:
    assert colleague.post(f"{here(doubtful)}/decide", {"filing": "another", "found": "no"}).status == 303
    assert doubtful.filing().state is FilingState.NOT_FILED
    assert colleague.post("/desk/doubts/nothing/decide", {"found": "no"}).status == 404


def test_of_their_own_matter_is_refused_and_that_is_recorded(doubtful: Desk, colleague: Caller) -> None:
    sealer, now, by = doubtful.store.sealer, doubtful.clock.now(), doubtful.by.actor

    def is_ilze(conn: Connection) -> None:
        me = staff.find_by_login(conn, "berta")
        fingerprints.add(conn, sealer, me, ValueKind.CODE, ILZE.code or "", by=by, now=now)

    doubtful.write(is_ilze)
    assert colleague.get(here(doubtful)).status == 403
    assert colleague.post(f"{here(doubtful)}/decide", {"found": "no"}).status == 403
    assert doubtful.filing().state is FilingState.NEEDS_HUMAN
    assert doubtful.entry(EventName.STEP_BARRED).data["reason"] == "barred.own_matter"
