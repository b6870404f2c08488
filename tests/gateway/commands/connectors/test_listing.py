"""`pilnvara connectors list` and what the commands that meet a portal say before they do."""

import json

import pytest
from click.testing import CliRunner, Result

from connectors.sdk import registry
from gateway.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["connectors", *arguments])


def test_lists_every_connector_with_its_quality_and_fingerprint() -> None:
    listed = json.loads(run("list", "--json").stdout)
    assert [each["id"] for each in listed] == list(registry.all())
    assert {each["package"] for each in listed} == {"connectors"}
    assert all(len(each["fingerprints"]) == 64 for each in listed)
    assert len({each["fingerprints"] for each in listed}) == len(listed)


def test_lists_for_people_a_line_each() -> None:
    lines = run("list").stdout.splitlines()
    assert len(lines) == len(registry.all())
    assert lines[0].split()[:5] == ["lv.vsaa.sickness_benefit", "1.0.0", "VSAA", "latvija", "practice"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "lv.nobody", "--sandbox"), "no connector is called 'lv.nobody'"),
        (("check", "lv.vsaa.sickness_benefit"), "say where the portal is: either --sandbox or --portal-url"),
        (
            ("check", "lv.vsaa.sickness_benefit", "--portal-url", "portal", "--issuer-port", "0"),
            "no address of a portal",
        ),
    ],
)
def test_bad_input_is_told_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
