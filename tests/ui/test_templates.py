"""What holds for every template, read as text: no page has to be brought about for it."""

import re
from collections.abc import Iterator

from ui.environment import TEMPLATES

_WITHOUT_FIELDS = re.compile(r'class="app-inline-form"')
"""Forms of buttons and hidden values."""
_UNGUARDED = {
    "pages/home/accessibility.html",
    "pages/home/contact.html",
    "pages/home/kept.html",
    "pages/home/privacy.html",
    "pages/services/all.html",
    "pages/services/event.html",
    "pages/services/one.html",
}
"""They say nothing of anybody."""


def _texts() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield path.relative_to(TEMPLATES).as_posix(), path.read_text(encoding="utf-8")


def test_no_form_lets_the_browser_offer_later_what_was_typed() -> None:
    forms = [(name, found) for name, text in _texts() for found in re.findall(r"<form[^>]*>?", text)]
    assert len(forms) > 5
    open_ones = [each for each in forms if 'autocomplete="off"' not in each[1] and not _WITHOUT_FIELDS.search(each[1])]
    assert open_ones == []


def test_every_page_is_hidden_once_it_is_left() -> None:
    texts = dict(_texts())
    assert "{% block guard %} data-guard{% endblock %}" in texts["layout/base.html"]
    assert {name for name, text in texts.items() if "block guard" in text} - {"layout/base.html"} == _UNGUARDED
    beginnings = {name for name, text in texts.items() if "<body" in text}
    assert beginnings == {"layout/base.html"}
