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

[service.cards.lv]
title = "Slimības pabalsts"
…                             # the fields of `gateway.services.catalogue.Card`
"""

import re
from dataclasses import fields
from typing import Annotated, Any, ClassVar, TypeAlias

import msgspec

from delegation.assurance import Assurance, Route, ServiceRules
from gateway.services.catalogue import FALLBACK_LANGUAGE, Card, Service

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
    if entry.portal is None and not all(card.where for card in cards.values()):
        raise CatalogueError(f"{entry.id} is not filed here, so each card says where it is")
    return Service(
        id=entry.id,
        holder=entry.holder,
        rules=ServiceRules(
            grant_least=_level(entry, entry.grant),
            permit_least=_level(entry, entry.permit),
            routes=frozenset(entry.routes),
        ),
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
    )


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
