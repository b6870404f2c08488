"""Finding a service and what it asks for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

import msgspec
from sqlalchemy import Connection, bindparam, select

from delegation.assurance import Assurance, Route, ServiceRules
from gateway.database.once import note, once, recall
from gateway.services import sensitivity
from gateway.services.sensitivity import Sensitivity
from gateway.services.tables import Portal
from gateway.services.tables import Service as ServiceRow

FALLBACK_LANGUAGE = "lv"


class ServiceUnknownError(LookupError):
    """The catalogue has no such service."""

    code: ClassVar[str] = "service.unknown"


class Form(StrEnum):
    """In which form somebody may be served."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    PHONE = "phone"
    POST = "post"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One form in which a service is given, and where and when."""

    form: Form
    where: str
    when: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A service in plain words, in one language.

    Some of it is the holder's to say, the rest is what centres say and do: `gateway.services.parts` tells them apart.
    """

    title: str
    summary: str
    who: str = ""
    needed: tuple[str, ...] = ()
    takes: str = ""
    """How long it takes."""
    costs: str = ""
    pays: str = ""
    """How a fee is paid, for the receipt."""
    next: str = ""
    """What happens afterwards."""
    withdraw: str = ""
    """How to take back what was filed, at the holder."""
    where: str = ""
    """For what is not filed here: where, when and with which papers."""
    synonyms: tuple[str, ...] = ()
    video: str = ""
    """Address of a video that shows it, on somebody else's pages: always https."""
    delivery: tuple[Delivery, ...] = ()
    """In which forms it is given, by the institution itself and elsewhere."""
    before: tuple[str, ...] = ()
    """What has to be so before the resident is asked for a yes: the assistant goes through it at the desk. As many in
    every language, in the same order."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service of the catalogue, with the portal it is filed at."""

    id: str
    holder: str
    rules: ServiceRules
    feedback_group: str
    cards: Mapping[str, Card]
    portal_id: str | None
    portal_origin: str | None
    client_id: str | None
    popularity: int = 0
    """How often it is asked for, in comparison with others."""
    contact: str | None = None
    """E-mail address at which the holder is told of a case."""
    follow_days: int | None = None
    """For how long what happens to a filing may be followed; none: it is not offered."""
    collect_days: int | None = None
    """For how long the answer may be received for the resident; none: it is not offered."""
    max_filings: int = 1
    """How often it may be filed under one delegation."""
    any_assistant: bool = False
    """Whether a resident may allow it to any assistant of the centre."""
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    """What of it follows in the flow stands in `gateway.services.sensitivity`; `rules` hold it already."""
    directive: bool = False
    """Whether it is one of those that the Services Directive (2006/123/EC) demands of a point of single contact."""
    card_version: int = 0
    """Which version of the card this is; 0: written before versions were kept."""

    @property
    def is_electronic(self) -> bool:
        """Whether it can be filed here."""
        return self.portal_id is not None

    def card(self, language: str) -> Card:
        """The card in `language` (`lv`, `en`, `lv-plain`, `en-plain`), in its base language, or in Latvian."""
        for known in (language, language.partition("-")[0], FALLBACK_LANGUAGE):
            if known in self.cards:
                return self.cards[known]
        raise ServiceUnknownError(f"service {self.id} has no card")


def titles(conn: Connection, service_ids: Collection[str], language: str) -> dict[str, str]:
    """The titles of these services, by id, where nothing else of their cards is shown; in one statement."""
    found: dict[str, str] = {}
    for service_id in set(service_ids):
        service: Service | None = recall(conn, ("service", service_id))
        cards = recall(conn, ("cards", service_id))
        if service is not None or cards is not None:
            found[service_id] = service.card(language).title if service else title_of(cards, language)
    if missing := sorted(set(service_ids) - found.keys()):
        for row in conn.execute(_CARDS, {"ids": missing}):
            note(conn, ("cards", row.id), row.cards)
            found[row.id] = title_of(row.cards, language)
    return found


def title_of(cards: Mapping[str, Mapping[str, Any]], language: str) -> str:
    """The title in a row's cards, without reading the rest of them."""
    for known in (language, language.partition("-")[0], FALLBACK_LANGUAGE):
        if known in cards:
            return str(cards[known]["title"])
    raise ServiceUnknownError("a service has no card")


_ROWS = select(ServiceRow.__table__, Portal.origin, Portal.client_id).outerjoin(
    Portal, ServiceRow.portal_id == Portal.id
)
_CARDS = select(ServiceRow.id, ServiceRow.cards).where(ServiceRow.id.in_(bindparam("ids", expanding=True)))
_ELECTRONIC = select(ServiceRow.id).where(ServiceRow.portal_id.is_not(None)).order_by(ServiceRow.id)
_FIND = _ROWS.where(ServiceRow.id == bindparam("id"))
_FIND_ALL = _ROWS.where(ServiceRow.id.in_(bindparam("ids", expanding=True)))


def find(conn: Connection, service_id: str) -> Service:
    """The service named `service_id`. Raises `ServiceUnknownError`."""
    return once(conn, ("service", service_id), lambda: _find(conn, service_id))


def find_all(conn: Connection, service_ids: Sequence[str]) -> tuple[Service, ...]:
    """The services named, in this order, in one statement. Raises `ServiceUnknownError`."""
    if len(service_ids) == 1:  # by far most often, and no list to put into the statement's text
        return (find(conn, service_ids[0]),)
    wanted = tuple(service_ids)
    return once(conn, ("services", wanted), lambda: _find_all(conn, wanted))


def _find(conn: Connection, service_id: str) -> Service:
    row = conn.execute(_FIND, {"id": service_id}).mappings().one_or_none()
    if row is None:
        raise ServiceUnknownError(f"no service {service_id[:100]!r}")
    return made(row)


def _find_all(conn: Connection, service_ids: tuple[str, ...]) -> tuple[Service, ...]:
    rows = {row["id"]: row for row in conn.execute(_FIND_ALL, {"ids": service_ids}).mappings()}
    for service_id in service_ids:
        if service_id not in rows:
            raise ServiceUnknownError(f"no service {service_id[:100]!r}")
    services = tuple(made(rows[service_id]) for service_id in service_ids)
    for service in services:
        note(conn, ("service", service.id), service)
    return services


def holders(conn: Connection) -> list[str]:
    """Everybody who holds a service, as services name them."""
    return list(conn.execute(select(ServiceRow.holder).distinct().order_by(ServiceRow.holder)).scalars())


def is_holder(conn: Connection, name: str) -> bool:
    """Whether a service names its holder so."""
    return conn.execute(select(ServiceRow.id).where(ServiceRow.holder == name).limit(1)).first() is not None


def electronic(conn: Connection) -> list[str]:
    """Ids of the services that are filed here."""
    return list(conn.execute(_ELECTRONIC).scalars())


def made(columns: Mapping[Any, Any]) -> Service:
    """The service of a row by column; without the portal's columns it can be shown and not filed."""
    kind = Sensitivity(columns.get("sensitivity") or Sensitivity.ORDINARY)
    rules = ServiceRules(
        grant_least=Assurance(columns["grant_least"]),
        permit_least=Assurance(columns["permit_least"]),
        routes=frozenset(Route(route) for route in columns["routes"]),
    )
    return Service(
        id=columns["id"],
        holder=columns["holder"],
        rules=sensitivity.held_to(rules, kind),
        feedback_group=columns["feedback_group"],
        cards=msgspec.convert(columns["cards"], dict[str, Card]),
        portal_id=columns["portal_id"],
        portal_origin=columns.get("origin"),
        client_id=columns.get("client_id"),
        popularity=columns.get("popularity", 0),
        contact=columns.get("contact"),
        follow_days=columns.get("follow_days"),
        collect_days=columns.get("collect_days"),
        max_filings=columns.get("max_filings", 1),
        any_assistant=bool(columns.get("any_assistant", False)) and not sensitivity.is_personal(kind),
        sensitivity=kind,
        directive=bool(columns.get("directive", False)),
        card_version=columns.get("card_version", 0),
    )
