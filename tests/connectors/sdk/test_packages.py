"""Packages by others: none of their code runs before the list names their files as they are."""

import asyncio
import json
import py_compile
import re
import resource
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from connectors.runner import RunnerSettings
from connectors.runner.browsers import Browsers
from connectors.runner.errors import PackageRefusedError
from connectors.sdk import packages, registry
from gateway.commands import processes
from gateway.config import ConfigurationError, Settings
from gateway.doctor import packages as doctor

MODULE = "example_connectors_of_others"


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package whose code says that it ran."""
    code = tmp_path / "site" / MODULE
    code.mkdir(parents=True)
    code.joinpath("__init__.py").write_text("raise RuntimeError('its code was run')\n")
    code.joinpath("fingerprints.json").write_text("{}\n")
    described = tmp_path / "site" / "example_connectors-1.2.dist-info"
    described.mkdir()
    described.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: Example_Connectors\nVersion: 1.2\n")
    described.joinpath("entry_points.txt").write_text(f"[{packages.GROUP}]\nlv.example.one = {MODULE}:CONNECTOR\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    return code


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    return tmp_path / "allowed.txt"


def test_is_found_with_one_hash_over_all_its_files(others: Path) -> None:
    (found,) = packages.installed()
    assert (found.name, found.version, found.modules) == ("example-connectors", "1.2", (MODULE,))
    assert found.line == f"example-connectors==1.2 --hash=sha256:{found.sha256}"
    (others / "__pycache__").mkdir()
    (others / "__pycache__" / "__init__.cpython-311.pyc").write_text("what Python makes of it")
    assert packages.installed() == (found,)
    (others / "__pycache__" / "more.py").write_text("what it does not")
    assert packages.installed() != (found,)


def test_where_its_author_works_its_version_is_what_that_place_says_now(others: Path, tmp_path: Path) -> None:
    place = tmp_path / "a place"
    place.mkdir()
    package = place / "pyproject.toml"
    package.write_text('[project]\nname = "example-connectors"\nversion = "1.3.0"\n')
    origin = {"url": place.as_uri(), "dir_info": {"editable": True}}
    (others.parent / "example_connectors-1.2.dist-info" / "direct_url.json").write_text(json.dumps(origin))
    (found,) = packages.installed()
    assert found.line.startswith("example-connectors==1.3.0 --hash=sha256:")
    package.unlink()
    assert packages.installed()[0].version == "1.2"


def test_a_module_beside_the_one_that_is_named_counts_as_well(others: Path) -> None:
    site = others.parent
    (site / "helps_others.py").write_text("ONE = 1\n")
    record = f"{MODULE}/__init__.py,,\nhelps_others.py,,\n"
    (site / "example_connectors-1.2.dist-info" / "RECORD").write_text(record)
    (found,) = packages.installed()
    (site / "helps_others.py").write_text("ONE = 2\n")
    assert packages.installed() != (found,)


def test_what_lies_there_compiled_is_not_run_in_its_place(others: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiled file that says it needs no comparing with its source would run unseen."""
    # Whoever loaded others' packages in this process before has pointed it elsewhere.
    monkeypatch.setattr(sys, "pycache_prefix", None)
    evil = others.parent / "evil.py"
    evil.write_text("raise OSError('compiled code was run')\n")
    compiled = cache_from_source(str(others / "__init__.py"))
    py_compile.compile(str(evil), compiled, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    registry.forget()
    with pytest.raises(RuntimeError, match="its code was run"):
        registry.find("lv.example.one")


def installed_with(others: Path, *files: str) -> Path:
    """The folder of site-packages, with these files listed as the package's own."""
    lines = "".join(f"{name},,\n" for name in (f"{MODULE}/__init__.py", *files))
    (others.parent / "example_connectors-1.2.dist-info" / "RECORD").write_text(lines)
    return others.parent


@pytest.mark.parametrize("name", ["helps_others.so", "helps_others.pyc", "helps_others/__init__.pyc"])
def test_a_module_that_is_no_source_counts_as_well(others: Path, name: str) -> None:
    file = installed_with(others, name) / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"one")
    (found,) = packages.installed()
    file.write_bytes(b"two")
    assert packages.installed() != (found,)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("evil.pth", "import helps_others\n", "runs code in every Python program (evil.pth)"),
        ("evil.pth", "beside\n", "runs code in every Python program (evil.pth)"),
        ("sitecustomize.py", "", "runs code in every Python program (sitecustomize)"),
        ("usercustomize/__init__.py", "", "runs code in every Python program (usercustomize)"),
        ("delegation/extra.py", "", "puts files into our own package delegation"),
    ],
)
def test_what_runs_before_anybody_can_look_is_refused_whatever_the_list_says(
    others: Path, allowed: Path, name: str, content: str, fault: str
) -> None:
    site = installed_with(others, name)
    (site / "beside").mkdir()
    (site / "beside" / "sitecustomize.py").write_text("")
    (site / name).parent.mkdir(exist_ok=True)
    (site / name).write_text(content)
    (found,) = packages.installed()
    allowed.write_text(found.line)
    with pytest.raises(packages.PackageNotAllowedError, match=re.escape(f"example-connectors 1.2 {fault}")):
        packages.ensure_allowed(allowed)


def test_what_another_library_would_load_by_itself_is_refused_too(others: Path, allowed: Path) -> None:
    """Alembic, for one, loads what stands under its name when it is imported, in gateway and worker."""
    described = next(others.parent.glob("*.dist-info")) / "entry_points.txt"
    described.write_text(f"{described.read_text()}[alembic.plugins]\nevil = {MODULE}\n")
    (found,) = packages.installed()
    allowed.write_text(found.line)
    with pytest.raises(packages.PackageNotAllowedError, match=r"entry points of alembic\.plugins"):
        packages.ensure_allowed(allowed)
    assert MODULE not in sys.modules


def test_a_path_alone_is_how_one_that_is_worked_on_is_installed(others: Path, allowed: Path) -> None:
    (installed_with(others, "dev.pth") / "dev.pth").write_text("# as it is worked on\nbeside\n")
    (found,) = packages.installed()
    allowed.write_text(found.line)
    packages.ensure_allowed(allowed)


def test_goes_on_when_the_list_names_it(others: Path, allowed: Path) -> None:
    (found,) = packages.installed()
    allowed.write_text(f"# looked at by two of us\n\n{found.line}  # until spring\n")
    packages.ensure_allowed(allowed)


def test_is_refused_when_nobody_listed_it(others: Path, allowed: Path) -> None:
    with pytest.raises(packages.PackageNotAllowedError, match=r"example-connectors 1\.2 brings connectors and is not"):
        packages.ensure_allowed(allowed)


@pytest.mark.parametrize("change", ["edited", "added", "removed", "entry point"])
def test_is_refused_when_a_file_is_another(others: Path, allowed: Path, change: str) -> None:
    (found,) = packages.installed()
    allowed.write_text(found.line)
    match change:
        case "edited":
            others.joinpath("__init__.py").write_text("raise RuntimeError('other code')\n")
        case "added":
            others.joinpath("steps.py").write_text("")
        case "removed":
            others.joinpath("fingerprints.json").unlink()
        case _:
            entry_points = next(others.parent.glob("*.dist-info")) / "entry_points.txt"
            entry_points.write_text(f"[{packages.GROUP}]\nlv.example.one = {MODULE}.other:CONNECTOR\n")
    with pytest.raises(packages.PackageNotAllowedError, match="are not those that were allowed"):
        packages.ensure_allowed(allowed)
    assert MODULE not in sys.modules


def test_is_not_taken_by_a_line_that_says_something_else(others: Path, allowed: Path) -> None:
    allowed.write_text("example-connectors==1.2\n")
    with pytest.raises(packages.PackageNotAllowedError, match="line 1: take the line as"):
        packages.ensure_allowed(allowed)


def test_keeps_the_program_from_starting_and_its_code_from_running(
    others: Path, allowed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILNVARA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PILNVARA_CONNECTORS_ALLOWED", str(allowed))
    with pytest.raises(ConfigurationError, match="is not allowed"):
        processes._open()
    assert not (tmp_path / "data").exists()


def test_neither_program_leaves_a_core_file_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would hold keys and values: settled before anything is read, even settings."""
    monkeypatch.setenv("PILNVARA_MODE", "none that there is")
    with pytest.raises(ConfigurationError):
        processes._open()
    assert resource.getrlimit(resource.RLIMIT_CORE) == (1, 1)


def test_the_doctor_says_so(others: Path, allowed: Path) -> None:
    settings = Settings.from_environment({"PILNVARA_CONNECTORS_ALLOWED": str(allowed)})
    assert doctor.connectors(settings).health == "broken"
    allowed.write_text(packages.installed()[0].line)
    found = doctor.connectors(settings)
    assert (found.health, "example-connectors 1.2" in found.detail) == ("ok", True)


def test_its_browser_is_not_started_when_a_file_changed_under_a_worker(others: Path, allowed: Path) -> None:
    (found,) = packages.installed()
    allowed.write_text(found.line)
    packages.ensure_allowed(allowed, MODULE)
    others.joinpath("__init__.py").write_text("raise RuntimeError('other code')\n")
    browsers = Browsers(RunnerSettings(ensure_allowed=lambda module: packages.ensure_allowed(allowed, module)))
    with pytest.raises(PackageRefusedError):
        asyncio.run(browsers.of(MODULE, "http://127.0.0.1:9", lambda _: True))


def test_an_entry_point_is_called_as_its_connector(others: Path) -> None:
    code = "from connectors.sdk import registry\nCONNECTOR = registry.find('lv.vsaa.sickness_benefit')\n"
    others.joinpath("__init__.py").write_text(code)
    registry.forget()
    with pytest.raises(registry.ConnectorConflictError, match="must be called as its connector is"):
        registry.find("lv.example.one")
    registry.forget()
