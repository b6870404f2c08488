"""`pilnvara keys epoch` as an operator types it, and what the doctor says of the step that is due."""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from gateway.cli import main
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.doctor.epochs import key_epochs
from gateway.doctor.finding import Health
from gateway.keys import keyfile
from gateway.keys.tables import KeyEpoch
from tests.databases import Kind

Pilnvara = Callable[..., Result]


@pytest.fixture
def environment(tmp_path: Path, ready_url: str) -> Mapping[str, str]:
    """A machine of the test's own."""
    return {"PILNVARA_DATA_DIR": str(tmp_path / "data"), "PILNVARA_DATABASE_URL": ready_url}


@pytest.fixture
def pilnvara(environment: Mapping[str, str]) -> Pilnvara:
    """Types a command on a machine that is set up."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, env=dict(environment))

    assert run("keys", "init").exit_code == 0
    return run


@pytest.fixture
def settings(environment: Mapping[str, str]) -> Settings:
    """As the commands read them."""
    return Settings.from_environment(environment)


def used_since(settings: Settings, number: int, days: int) -> None:
    """Let an epoch have been in use for so many days."""
    since = datetime.now(UTC) - timedelta(days=days)
    with closing(Database.open(settings.database_url)) as database:
        moved = update(KeyEpoch).where(KeyEpoch.number == number).values(used_from=since)
        database.write_now(lambda conn: conn.execute(moved))


def test_an_epoch_is_made_moved_to_and_destroyed(pilnvara: Pilnvara, settings: Settings, database_kind: Kind) -> None:
    made = pilnvara("keys", "epoch", "new")
    assert made.exit_code == 0
    assert "Epoch 2 is made" in made.output
    assert ("to the data folder of every machine" in made.output) == (database_kind == "postgresql")
    assert "used from" in pilnvara("keys", "epoch", "list").output
    assert "epoch 2 waits to be used already" in pilnvara("keys", "epoch", "new").output

    used_since(settings, 2, 1)
    assert "7 keys moved; everything stands under epoch 2." in pilnvara("keys", "epoch", "move").output
    assert "0 keys stand under it" in pilnvara("keys", "epoch", "list").output.splitlines()[0]

    asked = pilnvara("keys", "epoch", "destroy", "1")
    assert asked.exit_code == 1
    assert "Every backup from before" in asked.output
    assert 1 in keyfile.read(settings.data_dir).epochs, "nobody has said yes"
    done = pilnvara("keys", "epoch", "destroy", "1", "--yes")
    assert done.exit_code == 0
    assert "Destroy the copies of the file" in done.output
    assert list(keyfile.read(settings.data_dir).epochs) == [2]
    assert "1  destroyed" in pilnvara("keys", "epoch", "list").output


def test_what_is_refused_says_what_to_do(pilnvara: Pilnvara, settings: Settings) -> None:
    assert pilnvara("keys", "epoch", "new", "--wait", "14").exit_code == 2
    refused = pilnvara("keys", "epoch", "destroy", "1", "--yes")
    assert (refused.exit_code, refused.output) == (
        2,
        "pilnvara: epoch 1 is in use, or will be: only an older one can be destroyed\n",
    )
    pilnvara("keys", "epoch", "new")
    used_since(settings, 2, 1)
    refused = pilnvara("keys", "epoch", "destroy", "1", "--yes")
    assert "something stands under epoch 1: move it first" in refused.output


def test_another_machine_destroys_its_own_copy(pilnvara: Pilnvara, settings: Settings) -> None:
    pilnvara("keys", "epoch", "new")
    used_since(settings, 2, 1)
    pilnvara("keys", "epoch", "move")
    with_both = (settings.data_dir / keyfile.NAME).read_bytes()
    pilnvara("keys", "epoch", "destroy", "1", "--yes")
    (settings.data_dir / keyfile.NAME).write_bytes(with_both)
    found = key_epochs(settings)
    assert (found.health, found.mend) == (Health.BROKEN, "`pilnvara keys epoch destroy 1`, on this machine too.")
    assert "still has epoch 1" in pilnvara("keys", "epoch", "list").output
    assert pilnvara("keys", "epoch", "destroy", "1", "--yes").exit_code == 0
    assert list(keyfile.read(settings.data_dir).epochs) == [2]
    assert key_epochs(settings).health is Health.OK


def test_the_doctor_says_which_step_is_due(pilnvara: Pilnvara, settings: Settings, database_kind: Kind) -> None:
    def says() -> str:
        found = key_epochs(settings)
        return found.mend

    shared = database_kind == "postgresql"
    assert key_epochs(settings).health is Health.OK
    used_since(settings, 1, 18)
    assert says() == (
        "`pilnvara keys epoch new`, and bring the file to every machine and to the safe"
        if shared
        else "Let `pilnvara worker` run."
    )
    pilnvara("keys", "epoch", "new")
    assert says() == ""
    used_since(settings, 2, 1)
    assert says() == ("`pilnvara keys epoch move`" if shared else ""), "a worker has two days for it"
    pilnvara("keys", "epoch", "move")
    assert says() == ""


def test_the_doctor_sees_a_file_that_lacks_an_epoch(pilnvara: Pilnvara, settings: Settings) -> None:
    old = (settings.data_dir / keyfile.NAME).read_bytes()
    pilnvara("keys", "epoch", "new")
    (settings.data_dir / keyfile.NAME).write_bytes(old)
    waiting = key_epochs(settings)
    assert waiting.health is Health.NOTE
    assert "lacks epoch 2, which is used from" in waiting.detail
    used_since(settings, 2, 1)
    late = key_epochs(settings)
    assert (late.health, late.detail) == (
        Health.BROKEN,
        "kek.json lacks epoch 2, which is in use: bring the newest copy, from the machine where it was made",
    )
    refused = pilnvara("keys", "epoch", "list")
    assert (refused.exit_code, refused.output) == (2, f"pilnvara: {late.detail}\n")


def test_the_doctor_says_when_nothing_ever_leaves_the_backups(
    pilnvara: Pilnvara, environment: Mapping[str, str]
) -> None:
    assert pilnvara("keys", "epoch", "list").exit_code == 0
    found = key_epochs(Settings.from_environment(dict(environment) | {"PILNVARA_KEY_EPOCH_DAYS": "0"}))
    assert (found.health, "stays readable in every backup" in found.detail) == (Health.NOTE, True)
