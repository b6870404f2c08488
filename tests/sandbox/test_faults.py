import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest

from connectors.sandbox import Sandbox, SandboxSettings
from tests.sandbox.pages import Page
from tests.sandbox.visitors import KINDERGARTEN, SICKNESS, Visitor, kindergarten_answers, sickness_answers

State = Callable[[], dict[str, Any]]
Fault = Callable[..., None]


@pytest.fixture
def overview(anna: Visitor) -> Page:
    return anna.to_overview(SICKNESS, sickness_answers())


def counts(state: State) -> tuple[int, int]:
    seen = state()
    return seen["final_posts"], seen["accepted"]


class TestFinalRequest:
    def test_dies_after_accepting(self, anna: Visitor, overview: Page, fault: Fault, state: State) -> None:
        fault("dies_after_accepting")
        with pytest.raises(httpx2.RemoteProtocolError):
            anna.send(overview)
        assert counts(state) == (1, 1)
        listed = anna.http.get("/api/mani-iesniegumi").json()["iesniegumi"]
        assert [one["reference"] for one in listed] == ["VSAA-2026-000001"]

    def test_dies_only_when_it_accepted(self, anna: Visitor, overview: Page, fault: Fault, state: State) -> None:
        fault("dies_after_accepting")
        answer = anna.answer(overview, {"versija": "old"}, form="nosutit")
        assert answer.status == 409
        assert counts(state) == (1, 0)

    def test_resets_before_the_body_is_read(
        self, anna: Visitor, overview: Page, fault: Fault, state: State, sandbox: Sandbox
    ) -> None:
        fault("resets_final")
        body = urlencode(overview.form("nosutit").values()).encode()
        cookies = "; ".join(f"{name}={value}" for name, value in anna.http.cookies.items())
        address = urlsplit(sandbox.portal_url)
        head = (
            f"POST {SICKNESS}/nosutit HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookies}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((str(address.hostname), address.port)) as connection:
            connection.sendall(head.encode() + body[:5])
            with pytest.raises(ConnectionResetError):
                connection.recv(100)
        assert counts(state) == (1, 0)

    @pytest.mark.parametrize("to", ["path", "origin"])
    def test_redirected_with_its_body_it_is_accepted_twice(
        self, anna: Visitor, overview: Page, fault: Fault, state: State, sandbox: Sandbox, to: str
    ) -> None:
        fault("redirects_final", to=to)
        form = overview.form("nosutit")
        first = anna.http.post(form.action, data=form.values(), follow_redirects=False)
        assert first.status_code == 307
        target = httpx2.URL(sandbox.portal_url).join(first.headers["location"])
        assert str(target).startswith(sandbox.other_url if to == "origin" else sandbox.portal_url)
        assert target.path == f"{SICKNESS}/nosutit-talak"
        assert counts(state) == (1, 1)
        anna.http.post(target, data=form.values())
        assert counts(state) == (2, 2)

    def test_redirected_it_can_be_accepted_at_the_target_alone(
        self, anna: Visitor, overview: Page, fault: Fault, state: State
    ) -> None:
        fault("redirects_final", accepts_first=False)
        received = anna.send(overview)  # httpx follows a 307 with the body, as a browser does
        assert received.heading == "Iesniegums saņemts"
        assert counts(state) == (2, 1)

    def test_a_careless_portal_files_twice(self, anna: Visitor, overview: Page, fault: Fault, state: State) -> None:
        fault("accepts_twice")
        anna.send(overview)
        anna.send(overview)
        assert counts(state) == (2, 2)

    def test_declined_by_the_holder(self, anna: Visitor, overview: Page, fault: Fault, state: State) -> None:
        fault("refuses_values", at="final")
        answer = anna.send(overview)
        assert answer.status == 422
        assert "Konta numurs (IBAN): Konts pieder citai personai" in answer.text_of("kludas")
        assert counts(state) == (1, 0)
        fault("refuses_values", at="step")
        assert anna.send(answer).heading == "Iesniegums saņemts"


class TestSteps:
    def test_values_refused_beside_the_field(self, anna: Visitor, fault: Fault) -> None:
        fault("refuses_values")
        page = anna.walk(anna.get(f"{SICKNESS}/informacija"), [{"iepazinos": "ja"}])
        refused = anna.answer(page, sickness_answers()[0])
        assert refused.message_beside("konts") == "Konts pieder citai personai"
        child = anna.walk(anna.get(f"{KINDERGARTEN}/informacija"), [{"iepazinos": "ja"}])
        refused = anna.answer(child, kindergarten_answers()[0])
        assert refused.message_beside("berna_pk") == "Bērns Iedzīvotāju reģistrā nav atrasts"

    def test_a_changed_form_renames_one_field_and_requires_another(self, anna: Visitor, fault: Fault) -> None:
        page = anna.walk(anna.get(f"{SICKNESS}/informacija"), [{"iepazinos": "ja"}])
        before = set(page.form("solis").values())
        fault("form_changed")
        after = set(anna.get(f"{SICKNESS}/dati").form("solis").values())
        assert before - after == {"konts"}
        assert after - before == {"maksajuma_konts", "nodarbinatiba"}
        refused = anna.answer(anna.get(f"{SICKNESS}/dati"), sickness_answers()[0])
        assert refused.message_beside("maksajuma_konts")
        assert refused.message_beside("nodarbinatiba")

    def test_a_draft_from_before_the_change_is_led_back(self, anna: Visitor, overview: Page, fault: Fault) -> None:
        fault("form_changed")
        assert anna.get(f"{SICKNESS}/parskats").path == f"{SICKNESS}/dati"

    def test_a_cosmetic_change_leaves_every_control_as_it_was(self, anna: Visitor, fault: Fault) -> None:
        def structure() -> tuple[str, list[tuple[str, dict[str, str], str]]]:
            page = anna.get(f"{SICKNESS}/dati")
            form = page.form("solis")
            controls = []
            for one in form.controls():
                looks = (
                    ("aria-describedby", "value") if one.attributes.get("type") == "hidden" else ("aria-describedby",)
                )
                kept = {name: value for name, value in one.attributes.items() if name not in looks}
                controls.append((one.tag, kept, page.label_of(one.attributes.get("id", ""))))
            return page.response.text, controls

        anna.walk(anna.get(f"{SICKNESS}/informacija"), [{"iepazinos": "ja"}])
        text, controls = structure()
        fault("form_changed_cosmetic")
        changed_text, changed_controls = structure()
        assert controls == changed_controls
        assert len(changed_text) > len(text) + 100

    def test_the_session_is_lost_at_the_step_that_was_named(self, anna: Visitor, fault: Fault) -> None:
        fault("session_lost", step="pielikumi")
        page = anna.walk(anna.get(f"{SICKNESS}/informacija"), [{"iepazinos": "ja"}, sickness_answers()[0]])
        lost = anna.answer(page, {"darbs_beidzies": "ne"})
        assert lost.path == "/pieslegties"

    def test_the_session_is_lost_at_the_final_request(
        self, anna: Visitor, overview: Page, fault: Fault, state: State
    ) -> None:
        fault("session_lost", step="nosutit")
        assert anna.send(overview).path == "/pieslegties"
        assert counts(state) == (1, 0)


class TestWholePortal:
    def test_down_answers_503_everywhere_but_at_the_switches(
        self, anna: Visitor, overview: Page, fault: Fault, state: State
    ) -> None:
        fault("down")
        assert anna.http.get("/pakalpojumi").status_code == 503
        assert anna.send(overview).status == 503
        assert counts(state) == (1, 0)

    def test_slow_waits_before_or_after_it_acts(
        self, anna: Visitor, overview: Page, fault: Fault, state: State
    ) -> None:
        fault("slow", seconds=0.5, only_final=True, after=True)
        form = overview.form("nosutit")
        with pytest.raises(httpx2.ReadTimeout):
            anna.http.post(form.action, data=form.values(), timeout=0.2)
        assert counts(state) == (1, 1)
        fault("slow", seconds=0.1)
        begun = time.monotonic()
        anna.get("/pakalpojumi")
        assert time.monotonic() - begun >= 0.1

    def test_reset_forgets_everything(self, anna: Visitor, overview: Page, fault: Fault, sandbox: Sandbox) -> None:
        anna.send(overview)
        fault("down")
        answer = httpx2.post(f"{sandbox.portal_url}/_sandbox/reset", trust_env=False, verify=False).json()
        assert answer == {"final_posts": 0, "accepted": 0, "drafts": 0, "sign_ins": 0, "applications": []}
        assert anna.http.get("/api/mani-iesniegumi").status_code == 401


class TestSwitches:
    @pytest.mark.parametrize("body", ['{"fault":"unheard_of"}', '{"fault":"slow","colour":"red"}', "{}", "no"])
    def test_an_unknown_fault_is_an_error(self, sandbox: Sandbox, body: str) -> None:
        answer = httpx2.post(f"{sandbox.portal_url}/_sandbox/faults", content=body, trust_env=False, verify=False)
        assert answer.status_code == 400

    def test_can_be_switched_on_the_page(self, sandbox: Sandbox) -> None:
        for on in ("1", "0"):
            httpx2.post(
                f"{sandbox.inbox_url}/_sandbox/switch", data={"fault": "down", "on": on}, trust_env=False, verify=False
            )
            assert ("down" in sandbox.faults) is (on == "1")
        assert (
            "Portāls nav pieejams" in httpx2.get(f"{sandbox.portal_url}/_sandbox/", trust_env=False, verify=False).text
        )

    def test_ask_for_the_key_when_there_is_one(self) -> None:
        with Sandbox(replace(SandboxSettings.for_tests(), control_key="k")) as locked:
            address = f"{locked.portal_url}/_sandbox/state"
            assert httpx2.get(address, trust_env=False, verify=False).status_code == 403
            assert httpx2.get(address, headers={"X-Sandbox-Key": "k"}, trust_env=False, verify=False).status_code == 200
