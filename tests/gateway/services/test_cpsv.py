"""What machines get is whole by the shapes of CPSV-AP 3.2, and says in each language what the cards say."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from gateway.demo import catalogue as demo
from gateway.services import cpsv

BASE = "https://pilnvara.example"
REQUIRED = {
    "cpsv:PublicService": ("identifier", "title", "description", "hasCompetentAuthority"),
    "cv:PublicOrganisation": ("prefLabel", "spatial"),
    "cv:Channel": ("identifier",),
    "cv:Cost": ("identifier",),
    "cv:Requirement": ("identifier", "title"),
    "cv:Evidence": ("identifier", "title"),
    "cv:LifeEvent": ("identifier", "title"),
    "dcat:Dataset": ("title", "description", "publisher"),
    "foaf:Agent": ("identifier", "title"),
    "skos:Concept": ("prefLabel",),
}
"""The properties with `sh:minCount 1` in the profile's own SHACL file, release 3.2.0, by class."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    body = cpsv.of_catalogue(demo.services(), demo.life_events(), BASE, {"lv": "Katalogs", "en": "Catalogue"})
    found: dict[str, Any] = msgspec.json.decode(body)
    return found


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for each in node:
            yield from nodes(each)
    elif isinstance(node, dict):
        if "@type" in node:
            yield node
        for name, each in node.items():
            if name != "@context":
                yield from nodes(each)


def test_every_node_has_what_its_class_requires(document: dict[str, Any]) -> None:
    every = list(nodes(document))
    assert {each["@type"] for each in every} == set(REQUIRED)
    lacking = [(each["@id"], name) for each in every for name in REQUIRED[each["@type"]] if not each.get(name)]
    assert lacking == []


def test_every_word_of_it_stands_in_its_own_context(document: dict[str, Any]) -> None:
    context = document["@context"]
    used = {name for each in nodes(document) for name in each if not name.startswith("@")}
    assert sorted(used - context.keys()) == []
    prefixes = {each["@type"].partition(":")[0] for each in nodes(document)}
    assert all(context[prefix].startswith("http") for prefix in prefixes)


def test_what_is_read_is_tagged_by_language_and_one_thing_has_one_name(document: dict[str, Any]) -> None:
    texts = [
        each[name]
        for each in nodes(document)
        for name in ("title", "description", "prefLabel", "keyword")
        if name in each
    ]
    assert all(isinstance(each, dict) and each.keys() <= {"lv", "en"} for each in texts)
    named: dict[str, Any] = {}
    for each in nodes(document):
        assert named.setdefault(each["@id"], each) == each, "two things by one name"


def test_says_of_one_service_what_its_card_says() -> None:
    (service,) = [each for each in demo.services() if each.id == "lv.nva.unemployed_status"]
    node = msgspec.json.decode(cpsv.of_service(service, demo.life_events(), BASE))
    assert node["@id"] == f"{BASE}/services/lv.nva.unemployed_status"
    assert node["title"] == {"lv": service.cards["lv"].title, "en": service.cards["en"].title}
    assert [each["title"]["en"] for each in node["hasInput"]] == list(service.cards["en"].needed)
    assert [each["type"]["prefLabel"]["en"] for each in node["hasChannel"]] == ["Online", "In person", "By post"]
    assert node["holdsRequirement"][1]["title"]["lv"] == service.cards["lv"].before[0]


def test_marks_the_three_that_the_services_directive_demands(document: dict[str, Any]) -> None:
    marked = [each["identifier"] for each in document["hasPart"] if "isClassifiedBy" in each]
    assert sorted(marked) == [
        "lv.municipality.public_event",
        "lv.municipality.street_trading",
        "lv.municipality.street_trading_organising",
    ]
