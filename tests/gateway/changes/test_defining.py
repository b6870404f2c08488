"""Trainings: what there are, who decides, and how long somebody may have one."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from audit.events import EventName
from gateway.changes import defining, network
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.tables import ChangeKind, ChangeState
from gateway.days import end_of
from gateway.people.roles import Role
from gateway.services import trainings
from tests.gateway.changes.conftest import RULES, SERVICE, WHY, Office

TRAINING = {"name_lv": "Datu aizsardzība", "name_en": "Data protection", "valid_months": 12}
FORM = {"target": "gdpr", "name_lv": "Datu aizsardzība", "name_en": "Data protection", "valid_months": "12"}


def define(office: Office, **changes: Any) -> str:
    return office.propose(ChangeKind.TRAINING_DEFINE, "gdpr", TRAINING | changes)


def until(office: Office, days: int) -> dict[str, str]:
    return {"valid_until": (office.clock.now() + timedelta(days=days)).isoformat()}


def give(office: Office, days: int) -> None:
    """Somebody has it already, for so many days."""
    ends, staff_id = office.clock.now() + timedelta(days=days), office.callers.account.id
    office.write(lambda conn: trainings.give(conn, staff_id, "gdpr", ends))


def fault_of(office: Office, kind: ChangeKind, target: str, values: dict[str, Any]) -> tuple[str, Fault]:
    with pytest.raises(ChangeFaultError) as refused:
        office.propose(kind, target, values)
    return refused.value.field, refused.value.fault


class TestATraining:
    def test_is_defined_by_one_since_nobody_has_it_and_no_service_asks_for_it(self, office: Office) -> None:
        page = office.page()
        page.post("/admin/propose/training.define", FORM | {"reason": WHY})
        assert EventName.TRAINING_DEFINED in office.events()
        listed = page.get("/admin/training-kinds").text
        assert all(said in listed for said in ("Data protection", "gdpr", "12", "In use"))
        assert "/admin/propose/training.close?target=gdpr" in listed
        assert "Datu aizsardzība" in office.page().get("/admin/propose/training.alter?target=gdpr").text

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"name_en": ""}, "Fill this in"),
            ({"target": "Data protection"}, "Fill this in"),
            ({"valid_months": "a year"}, "from 1 to 120"),
            ({"valid_months": "0"}, "from 1 to 120"),
            ({"valid_months": "9" * 5000}, "from 1 to 120"),
        ],
    )
    def test_needs_a_name_in_both_languages_and_a_sensible_time(
        self, office: Office, changes: dict[str, str], said: str
    ) -> None:
        answer = office.page().post("/admin/propose/training.define", FORM | {"reason": WHY} | changes)
        assert answer.status == 422
        assert said in answer.text

    def test_is_not_defined_twice(self, office: Office) -> None:
        define(office)
        assert fault_of(office, ChangeKind.TRAINING_DEFINE, "gdpr", TRAINING) == ("target", Fault.KNOWN)

    @pytest.mark.parametrize("changes", [{"name_en": "Cooking"}, {"valid_months": 24}, {"valid_months": None}])
    def test_is_renamed_or_made_longer_by_two(self, office: Office, changes: dict[str, Any]) -> None:
        define(office)
        change = office.propose(ChangeKind.TRAINING_ALTER, "gdpr", TRAINING | changes)
        assert office.state(change) is ChangeState.PROPOSED
        office.confirm(change)
        office.wait()
        office.apply(change)
        assert office.read(lambda conn: defining.current(conn, "gdpr")) == TRAINING | changes | {"closed": False}
        assert EventName.TRAINING_CHANGED in office.events()

    def test_is_made_shorter_by_one_and_whoever_has_it_keeps_it(self, office: Office) -> None:
        define(office)
        give(office, 300)
        change = office.propose(ChangeKind.TRAINING_ALTER, "gdpr", TRAINING | {"valid_months": 6})
        assert office.state(change) is ChangeState.APPLIED
        (held,) = office.read(lambda conn: trainings.of_staff(conn, office.callers.account.id, "lv"))
        assert held.valid_until == office.clock.now() + timedelta(days=300)


class TestAClosedTraining:
    def test_is_given_to_nobody_and_asked_for_by_no_service(self, office: Office) -> None:
        define(office)
        office.propose(ChangeKind.TRAINING_CLOSE, "gdpr", {})
        assert office.events()[-2:] == [EventName.TRAINING_CLOSED, EventName.SETTINGS_CHANGED]
        target = network.training_target(office.second.account.id, "gdpr")
        assert fault_of(office, ChangeKind.TRAINING_GRANT, target, until(office, 9)) == ("training", Fault.UNKNOWN)
        asking = RULES | {"training": "gdpr"}
        assert fault_of(office, ChangeKind.SERVICE_RULES, SERVICE, asking) == ("training", Fault.UNKNOWN)

    def test_cannot_be_one_that_a_service_asks_for(self, office: Office) -> None:
        define(office)
        office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"training": "gdpr"})
        assert fault_of(office, ChangeKind.TRAINING_CLOSE, "gdpr", {}) == ("target", Fault.IN_USE)
        answer = office.page().post("/admin/propose/training.close", {"target": "gdpr", "reason": WHY})
        assert (answer.status, "change the rules of the service first" in answer.text) == (422, True)

    def test_comes_back_by_two_alone(self, office: Office) -> None:
        define(office)
        office.propose(ChangeKind.TRAINING_CLOSE, "gdpr", {})
        change = office.propose(ChangeKind.TRAINING_ALTER, "gdpr", TRAINING)
        assert office.state(change) is ChangeState.PROPOSED
        assert not office.read(lambda conn: trainings.is_open(conn, "gdpr"))
        shown = office.page(office.second).get(f"/admin/changes/{change}").text
        assert re.search(r"Closed</th>.*?Yes.*?<strong>.*?No", shown, re.DOTALL)
        office.confirm(change)
        office.wait()
        office.apply(change)
        assert office.read(lambda conn: trainings.is_open(conn, "gdpr"))

    def test_ends_a_confirmed_rule_that_would_ask_for_it(self, office: Office) -> None:
        define(office)
        loosened = RULES | {"training": "gdpr", "grant_least": 1}
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, loosened)
        office.confirm(change)
        office.propose(ChangeKind.TRAINING_CLOSE, "gdpr", {})
        office.wait()
        office.apply(change)
        assert office.state(change) is ChangeState.LAPSED


class TestHavingATraining:
    def test_lasts_no_longer_than_it_holds(self, office: Office) -> None:
        define(office)
        target = network.training_target(office.second.account.id, "gdpr")
        too_long = fault_of(office, ChangeKind.TRAINING_GRANT, target, until(office, 367))
        assert too_long == ("valid_until", Fault.TOO_LONG)
        assert office.propose(ChangeKind.TRAINING_GRANT, target, until(office, 364))

    def test_is_proposed_under_the_name_of_the_person(self, office: Office) -> None:
        define(office)
        target = network.training_target(office.second.account.id, "gdpr")
        change = office.propose(ChangeKind.TRAINING_GRANT, target, until(office, 9))
        assert "Bille Otrā · gdpr" in office.page().get(f"/admin/changes/{change}").text

    @pytest.mark.parametrize(
        ("days", "state", "is_listed"), [(29, "Runs out soon", True), (31, "Holds", False), (-1, "Has run out", False)]
    )
    def test_is_seen_by_its_holder_and_by_the_manager_before_it_runs_out(
        self, office: Office, days: int, state: str, *, is_listed: bool
    ) -> None:
        define(office)
        give(office, days)
        mine = office.page(role=Role.ASSISTANT).get("/account").text
        assert "Data protection" in mine
        assert state in mine
        manager = office.page(role=Role.MANAGER)
        assert state in manager.get("/admin/trainings").text
        assert ("Data protection" in manager.get("/admin/trainings-ending").text) is is_listed

    def test_is_renewed_from_the_list_of_those_that_run_out(self, office: Office) -> None:
        define(office)
        give(office, 9)
        manager = office.page(role=Role.MANAGER)
        found = re.search(
            r'href="(/admin/propose/training\.grant\?target=[^"]+)"', manager.get("/admin/trainings-ending").text
        )
        assert found
        form = manager.get(found[1]).text
        assert re.search(r'name="staff"[^>]*value="anna"', form)
        assert re.search(r'<option value="gdpr"[^>]* selected', form)
        unknown = manager.get("/admin/propose/training.grant?target=nobody+gdpr")
        assert unknown.status == 200
        assert not re.search(r'name="staff"[^>]*value="[^"]', unknown.text), "nobody is filled in"

    def test_is_not_spoken_of_where_there_is_none(self, office: Office) -> None:
        assert "Your trainings" not in office.page(role=Role.ASSISTANT).get("/account").text


@pytest.mark.parametrize(
    ("noted", "months", "ends"),
    [((2026, 1, 31), 1, (2026, 2, 28)), ((2027, 12, 31), 2, (2028, 2, 29)), ((2026, 11, 22), 120, (2036, 11, 22))],
)
def test_months_end_on_a_day_that_exists(
    office: Office, noted: tuple[int, int, int], months: int, ends: tuple[int, int, int]
) -> None:
    define(office, valid_months=months)
    at = datetime(*noted, tzinfo=UTC)
    longest = office.read(lambda conn: trainings.longest(conn, "gdpr", at))
    assert longest == end_of(date(*ends))
