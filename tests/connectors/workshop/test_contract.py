"""The contract that every connector inherits, and that it notices what is broken."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from unittest import SkipTest

import pytest

from connectors.runner import errors
from connectors.sdk import Connector, Words, registry
from connectors.sdk.steps import Request
from connectors.workshop import checks, still
from connectors.workshop.breaking import emptied_member
from connectors.workshop.contract import ConnectorContract
from connectors.workshop.front import Front, Trouble
from connectors.workshop.listening import listening
from tests.connectors.desk import SICKNESS

CONNECTORS = list(registry.all().values())


class TestTheWizardsPortal(ConnectorContract):
    """What `test_runs` and `test_trouble` do not try already; `pilnvara connectors test` tries all of it."""

    connector = SICKNESS
    sample = CONNECTORS[0].samples[1].name
    checks = (
        checks.is_filed_once,
        checks.changes_are_refused,
        checks.an_undeclared_fee_is_refused,
        checks.killed_before_the_verdict_sends_nothing,
        checks.a_lost_session_files_nothing,
        checks.refused_values_come_back_to_their_question,
        checks.no_answer_is_looked_up,
        checks.logs_hold_no_secret,
    )

    def test_a_broken_clause_is_noticed(self) -> None:
        stage = self._scene.stage
        real, stage.connector = stage.connector, replace(stage.connector, look_up=None)
        stage.connector = replace(stage.connector, receipt=replace(real.receipt, pdf_link="Nothing is called so"))
        try:
            with pytest.raises(checks.BrokenContractError, match="no PDF came by the link"):
                self._scene.hold(no_pdf_of(stage.connector))
        finally:
            stage.connector = real

    def test_a_check_that_ends_without_having_done_anything_is_broken(self) -> None:
        async def idle(_: checks.Stage) -> None:
            """End well, and do nothing."""

        with pytest.raises(checks.BrokenContractError, match="never asked anything"):
            self._scene.hold(idle)

    def test_a_check_whose_trouble_never_comes_is_broken(self) -> None:
        async def waits_in_vain(stage: checks.Stage) -> None:
            """Break a page that the form does not have."""
            stage.front.trouble = Trouble(change=("/no/such/page", str.upper))
            await stage.prepared()

        with pytest.raises(checks.BrokenContractError, match="never came to pass"):
            self._scene.hold(waits_in_vain)

    def test_a_browser_that_is_gone_before_anybody_was_asked_shows_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def lost(*_: object) -> None:
            raise errors.SessionLostError("the portal asks to sign in again")

        monkeypatch.setattr(self._scene.stage.bench, "send", lost)
        with pytest.raises(checks.BrokenContractError, match="before anybody was asked about the final request"):
            self._scene.hold(checks.killed_before_the_verdict_sends_nothing)

    def test_a_check_that_does_not_apply_is_counted_as_skipped_with_the_reason(self) -> None:
        async def apart(_: checks.Stage) -> None:
            """Find nothing that it is about."""
            raise checks.NotApplicableError("no answer is text")

        with pytest.raises(SkipTest, match=f"does not apply to {SICKNESS}: no answer is text"):
            self._scene.hold(apart)


class TestTheSinglePagesPortal(ConnectorContract):
    """What steps in JSON are held to besides what `test_single_page` tries."""

    connector = "lv.nva.unemployed_status"
    checks = (checks.refused_values_come_back_to_their_question, checks.an_undeclared_fee_is_refused)


def test_a_member_is_emptied_where_it_stands() -> None:
    without = emptied_member("/a~1b/c")
    assert json.loads(without("application/json", b'{"a/b": {"c": "x", "d": 1}, "c": "x"}')) == {
        "a/b": {"c": "", "d": 1},
        "c": "x",
    }


def no_pdf_of(connector: Connector) -> checks.Check:
    """The happy path with a browser that finds no link, as the connector's own declaration would make it."""

    async def check(stage: checks.Stage) -> None:
        assert stage.connector is connector
        stage.front.trouble = Trouble(change=(connector.receipt.path, lambda text: text.replace("(PDF)", "")))
        await checks.is_filed_once(stage)

    return check


class TestWithoutAPortal:
    @pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.id)
    def test_what_is_built_in_is_whole(self, connector: Connector) -> None:
        assert list(still.faults(connector)) == []

    @pytest.mark.parametrize(
        ("broken", "said"),
        [
            (lambda c: replace(c, samples=()), "there is no sample"),
            (lambda c: replace(c, fingerprints={}), "there is no committed form of step 'informacija'"),
            (
                lambda c: replace(c, receipt=replace(c.receipt, reference=r"VSAA-\d+")),
                "the receipt's reference has no group 1",
            ),
            (
                lambda c: replace(c, receipt=replace(c.receipt, reference="COMPLETE")),
                "the reference on the receipt is not said yet",
            ),
            (lambda c: replace(c, service_key=lambda _: ""), "service_key gives nothing for sample"),
            (
                lambda c: replace(
                    c, inputs=(replace(c.inputs[0], label=Words("TRANSLATE: Read", "Read")), *c.inputs[1:])
                ),
                "the label of 'information_read' has no Latvian words",
            ),
            (
                lambda c: replace(c, steps=(replace(c.steps[0], request=Request(path="/x", fields=())), *c.steps[1:])),
                "step 'informacija' has a field that its request does not declare: 'iepazinos'",
            ),
            (
                lambda c: replace(c, steps=(replace(c.steps[0], volatile=frozenset({"iepazinos"})), *c.steps[1:])),
                "step 'informacija' hides a control that people see, so that no yes covers it: 'iepazinos'",
            ),
        ],
    )
    def test_what_is_missing_is_told(self, broken: Callable[[Connector], Connector], said: str) -> None:
        faults = list(still.faults(broken(registry.find(SICKNESS))))
        assert any(said in fault for fault in faults), faults


class TestTheListener:
    def test_hears_the_lowest_word_of_a_run_and_nothing_of_the_front(self) -> None:
        heard: list[str] = []
        before = logging.getLogger().level
        with listening(heard):
            logging.getLogger("connectors.runner.gate").debug("a word")
            logging.getLogger("httpx2").debug("the front's")
        logging.getLogger("connectors.runner.gate").debug("afterwards")
        assert heard == ["connectors.runner.gate a word"]
        assert logging.getLogger().level == before


class TestTheFront:
    def test_moves_a_portals_own_addresses_and_keeps_its_cookies_for_the_browser(self) -> None:
        front = Front("http://127.0.0.2:8401", registry.find(SICKNESS))
        front.origin = "http://127.0.0.6:1"
        assert (
            front._outward_header("location", "http://127.0.0.2:8401/a?b=http://x") == "http://127.0.0.6:1/a?b=http://x"
        )
        assert front._outward_header("set-cookie", "s=1; Domain=portal; Secure; HttpOnly") == "s=1; HttpOnly"
        told = front._inward([("origin", front.origin), ("host", "127.0.0.6:1"), ("cookie", "s=1")])
        assert told == [("origin", "http://127.0.0.2:8401"), ("cookie", "s=1")]

    def test_knows_the_final_request_from_the_connector(self) -> None:
        front = Front("http://127.0.0.2:8401", registry.find(SICKNESS))
        final = registry.find(SICKNESS).final.request
        assert front._is(final, "POST", f"{final.path}?x=1", "", b"")
        assert not front._is(final, "GET", final.path, "", b"")
        assert not front._is(final, "POST", "/elsewhere", "", b"")
