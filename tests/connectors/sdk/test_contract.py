"""A connector that cannot be used is refused when it is loaded, with every reason."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.sdk import Connector, Words, packages, registry
from connectors.sdk.contract import ConnectorContractError, ensure_sound
from connectors.sdk.inputs import Checkbox, CheckboxGroup, File, Input, Option, ShownWhen, Text
from gateway.commands import processes
from gateway.config import ConfigurationError

WORDS = Words("Jautājums", "Question")
ONE = Option("one", WORDS)


def with_inputs(*inputs: Input) -> Connector:
    known = registry.find("lv.vsaa.sickness_benefit")
    return replace(known, manifest=replace(known.manifest, id="lv.example.unsound"), inputs=inputs)


UNSOUND = with_inputs(
    Text(name="name", label=WORDS, same_as="principal.name"),
    Checkbox(name="agreed", label=WORDS, same_as="principal.name"),
)
"""What an entry point of `a_plug_in` names."""


@pytest.fixture
def a_plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A third party's package with a connector that cannot be used."""
    described = tmp_path / "unsound_connector-1.dist-info"
    described.mkdir()
    described.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: unsound-connector\nVersion: 1\n")
    described.joinpath("entry_points.txt").write_text(f"[{packages.GROUP}]\nlv.example.unsound = {__name__}:UNSOUND\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry.forget()
    yield
    registry.forget()


class TestEnsureSound:
    @pytest.mark.parametrize("connector", list(registry.all().values()), ids=lambda connector: connector.id)
    def test_lets_what_is_built_in_pass(self, connector: Connector) -> None:
        ensure_sound(connector)

    @pytest.mark.parametrize(
        "question",
        [
            Checkbox(name="it", label=WORDS, same_as="principal.name"),
            Checkbox(name="it", label=WORDS, prefill="resident.phone"),
            Checkbox(name="it", label=WORDS, lockable=True),
            CheckboxGroup(name="it", label=WORDS, options=(ONE,), same_as="child.name"),
            File(name="it", label=WORDS, same_as="principal.code"),
        ],
    )
    def test_refuses_to_know_an_answer_that_is_no_single_value(self, question: Input) -> None:
        with pytest.raises(ConnectorContractError, match=r"input 'it' has \w+, but a \w+ has no single value"):
            ensure_sound(with_inputs(question))

    def test_refuses_what_no_delegation_says(self) -> None:
        question = Text(name="it", label=WORDS, same_as="principal.shoe")  # type: ignore[arg-type]  # that is the fault
        with pytest.raises(ConnectorContractError, match=r"same_as='principal\.shoe', which no delegation says"):
            ensure_sound(with_inputs(question))

    @pytest.mark.parametrize(
        ("name", "fault"),
        [
            ("draft", "the assistant's form needs itself"),
            ("elements", "the assistant's form needs itself"),
            ("_csrf", "lower-case letters"),
            ("requestSubmit", "lower-case letters"),
            ("", "lower-case letters"),
        ],
    )
    def test_refuses_a_name_that_would_hide_what_the_form_needs(self, name: str, fault: str) -> None:
        with pytest.raises(ConnectorContractError, match=fault):
            ensure_sound(with_inputs(Text(name=name, label=WORDS)))

    def test_tells_every_fault_at_once(self) -> None:
        early = Text(name="early", label=WORDS, shown_when=ShownWhen("late", "yes"))
        late = Text(name="late", label=WORDS)
        with pytest.raises(ConnectorContractError) as refused:
            ensure_sound(with_inputs(early, late, late))
        said = str(refused.value)
        assert "input 'early' depends on 'late', which is not asked before it" in said
        assert "input 'late' is asked twice" in said


class TestAPlugIn:
    def test_that_is_unsound_is_not_loaded(self, a_plug_in: None) -> None:
        with pytest.raises(ConnectorContractError, match=r"input 'agreed' has same_as, but a Checkbox"):
            registry.all()

    def test_that_is_unsound_keeps_the_program_from_starting(
        self, a_plug_in: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PILNVARA_DATA_DIR", str(tmp_path / "data"))
        monkeypatch.setattr(packages, "ensure_allowed", lambda _: None)
        with pytest.raises(ConfigurationError, match="'agreed'"):
            processes._open()
        assert not (tmp_path / "data").exists()


class TestRequestsToOneAddress:
    def test_are_refused_where_one_could_be_taken_for_the_final_one(self) -> None:
        known = registry.find("lv.vzd.cadastre_statement")
        ensure_sound(known)
        alike = replace(known.final, request=replace(known.final.request, fixed={"SEK": "1"}))
        with pytest.raises(ConnectorContractError, match=r"vzd_ipasums.* told apart by no fixed field"):
            ensure_sound(replace(known, final=alike))

    def test_are_refused_where_one_could_be_taken_for_what_follows_the_final_one(self) -> None:
        known = registry.find("lv.vsaa.sickness_benefit")
        follows = replace(known.final, then=(replace(known.steps[0].request, fields=()),))
        with pytest.raises(ConnectorContractError, match="told apart by no fixed field"):
            ensure_sound(replace(known, final=follows))
