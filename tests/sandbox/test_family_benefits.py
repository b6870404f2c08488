"""The benefits for families at the stand-in portal."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.visitors import A_PDF, Visitor

BIRTH = "/pakalpojumi/berna-piedzimsanas-pabalsts"
PARENTAL = "/pakalpojumi/vecaku-pabalsts"
PAPER = ("papirs.pdf", A_PDF, "application/pdf")
CHILD = {
    "berna_vards": "Jurģis",
    "berna_uzvards": "Paraugkalns",
    "berna_pk": "329999-10001",
    "berna_dzimsanas_diena": "1",
    "berna_dzimsanas_menesis": "11",
    "berna_dzimsanas_gads": "2026",
}
PAYMENT = {
    "konts": "LV78PARA0000000000001",
    "epasts": "a@piemers.example",
    "lemuma_veids": "portals",
    "adrese": "Ostas iela 15-31",
}


def birth() -> list[dict[str, str]]:
    """Good answers to each step after the first."""
    return [
        CHILD,
        {"statuss": "mate", "dzivo_kopa": "ja", "iepriekssanemts": "ne"},
        PAYMENT,
        {"patiesiba": "ja", "parbaude": "ja", "atmaksa": "ja"},
    ]


def parental() -> list[dict[str, str]]:
    """The same for the parental benefit."""
    start = {"no_datuma_diena": "20", "no_datuma_menesis": "12", "no_datuma_gads": "2026"}
    return [
        CHILD,
        {"otrs_vecaks": "ne"},
        {"ilgums": "19", "strada": "ja", "darba_devejs": "SIA “Paraugs”"} | start,
        PAYMENT,
        {"kopj": "ja", "patiesiba": "ja", "atmaksa": "ja"},
    ]


def test_each_is_claimed_once_for_a_child(anna: Visitor, state: Callable[[], dict[str, Any]]) -> None:
    assert anna.send(anna.to_overview(BIRTH, birth())).text_of("numurs") == "BPP-2026-000001"
    assert anna.send(anna.to_overview(PARENTAL, parental())).text_of("numurs") == "VP-2026-000001"
    assert [one["key"] for one in state()["applications"]] == ["2026-11-01/jurģis"] * 2


@pytest.mark.parametrize(
    ("service", "step", "answers", "control", "message"),
    [
        (BIRTH, 0, {"berna_pk": ""}, "berna_pk", "Norādiet bērna personas kodu vai dzimšanas reģistra ieraksta numuru"),
        (
            BIRTH,
            0,
            {"berna_dzimsanas_diena": "20"},
            "berna_dzimsanas",
            "Pabalstu var pieprasīt no astotās dienas līdz sešiem mēnešiem",
        ),
        (BIRTH, 1, {"iepriekssanemts": "ja"}, "iepriekssanemts", "Par vienu bērnu pabalstu izmaksā vienu reizi"),
        (BIRTH, 1, {"statuss": "aizbildnis"}, "lemums", "Pievienojiet datni"),
        (BIRTH, 2, {"epasts": ""}, "talrunis", "Norādiet tālruni vai e-pastu"),
        (PARENTAL, 1, {"otrs_vecaks": "ja"}, "otra_vecaka_pk", "Aizpildiet šo lauku"),
        (PARENTAL, 2, {"no_datuma_menesis": "10"}, "no_datuma", "Pabalstu nevar saņemt pirms bērna dzimšanas"),
        (PARENTAL, 2, {"strada": "ne"}, "atvalinajums_no", "Ievadiet datumu"),
    ],
)
def test_refuses_what_cannot_be(
    anna: Visitor, service: str, step: int, answers: dict[str, str], control: str, message: str
) -> None:
    steps = birth() if service == BIRTH else parental()
    page = anna.walk(anna.get(f"{service}/informacija"), [{"iepazinos": "ja"}, *steps[:step]])
    refused = anna.answer(page, steps[step] | answers)
    assert (refused.status, refused.message_beside(control)) == (422, message)


def test_a_registration_s_number_stands_in_for_the_child_s_code(anna: Visitor) -> None:
    steps = birth()
    steps[0] = CHILD | {"berna_pk": "", "ieraksta_numurs": "2026-000001"}
    steps[1] = steps[1] | {"statuss": "aizbildnis"}
    assert "2026-000001" in anna.to_overview(BIRTH, steps, {"lemums": PAPER}).root.text
