"""Nothing starts on a database whose records could be changed, until `pilnvara migrate` has made the guards anew."""

import os
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.doctor import guards
from gateway.doctor.finding import Health
from tests.gateway.ledger.test_checkpoints import unprotect


def test_without_its_guards_nothing_starts(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILNVARA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PILNVARA_DATABASE_URL", database_url)

    def pilnvara(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    assert pilnvara("migrate").exit_code == 0
    assert pilnvara("keys", "init").exit_code == 0
    with closing(Database.open(database_url, readers=1)) as database:
        database.write_now(lambda conn: unprotect(conn, "audit_event"))
    for process in ("serve", "worker"):
        refused = pilnvara(process)
        assert (refused.exit_code, "is missing" in refused.stderr) == (2, True), refused.output
    found = guards.records(Settings.from_environment(os.environ))
    assert (found.health, "is missing" in found.detail) == (Health.BROKEN, True)
    mended = pilnvara("migrate")
    assert (mended.exit_code, "Made anew. Verify the log now" in mended.stderr) == (0, True), mended.output
    assert pilnvara("migrate").stderr == ""
