"""What auditors take away as tables, and what they open of what the resident saw: each an event, with ids alone."""

import csv
from io import StringIO

import pytest
from sqlalchemy import update

from audit.events import EventName
from gateway.pages import audit_exports
from gateway.visits import own_looks
from gateway.visits.tables import Visit
from gateway.web import csv_lines
from tests.gateway.pages.audit.test_audit import auditor, opened, recorded, whole_visit
from tests.gateway.pages.audit.test_findings import a_finding
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.counter import BENEFIT

__all__ = ["auditor"]


def rows(answer_text: str) -> list[list[str]]:
    """The cells as they were meant: an id may begin with a hyphen, which a spreadsheet would take for a formula."""
    assert answer_text.startswith(csv_lines.MARK)
    found = csv.reader(StringIO(answer_text.removeprefix(csv_lines.MARK)), delimiter=";")
    return [[cell.removeprefix("'") for cell in line] for line in found]


def test_what_a_spreadsheet_would_run_is_text() -> None:
    for text in ("=1+1", "+371", "-1", "@sum", "\tx", "\rx"):
        assert next(csv.reader(StringIO(csv_lines.line([text])), delimiter=";"))[0].startswith("'")
    assert csv_lines.line(["a;b", None, 'say "x"']) == '"a;b";;"say ""x"""\r\n'


def test_a_search_is_taken_away_with_ids_alone(facing: Facing, auditor: Phone) -> None:
    whole_visit(facing)
    counter = facing.counter
    auditor.see("/audit")
    answer = auditor.send("/audit/visits.csv?assistant=anna&ending=filed&number=")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="visits.csv"'
    head, line = rows(answer.text)
    assert dict(zip(head, line, strict=True)) == {
        "visit": counter.visit_id,
        "opened": "2026-11-02T09:00:00Z",
        "closed": line[2],
        "channel": "counter",
        "ending": "filed",
        "help_reason": "",
        "centre_id": counter.by.centre_id,
        "assistant_id": counter.by.staff_id,
        "service_id": BENEFIT,
    }
    assert "Anna" not in answer.text
    (event,) = recorded(facing, EventName.TRAIL_EXPORTED)
    assert event["data"] == {"of": "visits", "assistants": [counter.by.staff_id], "ending": "filed"}


def test_a_long_list_is_read_in_parts_and_says_where_it_was_cut(
    facing: Facing, auditor: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        facing.counter.open()
        facing.counter.close()
    facing.counter.write(lambda conn: conn.execute(update(Visit).values(opened_at=facing.counter.clock.now())))
    monkeypatch.setattr(audit_exports, "_AT_A_TIME", 2)
    auditor.see("/audit")
    assert len({line[0] for line in rows(auditor.send("/audit/visits.csv").text)}) == 6
    monkeypatch.setattr(audit_exports, "MOST", 4)
    found = rows(auditor.send("/audit/visits.csv").text)
    assert len(found) == 6
    assert found[-1][0].startswith("cut:")


def test_findings_are_taken_away(facing: Facing, auditor: Phone) -> None:
    number = a_finding(facing, auditor, sign="haste")
    head, line = rows(auditor.send("/audit/findings.csv?state=open").text)
    found = dict(zip(head, line, strict=True))
    assert (found["finding"], found["kind"], found["answer_by"], found["sign"]) == (
        number,
        "consent",
        "2026-11-20",
        "haste",
    )
    (event,) = recorded(facing, EventName.TRAIL_EXPORTED)
    assert event["data"] == {"of": "findings", "state": "open"}


def test_entries_need_a_reason_and_the_resident_sees_it(facing: Facing, auditor: Phone) -> None:
    whole_visit(facing)
    visit = facing.counter.visit_id
    auditor.see("/audit")
    assert auditor.send(f"/audit/visits/{visit}/entries.csv").location == f"/audit/visits/{visit}"
    opened(auditor, visit, "complaint")
    text = auditor.send(f"/audit/visits/{visit}/entries.csv").text
    found = rows(text)
    assert [line[2] for line in found[1:]] == [each.value for each in facing.counter.events()]
    assert "Ilze" not in text
    (event,) = recorded(facing, EventName.BUNDLE_EXPORTED)
    assert event["data"] == {"disclosed": [], "reason": "complaint"}


def test_a_link_from_elsewhere_takes_nothing_away_in_an_auditors_name(facing: Facing, auditor: Phone) -> None:
    whole_visit(facing)
    visit = facing.counter.visit_id
    opened(auditor, visit)
    for path in ("/audit/visits.csv", "/audit/findings.csv", f"/audit/visits/{visit}/entries.csv"):
        assert auditor.get(path).status == 405
        assert auditor.post(path, {"_csrf": "another"}).status == 403
    assert not recorded(facing, EventName.TRAIL_EXPORTED)
    assert not recorded(facing, EventName.BUNDLE_EXPORTED)


def test_what_the_resident_saw_is_opened_by_a_step_of_its_own_which_they_see(facing: Facing, auditor: Phone) -> None:
    whole_visit(facing)
    counter, visit = facing.counter, facing.counter.visit_id
    auditor.see("/audit")
    assert auditor.send(f"/audit/visits/{visit}/seen").location == f"/audit/visits/{visit}"
    assert EventName.RESIDENT_LOOKED_AT_BY_AUDITOR not in counter.events()
    page = opened(auditor, visit)
    assert "Ilze" not in page
    assert page.count('href="#seen"') >= 3
    assert auditor.get(f"/audit/visits/{visit}/seen").location == f"/audit/visits/{visit}"
    assert auditor.send(f"/audit/visits/{visit}/seen").location == f"/audit/visits/{visit}/seen"
    page = auditor.see(f"/audit/visits/{visit}/seen").text
    assert "Ilze" in page
    assert "Nothing was put before" not in page
    principal = counter.delegation().principal_id
    looks, _older = counter.read(lambda conn: own_looks.of_person(conn, principal))
    assert {each.kind for each in looks} >= {EventName.VISIT_LOOKED_AT, EventName.RESIDENT_LOOKED_AT_BY_AUDITOR}


def test_the_verdict_says_who_gave_it(facing: Facing, auditor: Phone) -> None:
    facing.counter.open()
    auditor.see("/audit")
    auditor.send("/audit/verify")
    assert "(Auditor Aivars Revidents)" in auditor.see("/audit").text
