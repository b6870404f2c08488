"""What the portal has accepted outlives it, where it is given a file."""

from dataclasses import replace
from pathlib import Path

from connectors.sandbox import Sandbox, SandboxSettings
from tests.sandbox.conftest import HeldClock
from tests.sandbox.visitors import SICKNESS, Visitor, sickness_answers


def settings(tmp_path: Path) -> SandboxSettings:
    return replace(SandboxSettings.for_tests(), now=HeldClock(), applications_file=tmp_path / "applications.jsonl")


def file_one(sandbox: Sandbox) -> str:
    with Visitor(sandbox) as visitor:
        visitor.sign_in()
        return visitor.send(visitor.to_overview(SICKNESS, sickness_answers())).text_of("numurs")


def test_a_number_is_never_given_twice_and_the_application_is_still_there(tmp_path: Path) -> None:
    with Sandbox(settings(tmp_path)) as sandbox:
        first = file_one(sandbox)
        before = sandbox.state()["applications"]
    with Sandbox(settings(tmp_path)) as sandbox:
        assert sandbox.state()["applications"] == before
        with Visitor(sandbox) as visitor:
            visitor.sign_in()
            pdf = visitor.http.get(f"/iesniegumi/{first}/apliecinajums.pdf")
            assert pdf.content.startswith(b"%PDF-")
        assert (first, file_one(sandbox)) == ("VSAA-2026-000001", "VSAA-2026-000002")


def test_a_line_that_a_crash_cut_off_is_dropped(tmp_path: Path) -> None:
    with Sandbox(settings(tmp_path)) as sandbox:
        first = file_one(sandbox)
    file = tmp_path / "applications.jsonl"
    file.write_bytes(file.read_bytes() + b'{"reference":"VSAA-20')
    with Sandbox(settings(tmp_path)) as sandbox:
        assert [one["reference"] for one in sandbox.state()["applications"]] == [first]
        assert file.stat().st_mode & 0o077 == 0


def test_a_reset_forgets_the_file_too(tmp_path: Path) -> None:
    with Sandbox(settings(tmp_path)) as sandbox:
        file_one(sandbox)
        sandbox.reset()
        assert not (tmp_path / "applications.jsonl").exists()
