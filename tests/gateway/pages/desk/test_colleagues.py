"""A colleague's open visit is found in the centre, and taken over by the document of whoever was asked."""

from dataclasses import replace

from sqlalchemy import func, select, update

from audit.events import EventName
from delegation.assurance import Route
from gateway.ledger.tables import AuditEvent
from gateway.services.tables import Service
from gateway.visits.reading import Stage
from gateway.visits.tables import Visit
from tests.gateway.callers import Caller
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.pages.facing import Facing, Phone

SHOWN = {"document": "passport", "present": "yes"}
RIGHT = SHOWN | {"code": "329999-00001"}


def seen_on(page: str) -> dict[str, str]:
    """What the form carries besides what is typed."""
    return {"seen": page.split('name="seen" value="')[1].split('"', maxsplit=1)[0].replace("&#43;", "+")}


def test_is_listed_without_names_and_taken_over_by_the_document(desk: Desk) -> None:
    desk.at(Stage.QUESTIONS)
    colleague = desk.another_assistant()
    path = f"/desk/colleagues/{desk.visit_id}"
    listed = colleague.get("/desk/colleagues").text
    assert path in listed
    assert desk.by.name in listed
    assert "Lete 1, this computer" in listed
    assert "Ilze" not in listed
    form = colleague.get(path).text
    assert "Ilze" not in form
    assert "at the other computer" not in form
    seen = seen_on(form)
    assert 'href="#code"' in colleague.post(path, seen | SHOWN).text
    assert colleague.post(path, seen | SHOWN | {"code": "329999-00002"}).status == 422
    taken = colleague.post(path, seen | RIGHT)
    assert (taken.status, taken.location) == (303, f"{desk.path}?note=took_over")
    assert colleague.get(desk.path).status == 200


def test_too_many_codes_are_told_on_the_page(desk: Desk) -> None:
    desk.at(Stage.QUESTIONS)
    colleague = desk.another_assistant()
    path = f"/desk/colleagues/{desk.visit_id}"
    form = seen_on(colleague.get(path).text) | SHOWN
    for number in range(20):
        assert colleague.post(path, form | {"code": f"329999-{90000 + number}"}).status == 422
    shut = colleague.post(path, form | RIGHT)
    assert (shut.status, "Too many tries" in shut.text) == (429, True)
    assert 'name="code"' in shut.text


def test_the_formers_page_leads_to_the_desk_and_keeps_nothing(desk: Desk) -> None:
    desk.at(Stage.QUESTIONS)
    former, colleague = desk.browser, desk.another_assistant()
    path = f"/desk/colleagues/{desk.visit_id}"
    colleague.post(path, seen_on(colleague.get(path).text) | RIGHT)
    desk.freshen()
    left = desk.browser.get(desk.path)
    assert (left.status, left.location) == (303, "/desk?note=taken_over")
    assert left.headers["clear-site-data"] == '"cache"'
    note = desk.browser.get("/desk?note=taken_over").text
    assert "served elsewhere now" in note
    assert f"/desk/visits/{desk.visit_id}" not in note
    sent = desk.press_button("answers", {"account": "LV78PARA0000000000001"})
    assert (sent.status, "served elsewhere now" in sent.text) == (409, True)
    assert former is not desk.browser


def test_a_second_press_meets_what_a_third_took(desk: Desk) -> None:
    desk.at(Stage.SERVICE)
    colleague = desk.another_assistant()
    path = f"/desk/colleagues/{desk.visit_id}"
    page = colleague.get(path).text
    assert 'name="code"' not in page
    late = colleague.post(path, {"seen": "2026-01-01T00:00:00+00:00"})
    assert late.status == 409
    assert "moved on" in late.text
    assert colleague.post(path, seen_on(page)).status == 303


def test_looking_at_the_list_is_on_the_record(desk: Desk) -> None:
    desk.at(Stage.QUESTIONS)
    desk.another_assistant().get("/desk/colleagues")
    listed = select(func.count()).where(AuditEvent.type == EventName.VISITS_LISTED)
    assert desk.read(lambda conn: conn.execute(listed).scalar_one()) == 1


def test_is_ticked_where_the_service_offers_it_and_read_before_the_yes(desk: Desk) -> None:
    desk.write(lambda conn: conn.execute(update(Service).values(any_assistant=False)))
    desk.at(Stage.REQUEST)
    assert "any_assistant" not in desk.look().text
    desk.write(lambda conn: conn.execute(update(Service).values(any_assistant=True)))
    assert 'name="any_assistant"' in desk.look().text
    asked = {"name": "Ilze Paraudziņa", "code": "329999-00001", "route": "phone", "any_assistant": "any_assistant"}
    assert desk.press_button("ask", asked | SHOWN).status == 303
    assert desk.delegation().any_of_centre
    colleague = desk.another_assistant()
    assert "needs no new yes" in colleague.get(f"/desk/colleagues/{desk.visit_id}").text
    desk.press_button("withdraw")
    assert 'name="any_assistant" type="checkbox" value="any_assistant" checked' in desk.look("?panel=again").text


class TestPhoneThatSaidYesBefore:
    """The visit is its own already: desk and phone say the same of what it is asked."""

    def handed_over(self, desk: Desk) -> tuple[Caller, Facing, Phone]:
        """A colleague has taken over what a phone allowed, and asks anew on the phone."""
        facing = Facing.at(desk)
        desk.open().ask(Route.PHONE)
        phone, colleague = facing.granted(), desk.another_assistant()
        path = f"/desk/colleagues/{desk.visit_id}"
        assert colleague.post(path, seen_on(colleague.get(path).text) | RIGHT).status == 303
        asked = {"name": "Ilze Paraudziņa", "code": "329999-00001", "route": "phone"} | SHOWN
        assert colleague.post(f"{desk.path}/ask", asked).status == 303
        serves = desk.read(lambda conn: conn.execute(select(Visit.assistant_id)).scalar_one())
        desk.by = replace(desk.by, staff_id=serves)
        return colleague, facing, phone

    def test_is_asked_for_no_code_and_the_desk_says_so(self, desk: Desk) -> None:
        colleague, facing, phone = self.handed_over(desk)
        assert "/approve/sign-in" in phone.see().text
        assert "shows the question by itself" in colleague.get(desk.path).text
        assert facing.approve(phone).location == "/approve"
        assert desk.view().stage is Stage.QUESTIONS

    def test_that_types_the_code_all_the_same_is_asked_for_no_number_and_the_desk_shows_none(self, desk: Desk) -> None:
        colleague, facing, phone = self.handed_over(desk)
        facing.entered(phone)
        assert "/approve/sign-in" in phone.see().text
        page = colleague.get(desk.path).text
        assert 'id="match-number"' not in page
        assert "reading and says yes or no" in page
        assert facing.approve(phone).location == "/approve"

    def test_another_phone_is_asked_for_the_number_that_the_desk_shows(self, desk: Desk) -> None:
        colleague, facing, phone = self.handed_over(desk)
        other = facing.entered()
        assert 'action="/approve/number"' in other.see().text
        assert 'id="match-number"' in colleague.get(desk.path).text
        assert desk.invitation().match_number in colleague.get(desk.path).text
        assert phone.see().status == 200
