"""Life events are found by plain words and lead to their services in order."""

import pytest

from gateway.database.engine import Database
from gateway.demo import catalogue as demo
from gateway.services import life_events
from gateway.services.catalogue import ServiceUnknownError
from gateway.services.files import CatalogueError
from gateway.services.search import search_all

GOOD = """
[[life_event]]
id = "moving"
services = ["lv.a", "lv.b"]
[life_event.cards.lv]
title = "Pārceļos"
summary = "Divas lietas"
"""


@pytest.fixture
def seeded(database: Database) -> Database:
    database.write_now(lambda conn: demo.seed(conn, portal_origin="http://127.0.0.2:8401", client_id="p"))
    return database


def found(database: Database, query: str) -> tuple[list[str], list[str]]:
    """The events that the words mean, and those that stand behind the services."""
    _services, leading, beside = database.read_now(lambda conn: search_all(conn, query))
    return [event.id for event in leading], [event.id for event in beside]


def test_is_found_by_its_own_words(seeded: Database) -> None:
    assert found(seeded, "piedzima bērns") == (["birth_of_a_child"], [])


def test_is_found_by_the_service_that_the_words_lead_to(seeded: Database) -> None:
    assert found(seeded, "slimības lapa") == ([], ["child_and_illness"])


@pytest.mark.parametrize("query", ["zaudēju darbu", "slimoju un zaudēju darbu", "lost my job"])
def test_is_not_shown_for_one_word_of_another_service(seeded: Database, query: str) -> None:
    services, leading, beside = seeded.read_now(lambda conn: search_all(conn, query))
    assert services.services[0].id == "lv.nva.unemployed_status"
    assert (leading, beside) == ((), ())


def test_stands_behind_the_service_that_is_called_so(seeded: Database) -> None:
    assert found(seeded, "bērnudārzs") == ([], ["child_and_illness", "birth_of_a_child"])


def test_is_not_shown_where_nothing_fits(seeded: Database) -> None:
    assert found(seeded, "pase") == ([], [])


def test_the_most_frequent_are_shown_before_anybody_asks(seeded: Database) -> None:
    assert found(seeded, "")[0][0] == "child_and_illness"


def test_gives_its_services_in_their_order(seeded: Database) -> None:
    services = seeded.read_now(lambda conn: life_events.services_of(conn, "child_and_illness"))
    assert services == ("lv.municipality.kindergarten_queue", "lv.vsaa.sickness_benefit")
    with pytest.raises(ServiceUnknownError):
        seeded.read_now(lambda conn: life_events.services_of(conn, "nothing"))


def test_seeding_again_changes_nothing(seeded: Database) -> None:
    before = seeded.read_now(life_events.load)
    seeded.write_now(lambda conn: demo.seed(conn, portal_origin="http://127.0.0.2:8401", client_id="p"))
    assert seeded.read_now(life_events.load) == before


@pytest.mark.parametrize(
    "bad",
    [
        GOOD + GOOD,
        GOOD.replace('"lv.b"', '"lv.a"'),
        GOOD.replace(', "lv.b"', ""),
        GOOD.replace("cards.lv", "cards.en"),
        GOOD.replace("summary", "sumary"),
    ],
)
def test_a_slip_of_the_pen_is_refused(bad: str) -> None:
    assert life_events.read_events(GOOD)[0].services == ("lv.a", "lv.b")
    with pytest.raises(CatalogueError):
        life_events.read_events(bad)
