from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.visitors import KINDERGARTEN, Visitor, kindergarten_answers


def test_a_child_can_be_put_into_the_queue(anna: Visitor, state: Callable[[], dict[str, Any]]) -> None:
    received = anna.send(anna.to_overview(KINDERGARTEN, kindergarten_answers()))
    assert received.text_of("numurs") == "PASV-2026-000001"
    (application,) = state()["applications"]
    assert application["service"] == "lv.municipality.kindergarten_queue"
    assert application["key"] == "329999-10001"
    assert application["values"]["sakums"] == "2027-09"


def test_the_overview_says_choices_in_words(anna: Visitor) -> None:
    text = anna.to_overview(KINDERGARTEN, kindergarten_answers()).root.text
    assert "2027. gada septembris" in text
    assert "PII “Kaija”" in text


@pytest.mark.parametrize(
    ("step", "answers", "control", "message"),
    [
        (0, {"berna_pk": "123"}, "berna_pk", "Personas kodam jābūt formā NNNNNN-NNNNN"),
        (0, {"berna_dzimsanas_gads": "2027"}, "berna_dzimsanas", "Dzimšanas datums nevar būt nākotnē"),
        (0, {"berna_dzimsanas_gads": "2019"}, "berna_dzimsanas", "Bērnam jābūt jaunākam par septiņiem gadiem"),
        (1, {"iestade_2": "juras-kaija"}, "iestade_2", "Izvēlieties citu iestādi nekā pirmo"),
        (1, {"iestade_1": "upes-strautins"}, "iestade_1", "Izvēlieties izvēlētās pašvaldības iestādi"),
        (1, {"sakums_gads": "2026"}, "sakums", "Sākumam jābūt no šī mēneša līdz pieciem gadiem uz priekšu"),
        (1, {"sakums_menesis": ""}, "sakums", "Ievadiet derīgu mēnesi un gadu, piemēram, septembris 2027"),
        (2, {"brali_masas": "ja"}, "brala_vards", "Aizpildiet šo lauku"),
        (2, {"brala_grupa": "Bitītes"}, "brala_grupa", "Atstājiet tukšu: šis jautājums uz jums neattiecas"),
        (3, {"talrunis": "12"}, "talrunis", "Ievadiet derīgu tālruņa numuru"),
        (4, {"parstavis": ""}, "parstavis", "Lai turpinātu, tas jāapstiprina"),
    ],
)
def test_refuses_what_cannot_be(anna: Visitor, step: int, answers: dict[str, str], control: str, message: str) -> None:
    steps = kindergarten_answers()
    page = anna.walk(anna.get(f"{KINDERGARTEN}/informacija"), [{"iepazinos": "ja"}, *steps[:step]])
    refused = anna.answer(page, {**steps[step], **answers})
    assert (refused.status, refused.message_beside(control)) == (422, message)


def test_a_sibling_is_asked_for_by_name_and_group(anna: Visitor) -> None:
    steps = kindergarten_answers()
    steps[2] = {"brali_masas": "ja", "brala_vards": "Rota Paraugkalna", "brala_grupa": "Bitītes"}
    assert "Bitītes" in anna.to_overview(KINDERGARTEN, steps).root.text
