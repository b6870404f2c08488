"""Who comes back with a document is told what became of it; that somebody looked and handed it over is seen."""

from audit.events import EventName
from connectors.sdk.outcome import Standing
from gateway.people.roles import Role
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.pages.stopping.conftest import Staff
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.followed import filed, told

PDF = b"%PDF-1.7 decision"


def presented(counter: Counter, assistant: Phone) -> str:
    assistant.see("/presented")
    shown = assistant.send("/presented", code="329999-00001", document="passport").location
    return f"{shown}/{counter.delegation().id}"


def test_at_a_centre_the_stage_is_seen_and_the_rest_once_it_was_said_that_one_looks(
    facing: Facing, signed_in: Staff
) -> None:
    counter = filed(facing.counter)
    told(counter, Standing.REFUSED, wanted="Par vēlu iesniegts", decision=PDF)
    assistant = signed_in(Role.ASSISTANT)
    here = presented(counter, assistant)
    filing = counter.filing().id
    before = assistant.see(here).text
    assert "Result" in before
    assert not any(word in before for word in ("refused", "Par vēlu", "/decision/"))
    assert assistant.get(f"{here}/decision/{filing}").status == 404
    assert assistant.send(f"{here}/handed-over", filing=filing, how="printed").status == 404

    assert assistant.send(f"{here}/outcome").status == 303
    after = assistant.see(here).text
    assert "Decided: refused" in after
    assert "Par vēlu iesniegts" in after
    answer = assistant.get(f"{here}/decision/{filing}")
    assert answer.body == PDF
    assert answer.headers["content-disposition"].startswith("inline;")
    assert f'src="{here}/decision/{filing}"' in assistant.see(f"{here}/decision/{filing}/print").text
    assert assistant.send(f"{here}/handed-over", filing=filing).status == 422
    assert assistant.send(f"{here}/handed-over", filing=filing, how="printed").status == 303
    assert counter.said(EventName.OUTCOME_HANDED_OVER)["how"] == "printed"
    who = {counter.entry(event).actor.id for event in (EventName.OUTCOME_HANDED_OVER, EventName.DECISION_SHOWN)}
    assert len(who) == 1
