"""Three portals in one sandbox: each with its own address, registration, session, faults and counts."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from connectors.sandbox import Sandbox, SandboxSettings
from tests.sandbox.conftest import HeldClock
from tests.sandbox.pages import Page
from tests.sandbox.visitors import ANNA, Visitor

PROPERTY = {"MEKLET_PEC": "K", "KAD_APZ": "99010010001"}
KIND = {"IZZ_VEIDS": "01", "VALODA": "LAV", "UZ_DATUMU": "22.11.2026"}
PAYING = {"SANEMT": "E", "EPASTS": "iedzivotajs01@piemers.example", "APLIEC": "J"}
GO_ON, GO_BACK, CONFIRM = "Turpināt", "Atpakaļ", "Apstiprināt"


class AtTheRegisters(Visitor):
    """Somebody at the registers' portal, for themselves."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.http.base_url = httpx2.URL(sandbox.portals["registri"].url)

    def begin(self) -> Page:
        return self.sign_in(ANNA, then="%2Fserviss%3Fpak%3Dvzd-izzina")

    def press(self, page: Page, button: str, **answers: str) -> Page:
        form = page.form("FORMA")
        return Page.of(self.http.post(form.action, data={**form.values(), **answers, "POGA": button}))

    def to_the_check(self) -> Page:
        page = self.begin()
        for answers in (PROPERTY, KIND, PAYING):
            page = self.press(page, GO_ON, **answers)
        assert heading(page) == "Pieteikuma pārbaude"
        return page


def heading(page: Page) -> str:
    return page.root.all("h1")[0].text


@pytest.fixture
def registers(sandbox: Sandbox) -> Any:
    with AtTheRegisters(sandbox) as one:
        yield one


class TestTheRegisters:
    def test_take_an_application_and_give_the_number_on_the_same_address(self, registers: AtTheRegisters) -> None:
        page = registers.press(registers.to_the_check(), CONFIRM)
        assert heading(page) == "Pieteikums reģistrēts"
        assert page.response.url.path == "/serviss"
        assert not page.response.history
        assert "VZD-2026-000001" in page.root.text
        assert "3,00 EUR" in page.root.text
        assert registers.sandbox.state("registri")["final_posts"] == 1

    def test_wait_five_minutes_between_two_requests_and_then_show_a_page(
        self, registers: AtTheRegisters, clock: HeldClock
    ) -> None:
        page = registers.begin()
        clock.move(minutes=4, seconds=59)
        page = registers.press(page, GO_ON, **PROPERTY)
        assert heading(page) == "Izziņas veids"
        clock.move(minutes=5)
        ended = registers.press(page, GO_ON, **KIND)
        assert (heading(ended), ended.status) == ("Sesija beigusies", 200)
        assert registers.sandbox.state("registri")["accepted"] == 0

    def test_know_nothing_of_the_browsers_way_back(self, registers: AtTheRegisters) -> None:
        first = registers.begin()
        registers.press(first, GO_ON, **PROPERTY)
        assert heading(registers.press(first, GO_ON, **PROPERTY)) == "Nepareiza lapu secība"

    def test_go_back_by_their_own_button_and_keep_the_answers(self, registers: AtTheRegisters) -> None:
        page = registers.press(registers.begin(), GO_ON, **PROPERTY)
        page = registers.press(page, GO_BACK)
        assert heading(page) == "Īpašuma izvēle"
        assert page.form("FORMA").values()["KAD_APZ"] == "99010010001"

    def test_take_no_second_press_of_the_last_button(self, registers: AtTheRegisters) -> None:
        page = registers.to_the_check()
        registers.press(page, CONFIRM)
        assert heading(registers.press(page, CONFIRM)) == "Nepareiza lapu secība"
        state = registers.sandbox.state("registri")
        assert (state["final_posts"], state["accepted"]) == (2, 1)

    def test_take_no_form_of_another_session(self, registers: AtTheRegisters) -> None:
        page = registers.press(registers.begin(), GO_ON, **PROPERTY, ZIME="cits.zīmogs")
        assert heading(page) == "Forma vairs nav derīga"

    @pytest.mark.parametrize(
        ("answers", "said"),
        [
            ({"MEKLET_PEC": "K", "KAD_APZ": "12"}, "Kadastra apzīmējumā ir 11 cipari"),
            ({"MEKLET_PEC": "A", "KAD_APZ": "99010010001"}, "Šajā gadījumā laukam jābūt tukšam"),
            ({"MEKLET_PEC": "?"}, "Izvēlieties no saraksta"),
            ({}, "Lauks jāaizpilda"),
        ],
    )
    def test_say_what_is_wrong_in_the_fields_row(
        self, registers: AtTheRegisters, answers: dict[str, str], said: str
    ) -> None:
        page = registers.press(registers.begin(), GO_ON, **answers)
        assert page.status == 200
        assert said in [cell.text for cell in page.root.all("td") if cell.attributes.get("class") == "KL"]

    def test_redirect_with_the_body_when_told_to(self, registers: AtTheRegisters) -> None:
        registers.sandbox.portals["registri"].faults.switch("redirects_final", True)
        page = registers.to_the_check()
        answer = registers.press(page, CONFIRM)
        assert [one.status_code for one in answer.response.history] == [307]
        assert registers.sandbox.state("registri")["accepted"] == 2


class TestApart:
    def test_a_fault_of_one_leaves_the_others_alone(self, sandbox: Sandbox) -> None:
        switches = f"{sandbox.portals['registri'].url}/_sandbox/faults"
        httpx2.post(switches, json={"fault": "down", "on": True}, trust_env=False, verify=False)
        answers = {
            name: httpx2.get(each.url, trust_env=False, verify=False, follow_redirects=True)
            for name, each in sandbox.portals.items()
        }
        assert {name: answer.status_code for name, answer in answers.items()} == {
            "latvija": 200,
            "eiestades": 200,
            "registri": 503,
        }

    def test_one_may_be_named_from_the_address_of_another(self, sandbox: Sandbox) -> None:
        switches = f"{sandbox.portal_url}/_sandbox"
        body = {"fault": "down", "on": True, "portal": "registri"}
        assert httpx2.post(f"{switches}/faults", json=body, trust_env=False, verify=False).json() == {
            "faults": {"down": {}}
        }
        assert httpx2.get(f"{switches}/state?portal=registri", trust_env=False, verify=False).json()["faults"] == {
            "down": {}
        }
        assert httpx2.get(f"{switches}/state", trust_env=False, verify=False).json()["faults"] == {}
        httpx2.post(f"{switches}/reset?portal=registri", trust_env=False, verify=False)
        assert sandbox.portals["registri"].faults.all_on() == {}
        assert httpx2.get(f"{switches}/state?portal=nav", trust_env=False, verify=False).status_code == 404

    def test_what_is_around_them_breaks_for_all(self, sandbox: Sandbox) -> None:
        switches = f"{sandbox.portals['registri'].url}/_sandbox/faults"
        httpx2.post(switches, json={"fault": "sms_down", "on": True}, trust_env=False, verify=False)
        assert "sms_down" in sandbox.faults

    def test_each_keeps_its_own_applications_over_a_restart(self, tmp_path: Path) -> None:
        settings = SandboxSettings.for_tests()
        kept = type(settings)(**{**vars(settings), "applications_file": tmp_path / "applications.jsonl"})
        with Sandbox(kept) as first, AtTheRegisters(first) as somebody:
            somebody.press(somebody.to_the_check(), CONFIRM)
        with Sandbox(kept) as again:
            assert again.state("registri")["accepted"] == 1
            assert again.state()["accepted"] == 0
        assert (tmp_path / "applications-registri.jsonl").stat().st_mode & 0o077 == 0

    def test_a_session_at_one_is_none_at_another(self, registers: AtTheRegisters) -> None:
        registers.begin()
        elsewhere = registers.http.get(f"{registers.sandbox.portal_url}/api/mani-iesniegumi")
        assert elsewhere.status_code == 401
