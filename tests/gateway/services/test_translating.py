"""Cards that nobody wrote in a language are translated by the service that a setting names, and say so."""

import asyncio
import contextlib
import gzip
import http.server
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from gateway.config import Settings
from gateway.demo import catalogue as demo
from gateway.parts import Parts
from gateway.services import catalogue, keeping, translating, translations
from gateway.services.tables import ServiceTranslation
from gateway.services.translating import TranslationError, translate_all
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import BENEFIT, Counter
from tests.serving import WebServer, serve

__all__ = ["counter", "renderer"]


@dataclass
class Translator:
    """A translation service of our own, over HTTP: it writes EN before every text."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    answer: str = ""
    """What it answers instead."""
    answers: list[str] = field(default_factory=list)
    """What it answers first, each once."""
    status: int = 200
    packed: bool = False
    dribbled: int = 0
    """How many spaces it sends before its answer, one by one."""


@pytest.fixture
def translator() -> Iterator[Translator]:
    made = Translator()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.asked.append({"path": self.path} | asked)
            said = made.answer or json.dumps({"translatedText": [f"EN {text}" for text in asked["q"]]})
            said = made.answers.pop(0) if made.answers else said
            self.send_response(made.status)
            if made.packed:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            with contextlib.suppress(OSError):  # whoever asked has gone
                for _ in range(made.dribbled):
                    self.wfile.write(b" ")
                    time.sleep(0.01)
                self.wfile.write(gzip.compress(said.encode()) if made.packed else said.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = WebServer(("127.0.0.1", 0), Handler)
    serve(server)
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def parts(counter: Counter, translator: Translator) -> Parts:
    """A gateway whose sickness benefit has no English card."""
    settings = replace(counter.store.settings, translation_url=translator.url)
    counter.store = replace(counter.store, settings=settings)
    rewrite(counter, summary="Nauda slimības laikā.")
    counter.write(_translate_all_others)
    return counter.store


def _translate_all_others(conn: Connection) -> None:
    """Every card but the benefit's has been put into English by somebody."""
    for one in translations.wanted(conn):
        if one.service_id != BENEFIT:
            other = catalogue.find(conn, one.service_id)
            keeping.upsert(conn, replace(other, cards={**other.cards, "en": one.source}))


def rewrite(counter: Counter, *, english: bool = False, summary: str = "Nauda.") -> None:
    """The benefit's Latvian card says something else, and it has no other, or its English one too."""
    service = next(each for each in demo.services() if each.id == BENEFIT)
    cards = {"lv": replace(service.cards["lv"], summary=summary)} | ({"en": service.cards["en"]} if english else {})
    changed = replace(counter.read(lambda conn: catalogue.find(conn, BENEFIT)), cards=cards)
    counter.write(lambda conn: keeping.upsert(conn, changed))


def translate(parts: Parts) -> int:
    return asyncio.run(translate_all(parts))


def shown(counter: Counter, language: str = "en", *, is_on: bool = True) -> translations.Shown:
    return counter.read(
        lambda conn: translations.shown(conn, [catalogue.find(conn, BENEFIT)], language, is_on=is_on)[BENEFIT]
    )


async def ask_one(parts: Parts) -> None:
    await translating.ask(parts.settings, (await parts.database.read(translations.wanted))[0])


class TestACard:
    def test_without_english_is_translated_once(self, counter: Counter, parts: Parts, translator: Translator) -> None:
        assert translate(parts) == 1
        assert translate(parts) == 0
        assert len(translator.asked) == 1
        asked = translator.asked[0]
        assert (asked["path"], asked["source"], asked["target"], asked["format"]) == ("/translate", "lv", "en", "text")
        found = shown(counter)
        assert found.original is not None
        assert (found.card.title, found.original.title) == ("EN Slimības pabalsts", "Slimības pabalsts")
        assert found.card.needed == tuple(f"EN {each}" for each in found.original.needed)
        assert found.card.where == "", "what is empty stays empty and is not sent"

    def test_that_somebody_wrote_is_never_sent(self, parts: Parts, translator: Translator) -> None:
        translate(parts)
        own = [*translations.words_of(next(each for each in demo.services() if each.id == BENEFIT).cards["lv"])]
        assert set(translator.asked[0]["q"]) <= {*own, "Nauda slimības laikā."}

    def test_is_shown_in_the_language_that_it_was_written_in_for_everybody_else(
        self, counter: Counter, parts: Parts
    ) -> None:
        translate(parts)
        for language in ("lv", "lv-plain"):
            assert shown(counter, language).original is None
            assert not shown(counter, language).is_foreign

    def test_that_changed_shows_the_original_until_it_is_translated_anew(self, counter: Counter, parts: Parts) -> None:
        translate(parts)
        rewrite(counter, summary="Nauda, kad slimojāt.")
        assert shown(counter).is_foreign
        assert shown(counter).card.summary == "Nauda, kad slimojāt."
        assert translate(parts) == 1
        assert shown(counter).card.summary == "EN Nauda, kad slimojāt."
        rows = counter.read(lambda conn: conn.execute(select(ServiceTranslation.service_id)).all())
        assert len(rows) == 1

    def test_written_by_a_person_meanwhile_wins(self, counter: Counter, parts: Parts) -> None:
        translate(parts)
        rewrite(counter, english=True)
        assert shown(counter).original is None
        assert shown(counter).card.title == "Sickness benefit"

    def test_is_the_original_where_the_setting_is_gone(self, counter: Counter, parts: Parts) -> None:
        translate(parts)
        assert shown(counter, is_on=False) == translations.Shown(shown(counter, "lv").card)


class TestTrouble:
    @pytest.mark.parametrize(
        ("status", "answer"),
        [
            (500, ""),
            (200, "not JSON"),
            (200, '{"error": "no"}'),
            (200, '{"translatedText": ["one alone"]}'),
            (200, '{"translatedText": []}'),
            (200, '{"more": ' + "[" * 100_000),
        ],
    )
    def test_leaves_the_original_and_is_tried_again(
        self, counter: Counter, parts: Parts, translator: Translator, status: int, answer: str
    ) -> None:
        translator.status, translator.answer = status, answer
        assert translate(parts) == 0
        assert shown(counter).is_foreign
        translator.status, translator.answer = 200, ""
        assert translate(parts) == 1

    def test_a_text_far_longer_than_its_source_is_none(
        self, counter: Counter, parts: Parts, translator: Translator
    ) -> None:
        count = len([each for each in translations.words_of(shown(counter, "lv").card) if each])
        translator.answer = json.dumps({"translatedText": ["x" * 9_000] * count})
        assert translate(parts) == 0

    @pytest.mark.parametrize("sign", ["\0", "\x07", "\x7f", "\x9b", "\u202e", "\u2066"])
    def test_a_text_with_signs_that_nobody_sees_is_none(
        self, counter: Counter, parts: Parts, translator: Translator, sign: str
    ) -> None:
        count = len([each for each in translations.words_of(shown(counter, "lv").card) if each])
        translator.answer = json.dumps({"translatedText": [f"A{sign}B"] * count})
        assert translate(parts) == 0
        assert shown(counter).is_foreign

    @pytest.mark.parametrize("answer", ["{", '{"more": ' + "[" * 100_000, '{"translatedText": ["A\\u0000B"]}'])
    def test_with_one_card_leaves_the_others_alone(
        self, counter: Counter, parts: Parts, translator: Translator, answer: str
    ) -> None:
        other = next(each for each in demo.services() if each.id != BENEFIT)
        alone = replace(other, cards={"lv": other.cards["lv"]})
        counter.write(lambda conn: keeping.upsert(conn, alone))
        translator.answers = [answer]
        assert translate(parts) == 1
        assert translate(parts) == 1

    def test_of_an_answer_without_end_is_cut_short(self, parts: Parts, translator: Translator) -> None:
        translator.answer = " " * 300_000 + json.dumps({"translatedText": ["EN"] * 8})
        with pytest.raises(TranslationError, match="too long"):
            asyncio.run(ask_one(parts))

    def test_of_a_packed_answer_is_not_unpacked(self, parts: Parts, translator: Translator) -> None:
        translator.packed = True
        with pytest.raises(TranslationError, match="packed"):
            asyncio.run(ask_one(parts))

    def test_of_an_answer_byte_by_byte_is_not_waited_for(
        self, parts: Parts, translator: Translator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(translating, "_PATIENCE", 0.2)
        translator.dribbled = 300
        with pytest.raises(TranslationError, match="TimeoutError"):
            asyncio.run(ask_one(parts))

    def test_nobody_is_asked_where_nothing_answers(self, counter: Counter, parts: Parts) -> None:
        away = replace(parts, settings=replace(parts.settings, translation_url="http://127.0.0.1:9"))
        assert asyncio.run(translate_all(away)) == 0
        assert shown(counter).is_foreign


def test_the_key_comes_from_its_file(counter: Counter, parts: Parts, translator: Translator, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a key\n")
    keyed = replace(parts, settings=replace(parts.settings, translation_key=tmp_path / "key"))
    assert asyncio.run(translate_all(keyed)) == 1
    assert translator.asked[0]["api_key"] == "a key"


def test_it_is_off_by_default() -> None:
    assert Settings.from_environment({}).translation_url is None


def test_what_is_said_yes_to_names_the_service_by_its_own_words(counter: Counter, parts: Parts) -> None:
    translate(parts)
    counter.open(language="en").grant()
    text = counter.opened(lambda opened: opened.statement()).text
    assert "Slimības pabalsts" in text
    assert "EN Slimības" not in text
