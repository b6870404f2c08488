"""A read-back as the resident sees it: the portal's own overview, then every field of the form behind it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from connectors.sdk import registry
from connectors.sdk.manifest import Manifest
from connectors.sdk.page import bare
from delegation.readback import HIDDEN_TYPE, Attachment, Item, ReadBack
from gateway.pages.portal_words import Meanings
from gateway.services.catalogue import Service

_BUTTON_TYPE = "submit"
"""The button itself, which may have a name too: what it says is no answer."""
_OVERVIEW_TYPE = "shown"
"""The type of what the portal's overview says in words, beside no control."""
_OWN = Markup('<span lang="{}">{}</span>')
_MEANT = Markup('{}<br><span class="app-quiet app-portal-words" lang="{}">{}</span>')
_NO_SUM = re.compile(r"0+(?:[.,]0+)?\s*(?:EUR|€)")
_SUM = re.compile(r"\d{1,3}(?: \d{3})*[.,]\d{2}(?: (?:EUR|€))?")
"""A sum of money with blanks in it: broken in two lines it would be read as another one."""
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
    """What is put before the resident, in full: nothing that would be sent is left out but tokens and buttons."""

    overview: tuple[Row, ...]
    """Labels and texts as the portal's overview has them; empty where it has none."""
    groups: tuple[Group, ...]
    fee: str
    attachments: tuple[Attachment, ...]

    @property
    def is_free(self) -> bool:
        """Whether the fee is written as a sum of nothing."""
        return _NO_SUM.fullmatch(self.fee) is not None


def shown(readback: ReadBack, service: Service | None, language: str) -> Shown:
    """Arrange `readback` for reading; the titles of the portal's pages are the connector's, in `language`.

    Whoever reads another language than the portal's is told beside its own words what they mean.
    """
    connector = None if service is None else registry.find(service.id)
    titles = {} if connector is None else {page.name: page.title.to(language) for page in connector.pages}
    meanings = Meanings() if connector is None else Meanings.of(connector, language)
    own = Manifest.language if connector is None else connector.manifest.language
    is_foreign = language.partition("-")[0] != own

    def row(label: str, text: str) -> Row:
        if not is_foreign:
            return {"key": bare(label), "value": _unbroken(text) or _NOTHING}
        key, meant = _with_meaning(bare(label), meanings.of_label(label), own), meanings.of_answer(label, text)
        return {"key": key, "value": _with_meaning(_unbroken(text), meant, own) if text else _NOTHING}

    rule = None if connector is None else connector.final.fee
    overview = tuple(
        row(item.label, item.shown)
        for item in readback.items
        if _is_overview(item) and not _is_fee(item, rule, readback.fee)
    )
    return Shown(overview, tuple(_groups(readback, titles, row)), _unbroken(readback.fee), readback.attachments)


def _is_fee(item: Item, rule: str | None, fee: str) -> bool:
    """Whether a row of the overview is where the fee was read: that stands in a row of its own."""
    if not rule or not fee:
        return False
    # A page's text parts a row's name and its value by one of these.
    read = (re.search(rule, f"{item.label}{between}{item.shown}") for between in (": ", "\n", "\t", " "))
    return any(found is not None and found.group(1).strip() == fee for found in read)


def _groups(readback: ReadBack, titles: dict[str, str], row: Callable[[str, str], Row]) -> Iterator[Group]:
    pages: dict[str, list[Row]] = {}
    for item in readback.items:
        if item.type not in (HIDDEN_TYPE, _BUTTON_TYPE) and not _is_overview(item):
            pages.setdefault(item.page, []).append(row(item.label or item.control, item.shown or item.value))
    for name, rows in pages.items():
        yield Group(titles.get(name, name), tuple(rows))


def _unbroken(text: str) -> str:
    return _SUM.sub(lambda found: found.group().replace(" ", "\N{NO-BREAK SPACE}"), text)


def _with_meaning(own: str, meaning: str | None, language: str) -> Markup:
    """The portal's words, said to be in its language, beneath what they mean."""
    if meaning in (None, own):
        return _OWN.format(language, own)
    return _MEANT.format(meaning, language, own)


def _is_overview(item: Item) -> bool:
    return item.type == _OVERVIEW_TYPE and not item.control
