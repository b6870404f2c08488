"""What staff have of their own is typed and never shown again; nobody makes themselves unknown."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from gateway.database.counting import count_statements
from gateway.people import staff
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.people.tables import StaffValue, ValueKind
from tests.gateway.callers import PASSWORD, Caller, Callers, callers, parts, renderer

__all__ = ["callers", "parts", "renderer"]

CODE = "329999-00042"
REST = {"phone": "20000042", "account": "LV78 PARA 0000 0000 0000 1", "address": "Parauga iela 42, Paraugciems"}


@pytest.fixture(autouse=True)
def _nobody_is_known(callers: Callers) -> None:
    callers.parts.database.write_now(lambda conn: conn.execute(delete(StaffValue)))


def values(callers: Callers) -> list[tuple[str, ValueKind]]:
    rows = callers.parts.database.read_now(
        lambda conn: conn.execute(select(StaffValue.staff_id, StaffValue.kind)).all()
    )
    return [(row.staff_id, row.kind) for row in rows]


def a_colleague(callers: Callers, centre_id: str | None = None, login: str = "berta") -> str:
    new = NewStaff(
        login=login, name="Berta Otrā", password=PASSWORD, centre_id=centre_id or callers.centre_id, roles=()
    )
    database, now = callers.parts.database, callers.clock.now()
    return database.write_now(lambda conn: staff.create(conn, callers.parts.sealer, new, now=now)).id


def test_somebody_stores_their_own_code_and_nobody_reads_it_again(callers: Callers) -> None:
    browser = callers.staff(Role.ASSISTANT)
    assert browser.get("/account/values").text.count("Not known") == 4
    assert browser.post("/account/values", {"kind": "code", "value": CODE}).location == "/account/values"
    page = browser.get("/account/values")
    assert "1 stored" in page.text
    assert CODE not in page.text
    assert "/remove" not in page.text
    assert values(callers) == [(callers.account.id, ValueKind.CODE)]


@pytest.mark.parametrize(
    ("data", "said"), [({"kind": "code", "value": "12"}, "not written as it should be"), ({}, "Choose what it is")]
)
def test_what_cannot_be_taken_is_told_and_not_shown_again(callers: Callers, data: dict[str, str], said: str) -> None:
    answer = callers.staff(Role.ASSISTANT).post("/account/values", data)
    assert answer.status == 422
    assert said in answer.text
    assert values(callers) == []


def test_a_manager_stores_and_removes_for_a_colleague_of_the_centre(callers: Callers) -> None:
    manager, berta = callers.staff(Role.MANAGER), a_colleague(callers)
    path = f"/manage/staff/{berta}/values"
    assert manager.post(path, {"kind": "account", "value": "LV78 PARA 0000 0000 0000 1"}).location == path
    assert values(callers) == [(berta, ValueKind.ACCOUNT)]
    with count_statements() as counted:
        listed = manager.get("/people")
    assert "Bank account" in listed.text
    assert counted.total <= 6
    assert manager.post(f"{path}/remove", {"kind": "account"}).status == 303
    assert values(callers) == []


def test_a_manager_does_not_make_themselves_unknown(callers: Callers) -> None:
    manager = callers.staff(Role.MANAGER)
    manager.post("/account/values", {"kind": "code", "value": CODE})
    assert manager.post(f"/manage/staff/{callers.account.id}/values/remove", {"kind": "code"}).status == 403
    assert values(callers) == [(callers.account.id, ValueKind.CODE)]


def test_another_centres_staff_are_not_a_managers_to_see(callers: Callers) -> None:
    database = callers.parts.database
    other = database.write_now(
        lambda conn: staff.add_centre(conn, name="Cits", kind="vpvkac", municipality="Cits", now=callers.clock.now())
    )
    stranger, manager = a_colleague(callers, other), callers.staff(Role.MANAGER)
    path = f"/manage/staff/{stranger}/values"
    assert manager.get(path).status == 404
    assert manager.post(path, {"kind": "code", "value": CODE}).status == 404
    assert manager.post(f"{path}/remove", {"kind": "code"}).status == 404
    assert stranger not in manager.get("/people").text


def test_an_assistant_sees_no_list_of_colleagues(callers: Callers) -> None:
    assert callers.staff(Role.ASSISTANT).get("/people").status == 403


def test_an_assistant_opens_no_visit_until_somebody_else_has_stored_their_personal_code(callers: Callers) -> None:
    browser, manager = callers.staff(Role.ASSISTANT), a_manager(callers)
    opening = {"channel": "counter", "language": "lv"}
    for kind, value in {"code": CODE, **REST}.items():
        assert "/desk/visits" not in browser.get("/desk").text
        assert browser.post("/desk/visits", opening).status == 403
        assert browser.post("/account/values", {"kind": kind, "value": value}).status == 303
    desk = browser.get("/desk").text
    assert re.search(r"Not known of you:\s+Personal code\s*<", desk), "their own word alone is nobody's"
    refused = browser.post("/desk/visits", opening)
    assert refused.status == 403
    assert "You cannot serve residents yet" in refused.text
    assert manager.post(f"/manage/staff/{callers.account.id}/values", {"kind": "code", "value": CODE}).status == 303
    assert "Not known of you" not in browser.get("/desk").text
    assert browser.post("/desk/visits", opening).status == 303


def a_manager(callers: Callers) -> Caller:
    """Somebody else who answers for the centre."""
    new = NewStaff(
        login="vija", name="Vija Vadone", password=PASSWORD, centre_id=callers.centre_id, roles=(Role.MANAGER,)
    )
    database, now = callers.parts.database, callers.clock.now()
    made = database.write_now(lambda conn: staff.create(conn, callers.parts.sealer, new, now=now))
    return replace(callers, account=made).staff(Role.MANAGER)
