"""Every page occurs in the registry: each route that a browser opens, and each template of a page."""

import re
from html import unescape

import pytest
from litestar.routes import HTTPRoute

from tests.benchmarks import limits
from tests.databases import SqliteDatabases
from tests.states import left_out
from tests.states.conftest import Played
from tests.states.registry import SCENES
from tests.states.shown import Kind, Shown
from tests.states.stand import a_stand
from ui.environment import TEMPLATES
from ui.i18n.catalogues import catalogue

_ELSEWHERE = re.compile(r'<(\w+)[^>]* lang="en[^>]*>.*?</\1>|<(script|style)\b.*?</\2>', re.DOTALL)
_MARKUP = re.compile(r"<[^>]*>")


@pytest.fixture(scope="module")
def everything(played: Played) -> list[Shown]:
    return [shown for scene in SCENES for shown in played(scene, ("lv",)).values()]


def test_every_route_that_answers_a_browser_is_shown_or_says_why_not(
    everything: list[Shown], sqlite_databases: SqliteDatabases
) -> None:
    with a_stand(sqlite_databases, everything.append) as stand:
        routes = {
            route.path
            for route in stand.callers.app.routes
            if isinstance(route, HTTPRoute) and "GET" in route.route_handler_map
        }
    shown = {each.route for each in everything if each.method == "GET"}
    assert sorted(routes - shown - left_out.ROUTES.keys()) == []
    assert sorted(left_out.ROUTES.keys() & shown) == [], "is shown, and need not be left out"
    assert sorted(left_out.ROUTES.keys() - routes) == [], "no such route"


def test_every_template_of_a_page_takes_part_or_says_why_not(everything: list[Shown]) -> None:
    templates = {path.relative_to(TEMPLATES).as_posix() for path in (TEMPLATES / "pages").rglob("*.html")}
    used = frozenset[str]().union(*(each.templates for each in everything))
    assert sorted(templates - used - left_out.TEMPLATES.keys()) == []
    assert sorted(left_out.TEMPLATES.keys() & used) == [], "takes part, and need not be left out"


def test_every_state_has_a_name_of_its_own(everything: list[Shown]) -> None:
    names = [each.name for each in everything]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_no_page_takes_more_statements_than_its_limit(everything: list[Shown]) -> None:
    """As the bench says, which also measures the time and PostgreSQL; one that reads row by row fails here."""
    pages = [each for each in everything if each.method == "GET" and each.status == 200]
    limit = {each.name: limits.of(each.name).statements for each in pages}
    assert [f"{each.name}: {each.statements}" for each in pages if each.statements > limit[each.name]] == []
    assert limits.idle(limit) == [], "no page is called so"


def test_every_wait_says_what_is_awaited_and_has_a_way_on(everything: list[Shown]) -> None:
    """On staff's pages and on a resident's: a heading, and in the page's middle something to press or to open."""
    waits = [each for each in everything if each.kind is Kind.WAITING]
    assert waits
    silent = []
    for each in waits:
        body = each.html["lv"].partition("<body")[2]
        middle = body.partition("<main")[2].partition("</footer>")[0].partition('class="app-footer__links"')[0]
        if "<h1" not in middle or not ("<button" in body or 'href="/' in middle):
            silent.append(each.name)
    assert silent == []


def test_no_latvian_page_says_a_sentence_of_ours_in_english(everything: list[Shown]) -> None:
    """Whatever is marked for translation and was written before the page's language was known stays English.

    Of two words and more: "No" is Latvian too, and a language is called by its own name.
    """
    known = catalogue("lv")
    english = list[str]()
    for each in everything:
        texts = (" ".join(unescape(text).split()) for text in _MARKUP.split(_ELSEWHERE.sub("", each.html["lv"])))
        english += [f"{each.name}: {text}" for text in texts if " " in text and known.gettext(text) != text]
    assert english == [], "\n".join(english)
