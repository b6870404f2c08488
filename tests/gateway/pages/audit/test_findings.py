"""Notes and findings over HTTP: auditors write and end them, a manager answers, an assistant sees their own."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from audit.events import EventName
from gateway.pages import audit_findings
from gateway.people import sessions
from gateway.people.roles import Role
from gateway.visits.audit_tables import Finding
from gateway.visits.tables import Visit
from tests.gateway.pages.audit.test_audit import auditor, opened, recorded
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.pages.stopping.conftest import Staff, signed_in
from tests.gateway.terminal_key import proven
from tests.gateway.visits.colleagues import another_centre

__all__ = ["auditor", "signed_in"]

FOUND = "Atļauja tika prasīta divreiz, pirms cilvēks to bija izlasījis."
ANSWER = "Darbiniekam izskaidrots; teksts tagad tiek lasīts kopā."


@pytest.fixture
def manager(signed_in: Staff) -> Phone:
    return signed_in(Role.MANAGER)


def a_finding(facing: Facing, auditor: Phone, **changed: str) -> str:
    """The number of a finding about a visit that is over."""
    facing.counter.open()
    facing.counter.close()
    visit = facing.counter.visit_id
    opened(auditor, visit)
    auditor.see(f"/audit/visits/{visit}/notes")
    fields = {"kind": "consent", "severity": "mended", "text": FOUND, "deadline": "2026-11-20"} | changed
    answer = auditor.send(f"/audit/visits/{visit}/findings", **fields)
    assert answer.status == 303, answer.text
    return answer.location.rpartition("/")[2]


class TestNotes:
    def test_need_the_reason_for_opening_the_visit(self, facing: Facing, auditor: Phone) -> None:
        facing.counter.open()
        facing.counter.close()
        visit = facing.counter.visit_id
        auditor.see("/audit")
        assert auditor.get(f"/audit/visits/{visit}/notes").location == f"/audit/visits/{visit}"
        assert auditor.send(f"/audit/visits/{visit}/notes", note="Piezīme").location == f"/audit/visits/{visit}"
        assert EventName.NOTE_WRITTEN not in facing.counter.events()

    def test_are_corrected_by_another_and_both_stay(self, facing: Facing, auditor: Phone) -> None:
        facing.counter.open()
        facing.counter.close()
        visit = facing.counter.visit_id
        here = f"/audit/visits/{visit}/notes"
        opened(auditor, visit)
        auditor.see(here)
        assert auditor.send(here, note="").status == 422
        auditor.send(here, note="Pirmā piezīme <b>.")
        page = auditor.see(here).text
        correct = re.search(r'href="([^"]+\?corrects=([\w-]+))#note"', page)
        assert correct
        auditor.see(correct[1])
        auditor.send(here, note="Labotā piezīme.", corrects=correct[2])
        page = auditor.see(here).text
        for shown in ("Pirmā piezīme &lt;b&gt;.", "Labotā piezīme.", "A later text stands in for this one."):
            assert shown in page, shown
        first, second = sorted(recorded(facing, EventName.NOTE_WRITTEN), key=lambda each: int(str(each["n"])))
        assert second["data"]["corrects"] == first["data"]["note"]  # type: ignore[index]  # decoded JSON
        assert auditor.send(here, note="Trešā", corrects="no-such-note").status == 404

    def test_and_findings_of_a_visit_are_not_shown_to_whoever_served_it(self, facing: Facing, auditor: Phone) -> None:
        number, visit = a_finding(facing, auditor), facing.counter.visit_id
        staff_id = facing.counter.write(lambda conn: conn.execute(select(Finding.opened_by)).scalar_one())
        auditor.see(f"/audit/findings/{number}")
        facing.counter.write(lambda conn: conn.execute(update(Visit).values(assistant_id=staff_id)))
        facing.counter.write(lambda conn: conn.execute(update(Finding).values(assistant_id=staff_id)))
        auditor.see(f"/audit/visits/{visit}/notes", status=403)
        page = auditor.see(f"/audit/findings/{number}").text
        assert "You served this visit yourself" in page
        assert FOUND not in page
        assert auditor.send(f"/audit/findings/{number}/read").status == 403

    def test_and_findings_carry_an_id_of_their_own(self, facing: Facing, auditor: Phone) -> None:
        a_finding(facing, auditor)
        visit = facing.counter.visit_id
        here = f"/audit/visits/{visit}/notes"
        note, number = re.findall(r'name="id" value="([^"]+)"', auditor.see(here).text)
        for _click in range(2):
            assert auditor.send(here, note="Piezīme.", id=note).location == here
        fields = {"kind": "consent", "severity": "mended", "text": FOUND, "deadline": "2026-11-20", "id": number}
        for _click in range(2):
            assert auditor.send(f"/audit/visits/{visit}/findings", **fields).location == f"/audit/findings/{number}"
        assert auditor.send(here, note="Cita.", id=note).status == 409
        assert len(recorded(facing, EventName.NOTE_WRITTEN)) == 1
        assert facing.counter.events().count(EventName.FINDING_OPENED) == 2


class TestAFinding:
    def test_is_refused_without_what_it_is_about(self, facing: Facing, auditor: Phone) -> None:
        facing.counter.open()
        facing.counter.close()
        visit = facing.counter.visit_id
        opened(auditor, visit)
        auditor.see(f"/audit/visits/{visit}/notes")
        page = auditor.send(f"/audit/visits/{visit}/findings", deadline="2027-11-20")
        assert page.status == 422
        for fault in ("Choose what it is about", "Choose what is to be done", "Write something", "Choose a day"):
            assert page.text.count(fault) == 2, fault

    def test_goes_from_the_auditor_to_the_manager_and_back(
        self, facing: Facing, auditor: Phone, manager: Phone
    ) -> None:
        number = a_finding(facing, auditor)
        assert "Waits for the centre’s answer" in auditor.see(f"/audit/findings/{number}").text
        assert f"/findings/{number}" in manager.see("/findings").text
        page = manager.see(f"/findings/{number}").text
        assert FOUND not in page
        manager.send(f"/findings/{number}/read")
        page = manager.see(f"/findings/{number}").text
        assert FOUND in page
        assert "Aivars" not in page, "who noted it is not the centre's to know"
        assert manager.send(f"/findings/{number}/answer", text="").status == 422
        assert manager.send(f"/findings/{number}/answer", text=ANSWER).status == 303
        page = auditor.see(f"/audit/findings/{number}").text
        assert ANSWER in page
        assert auditor.send(f"/audit/findings/{number}/end", outcome="put_right", text="Pārbaudīts.").status == 303
        page = auditor.see(f"/audit/findings/{number}").text
        assert "It was put right" in page
        assert "End the finding" not in page
        assert facing.counter.events()[-4:] == [
            EventName.FINDING_OPENED,
            EventName.FINDING_READ,
            EventName.FINDING_ANSWERED,
            EventName.FINDING_CLOSED,
        ]
        assert auditor.send(f"/audit/findings/{number}/end", outcome="put_right", text="Vēlreiz.").status == 409

    def test_is_not_closed_while_the_centre_has_time_and_then_is_overdue(
        self, facing: Facing, auditor: Phone, manager: Phone
    ) -> None:
        number = a_finding(facing, auditor)
        auditor.see(f"/audit/findings/{number}")
        assert auditor.send(f"/audit/findings/{number}/end", outcome="put_right", text="Jau.").status == 409
        facing.counter.clock.move(timedelta(days=20))
        assert "Overdue" in manager.see("/findings").text

    def test_that_was_withdrawn_stays_in_the_list(self, facing: Facing, auditor: Phone) -> None:
        number = a_finding(facing, auditor)
        auditor.see(f"/audit/findings/{number}")
        assert auditor.send(f"/audit/findings/{number}/end", text="Kļūda").status == 422
        assert auditor.send(f"/audit/findings/{number}/end", outcome="withdrawn", text="Kļūda.").status == 303
        assert number in auditor.see("/audit/findings?state=withdrawn").text

    def test_of_another_centre_is_not_there_for_a_manager(self, facing: Facing, auditor: Phone, manager: Phone) -> None:
        number = a_finding(facing, auditor)
        elsewhere = another_centre(facing.counter)
        facing.counter.write(lambda conn: conn.execute(update(Finding).values(centre_id=elsewhere)))
        assert number not in manager.see("/findings").text
        manager.see(f"/findings/{number}", status=404)
        assert manager.send(f"/findings/{number}/read").status == 404
        assert manager.send(f"/findings/{number}/answer", text=ANSWER).status == 404

    def test_is_met_by_the_assistant_without_text_and_author(
        self, facing: Facing, auditor: Phone, signed_in: Staff
    ) -> None:
        number = a_finding(facing, auditor)
        colleague = signed_in(Role.ASSISTANT)
        assert number not in colleague.see("/findings").text
        own = own_page(facing)
        assert number in own
        assert "Aivars" not in own
        assert f'href="/findings/{number}"' not in own

    def test_names_the_sign_or_the_draw_that_led_to_it(self, facing: Facing, auditor: Phone) -> None:
        number = a_finding(facing, auditor, sign="haste", draw="a" * 64)
        page = auditor.see(f"/audit/findings/{number}").text
        assert "A yes before the text can have been read" in page
        assert "a" * 64 in page
        visit = facing.counter.visit_id
        link = auditor.see(f"/audit/visits/{visit}?sign=haste").text
        assert f'href="/audit/visits/{visit}/notes?sign=haste"' in link
        assert re.search(r'value="haste" selected', auditor.see(f"/audit/visits/{visit}/notes?sign=haste").text)


class TestTheList:
    def test_has_what_waits_first_and_narrows_and_is_recorded(self, facing: Facing, auditor: Phone) -> None:
        late = a_finding(facing, auditor, deadline="2026-11-25")
        soon = a_finding(facing, auditor, deadline="2026-11-05")
        auditor.see(f"/audit/findings/{late}")
        page = auditor.see("/audit/findings").text
        assert page.index(soon) < page.index(late)
        assert recorded(facing, EventName.FINDINGS_SEARCHED) == []
        for query, numbers in (
            ("state=open", {soon, late}),
            ("to=2026-11-10", {soon}),
            ("assistant=anna", {soon, late}),
            ("assistant=nobody", set()),
            (f"centre={facing.counter.by.centre_id}&service=no-such", set()),
            ("state=overdue", set()),
        ):
            shown = auditor.see(f"/audit/findings?{query}").text
            assert {each for each in (soon, late) if each in shown} == numbers, query
        searches = [each["data"] for each in recorded(facing, EventName.FINDINGS_SEARCHED)]
        assert len(searches) == 6
        assert {"to": "2026-11-10"} in searches
        assert {"assistants": [facing.counter.by.staff_id]} in searches

    def test_goes_on_by_key(self, facing: Facing, auditor: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
        numbers = [a_finding(facing, auditor, deadline=f"2026-11-{10 + day}") for day in range(3)]
        monkeypatch.setattr(audit_findings, "_PAGE", 2)
        first = auditor.see("/audit/findings").text
        older = re.search(r'href="(/audit/findings\?[^"]+)" rel="next"', first)
        assert older
        second = auditor.see(older[1].replace("&amp;", "&")).text.partition("<main")[2]
        assert [each for each in numbers if each in first] == numbers[:2]
        assert [each for each in numbers if each in second] == numbers[2:]


def own_page(facing: Facing) -> str:
    """The findings page of the assistant who serves the counter."""
    counter = facing.counter
    token = counter.write(
        lambda conn: sessions.begin_staff(
            conn,
            staff_id=counter.by.staff_id,
            role=Role.ASSISTANT,
            centre_id=counter.by.centre_id,
            terminal_id=counter.by.terminal_id,
            proven=proven(counter.store.sealer, counter.clock),
            language="en",
            now=counter.clock.now(),
            lifetime=sessions.Lifetime(timedelta(hours=4), timedelta(hours=8)),
        )
    )
    return Phone(facing.app, {"pilnvara_staff": token, "pilnvara_terminal": "t"}).see("/findings").text
