"""A catalogue written by hand is read whole or refused with a word about what to mend."""

import pytest

from delegation.assurance import Assurance, Route
from gateway.services import naming
from gateway.services.files import CatalogueError, read_catalogue
from gateway.services.sensitivity import Sensitivity

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


SPECIAL = GOOD.replace('group = "test"\n', 'group = "test"\nsensitivity = "special"\n')
NOT_FILED = (
    SPECIAL.replace('portal = "latvija"\n', "")
    .replace('grant = "substantial"\npermit = "high"\nroutes = ["phone"]\n', "")
    .replace('summary = "Pirmais."', 'summary = "Pirmais."\nwhere = "Kabinetā."')
)


def test_a_service_of_a_special_category_that_is_filed_here_says_its_levels_itself() -> None:
    with pytest.raises(CatalogueError, match="special"):
        read_catalogue(SPECIAL.replace('permit = "high"', 'permit = "low"'))
    with pytest.raises(CatalogueError, match="special"):
        read_catalogue(SPECIAL.replace('["phone"]', '["phone", "call"]'))


def test_one_that_is_not_filed_here_has_no_levels_to_say_and_is_special_all_the_same() -> None:
    (service,) = read_catalogue(NOT_FILED)
    assert (service.is_electronic, service.sensitivity) == (False, Sensitivity.SPECIAL)
    assert "lists do not name" in naming.listed(service, "en")
    with pytest.raises(CatalogueError, match="one assistant is named"):
        read_catalogue(NOT_FILED.replace('group = "test"\n', 'group = "test"\nany_assistant = true\n'))
