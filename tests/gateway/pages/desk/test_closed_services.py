"""What the desk says where an assistant may not act."""

from sqlalchemy import Connection

from audit.events import EventName
from gateway.database.counting import count_statements
from gateway.demo.catalogue import BASKET
from gateway.people import fingerprints, staff
from gateway.people.tables import ValueKind
from gateway.services import agreements, trainings
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import BENEFIT, Desk

FORM = {"name": "Ilze Paraudziņa", "code": "329999-00001", "document": "passport", "present": "yes", "route": "phone"}


def test_a_service_outside_the_basket_cannot_be_chosen_and_its_card_says_where_else(desk: Desk) -> None:
    desk.at(Stage.SERVICE)

    def elsewhere(conn: Connection) -> None:
        agreements.remove_from_basket(conn, BASKET, BENEFIT)
        agreements.add_to_basket(conn, "town", BENEFIT)
        staff.add_centre(conn, name="Pilsētas centrs", kind="town", municipality="Jūras pilsēta", now=desk.clock.now())

    desk.write(elsewhere)
    desk.look()  # the search is built once
    with count_statements() as counted:
        page = desk.look()
    assert "Not given here now" in page.text
    assert "Pilsētas centrs, Jūras pilsēta" in page.text
    assert f'name="service" value="{BENEFIT}"' not in page.text
    assert counted.total <= 6
    refused = desk.press_button("service", {"service": BENEFIT})
    assert refused.status == 403
    assert "This centre does not offer the service" in refused.text
    assert desk.stage is Stage.SERVICE
    assert desk.events()[-1] is EventName.STEP_BARRED


def test_a_service_that_asks_for_a_training_names_it(desk: Desk) -> None:
    def ask(conn: Connection) -> None:
        trainings.define(conn, "vsaa", {"lv": "VSAA pabalsti", "en": "VSAA benefits"})
        trainings.require(conn, BENEFIT, "vsaa")

    desk.at(Stage.SERVICE)
    desk.write(ask)
    text = desk.look().text
    assert "It needs the training “VSAA benefits”. Ask a colleague who has it." in text
    assert "The resident can also" in text


def test_an_assistants_own_matter_is_refused_on_the_visits_page_and_on_the_record(desk: Desk) -> None:
    me, now, sealer = desk.by, desk.clock.now(), desk.store.sealer
    desk.write(
        lambda conn: fingerprints.add(conn, sealer, me.staff_id, ValueKind.CODE, FORM["code"], by=me.actor, now=now)
    )
    desk.at(Stage.REQUEST)
    refused = desk.press_button("ask", FORM)
    assert refused.status == 403
    assert "This is your own matter" in refused.text
    assert desk.stage is Stage.REQUEST
    assert desk.events()[-1] is EventName.STEP_BARRED
