"""Auditors see what rules have found, with what it is worth, and come from there to the visits behind it."""

import re
from datetime import timedelta

from sqlalchemy import update

from audit.events import EventName
from delegation.assurance import Route
from gateway.pages import audit_signs
from gateway.visits.signs import Sign
from gateway.visits.tables import Approval
from tests.gateway.pages.audit.test_audit import auditor, recorded, whole_visit
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.test_signs import copies

__all__ = ["auditor"]


def on_paper(facing: Facing) -> str:
    """A visit in which every yes was said on paper, and there were many; another in which it was not."""
    counter = facing.counter
    counter.open().grant()
    counter.close()
    slowly = {"route": Route.PAPER, "asked_at": counter.clock.now() - timedelta(hours=1)}
    counter.write(lambda conn: conn.execute(update(Approval).values(**slowly)))
    copies(counter, Approval, 5)
    seen = counter.visit_id
    counter.open()
    counter.close()
    return seen


def test_each_rule_stands_there_in_words_also_where_it_found_nothing(auditor: Phone) -> None:
    assert 'href="/audit/signs"' in auditor.see("/audit").text
    page = auditor.see("/audit/signs").text
    assert "never a verdict on a person" in page
    assert page.count("Nothing was found.") == len(Sign) + 1
    for words in audit_signs.WORDS.values():
        assert words.name.text("en") in page
        assert words.rule.text("en") in page
    assert "between 20.00 and 07.00" in page


def test_a_finding_leads_to_the_visits_behind_it_and_only_those(facing: Facing, auditor: Phone) -> None:
    seen = on_paper(facing)
    page = auditor.see("/audit/signs").text
    assert page.count("Nothing was found.") == len(Sign)
    assert "Anna Asistente" in page
    assert "Ilze" not in page
    address = re.search(r'href="(/audit\?sign=paper[^"]+)"', page)
    assert address
    behind = auditor.see(address[1].replace("&amp;", "&")).text
    assert re.findall(r"/audit/visits/([\w-]+)", behind) == [seen]
    assert '<option value="paper" selected' in behind


def test_looking_is_an_event_with_the_period(facing: Facing, auditor: Phone) -> None:
    auditor.see("/audit/signs")
    auditor.see("/audit/signs?to=2026-06-30")
    auditor.see("/audit/signs?to=someday")
    data = [each["data"] for each in recorded(facing, EventName.TRAIL_SEARCHED)]
    month = {"of": "signs", "from": "2026-10-04", "to": "2026-11-02"}
    assert data == [month, {"of": "signs", "from": "2026-06-01", "to": "2026-06-30"}, month]


def test_what_is_older_than_a_month_is_found_when_it_is_asked_for(facing: Facing, auditor: Phone) -> None:
    on_paper(facing)
    today = facing.counter.clock.now().date()
    later = (today + timedelta(days=30)).isoformat()
    assert "Anna Asistente" not in auditor.see(f"/audit/signs?to={later}").text
    assert "Anna Asistente" in auditor.see(f"/audit/signs?to={today.isoformat()}").text


def test_the_search_of_a_sign_records_which(facing: Facing, auditor: Phone) -> None:
    whole_visit(facing)
    assert "No visit fits" in auditor.see("/audit?sign=stops&from=2026-10-20&to=2026-11-02").text
    auditor.see("/audit?sign=stops&from=2020-10-20&to=2026-11-02")
    data = [each["data"] for each in recorded(facing, EventName.TRAIL_SEARCHED)]
    assert data[0] == {"sign": "stops", "from": "2026-10-20", "to": "2026-11-02"}
    assert data[1] == {"sign": "stops", "from": "2026-10-04", "to": "2026-11-02"}


def test_there_are_words_for_every_sign() -> None:
    assert set(audit_signs.WORDS) == set(Sign)
