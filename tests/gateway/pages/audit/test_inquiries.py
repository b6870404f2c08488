"""Inquiries over HTTP: proposed, agreed to at another computer, ended; what is recorded where."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from audit.events import EventName
from gateway.ids import digest
from gateway.people import sessions, staff
from gateway.people.roles import Role
from tests.gateway.accounts import an_account
from tests.gateway.pages.audit.test_audit import opened, recorded
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.pages.stopping.conftest import Staff, signed_in

__all__ = ["signed_in"]


@pytest.fixture
def auditors(facing: Facing) -> Callable[[str], Phone]:
    """An auditor with a browser of their own, whose account is two days old."""
    counter = facing.counter

    def begin(login: str) -> Phone:
        now = counter.clock.now()
        new = staff.NewStaff(
            centre_id=counter.by.centre_id, login=login, name=login.title(), password="x" * 14, roles=(Role.AUDITOR,)
        )
        made = counter.write(lambda conn: an_account(conn, counter.store.sealer, new, now=now))
        token = counter.write(
            lambda conn: sessions.begin_staff(
                conn,
                staff_id=made.id,
                role=Role.AUDITOR,
                centre_id=counter.by.centre_id,
                terminal_id=None,
                language="en",
                now=now,
                lifetime=sessions.Lifetime(timedelta(days=90), timedelta(days=90)),
                browser_hash=digest(login),
            )
        )
        return Phone(facing.app, {"pilnvara_staff": token})

    return begin


def proposed(facing: Facing, by: Phone, **changed: str) -> str:
    """The address of an inquiry about the counter's visit."""
    by.see(f"/audit/inquiries/new?visit={facing.counter.visit_id}")
    fields = {"visits": facing.counter.visit_id, "reference": "DP/2026-17", "reason": "fraud", "last": "2026-11-20"}
    answer = by.send("/audit/inquiries", **(fields | changed))
    assert answer.status == 303, answer.text
    return answer.location


def test_goes_from_one_to_the_other_and_ends(facing: Facing, auditors: Callable[[str], Phone]) -> None:
    facing.counter.open().grant()
    facing.counter.close()
    one, two = auditors("aivars"), auditors("dace")
    here = proposed(facing, one)
    assert "Agree as the second auditor" not in one.see(here).text
    assert one.send(f"{here}/agree").status == 403
    assert len(recorded(facing, EventName.INQUIRY_BARRED)) == 1
    assert "Nothing is put off yet" in two.see(here).text
    assert two.send(f"{here}/agree").status == 303
    assert "In force" in two.see(here).text
    before = facing.counter.events()
    assert "sees it when that ends" in one.see(f"/audit/visits/{facing.counter.visit_id}").text
    page = opened(one, facing.counter.visit_id)
    assert facing.counter.events() == before
    assert "Opened this visit as an auditor" not in page
    assert "An inquiry stands over this visit" in page
    for when in (
        "is recorded in the inquiry, and the resident sees it when",
        "is recorded in the inquiry; the resident sees",
    ):
        assert when in page, when
    assert "Propose an inquiry" not in page
    unsaid = one.send(f"/audit/visits/{facing.counter.visit_id}", reason="")
    assert (unsaid.status, "sees it when that ends" in unsaid.text) == (400, True)
    notes = one.see(f"/audit/visits/{facing.counter.visit_id}/notes").text
    assert "An inquiry stands over this visit" in notes
    assert "Record the finding" not in notes
    listed = two.see("/audit/inquiries").text
    for shown in ("DP/2026-17", "Aivars", "Dace", "20.11.2026"):
        assert shown in listed, shown
    two.see(here)
    assert two.send(f"{here}/end").status == 303
    page = two.see(here).text
    for shown in ("Ended early, Dace", "Proposed an inquiry", "A step of an inquiry was refused", "Auditor Aivars"):
        assert shown in page, shown
    assert facing.counter.events()[-1] is EventName.LOOK_TOLD_LATE
    assert "An auditor had looked; told late" in opened(two, facing.counter.visit_id)
    assert two.send(f"{here}/end").status == 409


def test_what_cannot_be_is_said_beside_its_field(facing: Facing, auditors: Callable[[str], Phone]) -> None:
    facing.counter.open()
    one = auditors("aivars")
    one.see("/audit/inquiries/new")
    right = {"visits": facing.counter.visit_id, "reference": "DP-1", "reason": "fraud", "last": "2026-11-20"}
    for changed, fault in (
        ({"visits": "nothing"}, "There is no visit with one of these numbers"),
        ({"reference": "Ilze Paraudziņa"}, "Give the number of the case"),
        ({"reason": ""}, "Choose why"),
        ({"last": ""}, "Choose a last day"),
        ({"last": "2027-11-20"}, "Choose a last day"),
    ):
        answer = one.send("/audit/inquiries", **(right | changed))
        assert (answer.status, answer.text.count(fault)) == (422, 2), fault
    assert recorded(facing, EventName.INQUIRY_PROPOSED) == []


def test_the_network_and_managers_see_how_many_and_nothing_else(
    facing: Facing, auditors: Callable[[str], Phone], signed_in: Staff
) -> None:
    facing.counter.open()
    proposed(facing, auditors("aivars"))
    for role in (Role.ADMINISTRATOR, Role.MANAGER):
        page = signed_in(role).see("/inquiries/figures").text
        assert re.search(r"identity or papers</th>.*?>1</td>.*?>1</td>.*?>0</td>", page)
        assert "DP/2026-17" not in page
        assert "Aivars" not in page
    for role in (Role.ASSISTANT, Role.OFFICER):
        assert signed_in(role).get("/inquiries/figures").status == 403
