"""A read-back as the resident sees it: the portal's own overview, then every field of the form behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.sdk import registry
from delegation.readback import HIDDEN_TYPE, Attachment, Item, ReadBack
from gateway.services.catalogue import Service

_OVERVIEW_TYPE = "shown"
"""The type of what the portal's overview says in words, beside no control."""
_NOTHING = "–"
"""What stands for an empty field: it is there, and nothing is in it."""


Row = dict[str, str]
"""`key` and `value`, as a summary list draws them."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one title: a page of the portal's form."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is put before the resident, in full: nothing that would be sent is left out but tokens without meaning."""

    overview: tuple[Row, ...]
    """Labels and texts as the portal's overview has them; empty where it has none."""
    groups: tuple[Group, ...]
    fee: str
    attachments: tuple[Attachment, ...]


def shown(readback: ReadBack, service: Service | None, language: str) -> Shown:
    """Arrange `readback` for reading; the titles of the portal's pages are the connector's, in `language`."""
    titles = {} if service is None else {page.name: page.title.to(language) for page in registry.find(service.id).pages}
    overview = tuple(_row(item.label, item.shown) for item in readback.items if _is_overview(item))
    return Shown(overview, tuple(_groups(readback, titles)), readback.fee, readback.attachments)


def _groups(readback: ReadBack, titles: dict[str, str]) -> Iterator[Group]:
    pages: dict[str, list[Row]] = {}
    for item in readback.items:
        if item.type != HIDDEN_TYPE and not _is_overview(item):
            pages.setdefault(item.page, []).append(_row(item.label or item.control, item.shown or item.value))
    for name, rows in pages.items():
        yield Group(titles.get(name, name), tuple(rows))


def _row(label: str, text: str) -> Row:
    return {"key": label, "value": text or _NOTHING}


def _is_overview(item: Item) -> bool:
    return item.type == _OVERVIEW_TYPE and not item.control
