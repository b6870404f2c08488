"""What names a person is taken out of a comment; what says something about the help stays."""

import pytest

from gateway.feedback.scrubbing import MARK, scrub


@pytest.mark.parametrize(
    "secret",
    [
        "329999-00001",
        "32999900001",
        "329999 – 00001",
        "329999—00001",
        "32 99 99 00 001",
        "３２９９９９-００００１",
        "+371 2000 0001",
        "(+371) 20000001",
        "20 00 00 01",
        "+371-20-000-001",
        "14.03.1958",
        "anna@piemers.example",
        "anna.paraugkalne @ piemers.example",
        "https://piemers.example/anna?x=1",
        "www.piemers.example/anna",
        "LV97HABA0012345678910",
        "lv97 haba 0012 3456 7891 0",
        "LV97-HABA-0012-3456-7891-0",
        "LV 97.HABA.0012.3456.7891.0",
        "anna [at] piemers [dot] example",
        "anna.paraugkalne(et)piemers.example",
        "3.3.58",
        "14/03/58",
        "1958. gada 14. martā",
        "14. marts 1958",
        "March 14, 1958",
        "Brīvības iela 12-34",
        "Brīvības ielā 12, dz. 34",
        "Kārļa Ulmaņa gatve 2A",
        "LV-1010",
        "lv 1010",
        "personas kods: 329999\n-\n00001",
    ],
)
def test_takes_out(secret: str) -> None:
    scrubbed = scrub(f"Paldies, mans ir {secret}, zvaniet.")
    assert scrubbed is not None
    assert scrubbed.startswith("Paldies, mans ")
    assert MARK in scrubbed
    assert not any(sign.isdigit() for sign in scrubbed)
    assert "anna" not in scrubbed


@pytest.mark.parametrize(
    "said",
    [
        "Gaidīju 45 minūtes, 2 reizes zvanīju.",
        "Durvis 112, trešais stāvs; 10–20 minūtes rindā.",
        "Atvērts tikai līdz 16.00, vajadzētu līdz 18.30!",
        "Cena 12,50 EUR bija pareiza.",
        "Ļoti laipni. Paldies!",
        "Rindā bija 12 cilvēki, 3 no tiem ar bērniem.",
        "Brīvības iela ir remontā, grūti piebraukt.",
        "Martā 2 reizes bija slēgts.",
    ],
)
def test_leaves(said: str) -> None:
    assert scrub(said) == said


def test_tidies_spaces_and_drops_what_cannot_be_seen() -> None:
    assert scrub("  viens \t divi\r\n\r\n\r\ntrīs\u200b\x00 ") == "viens divi\n\ntrīs"


def test_digits_hidden_behind_invisible_signs_are_found() -> None:
    assert scrub("329999\u200b-\u200b00001") == MARK


@pytest.mark.parametrize("nothing", ["", "  \r\n ", "\u200b"])
def test_nothing_stays_nothing(nothing: str) -> None:
    assert scrub(nothing) is None
