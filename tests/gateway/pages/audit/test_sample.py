"""Auditors draw visits at random, and see how anybody draws the same."""

import re
from datetime import timedelta

from sqlalchemy import update

from audit.events import EventName
from gateway.visits.tables import Visit
from tests.gateway.pages.audit.test_audit import auditor, publish, recorded, whole_visit
from tests.gateway.pages.facing import Facing, Phone

__all__ = ["auditor"]

DAYS = "from=2026-10-30&to=2026-11-01"


def test_a_draw_shows_its_visits_its_seed_and_a_link_to_itself(facing: Facing, auditor: Phone) -> None:
    whole_visit(facing)
    days_ago = facing.counter.clock.now() - timedelta(days=2)
    facing.counter.write(lambda conn: conn.execute(update(Visit).values(opened_at=days_ago)))
    publish(facing)
    assert 'href="/audit/sample"' in auditor.see("/audit").text
    assert "Draw the same again" not in auditor.see("/audit/sample").text
    assert recorded(facing, EventName.TRAIL_SEARCHED) == []
    page = auditor.see(f"/audit/sample?number=3&{DAYS}").text
    assert re.findall(r"/audit/visits/([\w-]+)", page) == [facing.counter.visit_id]
    assert "Drawn from 1 visit<" in page
    said = recorded(facing, EventName.TRAIL_SEARCHED)[0]["data"]
    assert isinstance(said, dict)
    assert said["seed"] in page
    assert said | {"seed": ""} == {
        "of": "sample",
        "number": 3,
        "from": "2026-10-30",
        "to": "2026-11-01",
        "size": said["size"],
        "seed": "",
    }
    again = re.search(r'href="(/audit/sample\?number=3[^"]+)"', page)
    assert again
    facing.counter.clock.move(timedelta(minutes=1))
    publish(facing)
    assert said["seed"] in auditor.see(again[1].replace("&amp;", "&")).text
    assert said["seed"] not in auditor.see(f"/audit/sample?number=3&{DAYS}").text


def test_what_cannot_be_drawn_is_said_and_not_recorded(facing: Facing, auditor: Phone) -> None:
    for query, told in (
        (f"number=0&{DAYS}", "Write a number from 1 to 50"),
        (f"number=many&{DAYS}", "Write a number from 1 to 50"),
        ("number=5&from=2026-01-01&to=2026-11-01", "at most 92 days together"),
        ("number=5&from=&to=", "Choose a first and a last day"),
        (f"number=5&{DAYS}", "when the state of the log was last signed"),
    ):
        assert told in auditor.see(f"/audit/sample?{query}", status=400).text
    assert recorded(facing, EventName.TRAIL_SEARCHED) == []
