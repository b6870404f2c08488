"""What would be sent, for readers of either language: the portal's own words, and what they mean."""

from dataclasses import replace
from typing import Any

import pytest
from markupsafe import Markup

from connectors.portals.municipality.kindergarten_queue import CONNECTOR as QUEUE
from connectors.portals.municipality.public_event import CONNECTOR as EVENT
from connectors.portals.vid.annual_income_declaration import CONNECTOR as DECLARATION
from connectors.portals.vsaa.sickness_benefit import CONNECTOR as BENEFIT
from connectors.sdk.steps import Fill
from delegation.readback import Item, ReadBack
from gateway.pages import readback
from gateway.pages.portal_words import Meanings

ITEMS = (
    Item("overview", "", "Bērna vārds", "shown", "", "Jurģis"),
    Item("overview", "", "Grupas valoda", "shown", "", "Latviešu"),
    Item("overview", "", "Pašvaldība", "shown", "", "Ziemeļu novads"),
    Item("overview", "", "Vēlamais sākums", "shown", "", "2027. gada septembris"),
    Item("overview", "", "Ko neviens nejautāja", "shown", "", "Tā"),
    Item("gimene", "majas_mj", "Vēlamais sākums: Mēnesis", "select-one", "9", "septembris"),
)


class _Service:
    id = QUEUE.id


def shown_in(language: str) -> readback.Shown:
    service: Any = _Service()
    return readback.shown(ReadBack(ITEMS, (), "0,00 EUR", language), service, language)


@pytest.mark.parametrize("language", ["lv", "lv-plain"])
def test_a_reader_of_the_portals_language_sees_its_words_alone(language: str) -> None:
    assert shown_in(language).overview[:2] == (
        {"key": "Bērna vārds", "value": "Jurģis"},
        {"key": "Grupas valoda", "value": "Latviešu"},
    )


@pytest.mark.parametrize("language", ["en", "en-plain"])
def test_another_reader_sees_what_they_mean_and_the_words_said_to_be_in_their_language(language: str) -> None:
    shown = shown_in(language)
    name, spoken, place, start, unknown = shown.overview
    assert name["key"].startswith("Child&#39;s given name<br>")
    assert 'lang="lv">Bērna vārds</span>' in name["key"]
    assert name["value"] == '<span lang="lv">Jurģis</span>', "what was typed means itself"
    assert spoken["value"].startswith("Latvian<br>")
    assert unknown["key"] == '<span lang="lv">Ko neviens nejautāja</span>'
    assert place["value"] == '<span lang="lv">Ziemeļu novads</span>', "a name is the same in both languages"
    assert start["key"].startswith("Wished start<br>")
    assert "month" in shown.groups[0].rows[0]["key"]


def test_what_a_portal_says_is_text_and_no_markup() -> None:
    item = Item("overview", "", "<b>x</b>", "shown", "", "<script>")
    row = readback.shown(ReadBack((item,), (), "", "en"), None, "en").overview[0]
    assert isinstance(row["key"], Markup)
    assert "<b>" not in row["key"]
    assert "<script>" not in row["value"]


@pytest.mark.parametrize("connector", [QUEUE, BENEFIT], ids=lambda each: each.id)
def test_every_question_of_a_connector_says_what_its_portals_label_means(connector: Any) -> None:
    meanings = Meanings.of(connector, "en")
    for asked in connector.inputs:
        assert meanings.of_label(asked.label.lv) == asked.label.en
        for option in getattr(asked, "options", ()):
            assert meanings.of_answer(asked.label.lv, option.label.lv) == option.label.en


def test_a_row_of_a_repeated_group_is_called_as_the_question_calls_it() -> None:
    meanings = Meanings.of(DECLARATION, "en")
    assert meanings.of_label("Ienākumu avots 2") == "Source of income 2"
    assert meanings.of_label("Ienākumu avots 2: Izmaksātājs") == "Source of income 2: Payer"


def test_a_label_that_two_questions_mean_differently_is_left_alone() -> None:
    first, second = BENEFIT.steps[1].fills[-1], BENEFIT.steps[1].fills[-2]
    assert isinstance(first, Fill)
    assert isinstance(second, Fill)
    step = replace(BENEFIT.steps[1], fills=(first, replace(second, label=first.label)))
    assert Meanings.of(replace(BENEFIT, steps=(step,)), "en").of_label(first.label) is None


def test_of_several_boxes_each_is_said_as_it_was_asked() -> None:
    meanings = Meanings.of(EVENT, "en")
    assert meanings.of_answer("Kas būs?", "Pastiprināta mūzika, Pirotehnika") == "Amplified music, Fireworks"
    assert meanings.of_answer("Kas būs?", "Pastiprināta mūzika, Kaut kas") is None
    assert meanings.of_label("2. atbildīgā persona: Tālrunis") == "Responsible person 2: Telephone"


def test_the_fee_is_said_once_where_the_overview_has_a_row_for_it() -> None:
    service: Any = _Service()
    fee = Item("overview", "", "Maksa", "shown", "", "3,00 EUR")
    shown = readback.shown(ReadBack((*ITEMS, fee), (), "3,00 EUR", "lv"), service, "lv")
    assert shown.fee == "3,00\u00a0EUR"
    assert "Maksa" not in [row["key"] for row in shown.overview]
    another = readback.shown(ReadBack((*ITEMS, fee), (), "6,50 EUR", "lv"), service, "lv")
    assert another.overview[-1] == {"key": "Maksa", "value": "3,00\u00a0EUR"}, "what is not the fee that was read stays"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 890,00 EUR", "1\u00a0890,00\u00a0EUR"),
        ("-12 000,50", "-12\u00a0000,50"),
        ("LV78 PARA 0000 0000", "LV78 PARA 0000 0000"),
        ("Parauga iela 1 100", "Parauga iela 1 100"),
    ],
)
def test_a_sum_is_never_broken_in_two_lines(text: str, said: str) -> None:
    item = Item("overview", "", "Summa", "shown", "", text)
    assert readback.shown(ReadBack((item,), (), "", "lv"), None, "lv").overview[0]["value"] == said


@pytest.mark.parametrize(("fee", "is_free"), [("0,00 EUR", True), ("0 €", True), ("10,00 EUR", False), ("", False)])
def test_a_fee_of_nothing_is_none(fee: str, is_free: bool) -> None:
    assert readback.shown(ReadBack((), (), fee, "lv"), None, "lv").is_free is is_free


def test_what_a_portal_writes_around_a_label_and_its_button_are_no_part_of_the_rows() -> None:
    items = (
        Item("dog", "name", "Name: Name:", "text", "Reksis", "Reksis"),
        Item("dog", "breed", "Dog: Breed *", "text", "Taksis", "Taksis"),
        Item("dog", "go", "Next", "submit", "next", "Next"),
        Item("dog", "time", "Laiks 9:30", "text", "", ""),
    )
    (group,) = readback.shown(ReadBack(items, (), "", "lv"), None, "lv").groups
    assert [row["key"] for row in group.rows] == ["Name", "Dog: Breed", "Laiks 9:30"]


def test_the_words_of_a_portal_in_english_are_told_to_whoever_reads_latvian() -> None:
    (first,) = (each for each in QUEUE.inputs if each.name == "child_given_name")
    step = replace(QUEUE.steps[1], fills=(Fill(input=first.name, control="name", label="Given name:"),))
    english = replace(QUEUE, manifest=replace(QUEUE.manifest, language="en"), steps=(step,))
    assert Meanings.of(english, "lv").of_label("Given name:") == first.label.lv
    assert Meanings.of(english, "en").of_label("Given name:") is None
