"""The municipalities that services are filed with. A new one is a row here, and its forms' fingerprints; no code.

Options, fees, days in advance and the questions that only one of them asks are made from these rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from connectors.portals import latvija
from connectors.sdk.connector import Holders
from connectors.sdk.fills import Fill, OneFill
from connectors.sdk.inputs import Input, Option, Radio, Select, ShownWhen, Text
from connectors.sdk.steps import Step
from connectors.sdk.words import Words

TRADING, ORGANISING, EVENT = "street_trading", "street_trading_organising", "public_event"


@dataclass(frozen=True)
class Extra:
    """A question that one municipality asks, on a page of its own, and how its answer is filled in."""

    asks: Input
    fills: OneFill


@dataclass(frozen=True, kw_only=True)
class Municipality:
    """What one municipality's rules say."""

    id: str
    """The portal's own value for it."""
    name: str
    holder: Words
    """Who answers for what is filed with it, to begin a sentence with or to stand within one."""
    kindergartens: Mapping[str, str]
    places: Mapping[str, str]
    """Where trading and events may be, by the portal's value."""
    fees: Mapping[str, str]
    """A day's fee in euro, by kind of permit."""
    days_ahead: Mapping[str, int]
    """How long before the first day a permit is asked for."""
    extra: Mapping[str, Extra] = field(default_factory=dict)


MUNICIPALITIES = (
    Municipality(
        id="ziemelu",
        name="Ziemeļu novads",
        holder=Words("Ziemeļu novada pašvaldība", "Ziemeļu novads municipality"),
        kindergartens={"ziemelu-saulite": "“Saulīte”", "ziemelu-zvaigznite": "“Zvaigznīte”"},
        places={"ziemelu-tirgus": "Paraugciems, Tirgus laukums", "ziemelu-parks": "Paraugciems, Pils parks"},
        fees={TRADING: "2.50", ORGANISING: "8.00", EVENT: "0.00"},
        days_ahead={TRADING: 3, ORGANISING: 5, EVENT: 10},
    ),
    Municipality(
        id="upes",
        name="Upes novads",
        holder=Words("Upes novada pašvaldība", "Upes novads municipality"),
        kindergartens={"upes-vizbulite": "“Vizbulīte”", "upes-strautins": "“Strautiņš”"},
        places={"upes-krastmala": "Upesciems, Krastmala", "upes-skola": "Upesciems, Skolas laukums"},
        fees={TRADING: "1.43", ORGANISING: "5.00", EVENT: "10.00"},
        days_ahead={TRADING: 5, ORGANISING: 10, EVENT: 15},
        extra={
            TRADING: Extra(
                Radio(
                    name="mobile_stall",
                    label=Words("Vai tirgosiet no mobilas iekārtas ar riteņiem?", "Is it a mobile stall on wheels?"),
                    options=(Option("yes", Words("Jā", "Yes")), Option("no", Words("Nē", "No"))),
                ),
                latvija.yes_or_no("mobile_stall", "mobila_iekarta", "Vai tirgosiet no mobilas iekārtas ar riteņiem?"),
            )
        },
    ),
    Municipality(
        id="juras",
        name="Jūras pilsēta",
        holder=Words("Jūras pilsētas pašvaldība", "Jūras pilsēta municipality"),
        kindergartens={"juras-kaija": "“Kaija”", "juras-dzintars": "“Dzintariņš”"},
        places={"juras-promenade": "Jūras promenāde", "juras-osta": "Ostas laukums", "juras-tirgus": "Tirgus"},
        fees={TRADING: "4.00", ORGANISING: "20.00", EVENT: "25.00"},
        days_ahead={TRADING: 5, ORGANISING: 10, EVENT: 20},
        extra={
            EVENT: Extra(
                Text(
                    name="waste_contract",
                    label=Words(
                        "Atkritumu apsaimniekotājs un līguma numurs", "Waste collector and number of the contract"
                    ),
                    max_length=120,
                ),
                Fill(input="waste_contract", control="atkritumi", label="Atkritumu apsaimniekotājs un līguma numurs"),
            )
        },
    ),
)

HOLDERS = Holders("municipality", {each.id: each.holder for each in MUNICIPALITIES})


def choice(kind: str | None = None) -> Select:
    """Which municipality; the help says what each asks for, where there is a fee."""
    return Select(
        name="municipality",
        label=Words("Pašvaldība", "Municipality"),
        help=_rules(kind) if kind else None,
        options=tuple(Option(each.id, Words(each.name, each.name)) for each in MUNICIPALITIES),
        prefill="centre.municipality",
        lockable=True,
    )


def place() -> Select:
    """Where it is to be: a place of the municipality that was chosen."""
    return Select(
        name="place",
        label=Words("Vieta", "Place"),
        options=tuple(_only_there(each, value, name) for each in MUNICIPALITIES for value, name in each.places.items()),
    )


def kindergartens() -> tuple[Option, ...]:
    """The kindergartens of all municipalities, each to be chosen in its own."""
    return tuple(
        _only_there(each, value, name) for each in MUNICIPALITIES for value, name in each.kindergartens.items()
    )


def own_questions(kind: str) -> Iterator[Input]:
    """What only some municipalities ask."""
    for each in MUNICIPALITIES:
        if kind in each.extra:
            asked = each.extra[kind].asks
            yield _shown_when(asked, each.id)


def own_steps(slug: str, kind: str) -> Iterator[Step]:
    """Their pages: one for each municipality that asks something of its own."""
    for each in MUNICIPALITIES:
        if kind in each.extra:
            yield latvija.step(
                slug,
                f"papildu-{each.id}",
                Words(f"Papildu ziņas: {each.name}", f"More for {each.name}"),
                (each.extra[kind].fills,),
                ShownWhen("municipality", each.id),
                at="papildu",
            )


def _only_there(municipality: Municipality, value: str, name: str) -> Option:
    there = Words(municipality.name, municipality.name)
    return Option(value, Words(name, name), group=there, only_when=ShownWhen("municipality", municipality.id))


def _shown_when(question: Input, municipality: str) -> Input:
    return replace(question, shown_when=ShownWhen("municipality", municipality))


def _rules(kind: str) -> Words:
    said = [(each.name, each.fees[kind], each.days_ahead[kind]) for each in MUNICIPALITIES]
    lv = "; ".join(f"{name} – {fee.replace('.', ',')} EUR dienā, {days} dienas iepriekš" for name, fee, days in said)
    en = "; ".join(f"{name}: {fee} EUR a day, {days} days in advance" for name, fee, days in said)
    return Words(f"Nodeva un termiņš: {lv}.", f"Fee and time: {en}.")
