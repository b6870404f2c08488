"""Each process finds what the catalogue holds now."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from gateway.database.counting import count_statements
from gateway.database.engine import Database
from gateway.demo import catalogue as demo
from gateway.services import catalogue
from gateway.services.keeping import PortalEntry, register_portal, upsert
from gateway.services.search import search
from tests.gateway.services.builders import a_service

ORIGIN = "http://127.0.0.2:8401"


def ids(database: Database, query: str) -> list[str]:
    return [one.id for one in database.read_now(lambda conn: search(conn, query)).services]


def test_a_new_service_is_found_by_every_process_at_once(database: Database) -> None:
    database.write_now(lambda conn: upsert(conn, a_service("first", "Zvejas karte")))
    assert ids(database, "zvejas karte") == ["lv.test.first"]
    other = Database.open(database.url.render_as_string(hide_password=False))
    try:
        assert ids(other, "medību") == []
        database.write_now(lambda conn: upsert(conn, a_service("second", "Medību atļauja")))
        assert ids(other, "medību") == ["lv.test.second"]
        assert ids(database, "medību") == ["lv.test.second"]
    finally:
        other.close()


def test_a_changed_card_is_found_by_its_new_words_and_not_by_the_old(database: Database) -> None:
    database.write_now(lambda conn: upsert(conn, a_service("one", "Zvejas karte")))
    assert ids(database, "zveja") == ["lv.test.one"]
    database.write_now(lambda conn: upsert(conn, a_service("one", "Medību atļauja")))
    assert ids(database, "zveja") == []
    assert ids(database, "medību") == ["lv.test.one"]


def test_a_search_costs_one_statement_once_the_index_is_built(database: Database) -> None:
    database.write_now(lambda conn: upsert(conn, a_service("one", "Zvejas karte")))
    ids(database, "zveja")
    with count_statements() as count:
        ids(database, "zveja")
    assert count.total == 1


def test_what_is_written_is_read_back_whole(database: Database) -> None:
    written = a_service("one", "Zvejas karte", synonyms=("copes karte",), english="Fishing card", popularity=7)
    database.write_now(lambda conn: upsert(conn, written))
    assert database.read_now(lambda conn: catalogue.find(conn, "lv.test.one")) == replace(written, card_version=1)


def test_the_demonstration_can_be_seeded_again_and_again(database: Database) -> None:
    for _ in range(2):
        database.write_now(lambda conn: demo.seed(conn, portal_origin=ORIGIN, client_id="latvija"))
    count = database.read_now(lambda conn: conn.execute(text("SELECT count(*) FROM service")).scalar_one())
    assert count == len(demo.services())
    benefit = database.read_now(lambda conn: catalogue.find(conn, "lv.vsaa.sickness_benefit"))
    assert benefit.is_electronic
    assert benefit.portal_origin == ORIGIN
    pension = database.read_now(lambda conn: catalogue.find(conn, "lv.vsaa.old_age_pension_recalculation"))
    assert not pension.is_electronic
    assert "VSAA" in pension.card("lv").where


def test_a_portal_that_moves_keeps_its_services(database: Database) -> None:
    database.write_now(lambda conn: demo.seed(conn, portal_origin=ORIGIN, client_id="latvija"))
    moved = PortalEntry(id=demo.PORTAL_ID, name="Latvija.lv", origin="https://portal.example", client_id="latvija")
    database.write_now(lambda conn: register_portal(conn, moved))
    found = database.read_now(lambda conn: search(conn, "bērnudārzs")).services[0]
    assert found.portal_origin == "https://portal.example"


@pytest.mark.parametrize("language", ["lv", "lv-plain", "en", "en-plain", "de"])
def test_every_card_of_the_demonstration_speaks_to_every_reader(language: str) -> None:
    for service in demo.services():
        card = service.card(language)
        assert card.title
        assert card.summary
        assert card.where or service.is_electronic
