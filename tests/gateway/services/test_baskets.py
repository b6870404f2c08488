"""What each kind of centre offers, and what stands in a basket although no agreement lets it be given."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from gateway.database.engine import Database
from gateway.demo import catalogue as demo
from gateway.people import staff
from gateway.services import agreements, baskets

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
TAX = "lv.vid.annual_income_declaration"


@pytest.fixture
def seeded(database: Database) -> Database:
    def work(conn: Connection) -> None:
        demo.seed(conn, portal_origin="http://127.0.0.2:8401", client_id="p")
        staff.add_centre(conn, name="Cēsis", kind="vpvkac", municipality="Cēsu", centre_id="cesis", now=NOW)
        staff.add_centre(conn, name="Buss", kind="mobile", municipality="Cēsu", centre_id="bus", now=NOW)

    database.write_now(work)
    return database


def line(database: Database, service_id: str) -> baskets.Line:
    found = database.read_now(lambda conn: baskets.lines(conn, "lv", NOW))
    return next(each for each in found if each.service_id == service_id)


def test_kinds_differ_in_what_stands_in_their_baskets(seeded: Database) -> None:
    assert seeded.read_now(baskets.kinds) == ["mobile", "vpvkac"]
    assert line(seeded, TAX).kinds == {"vpvkac"}
    seeded.write_now(lambda conn: agreements.add_to_basket(conn, "mobile", TAX))
    assert line(seeded, TAX).kinds == {"vpvkac", "mobile"}


def test_what_no_agreement_lets_be_given_names_the_centres(seeded: Database) -> None:
    assert line(seeded, TAX).blocked == ()
    (agreement,) = seeded.read_now(lambda conn: agreements.of_holder(conn, "VID"))
    seeded.write_now(lambda conn: agreements.suspend(conn, agreement, NOW))
    assert line(seeded, TAX).blocked == ("Cēsis",)
    seeded.write_now(lambda conn: agreements.conclude(conn, holder="VID", begins_at=NOW, centre_id="cesis"))
    assert line(seeded, TAX).blocked == ()


def test_a_booklet_holds_the_basket_and_what_centres_only_say_where_to_go_for(seeded: Database) -> None:
    cards = seeded.read_now(lambda conn: baskets.cards_of(conn, "vpvkac"))
    assert {each.id for each in cards} == {each.id for each in demo.services()}
    assert [each.is_electronic for each in cards] == sorted((each.is_electronic for each in cards), reverse=True)
