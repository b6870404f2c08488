"""A colleague's open visit is found in the centre, and taken over by the document of whoever was asked."""

from sqlalchemy import func, select, update

from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.services.tables import Service
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk

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
    assert "Ilze" not in listed
    form = colleague.get(path).text
    assert "Ilze" not in form
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
