"""A catalogue written by hand is read whole or refused with a word about what to mend."""

import pytest

from delegation.assurance import Assurance, Route
from gateway.services.files import CatalogueError, read_catalogue

GOOD = """
[[service]]
id = "lv.test.one"
holder = "TEST"
group = "test"
portal = "latvija"
grant = "substantial"
permit = "high"
routes = ["phone"]
[service.cards.lv]
title = "Viens"
summary = "Pirmais."
synonyms = ["pirmais"]
"""


def test_reads_levels_routes_and_cards() -> None:
    (service,) = read_catalogue(GOOD)
    assert service.rules.grant_least is Assurance.SUBSTANTIAL
    assert service.rules.permit_least is Assurance.HIGH
    assert service.rules.routes == {Route.PHONE}
    assert service.card("en").synonyms == ("pirmais",)


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ('title = "Viens"', 'titel = "Viens"', "titel"),
        ('title = "Viens"', "", "title"),
        ('"substantial"', '"strong"', "strong"),
        ('["phone"]', '["pigeon"]', "pigeon"),
        ('["phone"]', "[]", "routes"),
        ('portal = "latvija"', "", "where"),
        ("cards.lv", "cards.en", "lv"),
        ("holder", "owner", "owner"),
        (GOOD, GOOD + GOOD, "twice"),
        ("[[service]]", "[[service", "TOML|Expected|'\\]\\]'"),
    ],
)
def test_refuses_what_it_would_misread(good: str, bad: str, said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        read_catalogue(GOOD.replace(good, bad))
