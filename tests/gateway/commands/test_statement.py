"""`pilnvara delegation statement`: a past statement, written again."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from audit.events import EventName
from delegation import wording
from delegation.commitment import HashKind, KeyedHasher, b64url
from delegation.model import Action
from delegation.statement import LANGUAGES, StatementFacts, StatementService, render
from gateway.cli import main
from gateway.visits import statement_looks
from gateway.visits.errors import NotFoundError
from tests.delegation.builders import NOON
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter

__all__ = ["counter", "renderer"]

FACTS = StatementFacts(
    assistant="Anna Asistente",
    centre="Paraugu centrs",
    principal="Ilze Paraudziņa",
    approver="Ilze Paraudziņa",
    services=(StatementService(title="Slimības pabalsts", actions={Action.FILE: NOON + timedelta(hours=2)}),),
    valid_until=NOON + timedelta(hours=2),
    stop_address="https://pilnvara.example/stop",
)
SECRET = b"k" * 32


@dataclass
class Holder:
    """Somebody with a statement, its facts, and what was approved."""

    folder: Path

    def check(self, *more: str, language: str = "lv", facts: StatementFacts = FACTS, change: str = "") -> Result:
        text, said = self.folder / "statement.txt", self.folder / "facts.json"
        text.write_bytes(render(FACTS, language=language).data + change.encode())
        said.write_bytes(msgspec.json.encode(facts))
        given = ("--check", str(text), "--facts", str(said), "--language", language)
        return CliRunner().invoke(main, ["delegation", "statement", *given, *more])


@pytest.fixture
def holder(tmp_path: Path) -> Holder:
    return Holder(tmp_path)


class TestOffline:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_gives_the_same_bytes_in_every_language(self, holder: Holder, language: str) -> None:
        result = holder.check(language=language)
        assert result.exit_code == 0, result.output
        assert result.stdout.encode() == render(FACTS, language=language).data

    def test_knows_what_was_approved_by_its_keyed_hash(self, holder: Holder) -> None:
        approved = KeyedHasher(SECRET).hash(HashKind.STATEMENT, render(FACTS, language="lv").data)
        result = holder.check("--hash", approved, "--key", b64url(SECRET))
        assert (result.exit_code, "the text that was approved" in result.stderr) == (0, True)
        other = holder.check("--hash", approved, "--key", b64url(b"x" * 32))
        assert (other.exit_code, "statement.not_approved" in other.output) == (1, True)

    def test_refuses_a_text_that_was_changed(self, holder: Holder) -> None:
        assert holder.check(change=" ").exit_code == 1

    def test_refuses_a_text_from_other_facts(self, holder: Holder) -> None:
        assert holder.check(facts=replace(FACTS, assistant="Kāds Cits")).exit_code == 1

    @pytest.mark.parametrize("more", [("--key", "k"), ("--template", "1999-01-01"), ("--hash", "h", "--key", "short")])
    def test_what_cannot_be_used_is_bad_input(self, holder: Holder, more: tuple[str, ...]) -> None:
        assert holder.check(*more).exit_code == 2

    def test_facts_that_are_none_are_bad_input_and_not_repeated(self, holder: Holder, tmp_path: Path) -> None:
        holder.check()
        (tmp_path / "facts.json").write_text(json.dumps({"assistant": "Ilze"}))
        given = ("--check", str(tmp_path / "statement.txt"), "--facts", str(tmp_path / "facts.json"))
        result = CliRunner().invoke(main, ["delegation", "statement", *given])
        assert (result.exit_code, "Ilze" in result.output) == (2, False)


def test_a_new_dated_template_leaves_old_statements_as_they_are(
    monkeypatch: pytest.MonkeyPatch, holder: Holder
) -> None:
    before = {language: render(FACTS, language=language).data for language in LANGUAGES}
    newer = dict(wording.TEMPLATE_SHA256) | {("2027-01-01", "lv"): "0" * 64}
    monkeypatch.setattr(wording, "TEMPLATE_SHA256", newer)
    wording.load_template.cache_clear()
    for language, data in before.items():
        assert render(FACTS, language=language, template_id="2026-11-23").data == data


class TestFromTheRecord:
    def test_is_the_text_that_was_read_and_the_look_is_an_event(self, counter: Counter) -> None:
        counter.open().grant()
        delegation = counter.delegation().id
        by = counter.by.actor
        seen = counter.write(lambda conn: statement_looks.look_as_operator(conn, counter.store, delegation, by))
        assert seen.matches
        assert "Ilze Paraudziņa" in seen.statement.text
        assert counter.events()[-1] is EventName.STATEMENT_RENDERED

    @pytest.mark.parametrize("language", ["lv", "lv-plain", "en", "en-plain"])
    def test_is_in_the_language_that_was_chosen_for_it(self, counter: Counter, language: str) -> None:
        counter.open(language=language).grant()
        delegation = counter.delegation().id
        seen = counter.read(lambda conn: statement_looks.again(conn, counter.store, delegation))
        assert (seen.matches, seen.statement.language) == (True, language)

    def test_of_nothing_is_nothing(self, counter: Counter) -> None:
        with pytest.raises(NotFoundError):
            counter.read(lambda conn: statement_looks.again(conn, counter.store, "nothing"))
