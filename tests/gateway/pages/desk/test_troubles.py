"""What the desk and the list of portals say of a portal that is out of order and of a form that has changed."""

from connectors.runner import errors as run_errors
from connectors.sdk.words import Words
from gateway.services import catalogue
from gateway.visits import drift, running, troubles
from gateway.visits.reading import Stage
from gateway.visits.tables import RunKind
from gateway.visits.trouble_tables import WHOLE, TroubleKind
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits.counter import BENEFIT

CHANGED = (Words("2. solī “Dati” vairs nav jautājuma “Konts”.", "In step 2 “Data” the question “Konts” is gone."),)


AWAY = run_errors.PortalUnavailableError("the portal did not answer")


def fail(desk: Desk) -> None:
    """The newest errand is taken up, and the portal is away."""
    desk.begin()
    run = desk.run_of(RunKind.PREPARE).id
    desk.write(lambda conn: running.failed(conn, desk.store, run, AWAY))


def test_nothing_is_wrong_and_the_list_says_so(desk: Desk) -> None:
    assert "Every portal works" in desk.browser.get("/portals").text


def test_of_a_changed_form_says_what_changed_and_takes_no_answers(desk: Desk) -> None:
    benefit = desk.read(lambda conn: catalogue.find(conn, BENEFIT))
    desk.write(lambda conn: drift.found(conn, benefit, CHANGED, desk.clock.now()))
    assert "Form changed" in desk.at(Stage.SERVICE).look().text
    listed = desk.browser.get("/portals").text
    assert "the question “Konts” is gone." in listed
    assert "vairs nav jautājuma" not in listed


def test_who_waits_for_a_free_worker_reads_their_place(desk: Desk) -> None:
    desk.at(Stage.QUESTIONS)
    desk.fill()
    assert "Place in line: 1" in desk.look().text
    assert desk.look().text.count("The application waits for its turn") >= 2
    assert "The application waits for its turn" in desk.browser.get("/desk").text
    desk.begin()
    page = desk.look().text
    assert "Place in line" not in page
    assert "waits for its turn" not in page


def test_of_a_portal_that_is_away_says_that_what_is_given_waits(desk: Desk) -> None:
    desk.at(Stage.FILLING)
    portal = desk.read(lambda conn: catalogue.find(conn, BENEFIT)).portal_id or ""
    away = (portal, WHOLE, TroubleKind.UNWELL, AWAY.code, ())
    desk.write(lambda conn: troubles.begin(conn, *away, desk.clock.now()))
    fail(desk)
    assert desk.view().stage is Stage.FILLING
    page = desk.look().text
    assert "out of order since" in page
    assert '<h1 class="govuk-heading-l">The application waits for the portal</h1>' in page
    assert "form is being filled in" not in page
    listed = desk.browser.get("/portals").text
    assert "It did not answer, or said that it is out of order." in listed
    assert "Applications that wait" in listed
