"""The catalogue for machines: CPSV-AP 3.2, the EU's profile for public services, as JSON-LD with its context inside.

Terms are those of `dct`, `cpsv` and `cv`; what is written in several languages has each with its tag. Plain-language
cards are left out: machines get the words that count. Required by the profile: of a service identifier, title,
description and competent authority; of an authority label and place; of channel, cost, requirement, evidence and event
an identifier (and of the last three a title); of the catalogue title, description and publisher.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from gateway.services.catalogue import Card, Form, Service
from gateway.services.life_events import EventCard, LifeEvent

MEDIA_TYPE: Final = "application/ld+json"
Node: TypeAlias = dict[str, Any]
_LANGUAGES: Final = {"lv": "LAV", "en": "ENG"}
_AUTHORITY: Final = "http://publications.europa.eu/resource/authority"
_LATVIA: Final = f"{_AUTHORITY}/atu/LVA"
_TEXT: Final = {"@container": "@language"}
CONTEXT: Final[Mapping[str, Any]] = {
    "adms": "http://www.w3.org/ns/adms#",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "title": {"@id": "dct:title", **_TEXT},
    "description": {"@id": "dct:description", **_TEXT},
    "prefLabel": {"@id": "skos:prefLabel", **_TEXT},
    "keyword": {"@id": "dcat:keyword", **_TEXT},
    "identifier": "dct:identifier",
    "language": {"@id": "dct:language", "@type": "@id"},
    "spatial": {"@id": "dct:spatial", "@type": "@id"},
    "hasPart": {"@id": "dct:hasPart", "@container": "@set"},
    "publisher": "dct:publisher",
    "landingPage": {"@id": "dcat:landingPage", "@type": "@id"},
    "hasCompetentAuthority": "cv:hasCompetentAuthority",
    "hasChannel": {"@id": "cv:hasChannel", "@container": "@set"},
    "hasCost": {"@id": "cv:hasCost", "@container": "@set"},
    "holdsRequirement": {"@id": "cv:holdsRequirement", "@container": "@set"},
    "hasInput": {"@id": "cpsv:hasInput", "@container": "@set"},
    "isGroupedBy": {"@id": "cv:isGroupedBy", "@container": "@set"},
    "isClassifiedBy": {"@id": "cv:isClassifiedBy", "@container": "@set"},
    "type": {"@id": "dct:type"},
    "page": {"@id": "foaf:page", "@type": "@id"},
    "versionInfo": {"@id": "http://www.w3.org/2002/07/owl#versionInfo"},
}


def of_service(service: Service, events: Iterable[LifeEvent], base: str) -> bytes:
    """One service, as a document; `base` is the public address under which its page stands, without a slash."""
    return _document(_service(service, tuple(events), base))


def of_catalogue(
    services: Sequence[Service], events: Iterable[LifeEvent], base: str, titles: Mapping[str, str]
) -> bytes:
    """The whole catalogue, as a data set of its services; `titles` say what it is, by language."""
    every = tuple(events)
    described = {
        "lv": "Pakalpojumi, kuros klientu apkalpošanas centri palīdz vai pasaka, kur tos saņem.",
        "en": "Services with which customer service centres help, or of which they say where they are given.",
    }
    return _document(
        {
            "@id": f"{base}/services",
            "@type": "dcat:Dataset",
            "identifier": f"{base}/services",
            "title": dict(titles),
            "description": described,
            "landingPage": f"{base}/services",
            "publisher": {
                "@id": f"{base}/#publisher",
                "@type": "foaf:Agent",
                "identifier": f"{base}/#publisher",
                "title": {"lv": "Pilnvara", "en": "Pilnvara"},
            },
            "hasPart": [_service(each, every, base) for each in services],
        }
    )


def _document(node: Node) -> bytes:
    return msgspec.json.encode({"@context": CONTEXT, **node})


def _service(service: Service, events: tuple[LifeEvent, ...], base: str) -> Node:
    here = f"{base}/services/{service.id}"
    said = {language: service.cards[language] for language in _LANGUAGES if language in service.cards}
    node: Node = {
        "@id": here,
        "@type": "cpsv:PublicService",
        "identifier": service.id,
        "title": _texts(said, lambda card: card.title),
        "description": _texts(said, lambda card: card.summary or card.title),
        "keyword": {language: list(card.synonyms) for language, card in said.items() if card.synonyms},
        "language": [f"{_AUTHORITY}/language/{_LANGUAGES[language]}" for language in said],
        "page": here,
        "versionInfo": str(service.card_version),
        "hasCompetentAuthority": _authority(service, base),
        "hasChannel": list(_channels(service, said, here)),
        "hasCost": list(_costs(said, here)),
        "holdsRequirement": list(_requirements(said, here)),
        "hasInput": list(_inputs(said, here)),
        "isGroupedBy": [_event(each, base) for each in events if service.id in each.services],
        "isClassifiedBy": [_concept(base)] if service.directive else [],
    }
    return {name: value for name, value in node.items() if value not in ([], {})}


def _authority(service: Service, base: str) -> Node:
    return {
        "@id": f"{base}/services#holder-{_named(service.holder)}",
        "@type": "cv:PublicOrganisation",
        "identifier": service.holder,
        "prefLabel": {"lv": service.holder},
        "spatial": _LATVIA,
    }


def _channels(service: Service, said: Mapping[str, Card], here: str) -> Iterable[Node]:
    """Where a card names forms, those; else the portal, or the place that it leads to."""
    forms = said["lv"].delivery
    for number, form in enumerate(forms):
        where = {
            language: ". ".join(filter(None, (card.delivery[number].where, card.delivery[number].when)))
            for language, card in said.items()
            if number < len(card.delivery)
        }
        yield _channel(here, number, form.form, where)
    if not forms:
        where = _texts(said, lambda card: card.where)
        yield _channel(here, 0, Form.ONLINE if service.is_electronic else Form.IN_PERSON, where)


def _channel(here: str, number: int, form: Form, where: Mapping[str, str]) -> Node:
    node: Node = {
        "@id": f"{here}#channel-{number}",
        "@type": "cv:Channel",
        "identifier": f"{here}#channel-{number}",
        "type": {"@id": f"{here}#form-{form.value}", "@type": "skos:Concept", "prefLabel": _FORMS[form]},
    }
    return node | ({"description": where} if where else {})


def _costs(said: Mapping[str, Card], here: str) -> Iterable[Node]:
    texts = _texts(said, lambda card: card.costs)
    if texts:
        yield {"@id": f"{here}#cost", "@type": "cv:Cost", "identifier": f"{here}#cost", "description": texts}


def _requirements(said: Mapping[str, Card], here: str) -> Iterable[Node]:
    """For whom it is, and what has to be so before it is asked for."""
    texts = [_texts(said, lambda card: card.who)]
    texts += (
        {lang: card.before[number] for lang, card in said.items() if number < len(card.before)}
        for number in range(len(said["lv"].before))
    )
    for number, text in enumerate(filter(None, texts)):
        name = f"{here}#requirement-{number}"
        yield {"@id": name, "@type": "cv:Requirement", "identifier": name, "title": text}


def _inputs(said: Mapping[str, Card], here: str) -> Iterable[Node]:
    for number in range(len(said["lv"].needed)):
        text = {lang: card.needed[number] for lang, card in said.items() if number < len(card.needed)}
        name = f"{here}#evidence-{number}"
        yield {"@id": name, "@type": "cv:Evidence", "identifier": name, "title": text}


def _event(event: LifeEvent, base: str) -> Node:
    said: dict[str, EventCard] = {language: event.cards[language] for language in _LANGUAGES if language in event.cards}
    return {
        "@id": f"{base}/life-events/{event.id}",
        "@type": "cv:LifeEvent",
        "identifier": event.id,
        "title": {language: card.title for language, card in said.items()},
        "description": {language: card.summary for language, card in said.items()},
    }


def _concept(base: str) -> Node:
    return {
        "@id": f"{base}/services#services-directive",
        "@type": "skos:Concept",
        "prefLabel": {"lv": "Pakalpojumu direktīva 2006/123/EK", "en": "Services Directive 2006/123/EC"},
    }


def _texts(said: Mapping[str, Card], of: Callable[[Card], str]) -> dict[str, str]:
    return {language: of(card) for language, card in said.items() if of(card)}


def _named(holder: str) -> str:
    """A holder's name as part of an address."""
    return "".join(sign if sign.isascii() and sign.isalnum() else f"-{ord(sign):x}" for sign in holder)


_FORMS: Final[Mapping[Form, Mapping[str, str]]] = {
    Form.IN_PERSON: {"lv": "Klātienē", "en": "In person"},
    Form.ONLINE: {"lv": "Internetā", "en": "Online"},
    Form.PHONE: {"lv": "Pa tālruni", "en": "By telephone"},
    Form.POST: {"lv": "Pa pastu", "en": "By post"},
}
