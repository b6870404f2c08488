"""What a change is about, as people call it: services, centres and agreements by name, and never by their id."""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, select

from gateway.changes import holders
from gateway.changes.kinds import Values
from gateway.changes.listing import Change
from gateway.changes.tables import ChangeKind
from gateway.pages.admin import words
from gateway.people.tables import Centre
from gateway.reports.words import KINDS_OF_CENTRE
from gateway.services import catalogue, trainings
from gateway.services.tables import Service, Training
from ui.i18n import Language, speaking

AGREEMENTS: Final = holders.OF_AGREEMENTS
OF_SERVICES: Final = frozenset({ChangeKind.SERVICE_RULES, ChangeKind.FORM_ACCEPT})
"""Kinds whose target is a service."""


def of_changes(conn: Connection, changes: Iterable[Change], language: Language) -> dict[str, str]:
    """By the change's id, its title in `language`. Two statements more where there are agreements, rules or forms."""
    changes = list(changes)
    agreed = {each.id: each.after or each.before or {} for each in changes if each.kind in AGREEMENTS}
    of_services = [{"service": each.target} for each in changes if each.kind in OF_SERVICES]
    names = names_in(conn, [*agreed.values(), *of_services], language)
    return {
        each.id: of_agreement(agreed[each.id], names, language)
        if agreed.get(each.id)
        else of_target(each, names, language)
        for each in changes
    }


def of_target(change: Change, names: Mapping[str, str], language: Language) -> str:
    """What any other change is about: a service or a kind of centre by its name, else what it is known by."""
    if change.kind is ChangeKind.BASKET_CHANGE and change.target in KINDS_OF_CENTRE:
        return KINDS_OF_CENTRE[change.target].text(language)
    return names.get(change.target, change.title) if change.kind in OF_SERVICES else change.title


def of_agreement(values: Values, names: Mapping[str, str], language: Language) -> str:
    """An agreement in one line; `names` are those of the centre and the service that it may be for."""
    with speaking(language):
        parts = [named(name, values[name], names) for name in ("holder", "service", "centre")]
        days = [named(name, values[name], names) for name in ("begins_at", "ends_at")]
        return ", ".join([*parts, " – ".join(days)])


def named(name: str, value: object, names: Mapping[str, str]) -> str:
    """A value of an agreement as people call it."""
    return ", ".join(names.get(str(line), str(line)) for line in words.said(name, value))


def names_in(conn: Connection, agreed: Iterable[Values], language: str) -> dict[str, str]:
    """The names of the centres, services and trainings in values, such as an agreement's or a portal's, by id."""
    found = list(agreed)
    centres = {each["centre"] for each in found if each.get("centre")}
    services = {each["service"] for each in found if each.get("service")}
    services |= {service for each in found for service in each.get("services") or ()}
    learned = {each["training"] for each in found if each.get("training")}
    names: dict[str, str] = {}
    if learned:
        rows = conn.execute(select(Training.id, Training.names).where(Training.id.in_(learned)))
        names |= {row.id: trainings.name_of(row.names, language) for row in rows}
    if centres:
        names |= {
            row.id: row.name for row in conn.execute(select(Centre.id, Centre.name).where(Centre.id.in_(centres)))
        }
    if services:
        rows = conn.execute(select(Service.id, Service.cards).where(Service.id.in_(services)))
        names |= {row.id: catalogue.title_of(row.cards, language) for row in rows}
    return names
