"""The second signatory's document: asked for at the desk, and the display says what it waits for."""

from sqlalchemy import Connection

from audit.events import EventName
from delegation.assurance import NumberSource, Route
from delegation.model import AuthorityKind, DelegationState
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.visits import confirming
from gateway.visits.approvals import Answer
from gateway.visits.parties import Authority
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits.counter import ILZE

SECOND = Profile(name="Jānis Otrais", code="329999-00002", phone="+37120000002")
FIRST = Profile(name=ILZE.name, code=ILZE.code, phone="+37120000001")
COMPANY = Profile(name="SIA Paraugs", code="40009999999", kind="company")
REGISTER = Authority(kind=AuthorityKind.SIGNATORY, document="register", reference="izziņa 1")


def first_has_said_yes(desk: Desk) -> None:
    """The first signatory has typed their code on the display; the second is asked."""

    def know(conn: Connection) -> None:
        for who in (FIRST, SECOND):
            found = residents.find_or_create(conn, desk.store, who, now=desk.clock.now())
            residents.remember(conn, desk.store, found.id, who, source=NumberSource.REGISTER, now=desk.clock.now())

    desk.write(know)
    desk.at(Stage.REQUEST)
    desk.ask(Route.DISPLAY, person=COMPANY, approver=ILZE, co_approvers=(SECOND,), authority=REGISTER)
    assert type_code(desk) is Answer.RIGHT


def type_code(desk: Desk) -> Answer:
    approval, code = desk.approval().id, desk.sent_code()
    return desk.write(lambda conn: confirming.approve_on_display(conn, desk.store, desk.display, approval, code))


def test_is_asked_for_and_recorded_before_the_code_counts(desk: Desk) -> None:
    first_has_said_yes(desk)
    here = f"approvals/{desk.approval().id}/document"
    page = desk.browser.get(desk.path).text
    assert "Jānis Otrais has to say yes too" in page
    assert "Waiting for the code on the display" not in page
    assert desk.press_button(here).status == 422
    assert desk.press_button(here, {"document": "library_card"}).status == 422
    assert desk.press_button(here, {"document": "passport"}).status == 303
    assert EventName.DOCUMENT_CHECKED in desk.events()
    assert "Waiting for the code on the display" in desk.browser.get(desk.path).text
    assert type_code(desk) is Answer.RIGHT
    assert desk.delegation().state is DelegationState.ACTIVE


def test_the_display_says_that_the_document_comes_first(desk: Desk) -> None:
    first_has_said_yes(desk)
    display = desk.callers.display()
    answer = display.post("/display/yes", {"approval": desk.approval().id, "code": desk.sent_code()})
    assert answer.status == 409
    assert "Šī cilvēka dokumentu vēl neviens nav apskatījis" in answer.text
    assert desk.delegation().state is DelegationState.REQUESTED


def test_the_display_promises_the_second_no_look_at_what_only_the_first_is_shown(desk: Desk) -> None:
    first_has_said_yes(desk)
    page = desk.callers.display().get("/display").text
    assert "Mēs:" in page
    assert "Aizpildīto pirms nosūtīšanas redzēs pirmais parakstītājs" in page
    assert "redzēsiet vēlreiz" not in page


def test_the_sheet_of_several_who_sign_is_headed_as_theirs(desk: Desk) -> None:
    desk.takes(Route.PAPER)
    desk.open()
    desk.ask(Route.PAPER, person=COMPANY, approver=ILZE, co_approvers=(SECOND,), authority=REGISTER)
    sheet = desk.look("/sheet").text
    assert "Ko mēs atļaujam</h1>" in sheet
    assert "Ko es atļauju" not in sheet
