"""What the counter's screen shows of a read-back before anybody has asked to see it."""

from datetime import date

from connectors.portals.vid.annual_income_declaration import CONNECTOR as DECLARATION
from connectors.sdk import Validated, registry, validate
from delegation.readback import Item, ReadBack
from gateway.pages.desk.readback_panel import _mask
from gateway.visits.asking import Answers

SAMPLE = DECLARATION.samples[1]


def test_an_amount_stays_masked_however_the_portal_repeats_it() -> None:
    checked = validate(DECLARATION.inputs, {**SAMPLE.answers(date(2026, 11, 22)), **SAMPLE.files}, "lv")
    assert isinstance(checked, Validated)
    said = "Ieņēmumi: 14 480,50 EUR; Ieturētais nodoklis: 1 890,00 EUR"
    shown = ReadBack(
        (
            Item("parskats", "", "Ienākumu avots 1", "shown", said, said),
            Item("ienakumi", "ienakumi.0.summa", "Ieņēmumi", "text", "14 480,50", "14 480,50"),
            Item("ienakumi", "ienakumi.0.veids", "Ienākuma veids", "select-one", "alga", "Darba alga"),
        ),
        (),
        "",
        "lv",
    )
    overview, amount, kind = _mask(DECLARATION, Answers(values=checked.values)).put_on(shown).items
    assert not any(character.isdigit() for character in overview.shown + overview.value)
    assert "480" not in amount.shown + amount.value
    assert kind.shown == "Darba alga"


def test_in_a_row_of_the_overview_too_as_much_is_left_as_its_owner_needs() -> None:
    rows = (
        Item("parskats", "", "2. atbildīgā persona: Personas kods", "shown", "329999-00002", "329999-00002"),
        Item("parskats", "", "2. atbildīgā persona: Vārds un uzvārds", "shown", "Otrs Cilvēks", "Otrs Cilvēks"),
    )
    masked = _mask(registry.find("lv.municipality.public_event"), None).put_on(ReadBack(rows, (), "", "lv"))
    assert [item.shown for item in masked.items] == ["32••••-•••02", "O••• C•••"]
