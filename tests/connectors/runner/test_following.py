"""What becomes of an application: what the portal's words mean, and that looking changes nothing there."""

import json
from dataclasses import replace
from datetime import date
from urllib.request import Request, urlopen

import pytest

from connectors.runner import Filed, FollowTask, Verdict
from connectors.runner.errors import FormChangedError, PortalUnavailableError, RunStoppedError
from connectors.runner.following import read
from connectors.sdk import Listed, Outcome, Standing
from connectors.sdk.outcome import Stage
from tests.connectors.desk import Desk
from tests.connectors.runner.run_steps import prepare, send

_WORDS = {"in work": Standing.IN_PROGRESS, "bring": Standing.MORE_WANTED, "yes": Standing.GRANTED}
_LIST = Outcome(
    path="/api",
    listed=Listed(items="all", reference="no"),
    state="s",
    standings=_WORDS,
    wanted="w",
    until="u",
)
_PAGE = Outcome(
    path="/a/{reference}", state=r"State: ([^\n]+)", standings=_WORDS, wanted=r"Bring: (.+)", until=r"by (\S+)"
)


def listed(**entry: str) -> bytes:
    return json.dumps({"all": [{"no": "A-2", "s": "yes"}, {"no": "A-1", **entry}]}).encode()


class TestAList:
    def test_tells_the_state_of_the_one_that_is_asked_about(self) -> None:
        assert read(_LIST, "A-1", text="", body=listed(s="in work")).standing is Standing.IN_PROGRESS

    def test_tells_what_more_is_wanted_and_by_when(self) -> None:
        found = read(_LIST, "A-1", text="", body=listed(s="bring", w=" a birth certificate ", u="2026-12-01"))
        assert (found.wanted, found.until) == ("a birth certificate", date(2026, 12, 1))

    def test_with_a_word_that_nobody_knows_is_a_changed_portal_and_no_news(self) -> None:
        with pytest.raises(FormChangedError):
            read(_LIST, "A-1", text="", body=listed(s="archived"))

    @pytest.mark.parametrize("state", ["yes", "in work"])
    def test_with_two_under_one_number_says_nothing_of_either(self, state: str) -> None:
        entries = [{"no": "A-1", "s": state}, {"no": "A-1", "s": "yes"}]
        with pytest.raises(FormChangedError, match="two applications"):
            read(_LIST, "A-1", text="", body=json.dumps({"all": entries}).encode())

    def test_without_the_application_says_nothing_about_it(self) -> None:
        with pytest.raises(PortalUnavailableError):
            read(_LIST, "A-3", text="", body=listed(s="yes"))

    @pytest.mark.parametrize(
        "body", [b"<html>", b"[]", b'{"all": 1}', b'{"all": [{"s": "yes"}]}', b'{"all": ["A-1"]}', b"[" * 200_000]
    )
    def test_of_another_shape_is_a_changed_portal(self, body: bytes) -> None:
        with pytest.raises(FormChangedError):
            read(_LIST, "A-1", text="", body=body)


class TestAPage:
    def test_tells_the_state_what_is_wanted_and_by_when(self) -> None:
        found = read(_PAGE, "A-1", text="State: bring\nBring: a form by 01.12.2026.", body=b"")
        assert (found.standing, found.until) == (Standing.MORE_WANTED, date(2026, 12, 1))
        assert found.wanted.startswith("a form")

    def test_with_a_day_that_cannot_be_read_still_tells_the_rest(self) -> None:
        found = read(_PAGE, "A-1", text="State: bring\nBring: a form by 99.99.2026", body=b"")
        assert (found.standing, found.until) == (Standing.MORE_WANTED, None)

    def test_that_says_no_state_is_a_changed_portal(self) -> None:
        with pytest.raises(FormChangedError):
            read(_PAGE, "A-1", text="Welcome", body=b"")


def test_each_standing_belongs_to_a_stage() -> None:
    stages = {standing: standing.stage for standing in Standing}
    assert stages.pop(Standing.RECEIVED) is Stage.REQUEST
    assert {stages.pop(Standing.GRANTED), stages.pop(Standing.REFUSED)} == {Stage.RESULT}
    assert set(stages.values()) == {Stage.EXECUTION}


@pytest.mark.anyio
async def test_an_application_is_followed_to_its_decision_by_requests_that_change_nothing(desk: Desk) -> None:
    """One walk: received, more wanted, decided; the decision only for whom it is to be fetched; a stop ends a look."""
    task = desk.prepare_task()
    sent = await send(desk, task, await prepare(desk, task))
    assert isinstance(sent, Filed)
    before = desk.state()
    desk.asked.clear()
    look = FollowTask(**desk.common(task.connector_id), reference=sent.reference, collect=True)

    assert (await desk.runner.follow(look, desk.decide, desk.progress)).standing is Standing.RECEIVED
    _handle(desk, reference=sent.reference, state="jāpapildina", wanted="Izziņa", until="2026-12-24")
    found = await desk.runner.follow(look, desk.decide, desk.progress)
    assert (found.standing, found.wanted, found.until) == (Standing.MORE_WANTED, "Izziņa", date(2026, 12, 24))
    assert found.decision is None
    _handle(desk, reference=sent.reference, state="apmierināts")
    decided = await desk.runner.follow(look, desk.decide, desk.progress)
    assert decided.standing is Standing.GRANTED
    assert decided.decision is not None
    assert decided.decision.startswith(b"%PDF-")
    only_followed = await desk.runner.follow(replace(look, collect=False), desk.decide, desk.progress)
    assert (only_followed.standing, only_followed.decision) == (Standing.GRANTED, None)

    assert desk.kinds() == ["sign_in"] * 4
    after = desk.state()
    assert {name: after[name] for name in ("final_posts", "accepted", "drafts")} == {
        name: before[name] for name in ("final_posts", "accepted", "drafts")
    }
    desk.verdict = lambda _: Verdict(False, "delegation.revoked")
    with pytest.raises(RunStoppedError):
        await desk.runner.follow(look, desk.decide, desk.progress)


def _handle(desk: Desk, **said: str) -> None:
    headers = {"Content-Type": "application/json"}
    body = json.dumps(said).encode()
    urlopen(Request(f"{desk.portal}/_sandbox/applications", data=body, headers=headers, method="POST")).close()
