"""Money that an overview asks for: the declared fee, and any other, which stops before anybody says yes to it."""

from dataclasses import replace

import pytest

from connectors.runner import fees
from connectors.runner.errors import FormChangedError
from connectors.sdk.page import PageState, Row
from connectors.sdk.steps import Final, Request
from delegation.readback import Item

FREE = Final(path="/check", button="Nosūtīt", request=Request(path="/send"))
PAID = replace(FREE, fee=r"Maksa: ([^\n]+)")


def overview(*lines: str, rows: tuple[tuple[str, str], ...] = ()) -> PageState:
    text = "\n".join(("Pārskats", *lines, *(f"{label}\n{value}" for label, value in rows), "Nosūtīt"))
    shown = tuple(Row(label=label, text=value) for label, value in rows)
    return PageState(path="/check", status=200, title="Pārskats", rows=shown, text=text)


@pytest.mark.parametrize(
    "line",
    [
        "Valsts nodeva: 12,34 EUR",
        "Pakalpojuma maksa – 5 €",
        "Jāmaksā kopā 1 200,00 eiro",
        "Fee: EUR 10.00",
        "Total to pay £7",
        "Госпошлина и прочая оплата: 3 евро",
    ],
)
def test_a_fee_that_no_connector_declares_is_named_and_ends_it(line: str) -> None:
    with pytest.raises(FormChangedError) as caught:
        fees.of_overview(FREE, overview(line), ())
    assert line in str(caught.value)
    assert line in caught.value.differences[0].lv


def test_in_a_row_of_the_overview_too() -> None:
    with pytest.raises(FormChangedError, match="Cena: 4,27 EUR"):
        fees.of_overview(FREE, overview(rows=(("Cena", "4,27 EUR"),)), ())


def test_written_below_its_name_too() -> None:
    with pytest.raises(FormChangedError, match="Valsts nodeva: 4,27 EUR"):
        fees.of_overview(FREE, overview("Valsts nodeva", "4,27 EUR"), ())


@pytest.mark.parametrize(
    "line",
    [
        "Pakalpojums ir bez maksas.",
        "Maksa: 0,00 EUR",
        "Izmaksa uz kontu: 500,00 EUR",
        "Pārmaksātais nodoklis: 120,00 EUR",
        "Iesniegums Nr. 12 par nodevu atlaidi",
    ],
)
def test_what_asks_for_no_money_is_none(line: str) -> None:
    assert fees.of_overview(FREE, overview(line), ()) == ""


def test_the_residents_own_answer_is_none_and_another_amount_in_its_row_is() -> None:
    price = Item("event", "cena", "Biļetes cena (EUR)", "text", "5,00", "5,00")
    assert fees.of_overview(FREE, overview(rows=(("Biļetes cena (EUR)", "5,00"),)), (price,)) == ""
    with pytest.raises(FormChangedError):
        fees.of_overview(FREE, overview(rows=(("Biļetes cena (EUR)", "6,00"),)), (price,))


def test_the_declared_one_may_stand_there_twice_and_none_beside_it() -> None:
    assert fees.of_overview(PAID, overview("Maksa: 1 004,27 EUR", "Kopā jāmaksā 1004,27 EUR"), ()) == "1 004,27 EUR"
    with pytest.raises(FormChangedError, match="Papildu nodeva: 2,00 EUR"):
        fees.of_overview(PAID, overview("Maksa: 4,27 EUR", "Papildu nodeva: 2,00 EUR"), ())


def test_a_line_that_the_connector_names_as_no_fee_is_none() -> None:
    known = replace(FREE, no_fees=("^Dalībnieki maksā",))
    line = "Dalībnieki maksā organizatoram, ieejas cena 5 EUR"
    assert fees.of_overview(known, overview(line), ()) == ""
    with pytest.raises(FormChangedError):
        fees.of_overview(FREE, overview(line), ())


def test_a_declared_fee_that_is_gone_ends_it() -> None:
    with pytest.raises(FormChangedError, match="no longer shows the fee"):
        fees.of_overview(PAID, overview(), ())
