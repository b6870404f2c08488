"""What the portal's answer and the page after it say together: what was taken is never called declined."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.runner import outcome
from connectors.runner.api import DeclinedByPortal, Evidence, Filed, Unknown
from connectors.runner.record import FinalRecord
from connectors.sdk import registry
from connectors.sdk.page import PageState
from tests.connectors.desk import SICKNESS

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
LOST = PageState(path="/pieslegties", title="Sesija beigusies")
INCOME = "lv.vid.annual_income_declaration"


def judged(
    state: PageState, *, connector_id: str = SICKNESS, status: int = 303, location: str = "", answer: bytes = b""
) -> DeclinedByPortal | Filed | Unknown:
    known = registry.find(connector_id)
    connector = replace(known, sign_in=replace(known.sign_in, lost_titles=("Sesija beigusies",)))
    record = FinalRecord(body_sha256="0" * 64, sent_at=NOW, status=status, location=location, answer=answer)
    evidence = Evidence(body_sha256=record.body_sha256, sent_at=NOW, status=status)
    return outcome.from_page(connector, record, evidence, state)


class TestASessionThatIsLostAtTheLastButton:
    @pytest.mark.parametrize(("status", "location"), [(200, ""), (303, "/pieslegties")])
    def test_has_filed_nothing_where_the_answer_itself_says_so(self, status: int, location: str) -> None:
        assert isinstance(judged(LOST, status=status, location=location), DeclinedByPortal)

    def test_is_no_refusal_where_the_answer_named_the_application(self) -> None:
        location = "/pakalpojumi/slimibas-pabalsts/sanemts/VSAA-2026-000001"
        sent = judged(LOST, location=location)
        assert isinstance(sent, Filed)
        assert sent.reference == "VSAA-2026-000001"

    def test_is_a_doubt_where_the_answer_led_to_the_receipt_without_a_number(self) -> None:
        assert isinstance(judged(LOST, location="/pakalpojumi/slimibas-pabalsts/sanemts/1"), Unknown)

    def test_is_a_doubt_where_the_portal_has_made_something(self) -> None:
        assert isinstance(judged(LOST, status=201), Unknown)


class TestWhatThePortalRefuses:
    """Its words stand at the question, also where the page with the last button has no control for it."""

    TEXT = "Konta numurs nav derīgs"
    PATH = "/pakalpojumi/slimibas-pabalsts/parskats"

    def test_is_said_at_the_question_that_its_message_leads_to(self) -> None:
        account = next(fill for page in registry.find(SICKNESS).pages for fill in page.fills if fill.input == "account")
        control = account.actions({})[0].control
        state = PageState(
            path="/pakalpojumi/slimibas-pabalsts/parskats",
            messages=(self.TEXT, "Labojiet."),
            pointed={control: self.TEXT},
        )
        sent = judged(state, status=422)
        assert isinstance(sent, DeclinedByPortal)
        assert (sent.messages, sent.general) == ({"account": self.TEXT}, ("Labojiet.",))

    def test_is_said_by_itself_where_its_message_leads_to_no_question(self) -> None:
        state = PageState(
            path="/pakalpojumi/slimibas-pabalsts/parskats", messages=(self.TEXT,), pointed={"x": self.TEXT}
        )
        sent = judged(state, status=422)
        assert isinstance(sent, DeclinedByPortal)
        assert (sent.messages, sent.general) == ({}, (self.TEXT,))


def test_a_message_after_an_answer_that_named_the_application_is_no_refusal() -> None:
    state = PageState(path="/e/gada-ienakumu-deklaracija/parskats", messages=("Apliecinājumu nevar parādīt.",))
    sent = judged(state, connector_id=INCOME, status=200, answer=b'{"numurs": "VID-2026-000001"}')
    assert isinstance(sent, Filed)
    assert sent.reference == "VID-2026-000001"
