"""Administrators' pages: a form per kind, before and after, and a second person who says yes or no."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from audit.events import EventName
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.tables import ChangeKind, ChangeState
from gateway.database.counting import count_statements
from gateway.oauth import clients, providers
from gateway.people import staff
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.services import agreements, trainings
from gateway.services.tables import Agreement
from tests.gateway.callers import PASSWORD, Callers
from tests.gateway.changes.conftest import PORTAL, PROVIDER, RULES, SERVICE, WHY, Office

FORM = {
    "target": "example-portal",
    "portal": "example",
    "name": "Parauga portāls",
    "origin": "https://portal.example",
    "redirect_uris": "https://portal.example/callback\n",
    "services": "",
    "auth_method": "client_secret_basic",
    "jwks": "",
    "personal_code_allowed": "yes",
    "par_required": "yes",
    "logout_uri": "",
    "reason": WHY,
}
PROVIDER_FORM = {
    "target": "example",
    "name_lv": "Parauga pieteikšanās",
    "issuer": "https://provider.example",
    "client_id": "pilnvara",
    "scope": "openid",
    "auth_method": "private_key_jwt",
    "reason": WHY,
}
RULES_FORM = {
    "target": SERVICE,
    "grant_least": "1",
    "permit_least": "2",
    "routes-phone": "phone",
    "guarded": "account",
    "training": "",
    "reason": WHY,
}


def test_two_administrators_register_a_portal_and_its_secret_is_shown_once(office: Office) -> None:
    first, second = office.page(), office.page(office.second)
    path = first.post("/admin/propose/portal.register", FORM).location
    assert path.startswith("/admin/changes/")
    assert "Waits for a second administrator" in first.get(path).text
    shown = first.post(f"{path}/secret")
    found = re.search(r">\s*([\w-]{43})\s*<", shown.text)
    assert found, shown.text
    assert first.post(f"{path}/secret").status == 410
    page = second.get(path).text
    assert "https://portal.example/callback" in page
    assert found[1] not in page
    assert second.post(f"{path}/confirm").location == path
    assert "Confirmed, not in effect yet" in first.get("/admin").text
    office.wait()
    office.apply(path.rpartition("/")[2])
    client = office.read(lambda conn: clients.find(conn, "example-portal"))
    assert client is not None
    assert clients.has_secret(office.parts, client, found[1])
    listed = office.page().get("/admin/portals").text
    assert "Parauga portāls" in listed
    assert "/admin/propose/portal.suspend?target=example-portal" in listed


def test_a_provider_is_added_with_the_claims_in_which_it_tells_code_and_number(office: Office) -> None:
    named = {"code_claim": "serial_number", "phone_claim": "mobile", "phone_verified": "yes"}
    path = office.page().post("/admin/propose/provider.add", PROVIDER_FORM | named).location
    page = office.page(office.second)
    assert "serial_number" in page.get(path).text
    page.post(f"{path}/confirm")
    office.wait()
    office.apply(path.rpartition("/")[2])
    found = office.read(lambda conn: providers.find(conn, "example"))
    assert (found.code_claim, found.phone_claim, found.phone_verified) == ("serial_number", "mobile", True)
    form = office.page().get("/admin/propose/provider.alter?target=example").text
    assert re.search(r'name="code_claim"[^>]*value="serial_number"', form)
    assert re.search(r'name="phone_verified"[^>]* checked', form)


def test_a_change_of_nothing_but_the_secret_is_seen_and_the_secret_is_not(office: Office) -> None:
    made = office.propose(ChangeKind.PROVIDER_ADD, "example", PROVIDER, secret="the first secret")
    office.confirm(made)
    office.wait()
    office.apply(made)
    altered = office.propose(ChangeKind.PROVIDER_ALTER, "example", PROVIDER, secret="another one")
    page = office.page(office.second).get(f"/admin/changes/{altered}").text
    row = re.search(r"Mark of the secret</th>(.*?)</tr>", page, re.DOTALL)
    assert row, page
    marks = re.findall(r"[0-9a-f]{4}-[0-9a-f]{4}", row[1])
    assert len(set(marks)) == 2, row[1]
    assert f"<strong>{marks[1]}</strong>" in row[1]
    assert "another one" not in page
    assert office.last_event()["data"]["secret_mark"] == marks[1]


def test_the_same_secret_again_is_no_change(office: Office) -> None:
    made = office.propose(ChangeKind.PROVIDER_ADD, "example", PROVIDER, secret="the first secret")
    office.confirm(made)
    office.wait()
    office.apply(made)
    with pytest.raises(ChangeFaultError) as refused:
        office.propose(ChangeKind.PROVIDER_ALTER, "example", PROVIDER, secret="the first secret")
    assert refused.value.fault is Fault.NOTHING


def test_a_portals_new_secret_shows_another_mark(office: Office) -> None:
    made = office.propose(ChangeKind.PORTAL_REGISTER, "example-portal", PORTAL)
    office.confirm(made)
    office.wait()
    office.apply(made)
    altered = office.propose(ChangeKind.PORTAL_ALTER, "example-portal", PORTAL, new_secret=True)
    said = office.last_event()["data"]
    assert said["secret_mark_before"] not in {None, said["secret_mark"]}
    assert said["secret_mark"] in office.page(office.second).get(f"/admin/changes/{altered}").text


def test_the_proposer_does_not_confirm_and_the_attempt_is_an_event(office: Office) -> None:
    first = office.page()
    path = first.post("/admin/propose/service.rules", RULES_FORM).location
    assert "/confirm" not in first.get(path).text
    first.page = False
    answer = first.post(f"{path}/confirm")
    assert (answer.status, answer.code) == (403, "change.same_person")
    assert office.last_event()["type"] == EventName.SETTINGS_BARRED


def test_a_form_begins_with_how_things_are_and_shows_only_what_differs(office: Office) -> None:
    first = office.page()
    form = first.get(f"/admin/propose/service.rules?target={SERVICE}").text
    assert re.search(r'name="grant_least" type="radio" value="2"\s+checked', form)
    assert re.search(r'name="routes-phone" type="checkbox" value="phone"\s+checked', form)
    assert not re.search(r'name="routes-display" type="checkbox" value="display"\s+checked', form)
    path = first.post("/admin/propose/service.rules", RULES_FORM).location
    page = first.get(path).text
    assert "<strong>low</strong>" in page
    assert page.count("stays") == 4


@pytest.mark.parametrize(
    ("kind", "changed", "said"),
    [
        ("provider.add", PROVIDER_FORM | {"code_claim": "serial number"}, "without spaces"),
        ("portal.register", {"redirect_uris": "http://portal.example"}, "begins with https://"),
        ("portal.register", {"auth_method": "private_key_jwt", "jwks": "{"}, "JWK set"),
        ("portal.register", {"reason": ""}, "Say why"),
        ("portal.register", {"auth_method": "none"}, "Fill this in"),
        ("provider.add", {"target": "x", "reason": WHY, "auth_method": "private_key_jwt"}, "Fill this in"),
        ("agreement.add", {"holder": "Nobody", "begins_at": "2026-12-01", "reason": WHY}, "none of this name"),
        ("agreement.add", {"holder": "Parauga iestāde", "begins_at": "soon", "reason": WHY}, "Give a date"),
        ("agreement.add", {"holder": "Parauga iestāde", "begins_at": "0001-01-01", "reason": WHY}, "Give a date"),
        (
            "agreement.add",
            {"holder": "Parauga iestāde", "begins_at": "2020-01-01", "ends_at": "2020-12-31", "reason": WHY},
            "Give a date that lies ahead",
        ),
        ("training.grant", {"staff": "nobody", "valid_until": "2027-12-01", "reason": WHY}, "none of this name"),
    ],
)
def test_what_cannot_be_proposed_is_told_beside_what_was_typed(
    office: Office, kind: str, changed: dict[str, str], said: str
) -> None:
    answer = office.page().post(f"/admin/propose/{kind}", (FORM if kind.startswith("portal") else {}) | changed)
    assert answer.status == 422
    assert said in answer.text
    assert "govuk-error-summary" in answer.text
    assert EventName.SETTINGS_PROPOSED not in office.events()


def test_any_administrator_refuses_until_it_takes_effect(office: Office) -> None:
    path = office.page().post("/admin/propose/service.rules", RULES_FORM).location
    second = office.page(office.second)
    second.post(f"{path}/confirm")
    assert second.post(f"{path}/refuse").location == path
    assert office.state(path.rpartition("/")[2]) is ChangeState.REFUSED
    second.page = False
    assert second.post(f"{path}/refuse").code == "change.over"


def test_what_one_person_made_stricter_is_told_to_everybody(office: Office) -> None:
    office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 3})
    told = office.page(office.second).get("/admin").text
    assert "Done by one person" in told
    assert "Parauga pabalsts" in told
    assert f"{SERVICE}<" not in told, "a service has a name"
    office.clock.move(timedelta(days=8))
    assert "Done by one person" not in office.page(office.second).get("/admin").text


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER])
@pytest.mark.parametrize("name", ["portals", "providers", "services", "agreements", "baskets", "trainings", "keys"])
def test_what_is_registered_is_read_by_those_who_answer_for_it(office: Office, role: Role, name: str) -> None:
    answer = office.page(role=role).get(f"/admin/{name}")
    assert answer.status == 200
    assert ("/admin/propose/portal." in answer.text) is (name == "portals" and role is Role.ADMINISTRATOR)


def a_colleague(office: Office, login: str, centre: str) -> None:
    new = NewStaff(login=login, name=login, password=PASSWORD, centre_id=centre, roles=(Role.ASSISTANT,))
    sealer, now = office.parts.sealer, office.clock.now()
    office.write(lambda conn: staff.create(conn, sealer, new, now=now))


def test_a_manager_proposes_a_training_of_the_own_centre_alone(office: Office) -> None:
    there = office.write(
        lambda conn: staff.add_centre(conn, name="Cits", kind="vpvkac", municipality="Citur", now=office.clock.now())
    )
    for login, centre in (("cilda", office.callers.centre_id), ("dace", there)):
        a_colleague(office, login, centre)
    office.write(lambda conn: trainings.define(conn, "gdpr", {"lv": "Datu aizsardzība"}))
    manager = office.page(role=Role.MANAGER)
    form = {"training": "gdpr", "valid_until": "2027-12-01", "reason": WHY}
    assert manager.post("/admin/propose/training.grant", form | {"staff": "dace"}).status == 422
    assert manager.post("/admin/propose/training.grant", form | {"staff": "anna"}).status == 422
    path = manager.post("/admin/propose/training.grant", form | {"staff": "cilda"}).location
    office.page(office.second).post(f"{path}/confirm")
    office.wait()
    office.apply(path.rpartition("/")[2])
    cilda = office.read(lambda conn: staff.find_by_login(conn, "cilda"))
    assert [each.training_id for each in office.read(lambda conn: trainings.of_staff(conn, cilda, "lv"))] == ["gdpr"]
    manager = office.page(role=Role.MANAGER)
    assert "Datu aizsardzība" in manager.get("/admin/trainings").text
    manager.post("/admin/propose/training.withdraw", {"target": f"{cilda} gdpr", "reason": WHY})
    assert office.read(lambda conn: trainings.of_staff(conn, cilda, "lv")) == []


def test_the_first_page_costs_few_statements(office: Office, callers: Callers) -> None:
    assert callers is office.callers
    office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"permit_least": 3})
    office.confirm(office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"permit_least": 2}))
    page = office.page()
    with count_statements() as counted:
        assert page.get("/admin").status == 200
    assert counted.total <= 7


def test_an_agreement_holds_from_the_first_instant_of_its_first_day_to_the_last_of_its_last(office: Office) -> None:
    """In Latvia, not in UTC: the evening before does not count yet, the evening of the last day still does."""
    form = {"holder": "Parauga iestāde", "begins_at": "2027-01-10", "ends_at": "2027-07-12", "reason": WHY}
    path = office.page().post("/admin/propose/agreement.add", form).location
    page = office.page(office.second)
    assert "10.01.2027" in page.get(path).text
    assert "12.07.2027" in page.get(path).text
    page.post(f"{path}/confirm")
    office.wait()
    office.apply(path.rpartition("/")[2])
    listed = office.page().get("/admin/agreements").text
    assert "10.01.2027" in listed
    assert "12.07.2027" in listed
    kept = office.read(lambda conn: conn.execute(select(Agreement.begins_at, Agreement.ends_at)).all())
    assert (datetime(2027, 1, 9, 22, tzinfo=UTC), datetime(2027, 7, 12, 21, tzinfo=UTC)) in kept


def test_an_agreement_is_named_in_the_readers_language(office: Office) -> None:
    conclude = {"holder": "Parauga iestāde", "begins_at": "2027-01-10", "reason": WHY}
    path = office.page().post("/admin/propose/agreement.add", conclude).location
    reader = office.callers.staff(Role.ADMINISTRATOR, at_terminal=False, language="lv")
    named = "Parauga iestāde, Visi pakalpojumi, Visi centri, 10.01.2027 – bez beigu termiņa"
    for address in ("/admin", path):
        assert named in reader.get(address).text
        assert "Every service" not in reader.get(address).text
    office.write(lambda conn: agreements.conclude(conn, holder="Parauga iestāde", begins_at=office.clock.now()))
    listed = reader.get("/admin/agreements").text
    assert "Every" not in listed


def test_a_suspension_is_shown_as_one_and_as_nothing_that_is_lost(office: Office) -> None:
    made = office.propose(ChangeKind.PORTAL_REGISTER, "example-portal", PORTAL)
    office.confirm(made)
    office.wait()
    office.apply(made)
    path = office.page().post("/admin/propose/portal.suspend", {"target": "example-portal", "reason": WHY}).location
    rows = re.findall(r"<tr.*?</tr>", office.page(office.second).get(path).text, re.DOTALL)
    said = {row[0]: row[1:] for row in (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", each, re.DOTALL) for each in rows)}
    assert said["Suspended"] == ["No", "<strong>Yes</strong>"]
    assert said["Portal"][1] == "stays"
    assert not [name for name, cells in said.items() if cells[-1] == "–"]


def test_an_agreement_is_told_by_its_days_and_one_that_is_over_is_offered_nothing(office: Office) -> None:
    now, week = office.clock.now(), timedelta(days=7)

    def work(conn: Connection) -> dict[str, str]:
        terms = {
            "Coming": (now + week, None),
            "In force": (now - week, now + week),
            "Over": (now - 2 * week, now - week),
            "Suspended": (now - week, None),
        }
        return {
            state: agreements.conclude(conn, holder=f"Iestāde {state}", begins_at=begins, ends_at=ends)
            for state, (begins, ends) in terms.items()
        }

    made = office.write(work)
    office.page().post("/admin/propose/agreement.suspend", {"target": made["Suspended"], "reason": WHY})
    listed = office.page().get("/admin/agreements").text
    rows = [each for each in re.findall(r"<tr.*?</tr>", listed, re.DOTALL) if "Iestāde" in each]
    read = {state: next(each for each in rows if f"Iestāde {state}<" in each) for state in made}
    offered = {state: set(re.findall(r"propose/agreement\.(\w+)", row)) for state, row in read.items()}
    assert [state for state, row in read.items() if not re.search(rf">\s*{state}\s*<", row)] == []
    assert offered == {
        "Coming": {"suspend", "end"},
        "In force": {"suspend", "end"},
        "Over": set(),
        "Suspended": {"lift", "end"},
    }
