"""What became of an application, on the page of the person whose matter it is."""

from audit.events import EventName
from connectors.sdk.outcome import Standing
from gateway.people import residents
from tests.gateway.pages.facing import SOMEBODY_ELSE
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.visits.followed import filed, told

PDF = b"%PDF-1.7 decision"


def test_its_way_stands_there_with_what_is_wanted_and_later_the_decision(own: Own) -> None:
    counter = filed(own.facing.counter)
    here = f"/mine/delegations/{counter.delegation().id}"
    told(counter, Standing.MORE_WANTED, wanted="Izziņa no ārsta")
    own.sign_in()
    assert "Izziņa no ārsta" in own.see(here)
    told(counter, Standing.GRANTED, decision=PDF)
    own.sign_in()
    assert "/decision.pdf" in own.see(here)
    pdf = own.phone.get(f"{here}/filings/{counter.filing().id}/decision.pdf")
    assert (pdf.status, pdf.body) == (200, PDF)
    assert EventName.DECISION_OPENED in counter.events()


def test_a_right_that_was_stopped_is_shown_as_such_before_anybody_would_look_again(own: Own) -> None:
    counter = filed(own.facing.counter)
    counter.stop()
    shown = own.sign_in().see(f"/mine/delegations/{counter.delegation().id}")
    assert "Sekošana ir apturēta" in shown or "Looking was stopped" in shown


def test_nobody_elses_decision_is_opened(own: Own) -> None:
    counter = filed(own.facing.counter)
    told(counter, Standing.GRANTED, decision=PDF)
    counter.knows(residents.Profile(name="Cits Cilvēks", code=SOMEBODY_ELSE))
    own.sign_in(SOMEBODY_ELSE)
    address = f"/mine/delegations/{counter.delegation().id}/filings/{counter.filing().id}/decision.pdf"
    assert own.phone.get(address).status == 404
