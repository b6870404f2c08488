"""What became of an application, on the page of the person whose matter it is."""

from datetime import timedelta

from sqlalchemy import update

from audit.events import EventName
from connectors.sdk.outcome import Standing
from gateway.people import residents
from gateway.visits.outcome_tables import Following
from gateway.visits.scope import Wanted
from tests.gateway.pages.facing import SOMEBODY_ELSE, in_english
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.visits.counter import QUEUE, Counter
from tests.gateway.visits.followed import filed, told
from tests.gateway.visits.played import filed as portal_filed

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


def test_the_phone_that_said_yes_shows_how_far_it_is_and_leads_to_the_page_with_the_words(own: Own) -> None:
    counter = own.facing.counter
    counter.open(QUEUE).ask(services=(Wanted(service=QUEUE, follow=True),))
    phone = in_english(own.facing.granted())
    counter.fill()
    counter.prepare()
    own.facing.approve(phone)
    counter.press()
    counter.answer(portal_filed(counter.clock.now()))
    assert 'href="/mine"' not in phone.see().text.partition("<main")[2]
    due_soon(counter)
    told(counter, Standing.MORE_WANTED, wanted="Izziņa no ārsta")
    page = phone.see().text
    assert "Ziemeļu novads municipality works on it." in page
    assert "Izziņa no ārsta" not in page
    counter.close()
    due_soon(counter)
    told(counter, Standing.GRANTED)
    page = phone.see().text
    assert "Ziemeļu novads municipality has decided." in page
    assert 'href="/mine"' in page.partition("<main")[2]


def due_soon(counter: Counter) -> None:
    """So that the phone's session lives on until the portal is asked."""
    soon = update(Following).values(next_at=counter.clock.now() + timedelta(minutes=1))
    counter.write(lambda conn: conn.execute(soon))


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
