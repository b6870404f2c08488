"""The file that proves a delegation, verified by the commands that it names and by nothing else."""

import asyncio
import io
import re
import shlex
import zipfile
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, select, update

from audit.__main__ import main as audit
from audit.proof import LogProof
from gateway.cli import main
from gateway.keys import store as key_store
from gateway.ledger.settling import settle
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.people.tables import Resident
from gateway.visits import stopping
from gateway.visits.errors import NotFoundError
from gateway.visits.proof import proof_of
from gateway.visits.statement_looks import StatementGoneError
from gateway.visits.stopping import StopReason
from gateway.visits.tables import DelegationRow
from tests.gateway.visits.counter import Counter


def proof(counter: Counter) -> bytes:
    delegation = counter.delegation().id
    return counter.read(lambda conn: proof_of(conn, counter.store, delegation))


@pytest.fixture
def folder(counter: Counter, tmp_path: Path) -> Path:
    counter.open(language="en").grant()
    counter.fill()
    counter.send()
    counter.close()
    asyncio.run(settle(counter.store))
    (tmp_path / "bundle.zip").write_bytes(proof(counter))
    with zipfile.ZipFile(io.BytesIO(proof(counter))) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def commands(folder: Path) -> list[list[str]]:
    lines = (folder / "README.txt").read_text().splitlines()
    return [shlex.split(line) for line in lines if re.match(r" {4}\S", line)]


def test_holds_text_tokens_receipt_keys_and_the_logs_entries(folder: Path) -> None:
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {
        "README.txt",
        "index.html",
        "manifest.json",
        "delegations/1/statement.txt",
        "delegations/1/statement.json",
        "delegations/1/delegation.jws",
        "delegations/1/permits/1.jws",
        "receipts/1.json",
        "receipts/1.pdf",
        "jwks.json",
        "log/checkpoint.txt",
        "log/vkey.txt",
        "log/001.json",
        "log/001.tlog-proof",
    } <= names
    assert "Ilze Paraudziņa" in (folder / "delegations/1/statement.txt").read_text()


def test_is_verified_by_the_commands_that_it_names(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    whole, statement, token, entry = commands(folder)
    checked = CliRunner().invoke(main, statement[1:])
    assert (checked.exit_code, "the text that was approved" in checked.output) == (0, True), checked.output
    verified = CliRunner().invoke(main, token[1:-2], input=(folder / token[-1]).read_text())
    assert verified.exit_code == 0, verified.output
    vkey = (folder / "log" / "vkey.txt").read_text().splitlines()[0]
    for command in (whole, entry):
        included = CliRunner().invoke(audit, [vkey if part == "$VKEY" else part for part in command[3:]])
        assert included.exit_code == 0, included.output


def test_every_entry_under_the_checkpoint_has_its_proof(folder: Path) -> None:
    entries = sorted((folder / "log").glob("*.json"))
    assert len(entries) > 5
    for entry in entries:
        assert LogProof.parse(entry.with_suffix(".tlog-proof").read_bytes()).index >= 0


def test_a_changed_text_is_refused_by_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    text = folder / "delegations/1/statement.txt"
    text.write_bytes(text.read_bytes().replace(b"Ilze", b"Inga"))
    assert CliRunner().invoke(main, commands(folder)[1][1:]).exit_code == 1


def test_the_same_record_gives_the_same_file(counter: Counter) -> None:
    counter.open().grant()
    assert proof(counter) == proof(counter)


def test_of_what_nobody_approved_holds_no_token(counter: Counter) -> None:
    counter.open().ask()
    with zipfile.ZipFile(io.BytesIO(proof(counter))) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".jws")]
        assert "viss, kas pierāda" in archive.read("README.txt").decode()


def test_of_nothing_is_nothing(counter: Counter) -> None:
    with pytest.raises(NotFoundError):
        counter.read(lambda conn: proof_of(conn, counter.store, "nothing"))


def test_is_gone_when_it_was_erased(counter: Counter) -> None:
    counter.open().grant()
    key = select(Resident.key_id).where(Resident.id == counter.delegation().principal_id)
    counter.write(lambda conn: key_store.destroy(conn, conn.execute(key).scalar_one(), counter.clock.now()))
    with pytest.raises(StatementGoneError):
        proof(counter)


def test_of_one_person_would_hold_nothing_of_another_if_a_visit_had_two(counter: Counter) -> None:
    """The file gives away the key of the visit's hashes: a number or an address could be tried against them."""
    counter.open().grant()
    first = counter.delegation().id
    counter.write(
        lambda conn: stopping.stop_at_desk(conn, counter.store, counter.by, counter.visit_id, StopReason.MISTAKE)
    )
    counter.ask()
    second, now = counter.delegation().id, counter.clock.now()

    def give_to_another(conn: Connection) -> None:
        """No step of the flow does this: a visit is about one person."""
        profile = Profile(name="Cita Persona", code="329999-00099")
        other = residents.find_or_create(conn, counter.store, profile, now=now).id
        conn.execute(update(DelegationRow).where(DelegationRow.id == second).values(principal_id=other))

    counter.write(give_to_another)
    for own, other in ((first, second), (second, first)):
        content = counter.read(partial(proof_of, store=counter.store, delegation_id=own))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".json"))
        assert own.encode() in entries
        assert other.encode() not in entries
