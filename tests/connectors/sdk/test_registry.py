from datetime import date

import pytest

from connectors.sdk import Connector, Validated, groups, registry, validate
from connectors.sdk.fills import How, declared
from connectors.sdk.inputs import Group
from connectors.sdk.steps import Final, Step

CONNECTORS = list(registry.all().values())


def names_of(connector: Connector) -> list[str]:
    return [question.name for question in groups.every(connector.inputs)]


def names_filled(connector: Connector) -> list[str]:
    rows = {groups.count_name(each): str(each.most) for each in connector.inputs if isinstance(each, Group)}
    fills = [fill.actions(rows) for step in connector.steps for fill in step.fills]
    asked = [[each.input for each in actions if each.input and each.how is not How.ROWS] for actions in fills]
    return [name for names in asked for name in dict.fromkeys(names)]


def uploaded(page: Step | Final) -> set[str]:
    """Controls whose file leaves by a request of its own."""
    sends = isinstance(page, Step) and any(request.files for request in page.extra)
    fills = page.fills if isinstance(page, Step) else ()
    return {action.control for action in declared(fills) if sends and action.how is How.FILE}


def test_finds_by_id_and_names_what_is_missing() -> None:
    assert registry.find("lv.vsaa.sickness_benefit").manifest.holder == "VSAA"
    with pytest.raises(registry.UnknownConnectorError, match=r"lv\.nobody"):
        registry.find("lv.nobody")


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.id)
class TestEveryConnector:
    def test_speaks_both_languages(self, connector: Connector) -> None:
        words = [connector.manifest.title, *(question.label for question in groups.every(connector.inputs))]
        assert all(text.lv and text.en for text in words)

    def test_asks_each_question_once_and_uses_each_answer_once(self, connector: Connector) -> None:
        assert sorted(names_filled(connector)) == sorted(names_of(connector))

    def test_has_samples_it_accepts(self, connector: Connector) -> None:
        for sample in connector.samples:
            given = {**sample.answers(date(2026, 11, 22)), **sample.files}
            checked = validate(connector.inputs, given, "lv")
            assert isinstance(checked, Validated), checked
            assert connector.service_key(checked.values)

    def test_declares_every_field_of_its_committed_forms(self, connector: Connector) -> None:
        for page in connector.pages:
            fields = {field.name for field in connector.fingerprints[page.name].fields}
            assert fields == page.request.controls() | uploaded(page)

    def test_keeps_only_hidden_controls_out_of_the_payload(self, connector: Connector) -> None:
        for page in connector.pages:
            shown = {field.name for field in connector.fingerprints[page.name].fields if field.type != "hidden"}
            assert not shown & connector.volatile

    def test_writes_to_controls_that_exist(self, connector: Connector) -> None:
        for step in connector.steps:
            assert isinstance(step, Step)
            labels = {
                label
                for field in connector.fingerprints[step.name].fields
                for label in (field.label, *(text for _, text in field.options))
            }
            sample = connector.samples[-1].answers(date(2026, 11, 22))
            actions = (action for fill in step.fills for action in fill.actions(sample) if action.value)
            wanted = {action.label for action in actions if action.how is not How.ROWS}
            assert wanted <= labels
