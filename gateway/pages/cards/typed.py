"""A card as a form has it: lists one a line, forms of delivery by where and when."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.changes.drafts import LONGEST_WORDS
from gateway.pages.cards.words import LISTS
from gateway.pages.forms import field
from gateway.services.catalogue import Card, Delivery, Form
from gateway.services.sides import SIDE_OF

_LONGEST: Final = 10 * LONGEST_WORDS
"""Far beyond what a card holds: what is too long is refused, not cut."""


def read(data: dict[str, str]) -> Card | None:
    """The card that was typed; none where everything was left empty."""
    values: dict[str, Any] = {}
    for name in SIDE_OF:
        typed = field(data, name, _LONGEST)
        if name in LISTS:
            lines = (" ".join(line.split()) for line in typed.splitlines())
            values[name] = tuple(dict.fromkeys(filter(None, lines)))
        elif name != "delivery":
            values[name] = " ".join(typed.split())
    values["delivery"] = tuple(each for each in (_delivery(data, form) for form in Form) if each.where or each.when)
    return Card(**values) if any(values.values()) else None


def _delivery(data: dict[str, str], form: Form) -> Delivery:
    where, when = (field(data, f"{form.value}-{part}", _LONGEST) for part in ("where", "when"))
    return Delivery(form=form, where=where, when=when)


def write(card: Card | None) -> Mapping[str, str]:
    """A card as its form begins with it."""
    if card is None:
        return {}
    typed = {name: "\n".join(getattr(card, name)) if name in LISTS else getattr(card, name) for name in SIDE_OF}
    del typed["delivery"]
    for each in card.delivery:
        typed |= {f"{each.form.value}-where": each.where, f"{each.form.value}-when": each.when}
    return typed
