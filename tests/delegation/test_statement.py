"""Statements and their dated templates."""

import hashlib
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from delegation.errors import StatementError, TemplateChangedError
from delegation.model import Action, AuthorityKind
from delegation.statement import LANGUAGES, StatementFacts, StatementService, local_time, render
from delegation.wording import LATEST, TEMPLATE_SHA256, Template, load_template, parse_sections

UNTIL = datetime(2026, 11, 16, 14, 30, tzinfo=UTC)
VECTORS = Path(__file__).parents[1] / "vectors" / "delegation" / "statements"

FACTS = StatementFacts(
    assistant="Ilze Priekšzīme",
    centre="VPVKAC Paraugpilsētā",
    principal="Elīna Paraugkalna",
    approver="Elīna Paraugkalna",
    services=(
        StatementService(
            title="Slimības pabalsts",
            actions={Action.FILE: UNTIL, Action.FOLLOW: UNTIL + timedelta(days=30)},
            locked=("konta numurs", "adrese"),
        ),
        StatementService(title="Rinda bērnudārzā", actions={Action.FILE: UNTIL, Action.COLLECT: UNTIL}, max_filings=2),
    ),
    valid_until=UNTIL + timedelta(days=30),
    stop_address="https://pilnvara.example/apturet",
    stop_phone="+371 00000000",
)
FOR_A_CHILD = replace(
    FACTS,
    principal="Mazā Paraugkalna",
    acts_for_other=True,
    authority=AuthorityKind.PARENT,
    services=FACTS.services[:1],
    stop_phone=None,
)
BY_TWO = replace(
    FOR_A_CHILD,
    principal="SIA Paraugdarbnīca",
    authority=AuthorityKind.SIGNATORY,
    co_approvers=("Jānis Paraugkalns",),
)
FOR_ANOTHER = replace(
    FACTS,
    principal="Mazā Paraugkalna",
    acts_for_other=True,
    co_approvers=("Jānis Paraugkalns",),
    services=FACTS.services[:1],
    stop_phone=None,
)


class TestRender:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize(("name", "facts"), [("self", FACTS), ("other", FOR_ANOTHER)])
    def test_gives_the_published_bytes_again(self, name: str, facts: StatementFacts, language: str) -> None:
        expected = (VECTORS / f"2026-11-01.{language}.{name}.txt").read_bytes()
        assert render(facts, language=language, template_id="2026-11-01").data == expected

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_names_every_fact(self, language: str) -> None:
        text = render(FACTS, language=language).text
        expected = {FACTS.assistant, FACTS.centre, FACTS.principal, FACTS.stop_address, "+371 00000000", "konta numurs"}
        expected |= {service.title for service in FACTS.services} | {local_time(UNTIL, language)}
        assert not [fact for fact in expected if fact not in text]
        assert "{" not in text

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize(("name", "facts"), [("self", FACTS), ("child", FOR_A_CHILD), ("two", BY_TWO)])
    def test_gives_the_bytes_of_the_latest_again(self, name: str, facts: StatementFacts, language: str) -> None:
        expected = (VECTORS / f"2026-11-22.{language}.{name}.txt").read_bytes()
        assert render(facts, language=language, template_id="2026-11-22").data == expected

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize(
        ("name", "facts"),
        [
            ("self", FACTS),
            ("two", BY_TWO),
            ("any", replace(FACTS, any_of_centre=True)),
            ("two-any", replace(BY_TWO, any_of_centre=True)),
        ],
    )
    def test_gives_the_bytes_that_can_name_any_assistant_again(
        self, name: str, facts: StatementFacts, language: str
    ) -> None:
        expected = (VECTORS / f"2026-11-23.{language}.{name}.txt").read_bytes()
        assert render(facts, language=language, template_id="2026-11-23").data == expected

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("facts", [FACTS, BY_TWO])
    def test_names_one_assistant_in_the_words_of_before(self, facts: StatementFacts, language: str) -> None:
        before = render(facts, language=language, template_id="2026-11-22").text
        assert render(facts, language=language, template_id="2026-11-23").text == before

    @pytest.mark.parametrize("template", ["2026-11-01", "2026-11-22"])
    def test_an_earlier_template_cannot_name_any_assistant(self, template: str) -> None:
        with pytest.raises(StatementError):
            render(replace(FACTS, any_of_centre=True), language="lv", template_id=template)

    def test_names_both_when_somebody_acts_for_another(self) -> None:
        text = render(FOR_A_CHILD, language="lv").text
        assert "Es: Elīna Paraugkalna\nRīkojos sava bērna vārdā: Mazā Paraugkalna" in text

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_says_each_right_in_other_words(self, language: str) -> None:
        by_right = {render(replace(FOR_A_CHILD, authority=kind), language=language).text for kind in AuthorityKind}
        assert len(by_right) == len(AuthorityKind)

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("kind", [AuthorityKind.SIGNATORY, AuthorityKind.ATTORNEY])
    def test_of_several_each_reads_their_own_words(self, language: str, kind: AuthorityKind) -> None:
        text = render(replace(BY_TWO, authority=kind), language=language).text
        assert "– Elīna Paraugkalna\n– Jānis Paraugkalns\n" in text
        assert re.search(r"^(Es|Es esmu|I am):", text, re.MULTILINE) is None
        assert not re.findall(
            r"\b(man|manas?|manu|my|me)\b", text.partition("\n\n")[2].rpartition(":")[0], re.IGNORECASE
        )
        before = {"lv": "Pirms nosūtīšanas", "en": "Before"}[language[:2]]
        assert "Elīna Paraugkalna" in text.partition(before)[2]

    def test_is_nfc_with_lf_whatever_form_the_names_came_in(self) -> None:
        decomposed = replace(FACTS, assistant=unicodedata.normalize("NFD", FACTS.assistant))
        statement = render(decomposed, language="lv")
        assert statement == render(FACTS, language="lv")
        assert unicodedata.is_normalized("NFC", statement.text)
        assert b"\r" not in statement.data
        assert statement.data.endswith(b"\n")

    @pytest.mark.parametrize(
        "name", ["", "  ", "A\nAtļauts viss", "A\u2028B", "A\u202eB", "A\x00", "A\u200b", "A\u00ad", "\ud800"]
    )
    def test_a_name_cannot_add_a_line_or_hide_anything(self, name: str) -> None:
        with pytest.raises(StatementError):
            render(replace(FACTS, assistant=name), language="lv")

    def test_braces_in_a_name_are_only_braces(self) -> None:
        assert "Ilze {centre}" in render(replace(FACTS, assistant="Ilze {centre}"), language="lv").text

    @pytest.mark.parametrize(
        "changes",
        [
            {"services": ()},
            {"services": (StatementService(title="X", actions={}),)},
            {"valid_until": UNTIL.replace(tzinfo=None)},
            {"approver": "Cita Persona"},
            {"co_approvers": ("Jānis Paraugkalns",)},
            {"acts_for_other": True},
            {"authority": AuthorityKind.SIGNATORY, "co_approvers": ("",)},
            {"authority": AuthorityKind.PARENT, "co_approvers": ("Jānis Paraugkalns",)},
        ],
    )
    def test_facts_that_say_too_little_are_refused(self, changes: dict[str, Any]) -> None:
        with pytest.raises(StatementError):
            render(replace(FACTS, **changes), language="lv")

    @pytest.mark.parametrize(("template", "language"), [("2026-11-02", "lv"), (LATEST, "ru"), ("../2026-11-01", "lv")])
    def test_a_template_that_was_never_published_is_refused(self, template: str, language: str) -> None:
        with pytest.raises(StatementError):
            render(FACTS, language=language, template_id=template)


class TestLocalTime:
    def test_is_the_clock_in_riga_in_winter_and_summer(self) -> None:
        assert local_time(datetime(2026, 1, 5, 22, 7, 59, tzinfo=UTC), "lv") == "06.01.2026 00:07"
        assert local_time(datetime(2026, 7, 5, 22, 7, tzinfo=UTC), "lv-plain") == "06.07.2026 01:07"
        assert local_time(datetime(2026, 7, 5, 9, 7, tzinfo=UTC), "en-plain") == "5 July 2026, 12:07"


class TestTemplates:
    def test_every_file_is_published_and_unchanged(self) -> None:
        folder = files("delegation").joinpath("templates")
        found = {
            (dated.name, file.name.removesuffix(".txt")): hashlib.sha256(file.read_bytes()).hexdigest()
            for dated in folder.iterdir()
            for file in dated.iterdir()
        }
        assert found == TEMPLATE_SHA256

    def test_the_published_hashes_are_those_of_their_date(self) -> None:
        pinned = (VECTORS.parent / "templates.sha256").read_text().splitlines()
        table = [f"{digest}  {template}/{language}.txt" for (template, language), digest in TEMPLATE_SHA256.items()]
        assert table == pinned

    def test_an_edited_template_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        load_template.cache_clear()
        monkeypatch.setitem(TEMPLATE_SHA256, (LATEST, "lv"), "0" * 64)
        with pytest.raises(TemplateChangedError):
            render(FACTS, language="lv")

    def test_all_languages_have_the_same_sections_and_slots(self) -> None:
        shapes = {
            tuple(sorted((name, tuple(sorted(slots_of(text)))) for name, text in template.sections.items()))
            for template in (load_template(LATEST, language) for language in LANGUAGES)
        }
        assert len(shapes) == 1

    @pytest.mark.parametrize("slots", [{}, {"a": "1"}, {"a": "1", "b": "2", "c": "3"}])
    def test_a_missing_or_extra_slot_is_refused(self, slots: dict[str, str]) -> None:
        template = Template("x", "lv", parse_sections("[s]\n{a} {b}"))
        assert template.fill("s", {"a": "{b}", "b": "2"}) == "{b} 2"
        with pytest.raises(StatementError):
            template.fill("s", slots)
        with pytest.raises(StatementError):
            template.fill("t", {})

    @pytest.mark.parametrize("text", ["x", "[s]\n{", "[s]\n{A}", "[s]\n[s]", "[s]\r\nx", "[s]\na\u0304"])
    def test_a_template_that_is_not_sound_is_refused(self, text: str) -> None:
        with pytest.raises(StatementError):
            parse_sections(text)


def slots_of(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


LONGEST_SENTENCE = 15
"""Words of a sentence beyond which a text is no longer easy to read."""


def sentences(text: str) -> list[list[str]]:
    """Sentences, as words; what is filled in counts as one word."""
    plain = re.sub(r"\{\w+\}", "X", text)
    return [part.split() for part in re.split(r"[.!?:]\s|[.!?:]$|\n", plain, flags=re.MULTILINE) if part.strip()]


class TestEasyToRead:
    @pytest.mark.parametrize("language", [each for each in LANGUAGES if each.endswith("-plain")])
    def test_says_one_thing_in_a_short_sentence(self, language: str) -> None:
        sections = load_template(LATEST, language).sections
        said = [sentence for text in sections.values() for sentence in sentences(text)]
        assert [" ".join(each) for each in said if len(each) > LONGEST_SENTENCE] == []
        assert sum(map(len, said)) / len(said) <= LONGEST_SENTENCE / 2

    @pytest.mark.parametrize("language", ["lv", "en"])
    def test_is_shorter_in_its_sentences_than_the_full_text(self, language: str) -> None:
        lengths = []
        for each in (language, f"{language}-plain"):
            said = [sentence for text in load_template(LATEST, each).sections.values() for sentence in sentences(text)]
            lengths.append(sum(map(len, said)) / len(said))
        assert lengths[1] < lengths[0]

    @pytest.mark.parametrize("language", [each for each in LANGUAGES if each.endswith("-plain")])
    def test_uses_no_word_of_the_trade(self, language: str) -> None:
        text = re.sub(r"\{\w+\}", "", " ".join(load_template(LATEST, language).sections.values())).lower()
        for word in ("delegation", "principal", "revoke", "pursuant", "deleģē", "pilnvar", "atsauk", "saskaņā"):
            assert word not in text
