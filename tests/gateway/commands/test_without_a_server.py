"""On a verifier's machine, where the server was not installed, a command that needs it says so."""

import pytest
from click.testing import CliRunner

from gateway.cli import MainGroup


def run(module: str) -> tuple[int, str]:
    group = MainGroup(name="pilnvara", lazy={"serve": (f"{module}:serve", "")})
    result = CliRunner().invoke(group, ["serve"], catch_exceptions=False)
    return result.exit_code, result.output


def test_it_names_what_to_install() -> None:
    code, said = run("a_package_that_is_not_there")
    assert code == 2
    assert said.startswith("pilnvara: this command needs the server: pip install 'pilnvara[server]'")
    assert "Traceback" not in said


def test_a_module_of_our_own_that_is_gone_is_a_defect() -> None:
    with pytest.raises(ModuleNotFoundError):
        run("gateway.commands.not_there")
