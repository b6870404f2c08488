"""What an overview asks to be paid: the fee that its connector declares, and any other, to which nobody agreed.

A line counts as a fee where it names one and an amount of money that is not nothing. What repeats the resident's own
answer is none, such as the price of a ticket to their event.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from connectors.runner.errors import FormChangedError
from connectors.sdk.page import PageState
from connectors.sdk.steps import Final
from connectors.sdk.words import Words
from delegation.readback import Item

_NAMED = re.compile(
    r"\b(maks(a|u|as|ai)|samaks\w*|apmaks\w*|jā(sa|ap)?maksā|nodev\w*|cen(a|u|as)|tarif\w*"
    r"|fees?|price|charges?|costs?|payable|amount due|to pay|plus vat"
    r"|плат\w*|оплат\w*|пошлин\w*|стоимост\w*|цен[аыу]|сбор\w*"
    r"|mokest\w*|kaina|riigilõiv\w*|lõiv\w*|tasu|gebühr\w*|preis|opłat\w*)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(r"€|£|\$|\b(EUR|USD|GBP|PLN|SEK|eiro|euros?|евро)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)")
_SUM_ALONE = re.compile(
    r"[\d .,\u00a0\u202f€£$]*(EUR|USD|GBP|PLN|SEK|eiro|euros?|евро)?[\d .,\u00a0\u202f]*", re.IGNORECASE
)
"""A line with nothing but a sum: what it is for stands on the line before."""
_LONGEST = 120
"""Characters of the portal's line that are repeated."""


def of_overview(final: Final, state: PageState, held: tuple[Item, ...]) -> str:
    """The fee as the portal writes it; empty where the connector declares none.

    Raises:
        FormChangedError: the declared fee is missing, or the portal asks for money that no connector declares.
    """
    fee = re.search(final.fee, state.text) if final.fee is not None else None
    if final.fee is not None and fee is None:
        raise FormChangedError((Words("Pārskatā vairs nav maksas.", "The overview no longer shows the fee."),))
    declared = fee.group(1).strip() if fee is not None else ""
    known = set(_amounts(declared))
    for line in _lines(final, state, held):
        if not known.issuperset(_amounts(line)):
            raise FormChangedError((_undeclared(line),))
    return declared


def _lines(final: Final, state: PageState, held: tuple[Item, ...]) -> Iterator[str]:
    """Each line that asks for money."""
    rows = {_letters(row.label + row.text): row for row in state.rows}
    answered = {(_letters(item.label), _letters(item.shown)) for item in held}
    lines = [line.strip() for line in state.text.splitlines() if line.strip()]
    below = (f"{name}: {sum_}" for name, sum_ in pairwise(lines) if _SUM_ALONE.fullmatch(sum_))
    for line in (*(f"{row.label}: {row.text}" for row in state.rows), *lines, *below):
        row = rows.get(_letters(line))
        if row is not None and (row.label in final.shows or (_letters(row.label), _letters(row.text)) in answered):
            continue
        asks = _NAMED.search(line) and _MONEY.search(line) and _amounts(line)
        if asks and not any(re.search(pattern, line) for pattern in final.no_fees):
            yield line


def _amounts(line: str) -> list[Decimal]:
    """The amounts in a line that are not nothing, however their thousands and cents are set apart."""
    found = [re.sub(r"[ .,\u00a0\u202f](?=\d{3}(?!\d))", "", each).replace(",", ".") for each in _AMOUNT.findall(line)]
    return [amount for amount in map(Decimal, found) if amount]


def _undeclared(line: str) -> Words:
    said = " ".join(line.split())[:_LONGEST]
    return Words(
        f"Pārskatā portāls prasa maksu, kuru nezinām: „{said}”.",
        f"On the overview the portal asks for a fee that we do not know: “{said}”.",
    )


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
