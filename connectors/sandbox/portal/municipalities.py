"""Municipalities of the stand-in portal: each with its own places, fees, days in advance and questions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from connectors.sandbox.portal import fields
from connectors.sandbox.portal.fields import Answers, Messages, Question
from connectors.sandbox.portal.services import Step

TRADING, ORGANISING, EVENT = "tirdznieciba", "organizesana", "pasakums"


@dataclass(frozen=True)
class Municipality:
    """One municipality, as its rules have it."""

    id: str
    name: str
    places: Mapping[str, str]
    """Where trading and events are allowed."""
    fees: Mapping[str, Decimal]
    """A day's fee in euro, by kind of service."""
    days_ahead: Mapping[str, int]
    """How long before the first day it must be asked for."""
    extra: Mapping[str, Question] = field(default_factory=dict)
    """A question that only this municipality asks, by kind of service."""


MUNICIPALITIES: Mapping[str, Municipality] = {
    one.id: one
    for one in (
        Municipality(
            id="ziemelu",
            name="Ziemeļu novads",
            places={"ziemelu-tirgus": "Paraugciems, Tirgus laukums", "ziemelu-parks": "Paraugciems, Pils parks"},
            fees={TRADING: Decimal("2.50"), ORGANISING: Decimal("8.00"), EVENT: Decimal("0.00")},
            days_ahead={TRADING: 3, ORGANISING: 5, EVENT: 10},
        ),
        Municipality(
            id="upes",
            name="Upes novads",
            places={"upes-krastmala": "Upesciems, Krastmala", "upes-skola": "Upesciems, Skolas laukums"},
            fees={TRADING: Decimal("1.43"), ORGANISING: Decimal("5.00"), EVENT: Decimal("10.00")},
            days_ahead={TRADING: 5, ORGANISING: 10, EVENT: 15},
            extra={
                TRADING: fields.choice(
                    "mobila_iekarta", "Vai tirgosiet no mobilas iekārtas ar riteņiem?", {"ja": "Jā", "ne": "Nē"}
                )
            },
        ),
        Municipality(
            id="juras",
            name="Jūras pilsēta",
            places={
                "juras-promenade": "Jūras promenāde",
                "juras-osta": "Ostas laukums",
                "juras-tirgus": "Vecais tirgus",
            },
            fees={TRADING: Decimal("4.00"), ORGANISING: Decimal("20.00"), EVENT: Decimal("25.00")},
            days_ahead={TRADING: 5, ORGANISING: 10, EVENT: 20},
            extra={
                EVENT: fields.text("atkritumi", "Atkritumu apsaimniekotājs un līguma numurs", maxlength=120),
            },
        ),
    )
}


def chosen(answers: Answers) -> Municipality | None:
    """The municipality that was chosen; none before its step."""
    return MUNICIPALITIES.get(answers.get("pasvaldiba", ""))


def choice() -> Step:
    """The step that everything after it depends on."""
    names = {one.id: one.name for one in MUNICIPALITIES.values()}
    return Step(
        slug="pasvaldiba",
        title="Pašvaldība",
        questions=(fields.selection("pasvaldiba", "Pašvaldība", names),),
    )


def own_questions(kind: str, answers: Answers) -> tuple[Step, ...]:
    """What only this municipality asks, on a page of its own."""
    here = chosen(answers)
    if here is None or kind not in here.extra:
        return ()
    return (Step(slug="papildu", title=f"Papildu ziņas: {here.name}", questions=(here.extra[kind],)),)


def place(answers: Answers) -> Question:
    """Where it is to be: one of the places of the municipality."""
    here = chosen(answers)
    return fields.selection("vieta", "Vieta", here.places if here else {})


def rules(kind: str, answers: Answers) -> tuple[str, ...]:
    """What the municipality's rules say, as the page tells it."""
    here = chosen(answers)
    if here is None:
        return ()
    fee = f"{here.fees[kind]:.2f}".replace(".", ",")
    return (f"Iesniegums jāiesniedz {here.days_ahead[kind]} dienas iepriekš.", f"Nodeva dienā: {fee} EUR.")


def check_days(kind: str, today: date, answers: Answers) -> Messages:
    """Whether the first day is far enough off, and the last one not before it."""
    here, first, last = chosen(answers), answers.get("no_datuma", ""), answers.get("lidz_datumam", "")
    if here and first and date.fromisoformat(first) < today + timedelta(days=here.days_ahead[kind]):
        return {"no_datuma": f"Iesniegums jāiesniedz vismaz {here.days_ahead[kind]} dienas iepriekš"}
    if first and last and last < first:
        return {"lidz_datumam": "Perioda beigas nedrīkst būt pirms sākuma"}
    return {}


def fee(kind: str, answers: Answers) -> Decimal:
    """A day's fee for each day."""
    here, first, last = chosen(answers), answers.get("no_datuma", ""), answers.get("lidz_datumam", "")
    if not (here and first and last):
        return Decimal(0)
    return here.fees[kind] * ((date.fromisoformat(last) - date.fromisoformat(first)).days + 1)
