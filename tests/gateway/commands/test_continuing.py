"""`pilnvara audit continue` as an operator types it."""

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit import checkpoint
from audit.checkpoint import Checkpoint
from gateway.cli import main
from gateway.config import Settings
from gateway.doctor import services
from gateway.doctor.finding import Health
from gateway.parts import open_store
from tests.gateway.ledger.events import checkpoint_of, record_events


def test_it_says_what_is_lost_asks_and_goes_on(tmp_path: Path, ready_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"PILNVARA_DATA_DIR": str(tmp_path / "data"), "PILNVARA_DATABASE_URL": ready_url}
    settings = Settings.from_environment(environment)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def pilnvara(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, arguments, input=typed)

    assert pilnvara("keys", "init").exit_code == 0
    with closing(open_store(settings)) as store:
        record_events(store, 3)
        made, key = checkpoint_of(store), store.publisher.signers[0]
    assert made is not None
    name = "second.example/log"
    go_on = ("audit", "continue", "--origin", name)
    nothing = pilnvara(*go_on, "--yes")
    assert (nothing.exit_code, "nothing to go on from" in nothing.stderr) == (1, True)

    lost = tmp_path / "lost"
    lost.write_bytes(checkpoint.sign(Checkpoint(key.name, made.size + 5, bytes(32)), key))
    no = pilnvara(*go_on, "--held", str(lost), typed="n\n")
    assert (no.exit_code, f"{made.size + 5} entries that were signed for as {key.name}" in no.stdout) == (1, True)
    assert f"Certainly kept of them: the first {made.size}. Missing from now on: 5." in no.stdout
    yes = pilnvara(*go_on, "--held", str(lost), typed="y\n")
    assert (yes.exit_code, f"{name}+" in yes.stdout) == (0, True), yes.output
    verified = pilnvara("audit", "verify", "--held", str(lost))
    assert (verified.exit_code, "5 entries missing for ever" in verified.stdout) == (0, True), verified.output
    assert f"@{made.size}" in pilnvara("audit", "keys", "list").stdout
    found = services.log(settings)
    assert (found.health, "5 entries are missing for ever" in found.detail) == (Health.NOTE, True)
    assert pilnvara(*go_on, "--vkey", "no key").exit_code == 2
