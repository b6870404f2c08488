"""Life events are found by plain words and lead to their services in order."""

import pytest

from connectors.sdk import registry
from connectors.sdk.together import together
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


def test_is_not_shown_for_one_word_of_another_service(seeded: Database) -> None:
    services, leading, beside = seeded.read_now(lambda conn: search_all(conn, "slimoju un zaudēju darbu"))
    assert services.services[0].id == "lv.nva.unemployed_status"
    assert [each.id for each in (*leading, *beside)] == ["loss_of_work"], "not the one about an illness"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("zaudēju darbu", "loss_of_work"),
        ("paliku bez darba", "loss_of_work"),
        ("lost my job", "loss_of_work"),
        ("pārcēlos", "moving_house"),
        ("moving house", "moving_house"),
        ("newborn", "birth_of_a_child"),
    ],
)
def test_comes_first_where_it_is_called_so(seeded: Database, said: str, meant: str) -> None:
    leading, _beside = found(seeded, said)
    assert leading[:1] == [meant]


@pytest.mark.parametrize("event", demo.life_events(), ids=lambda event: event.id)
def test_of_the_demonstration_is_whole(event: life_events.LifeEvent) -> None:
    """Its services are there, the electronic ones have one set of questions in their order, each asked once."""
    known = {each.id: each for each in demo.services()}
    assert set(event.services) <= known.keys()
    assert event.cards.keys() == {"lv", "lv-plain", "en", "en-plain"}
    electronic = [each for each in event.services if known[each].is_electronic]
    assert len(electronic) >= 2
    plan = together([registry.find(each) for each in electronic])
    assert list(plan.services) == electronic
    names = [each.input.name for each in plan.questions]
    assert len(names) == len(set(names))
    asked_alone = sum(len(registry.find(each).inputs) for each in electronic)
    assert len(names) < asked_alone, "what several ask is asked once"


def test_stands_behind_the_service_that_is_called_so(seeded: Database) -> None:
    assert found(seeded, "bērnudārzs") == ([], ["child_and_illness", "birth_of_a_child", "moving_house"])


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
