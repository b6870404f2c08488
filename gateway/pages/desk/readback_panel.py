"""The read-back as the assistant sees it: as the resident does, but with sensitive values masked until they are shown.

What leaves is compared with the read-back itself and never with what a page masks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from connectors.sdk import groups, registry
from connectors.sdk.connector import Connector
from connectors.sdk.fills import Action
from connectors.sdk.inputs import Group
from delegation.readback import Item, ReadBack
from gateway.pages import readback as readbacks
from gateway.pages.desk.questions import masked, sensitive
from gateway.visits.asking import Answers
from gateway.visits.reading import OpenedVisit, VisitView

_LEAST = 4
"""Characters from which a sensitive value is looked for in longer texts: shorter ones would match by chance."""


@dataclass(frozen=True)
class Mask:
    """Which values may not be written into the page."""

    controls: dict[tuple[str, str], str] = field(default_factory=dict)
    """Kind of question by page and control."""
    labels: dict[str, str] = field(default_factory=dict)
    """Kind of question by the label beside which the overview repeats it."""
    values: frozenset[str] = frozenset()

    def put_on(self, readback: ReadBack) -> ReadBack:
        """The read-back to be shown; of an attachment only its size."""
        return replace(
            readback,
            items=tuple(self._item(item) for item in readback.items),
            attachments=tuple(replace(each, filename="••••") for each in readback.attachments),
        )

    def _item(self, item: Item) -> Item:
        text = item.shown or item.value
        kind = self.controls.get((item.page, item.control)) or self.labels.get(item.label)
        if kind is None and any(value in _bare(text) for value in self.values):
            kind = "text"
        if kind is None or not _bare(text):  # nothing, or the dash that stands for it, hides nothing
            return item
        return replace(item, value="", shown=masked(kind, text))


def gather(view: VisitView, opened: OpenedVisit, *, language: str, shown: bool) -> dict[str, Any]:
    """What the panel shows; `shown` says that the look at the values has been recorded."""
    readback = opened.readback()
    if not shown and view.service is not None:
        readback = _mask(registry.find(view.service.id), opened.answers()).put_on(readback)
    return {
        "readback": readbacks.shown(readback, view.service, language),
        "sizes": [max(1, round(each.size / 1024)) for each in readback.attachments],
        "shown": shown,
    }


def _mask(connector: Connector, answers: Answers | None) -> Mask:
    places = _places(connector.id)
    names = sensitive(connector.inputs)
    given = {} if answers is None else answers.values
    written = {value for name in names if isinstance(value := given.get(name), str)}
    # A portal may write an amount or a day in a way of its own, and repeat it so where no label says what it is.
    fills = (fill for page in connector.filled_for(given) for fill in page.fills)
    written |= {action.value for fill in fills for action in fill.actions(given) if action.input in names}
    values = {_bare(value) for value in written}
    return replace(places, values=frozenset(value for value in values if len(value) >= _LEAST))


@cache
def _places(connector_id: str) -> Mask:
    """Where a connector's sensitive answers stand: a matter of its declarations, not of anybody's values."""
    connector = registry.find(connector_id)
    names = sensitive(connector.inputs)
    kinds = {each.name: each.kind for each in groups.every(connector.inputs)}
    rows = {groups.count_name(each): str(each.most) for each in connector.inputs if isinstance(each, Group)}
    controls: dict[tuple[str, str], str] = {}
    labels: dict[str, str] = {}
    for page in connector.pages:
        for action in (action for fill in page.fills for action in fill.actions(rows)):
            if action.input in names:
                controls[page.name, action.control] = kinds[action.input]
                labels |= dict.fromkeys(_named(action), kinds[action.input])
    return Mask(controls, labels)


def _named(action: Action) -> Iterator[str]:
    """The labels under which an overview may repeat what an action fills in."""
    around = action.within or action.row
    yield from filter(None, (action.label, action.within))
    if around:
        yield f"{around}: {action.label}"


def _bare(text: str) -> str:
    """Without the blanks and hyphens that portals add."""
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign in "@.").removeprefix("371")
