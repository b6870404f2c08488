"""A catalogue as people write it: one TOML table `[[service]]` for each service, a card in each language beneath.

[[service]]
id = "lv.vsaa.sickness_benefit"
holder = "VSAA"
contact = "kontakti@vsaa.example"  # where the holder is told of a case, such as "this was not me"
group = "benefits"            # under which feedback is counted
popularity = 90
portal = "latvija"            # absent: not filed here; the card says where, when and with which papers
grant = "substantial"
permit = "substantial"
routes = ["phone", "display"]
follow = 30                   # days for which it may be followed; absent: it is not offered
collect = 60                  # days for which the answer may be received; absent: it is not offered
filings = 3                   # how often it may be filed under one delegation; absent: once
sensitivity = "special"       # ordinary (where absent), sensitive, special: `gateway.services.sensitivity`
directive = true              # one that the Services Directive demands; absent: it is not

[service.cards.lv]
title = "Slimības pabalsts"
…                             # the fields of `gateway.services.catalogue.Card`
delivery = [{ form = "in_person", where = "VSAA nodaļā", when = "Darbdienās 9–17" }]
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Annotated, Any, ClassVar, TypeAlias
from urllib.parse import urlsplit

import msgspec

from delegation.assurance import Assurance, Route, ServiceRules
from gateway.services import sensitivity
from gateway.services.catalogue import FALLBACK_LANGUAGE, Card, Service
from gateway.services.sensitivity import Sensitivity

_FIELDS = frozenset(field.name for field in fields(Card))
_LANGUAGES = frozenset({"lv", "en", "lv-plain", "en-plain"})


Days: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=366)]


class CatalogueError(ValueError):
    """A catalogue cannot be read; the message says which service and what to mend."""

    code: ClassVar[str] = "catalogue.invalid"


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    holder: str
    group: str
    cards: dict[str, dict[str, Any]]
    popularity: int = 0
    portal: str | None = None
    grant: str = "low"
    permit: str = "low"
    routes: tuple[Route, ...] = ()
    contact: str | None = None
    follow: Days | None = None
    collect: Days | None = None
    filings: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    any_assistant: bool = False
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    directive: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    service: tuple[_Entry, ...]


def read_catalogue(text: str) -> tuple[Service, ...]:
    """Read the services of a catalogue.

    Raises:
        CatalogueError: it is not TOML, has unknown or missing fields, or a service twice.
    """
    try:
        entries = msgspec.toml.decode(text, type=_File).service
    except msgspec.MsgspecError as error:
        raise CatalogueError(str(error)) from error
    if len({entry.id for entry in entries}) != len(entries):
        raise CatalogueError("a service stands there twice")
    return tuple(_service(entry) for entry in entries)


def _service(entry: _Entry) -> Service:
    if FALLBACK_LANGUAGE not in entry.cards or not entry.cards.keys() <= _LANGUAGES:
        raise CatalogueError(f"{entry.id} needs a card in lv; others are of {sorted(_LANGUAGES)}")
    if entry.portal is not None and not entry.routes:
        raise CatalogueError(f"{entry.id} is filed here, so it needs routes for the yes")
    cards = {language: _card(entry, fields_of) for language, fields_of in entry.cards.items()}
    if fault := next(iter(faults_of(cards)), None):
        raise CatalogueError(f"{entry.id}: {fault}")
    if entry.portal is None and not all(card.where for card in cards.values()):
        raise CatalogueError(f"{entry.id} is not filed here, so each card says where it is")
    return Service(
        id=entry.id,
        holder=entry.holder,
        rules=_rules(entry),
        feedback_group=entry.group,
        cards=cards,
        portal_id=entry.portal,
        portal_origin=None,
        client_id=None,
        popularity=entry.popularity,
        contact=_contact(entry),
        follow_days=entry.follow,
        collect_days=entry.collect,
        max_filings=entry.filings,
        any_assistant=entry.any_assistant,
        sensitivity=entry.sensitivity,
        directive=entry.directive,
    )


def faults_of(cards: Mapping[str, Card]) -> Iterator[str]:
    """What is wrong with cards that belong together, whoever wrote them; in English, for whoever writes files."""
    least = cards[FALLBACK_LANGUAGE]
    for language, card in cards.items():
        if card.video and not is_https(card.video):
            yield f"the video of {language} is no https address"
        if len(card.before) != len(least.before):
            yield f"{language} has other preconditions than {FALLBACK_LANGUAGE}: as many, in the same order"


def is_https(address: str) -> bool:
    """Whether it is the whole address of a page that is sent over https, with a host and no name or password."""
    parts = urlsplit(address)
    is_plain = address.isprintable() and " " not in address and parts.username is None
    return is_plain and parts.scheme == "https" and "." in (parts.hostname or "")


def _rules(entry: _Entry) -> ServiceRules:
    """What a service asks for; one that is sensitive says so itself, so that nobody reads less than what counts."""
    rules = ServiceRules(
        grant_least=_level(entry, entry.grant),
        permit_least=_level(entry, entry.permit),
        routes=frozenset(entry.routes),
    )
    if entry.portal is not None and sensitivity.held_to(rules, entry.sensitivity) != rules:
        raise CatalogueError(f"{entry.id} is {entry.sensitivity.value}: its levels are too low, or a route is barred")
    if entry.any_assistant and sensitivity.is_personal(entry.sensitivity):
        raise CatalogueError(f"{entry.id} is {entry.sensitivity.value}: one assistant is named, not any_assistant")
    return rules


def _contact(entry: _Entry) -> str | None:
    """An address that a message can be sent to, or none."""
    if entry.contact is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", entry.contact):
        raise CatalogueError(f"{entry.id}: {entry.contact!r} is no e-mail address")
    return entry.contact


def _card(entry: _Entry, given: dict[str, Any]) -> Card:
    """Read one card; a field that no card has is a slip of the pen, and what it says would be lost."""
    if unknown := given.keys() - _FIELDS:
        raise CatalogueError(f"{entry.id}: a card has no {sorted(unknown)}")
    try:
        return msgspec.convert(given, Card)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{entry.id}: {error}") from error


def _level(entry: _Entry, name: str) -> Assurance:
    try:
        return Assurance[name.upper()]
    except KeyError:
        raise CatalogueError(f"{entry.id}: {name!r} is no level; there are low, substantial, high") from None
