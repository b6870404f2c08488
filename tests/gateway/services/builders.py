"""Made-up services."""

from delegation.assurance import Assurance, Route, ServiceRules
from gateway.services.catalogue import Card, Service


def a_service(
    name: str,
    title: str = "Pakalpojums",
    *,
    synonyms: tuple[str, ...] = (),
    english: str = "",
    popularity: int = 0,
    portal_id: str | None = None,
) -> Service:
    cards = {"lv": Card(title=title, summary="", synonyms=synonyms, where="Iestādē.")}
    if english:
        cards["en"] = Card(title=english, summary="", where="At the office.")
    return Service(
        id=f"lv.test.{name}",
        holder="TEST",
        rules=ServiceRules(
            grant_least=Assurance.LOW, permit_least=Assurance.LOW, routes=frozenset({Route.PHONE, Route.DISPLAY})
        ),
        feedback_group="test",
        cards=cards,
        portal_id=portal_id,
        portal_origin=None,
        client_id=None,
        popularity=popularity,
    )
