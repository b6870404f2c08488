"""The page of practice: who is there, a computer of one's own, what was sent, and beginning anew."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Connection

from connectors.sandbox import Sandbox, SandboxSettings
from gateway.clock import HeldClock
from gateway.demo.people import CENTRES, PASSWORD, STAFF
from gateway.parts import Parts
from gateway.people import staff
from gateway.people.roles import Role
from gateway.practice import exercises, world
from gateway.practice.exercises import Filed
from tests.gateway.callers import Caller, Callers, callers, fitted, renderer
from tests.gateway.callers import parts as live_parts

__all__ = ["callers", "live_parts", "renderer"]


@pytest.fixture
def inbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxSettings.for_tests()) as sandbox:
        yield sandbox


@pytest.fixture
def parts(live_parts: Parts, clock: HeldClock) -> Parts:
    """A practice gateway with its made-up centres."""
    live_parts.database.write_now(lambda conn: add_centres(conn, clock.now()))
    return replace(live_parts, settings=replace(live_parts.settings, mode="practice", sms_url=None))


def add_centres(conn: Connection, now: datetime) -> None:
    for each in CENTRES:
        staff.add_centre(
            conn, name=each.name, kind="vpvkac", municipality=each.municipality, centre_id=each.id, now=now
        )


def test_names_everybody_and_their_codes_and_says_when_the_inbox_is_away(callers: Callers) -> None:
    text = callers.nobody().get("/practice").text
    for each in STAFF:
        assert each.login in text
    assert len(re.findall(r">\d{6}</td>", text)) == len(STAFF)
    assert PASSWORD in text
    assert "329999-00001" in text
    assert "does not answer" in callers.staff(Role.ASSISTANT).get("/practice").text


def test_shows_what_was_sent(callers: Callers, inbox: Sandbox) -> None:
    settings = replace(callers.parts.settings, sms_url=f"{inbox.inbox_url}/sms")
    browser = Caller(fitted(replace(callers.parts, settings=settings)))
    assert "+37120000001" not in browser.get("/practice").text
    inbox._mailbox.take_sms("+37120000001", "MĀCĪBAS. Pilnvara: kods 123456.", "m-1")
    text = browser.get("/practice").text
    assert "+37120000001" in text
    assert "kods 123456" in text


def test_gives_anybody_a_code_that_makes_a_computer(callers: Callers) -> None:
    browser = Caller(callers.app)
    csrf = re.search(r'name="_csrf" value="([^"]+)"', browser.get("/practice").text)
    assert csrf
    browser.csrf = csrf[1]
    shown = browser.post("/practice/computer", {"centre": CENTRES[1].id})
    assert shown.status == 200, shown.text
    digits = "".join(re.findall(r'app-code__group">(\d+)<', shown.text))
    assert browser.post("/terminal/enrol", {"code": digits}).status == 303
    assert CENTRES[1].name in browser.get("/sign-in").text


def test_only_somebody_who_is_signed_in_asks_for_everything_to_be_forgotten(callers: Callers) -> None:
    folder = callers.parts.settings.data_dir
    assert callers.nobody().post("/practice/begin-anew").status in {303, 401, 403}
    assert not world.is_wished(folder)
    assert callers.staff(Role.ASSISTANT).post("/practice/begin-anew").status == 200
    assert world.is_wished(folder)


def test_one_filing_is_certified_for_one_number(callers: Callers, monkeypatch: pytest.MonkeyPatch) -> None:
    now = callers.parts.clock.now()
    filed = [Filed(each, "lv.vsaa.sickness_benefit", "Sickness benefit", now) for each in ("first", "second")]
    monkeypatch.setattr(exercises, "of_staff", lambda *_: filed)  # to file two takes two visits
    browser = callers.staff(Role.ASSISTANT)

    def certify(filing: str, number: str) -> int:
        told = browser.post("/practice/exercises", {"filing": filing, "number": number})
        assert ("for another number already" in told.text) is (told.status == 422)
        return told.status

    assert certify("first", "A" * 12) == 200
    assert certify("first", "A" * 12) == 200, "whoever lost the certificate takes it once more"
    assert certify("first", "B" * 12) == 422
    assert certify("second", "B" * 12) == 200


def test_shares_no_cookie_with_a_live_gateway_on_the_same_host(callers: Callers) -> None:
    set_here = callers.nobody().get("/sign-in").cookies
    assert set_here
    assert all(name.startswith("pilnvara_practice_") for name in set_here)
