"""Everybody reads the catalogue without signing in; machines get the same as data."""

from collections.abc import Iterator
from dataclasses import replace
from email.utils import format_datetime

import msgspec
import pytest
from sqlalchemy import Connection, update

from gateway.clock import HeldClock
from gateway.database.counting import count_statements
from gateway.services import catalogue, cpsv, keeping
from gateway.services.tables import CatalogueVersion
from tests.benchmarks.gateways import Gateway, a_gateway
from tests.databases import SqliteDatabases
from tests.gateway.answers import Answer
from tests.gateway.callers import fitted
from tests.gateway.conftest import NINE
from tests.gateway.pages.desk.desk import BENEFIT, PASSPORT
from tests.gateway.pages.facing import Phone


@pytest.fixture(scope="module")
def gateway(sqlite_databases: SqliteDatabases) -> Iterator[Gateway]:
    with a_gateway(sqlite_databases, HeldClock(NINE)) as made:
        yield made


@pytest.fixture
def stranger(gateway: Gateway) -> Phone:
    return Phone(fitted(gateway.parts), {"pilnvara_lang": "en"})


def bump(conn: Connection) -> None:
    """The catalogue has changed."""
    conn.execute(update(CatalogueVersion).values(version=CatalogueVersion.version + 1))


def data(stranger: Phone, path: str, **headers: str) -> Answer:
    return stranger.call("GET", path, headers=headers)


class TestPages:
    def test_list_every_service_and_life_event(self, stranger: Phone) -> None:
        page = stranger.get("/services").text
        assert f'href="/services/{BENEFIT}"' in page
        assert f'href="/services/{PASSPORT}"' in page
        assert 'href="/life-events/birth_of_a_child"' in page

    def test_show_only_the_three_of_the_services_directive(self, stranger: Phone) -> None:
        page = stranger.get("/services?directive=1").text
        assert page.count('class="app-card"') == 3
        assert 'href="/services/lv.municipality.public_event"' in page

    def test_find_by_plain_words_that_no_address_holds(self, stranger: Phone) -> None:
        stranger.csrf = stranger.get("/services").csrf
        answer = stranger.send("/services", query="slimibas lapa")
        assert answer.status == 200
        assert answer.text.index(f"/services/{BENEFIT}") < answer.text.index("app-footer")
        assert answer.location == ""

    def test_keep_the_words_when_they_are_shown_in_another_language(self, stranger: Phone) -> None:
        stranger.csrf = stranger.get("/services").csrf
        page = stranger.send("/services", query="slimibas lapa", language="lv").text
        assert '<html lang="lv"' in page
        assert 'value="slimibas lapa"' in page
        assert 'href="/language/' not in page, "that would lose them"
        assert page.index("Slimības pabalsts") > 0

    def test_say_what_to_do_where_nothing_fits(self, stranger: Phone) -> None:
        stranger.csrf = stranger.get("/services").csrf
        page = stranger.send("/services", query="kosmoss").text
        assert "No service was found" in page
        assert "they say where, when and with which papers" in page
        assert page.index("Written most like it") < page.index('href="/services/lv.civil_registry.birth_registration"')

    @pytest.mark.parametrize(("language", "said"), [("en", "Written most like it"), ("lv", "Rakstīts vislīdzīgāk")])
    def test_show_nothing_as_nearest_that_only_chance_makes_alike(
        self, stranger: Phone, language: str, said: str
    ) -> None:
        stranger.csrf = stranger.get("/services").csrf
        assert said not in stranger.send("/services", query="qqqqq", language=language).text
        assert said in stranger.send("/services", query="kosmoss", language=language).text

    def test_say_in_the_list_where_to_go_with_what_is_not_done_here(self, stranger: Phone) -> None:
        stranger.csrf = stranger.get("/services").csrf
        page = stranger.send("/services", query="pasi pazaudeju", language="lv").text
        assert "PMLP nodaļā" in page

    def test_say_of_what_is_not_done_here_in_which_forms_it_is(self, stranger: Phone) -> None:
        page = stranger.get(f"/services/{PASSPORT}").text
        assert "Any office of PMLP" in page
        assert "By telephone" in page


class TestData:
    def test_is_given_to_whoever_asks_for_it(self, stranger: Phone) -> None:
        answer = data(stranger, f"/services/{BENEFIT}", accept="application/ld+json")
        assert answer.headers["content-type"].startswith("application/ld+json")
        assert msgspec.json.decode(answer.body)["identifier"] == BENEFIT
        assert msgspec.json.decode(data(stranger, "/services", accept="application/ld+json").body)["hasPart"]

    def test_is_not_forced_on_a_browser(self, stranger: Phone) -> None:
        answer = data(stranger, f"/services/{BENEFIT}", accept="text/html,application/ld+json;q=0.5")
        assert answer.headers["content-type"].startswith("text/html")

    def test_may_be_kept_and_is_not_sent_twice(self, stranger: Phone) -> None:
        first = data(stranger, "/services.jsonld")
        assert first.headers["cache-control"].startswith("public")
        again = data(stranger, "/services.jsonld", **{"if-none-match": first.headers["etag"]})
        assert (again.status, again.body) == (304, b"")

    def test_of_the_whole_catalogue_is_made_once_until_it_changes(
        self, stranger: Phone, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = data(stranger, "/services.jsonld")
        with monkeypatch.context() as patch:
            patch.setattr(cpsv, "of_catalogue", None)
            assert data(stranger, "/services.jsonld").body == first.body
            assert data(stranger, "/services.jsonld", **{"if-none-match": first.headers["etag"]}).status == 304
        gateway.parts.database.write_now(bump)
        assert data(stranger, "/services.jsonld").status == 200
        gateway.parts.database.write_now(bump)
        monkeypatch.setattr(cpsv, "of_catalogue", lambda *_: b"another")
        assert data(stranger, "/services.jsonld").body == b"another"
        gateway.parts.database.write_now(bump)

    def test_of_a_service_that_is_not_there_is_a_problem(self, stranger: Phone) -> None:
        assert data(stranger, "/services/lv.nowhere/data.jsonld").status == 404

    def test_of_one_service_is_made_once_until_the_catalogue_changes(
        self, stranger: Phone, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here = f"/services/{BENEFIT}/data.jsonld"
        first = data(stranger, here)
        with monkeypatch.context() as patch, count_statements() as counted:
            patch.setattr(cpsv, "of_service", None)
            assert data(stranger, here).body == first.body
            assert data(stranger, here, **{"if-none-match": first.headers["etag"]}).status == 304
        assert counted.total == 2, "which version of the catalogue it is, each time"
        assert data(stranger, f"/services/{PASSPORT}/data.jsonld").headers["etag"] != first.headers["etag"]
        gateway.parts.database.write_now(bump)
        monkeypatch.setattr(cpsv, "of_service", lambda *_: b"another")
        assert data(stranger, here).body == b"another"
        gateway.parts.database.write_now(bump)

    def test_of_one_service_says_since_when_its_words_are_in_force(self, stranger: Phone, gateway: Gateway) -> None:
        here, database = f"/services/{PASSPORT}/data.jsonld", gateway.parts.database
        assert "last-modified" not in data(stranger, here).headers, "nobody knows"
        service = database.read_now(lambda conn: catalogue.find(conn, PASSPORT))
        cards = dict(service.cards) | {"en": replace(service.card("en"), summary="Another summary.")}
        database.write_now(lambda conn: keeping.upsert(conn, replace(service, cards=cards), at=NINE))
        answer = data(stranger, here)
        assert answer.headers["last-modified"] == format_datetime(NINE, usegmt=True)
        assert msgspec.json.decode(answer.body)["description"]["en"] == "Another summary."
