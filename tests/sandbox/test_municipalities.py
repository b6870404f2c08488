"""Permits of municipalities at the stand-in portal: each municipality has its own places, fees, days and questions."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.sandbox.visitors import A_PDF, Visitor

TRADING = "/pakalpojumi/ielu-tirdznieciba"
ORGANISING = "/pakalpojumi/ielu-tirdzniecibas-organizesana"
EVENT = "/pakalpojumi/publisks-pasakums"
PLAN = {"shema": ("shema.pdf", A_PDF, "application/pdf"), "drosibas_plans": ("plans.pdf", A_PDF, "application/pdf")}
CONTACT = {"adrese": "Ostas iela 15-31", "epasts": "a@piemers.example", "talrunis": "20000001"}


def day(key: str, number: int, month: int = 12) -> dict[str, str]:
    return {f"{key}_diena": str(number), f"{key}_menesis": str(month), f"{key}_gads": "2026"}


def trading(municipality: str, place: str, **more: str) -> list[dict[str, str]]:
    """Good answers to each step after the first; `more` are those of the municipality's own page."""
    return [
        {"pasvaldiba": municipality},
        {"tirgotaja_veids": "persona", "preces": "ziedi", "preces_apraksts": "Tulpes"},
        {"vieta": place, "platiba": "4", "no_laika": "09:00", "lidz_laikam": "17:00"}
        | day("no_datuma", 10)
        | day("lidz_datumam", 12),
        *([more] if more else []),
        CONTACT,
        {"noteikumi": "ja", "patiesiba": "ja"},
    ]


def event(**people: str) -> list[dict[str, str]]:
    """The same for an event."""
    first = {"vards": "Anna Paraugkalne", "pk": "329999-00001", "talrunis": "20000001", "loma": "organizators"}
    return [
        {"pasvaldiba": "ziemelu"},
        {"nosaukums": "Svētki", "veids": "svetki", "vieta": "ziemelu-parks", "apmekletaji": "300", "ieeja": "brivi"}
        | {"no_laika": "12:00", "lidz_laikam": "22:00"}
        | day("no_datuma", 12)
        | day("lidz_datumam", 12),
        {f"persona_1_{key}": value for key, value in first.items()} | people,
        {"kartibnieki": "4", "skana": "ne", "alkohols": "ne"},
        CONTACT,
        {"atbildiba": "ja", "sakopsana": "ja", "patiesiba": "ja"},
    ]


@pytest.mark.parametrize(
    ("municipality", "place", "more", "fee"),
    [
        ("ziemelu", "ziemelu-tirgus", {}, "7,50"),
        ("upes", "upes-skola", {"mobila_iekarta": "ne"}, "4,29"),
        ("juras", "juras-osta", {}, "12,00"),
    ],
)
def test_a_municipality_asks_what_it_asks_and_takes_its_fee_for_each_day(
    anna: Visitor, municipality: str, place: str, more: Mapping[str, str], fee: str
) -> None:
    overview = anna.to_overview(TRADING, trading(municipality, place, **more))
    assert f"Maksa: {fee} EUR" in overview.root.text
    assert anna.send(overview).text_of("numurs") == "IT-2026-000001"


def test_only_places_of_the_municipality_are_offered(anna: Visitor) -> None:
    steps = trading("upes", "juras-osta")
    page = anna.walk(anna.get(f"{TRADING}/informacija"), [{"iepazinos": "ja"}, *steps[:2]])
    assert "Upesciems, Krastmala" in page.root.text
    refused = anna.answer(page, steps[2])
    assert refused.message_beside("vieta") == "Izvēlieties vienu no iespējām"


@pytest.mark.parametrize(
    ("municipality", "place", "days"), [("ziemelu", "ziemelu-tirgus", 3), ("juras", "juras-osta", 5)]
)
def test_it_is_asked_for_as_early_as_the_municipality_says(
    anna: Visitor, municipality: str, place: str, days: int
) -> None:
    steps = trading(municipality, place)
    page = anna.walk(anna.get(f"{TRADING}/informacija"), [{"iepazinos": "ja"}, *steps[:2]])
    too_late = anna.answer(page, steps[2] | day("no_datuma", 22 + days - 1, 11))
    assert too_late.message_beside("no_datuma") == f"Iesniegums jāiesniedz vismaz {days} dienas iepriekš"
    assert anna.answer(page, steps[2] | day("no_datuma", 22 + days, 11)).status == 200


def test_another_municipality_later_leads_by_its_own_page(anna: Visitor) -> None:
    anna.to_overview(TRADING, trading("ziemelu", "ziemelu-tirgus"))
    changed = anna.answer(anna.get(f"{TRADING}/pasvaldiba"), {"pasvaldiba": "upes"})
    assert changed.path == f"{TRADING}/tirgotajs"
    assert anna.get(f"{TRADING}/parskats").path == f"{TRADING}/vieta"


def test_food_is_sold_with_its_registration(anna: Visitor) -> None:
    steps = trading("ziemelu", "ziemelu-tirgus")
    page = anna.walk(anna.get(f"{TRADING}/informacija"), [{"iepazinos": "ja"}, steps[0]])
    refused = anna.answer(page, steps[1] | {"preces": "partika"})
    assert refused.message_beside("pvd_numurs") == "Aizpildiet šo lauku"
    assert anna.answer(page, {**steps[1], "preces": "zieds"}).status == 422


def test_an_organiser_names_traders_whole_or_not_at_all(anna: Visitor, state: Callable[[], dict[str, Any]]) -> None:
    first = {
        "tirgotajs_1_nosaukums": "SIA “Paraugs”",
        "tirgotajs_1_numurs": "40000000001",
        "tirgotajs_1_preces": "Medus",
    }
    market = trading("ziemelu", "ziemelu-parks")[2] | {"nosaukums": "Gadatirgus"}
    market.pop("platiba")
    page = anna.walk(
        anna.get(f"{ORGANISING}/informacija"), [{"iepazinos": "ja"}, {"pasvaldiba": "ziemelu"}, market], PLAN
    )
    refused = anna.answer(page, first | {"tirgotajs_3_vieta": "2"})
    assert refused.message_beside("tirgotajs_3_preces") == "Aizpildiet šo lauku"
    last = [CONTACT, {"kartiba": "ja", "noteikumi": "ja", "patiesiba": "ja"}]
    overview = anna.walk(refused, [first | {"tirgotajs_3_vieta": ""}, *last])
    assert "1. tirgotājs: Preces" in overview.root.text
    assert "2. tirgotājs" not in overview.root.text
    assert "Maksa: 24,00 EUR" in overview.root.text
    assert anna.send(overview).text_of("numurs") == "ITO-2026-000001"
    assert state()["applications"][0]["key"] == "ziemelu-parks/2026-12-10"


def test_an_event_names_its_people_and_its_sound(anna: Visitor) -> None:
    overview = anna.to_overview(EVENT, event(), PLAN)
    assert "1. atbildīgā persona: Personas kods" in overview.root.text
    assert anna.send(overview).text_of("numurs") == "PP-2026-000001"


@pytest.mark.parametrize(
    ("step", "answers", "control", "message"),
    [
        (1, {"ieeja": "maksa", "biletes_cena": "12.50"}, "biletes_cena", "Ievadiet summu ar komatu, piemēram, 12,50"),
        (1, {"no_laika": "25:00"}, "no_laika", "Ievadiet laiku, piemēram, 09:00"),
        (1, {"apmekletaji": "daudz"}, "apmekletaji", "Ievadiet veselu skaitli"),
        (2, {"persona_2_vards": "Otrs Cilvēks"}, "persona_2_pk", "Aizpildiet šo lauku"),
        (3, {"skana": "ja", "skana_lidz": "23:00"}, "skanas_veids", "Izvēlieties vismaz vienu no iespējām"),
    ],
)
def test_an_event_cannot_be(anna: Visitor, step: int, answers: dict[str, str], control: str, message: str) -> None:
    steps = event()
    page = anna.walk(anna.get(f"{EVENT}/informacija"), [{"iepazinos": "ja"}, *steps[:step]], PLAN)
    refused = anna.answer(page, steps[step] | answers, PLAN)
    assert (refused.status, refused.message_beside(control)) == (422, message)
