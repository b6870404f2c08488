"""Plain words lead to the service that is meant, however they are spelled."""

import itertools
import statistics
import time

import pytest

from gateway.demo.catalogue import services
from gateway.services.catalogue import Service
from gateway.services.index import Index
from tests.gateway.services.builders import a_service

SICKNESS = "lv.vsaa.sickness_benefit"
KINDERGARTEN = "lv.municipality.kindergarten_queue"
PASSPORT = "lv.pmlp.passport"
PENSION = "lv.vsaa.old_age_pension_recalculation"
TAXES = "lv.vid.annual_income_declaration"
LICENCE = "lv.csdd.driving_licence"


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(services())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("slimības lapa", SICKNESS),
        ("Slimības pabalsts", SICKNESS),
        ("sick leave", SICKNESS),
        ("bērnudārzs", KINDERGARTEN),
        ("dārziņš", KINDERGARTEN),
        ("kindergarten", KINDERGARTEN),
        ("jauna pase", PASSPORT),
        ("pensijas pārrēķins", PENSION),
        ("tax refund", TAXES),
        ("tiesības", LICENCE),
    ],
)
def test_a_title_or_a_synonym_finds_its_service_first(index: Index, said: str, meant: str) -> None:
    assert index.search(said, limit=5).services[0].id == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("slimibas lapa", SICKNESS),
        ("bernudarzs", KINDERGARTEN),
        ("DARZINS", KINDERGARTEN),
        ("nodoklu atmaksa", TAXES),
    ],
)
def test_diacritics_and_capitals_do_not_matter(index: Index, said: str, meant: str) -> None:
    assert index.search(said, limit=5).services[0].id == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("dārziņā", KINDERGARTEN),
        ("bērnudārzu", KINDERGARTEN),
        ("pasi", PASSPORT),
        ("pensiju", PENSION),
        ("nodokļiem", TAXES),
        ("slimoju", SICKNESS),
    ],
)
def test_another_form_of_the_word_finds_the_same(index: Index, said: str, meant: str) -> None:
    assert index.search(said, limit=5).services[0].id == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("slimibs lpa", SICKNESS),
        ("berndarzs", KINDERGARTEN),
        ("kindergarden", KINDERGARTEN),
        ("pasporrt", PASSPORT),
        ("pensjia", PENSION),
    ],
)
def test_a_slip_is_forgiven(index: Index, said: str, meant: str) -> None:
    assert index.search(said, limit=5).services[0].id == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("es gribu pieteikt bērnu dārziņā", KINDERGARTEN),
        ("man vajag naudu par slimošanu", SICKNESS),
        ("I would like to register my child for kindergarten", KINDERGARTEN),
        ("kā nomainīt tiesības?", LICENCE),
    ],
)
def test_a_whole_sentence_finds_what_it_is_about(index: Index, said: str, meant: str) -> None:
    assert index.search(said, limit=5).services[0].id == meant


def test_the_beginning_of_a_word_is_enough(index: Index) -> None:
    assert index.search("bērnu", limit=5).services[0].id == KINDERGARTEN
    assert index.search("pens", limit=5).services[0].id == PENSION


def test_nothing_is_found_for_what_no_card_says(index: Index) -> None:
    found = index.search("xyzzy", limit=5)
    assert found.services == ()
    assert found.total == 0
    assert found.more is None


def test_where_nothing_is_found_what_is_written_most_like_it_is_nearest(index: Index) -> None:
    nearest = index.search("kosmoss", limit=5).nearest
    assert [each.id for each in nearest] == ["lv.civil_registry.birth_registration", "lv.vsaa.parental_benefit"]
    assert index.search("qqqqq", limit=5).nearest == (), "nothing is like it at all"
    assert index.search("slimibas lapa", limit=5).nearest == (), "something fits"


def test_an_empty_query_lists_all_the_most_frequent_first(index: Index) -> None:
    found = index.search("  – ", limit=100)
    assert [one.popularity for one in found.services] == sorted((one.popularity for one in services()), reverse=True)
    assert len(found.services) == len(services())


def test_a_list_is_told_in_parts_that_together_are_the_whole(index: Index) -> None:
    whole = index.search("", limit=100).services
    parts: list[Service] = []
    after = 0
    while True:
        part = index.search("", limit=4, after=after)
        parts.extend(part.services)
        assert part.total == len(whole)
        if part.more is None:
            break
        after = part.more
    assert tuple(parts) == whole


def test_the_word_that_all_share_does_not_outweigh_the_one_that_tells() -> None:
    index = Index(
        [
            a_service("one", "Pabalsts ģimenei", popularity=100),
            a_service("two", "Pabalsts bēru gadījumā"),
            a_service("three", "Pabalsts mājoklim", popularity=50),
        ]
    )
    assert [one.id for one in index.search("pabalsts bērēm", limit=3).services][:1] == ["lv.test.two"]


def test_of_two_equal_services_the_more_frequent_comes_first() -> None:
    index = Index([a_service("rare", "Izziņa"), a_service("frequent", "Izziņa", popularity=9)])
    assert [one.id for one in index.search("izziņa", limit=2).services] == ["lv.test.frequent", "lv.test.rare"]


def test_a_thousand_services_are_searched_in_a_few_milliseconds() -> None:
    # A bound of ten times the aim, so that only a search which looks at everything each time fails.
    adjectives = [f"vards{number:03}" for number in range(40)]
    nouns = ["pabalsts", "apliecība", "atļauja", "izziņa", "reģistrācija"]
    titles = itertools.islice(
        itertools.product(nouns, adjectives, ("pilsētai", "novadam", "bērnam", "ģimenei", "skolai")), 1000
    )
    index = Index([a_service(str(number), " ".join(title), popularity=number) for number, title in enumerate(titles)])
    times = []
    for query in ("pabalsts", "atļuja novadam", "vards012 izzina", "kā saņemt apliecību skolai vards003", "vard"):
        for _ in range(4):
            begun = time.perf_counter()
            index.search(query, limit=10)
            times.append(time.perf_counter() - begun)
    assert statistics.quantiles(times, n=20)[-1] < 0.1
