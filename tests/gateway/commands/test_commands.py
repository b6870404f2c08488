"""The commands as an operator types them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, text

from audit import checkpoint
from audit.note import Verifier
from connectors.browser import isolation
from connectors.browser.isolation import Level
from gateway.cli import COMMANDS, main
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.database.migrating import migrate
from gateway.doctor import machine, services
from gateway.doctor.finding import Health
from gateway.keys import keyfile
from gateway.keys.signing import KeyKind
from gateway.ledger.checkpoints import HELD_NAME
from gateway.oauth.tables import OAuthClient
from gateway.services.keeping import PortalEntry, register_portal
from gateway.services.tables import Service
from tests.databases import Databases
from tests.gateway.ledger.test_checkpoints import unprotect

Pilnvara = Callable[..., Result]


@pytest.fixture
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """An empty database; with its tables where the test is about a machine that is `made`."""
    is_made = "made" in request.fixturenames
    url = databases.migrated(migrate) if is_made else databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture
def environment(tmp_path: Path, database_url: str) -> Mapping[str, str]:
    """A machine of the test's own."""
    return {"PILNVARA_DATA_DIR": str(tmp_path / "data"), "PILNVARA_DATABASE_URL": database_url}


@pytest.fixture
def pilnvara(environment: Mapping[str, str]) -> Pilnvara:
    """Types a command."""

    def run(*arguments: str, **changed: str) -> Result:
        return CliRunner().invoke(main, arguments, env=dict(environment) | changed)

    return run


@pytest.fixture
def made(pilnvara: Pilnvara) -> Pilnvara:
    """The same, on a machine that is set up."""
    assert pilnvara("keys", "init").exit_code == 0
    return pilnvara


@pytest.fixture
def sandbox_portal(made: Pilnvara, database_url: str) -> None:
    """A portal on this machine is registered, as the demonstration does it, in tables that were `made`."""
    now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    client = {
        "client_id": "latvija",
        "portal_id": "latvija",
        "secret_hash": bytes(32),
        "redirect_uris": ["http://127.0.0.2:1/back"],
        "scopes": ["openid"],
        "personal_code_allowed": False,
        "created_at": now,
        "changed_at": now,
    }
    entry = PortalEntry(id="latvija", name="Latvija", origin="http://127.0.0.2:1", client_id="latvija")
    with closing(Database.open(database_url)) as database:
        database.write_now(lambda conn: register_portal(conn, entry))
        database.write_now(lambda conn: conn.execute(insert(OAuthClient).values(**client)))


def findings(result: Result) -> dict[str, dict[str, str]]:
    return {finding["name"]: finding for finding in json.loads(result.stdout)}


def test_help_imports_nothing_heavy_and_a_verifier_needs_no_server() -> None:
    """What comes with the wheel's extra `server` is not there on a verifier's machine."""
    commands = [["--help"], *(["audit", name, "--help"] for name in ("verify", "verify-bundle", "consistency"))]
    script = "import sys; from gateway.cli import main\n" + "".join(
        f"main({command!r}, standalone_mode=False)\n" for command in commands
    )
    script += "print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ)
    assert all(name in shown.stdout for name in COMMANDS)
    loaded = set(shown.stdout.splitlines()[-1].split())
    assert not loaded & {"sqlalchemy", "litestar", "playwright", "jinja2", "alembic", "structlog", "httpx2"}


class TestMigrate:
    def test_may_be_run_again(self, pilnvara: Pilnvara) -> None:
        assert pilnvara("migrate").exit_code == 0
        assert pilnvara("migrate").exit_code == 0

    def test_check_finds_no_drift(self, pilnvara: Pilnvara) -> None:
        result = pilnvara("migrate", "--check")
        assert result.exit_code == 0, result.output


class TestKeys:
    def test_init_makes_keys_once_and_says_what_to_keep(self, pilnvara: Pilnvara) -> None:
        pilnvara("migrate")
        first = pilnvara("keys", "init")
        assert first.exit_code == 0
        assert "kek.json" in first.stdout
        assert pilnvara("keys", "init").stdout == first.stdout

    def test_rotate_replaces_a_key_and_records_it(self, made: Pilnvara, database_url: str) -> None:
        assert made("keys", "rotate", "permit").exit_code == 0
        database = Database.open(database_url)
        recorded = text("SELECT count(*) FROM audit_event WHERE type = 'admin:key:rotated'")
        assert database.read_now(lambda conn: conn.execute(recorded).scalar_one()) == 1
        database.close()


class TestAudit:
    def test_checkpoint_signs_and_verify_agrees(self, made: Pilnvara, environment: Mapping[str, str]) -> None:
        signed = made("audit", "checkpoint")
        assert signed.exit_code == 0
        vkey = made("keys", "init").stdout.split()[-1]
        assert checkpoint.verify(signed.stdout.encode(), [Verifier.parse(vkey)]).size == 1 + len(KeyKind), (
            "the beginning, and a key of each kind"
        )
        report = json.loads(made("audit", "verify", "--json", "--vkey", vkey).stdout)
        assert (report["verdict"], report["size"], report["vouched_size"]) == (
            "verified",
            1 + len(KeyKind),
            1 + len(KeyKind),
        )

    def test_verify_exits_3_when_nothing_is_signed(self, made: Pilnvara) -> None:
        assert made("audit", "verify").exit_code == 3

    def test_verify_exits_1_for_a_changed_leaf(self, made: Pilnvara, database_url: str) -> None:
        made("audit", "checkpoint")
        database = Database.open(database_url)
        database.write_now(lambda conn: unprotect(conn, "audit_event"))
        database.write_now(lambda conn: conn.execute(text("UPDATE audit_event SET leaf = leaf_hash WHERE n = 3")))
        database.close()
        result = made("audit", "verify")
        assert result.exit_code == 1
        assert "edited" in result.stdout

    def test_verify_exits_2_for_a_key_that_is_none(self, made: Pilnvara) -> None:
        made("audit", "checkpoint")
        assert made("audit", "verify", "--vkey", "nonsense").exit_code == 2

    def test_verify_holds_the_log_against_a_checkpoint_kept_elsewhere(
        self, made: Pilnvara, tmp_path: Path, environment: Mapping[str, str]
    ) -> None:
        made("audit", "checkpoint")
        kept = tmp_path / "kept"
        kept.write_bytes(Path(environment["PILNVARA_DATA_DIR"], HELD_NAME).read_bytes())
        assert made("audit", "verify", "--held", str(kept)).exit_code == 0


class TestDoctor:
    def test_finds_a_machine_that_is_set_up_in_order(self, made: Pilnvara) -> None:
        found = findings(made("doctor", "--json"))
        for name in ("Python", "Files", "Database", "Clock", "Keys", "Audit log"):
            assert found[name]["health"] == "ok", found[name]

    def test_changes_nothing_on_a_fresh_machine(self, pilnvara: Pilnvara, environment: Mapping[str, str]) -> None:
        pilnvara("doctor", "--json")
        assert not Path(environment["PILNVARA_DATA_DIR"]).exists()

    def test_exits_1_and_says_what_to_mend_for_a_key_file_that_others_read(
        self, made: Pilnvara, environment: Mapping[str, str]
    ) -> None:
        Path(environment["PILNVARA_DATA_DIR"], keyfile.NAME).chmod(0o644)
        result = made("doctor", "--json")
        assert result.exit_code == 1
        found = findings(result)
        assert found["Files"]["health"] == found["Keys"]["health"] == "broken"
        assert "chmod" in found["Files"]["mend"]

    def test_exits_1_without_tables(self, pilnvara: Pilnvara, database_url: str) -> None:
        database = Database.open(database_url)
        database.write_now(lambda conn: conn.execute(text("CREATE TABLE other (id INTEGER)")))
        database.close()
        result = pilnvara("doctor", "--json")
        assert result.exit_code == 1
        assert "pilnvara migrate" in findings(result)["Database"]["mend"]

    def test_exits_1_for_a_mail_server_that_does_not_answer(self, made: Pilnvara) -> None:
        result = made("doctor", "--json", PILNVARA_SMTP_HOST="127.0.0.1", PILNVARA_SMTP_PORT="1")
        assert result.exit_code == 1
        assert findings(result)["Mail"]["health"] == "broken"

    def test_says_that_nobody_carries_text_messages_and_does_not_show_the_gateways_address(self) -> None:
        without = services.texts(Settings.from_environment({}))
        assert (without.health, without.mend) == (Health.NOTE, "Set PILNVARA_SMS_URL.")
        known = services.texts(Settings.from_environment({"PILNVARA_SMS_URL": "https://sms.example/send?account=7"}))
        assert (known.health, known.detail) == (Health.OK, "by sms.example")

    def test_exits_1_for_a_browser_that_does_not_start(self, made: Pilnvara) -> None:
        result = made("doctor", "--json", PILNVARA_CHROMIUM="/bin/false")
        assert result.exit_code == 1
        assert findings(result)["Browser"]["health"] == "broken"

    def test_says_what_is_registered_and_exits_1_for_a_sandbox_where_people_are_real(
        self, made: Pilnvara, sandbox_portal: None
    ) -> None:
        live = made("doctor", "--json")
        assert live.exit_code == 1
        assert findings(live)["Registrations"]["health"] == "broken"
        assert "latvija" in findings(live)["Registrations"]["detail"]
        demo = findings(made("doctor", "--json", PILNVARA_MODE="demo"))["Registrations"]
        assert (demo["health"], demo["detail"]) == ("note", "1 portal (latvija), 0 identity providers")

    def test_names_every_setting(self, pilnvara: Pilnvara) -> None:
        assert "PILNVARA_DATABASE_URL" in pilnvara("doctor", "--settings").stdout

    def test_tells_the_level_of_isolation(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = Level(files=True, network=True, others=True, sockets=True)
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        monkeypatch.setattr(isolation, "offered", lambda: whole)
        finding = machine.isolation(Settings.from_environment({}))
        assert finding.health is Health.OK
        assert "with its sandbox" in finding.detail
        monkeypatch.setattr(isolation, "offered", lambda: Level(sockets=True))
        finding = machine.isolation(Settings.from_environment({}))
        assert finding.health is Health.NOTE
        assert "not: files but programs and its own, addresses but the gate" in finding.detail
        inside = Settings.from_environment({"PILNVARA_DATA_DIR": f"{sys.prefix}/data"})
        assert f"it may read {sys.prefix}/data" in machine.isolation(inside).detail


@pytest.mark.parametrize("process", ["serve", "worker"])
def test_a_live_process_does_not_start_with_a_sandbox_registered(
    made: Pilnvara, sandbox_portal: None, process: str
) -> None:
    result = made(process)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("pilnvara: PILNVARA_MODE is live, but latvija answer")


@pytest.mark.parametrize("process", ["serve", "worker"])
def test_a_live_portal_never_meets_a_connector_that_was_tried_with_made_up_people_alone(
    made: Pilnvara, sandbox_portal: None, database_url: str, process: str
) -> None:
    entry = PortalEntry(id="latvija", name="Latvija", origin="https://portal.example", client_id="latvija")
    benefit = {"id": "lv.vsaa.sickness_benefit", "holder": "VSAA", "portal_id": "latvija", "cards": {}}
    rules = {"feedback_group": "x", "grant_least": 2, "permit_least": 2, "routes": ["phone"]}
    with closing(Database.open(database_url)) as database:
        database.write_now(lambda conn: register_portal(conn, entry))
        database.write_now(lambda conn: conn.execute(insert(Service).values(**benefit, **rules)))
    result = made(process)
    assert result.exit_code == 2
    said = "pilnvara: connectors of level practice would file at a live portal: lv.vsaa.sickness_benefit"
    assert result.stderr.splitlines()[-1].startswith(said)
    found = findings(made("doctor", "--json"))["Registrations"]
    assert found["health"] == "broken"
    assert "lv.vsaa.sickness_benefit" in found["detail"]


def test_a_setting_that_cannot_be_used_is_told_in_one_line(pilnvara: Pilnvara) -> None:
    result = pilnvara("doctor", PILNVARA_MODE="maybe")
    assert result.exit_code == 2
    assert result.stderr == "pilnvara: PILNVARA_MODE cannot be used: give live, practice or demo\n"


def test_a_database_that_does_not_answer_is_told_in_one_line(pilnvara: Pilnvara, tmp_path: Path) -> None:
    result = pilnvara("keys", "init", PILNVARA_DATABASE_URL=f"postgresql:///none?host={tmp_path}")
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_what_staff_have_of_their_own_is_stored_and_a_slip_is_told_in_a_line(made: Pilnvara, database_url: str) -> None:
    centre = made("admin", "add-centre", "--name", "Centrs", "--municipality", "Novads").stdout.strip()
    account = ("--login", "anna", "--name", "Anna", "--centre", centre, "--role", "assistant")
    assert made("admin", "add-staff", *account).exit_code == 0
    slip = made("admin", "add-staff-value", "--login", "anna", "--kind", "code", "--value", "12")
    assert slip.exit_code == 1
    assert "Traceback" not in slip.output
    stored = made("admin", "add-staff-value", "--login", "anna", "--kind", "code", "--value", "329999-00042")
    assert (stored.exit_code, stored.output) == (0, "")
    database = Database.open(database_url)
    try:
        kinds = database.read_now(lambda conn: conn.execute(text("SELECT kind FROM staff_value")).scalars().all())
    finally:
        database.close()
    assert kinds == ["code"]


def test_the_doctor_names_assistants_whose_own_matter_nobody_would_notice(made: Pilnvara) -> None:
    assert findings(made("doctor", "--json"))["Staff"]["health"] == "ok"
    centre = made("admin", "add-centre", "--name", "Centrs", "--municipality", "Novads").stdout.strip()
    made("admin", "add-staff", "--login", "anna", "--name", "Anna", "--centre", centre, "--role", "assistant")
    made("admin", "add-staff", "--login", "rita", "--name", "Rita", "--centre", centre, "--role", "auditor")
    found = findings(made("doctor", "--json"))["Staff"]
    assert (found["health"], "anna" in found["detail"], "rita" in found["detail"]) == ("note", True, False)
    for kind, value in (("phone", "20000042"), ("account", "LV78PARA0000000000001"), ("code", "329999-00042")):
        made("admin", "add-staff-value", "--login", "anna", "--kind", kind, "--value", value)
    assert findings(made("doctor", "--json"))["Staff"]["health"] == "note"
    made("admin", "add-staff-value", "--login", "anna", "--kind", "address", "--value", "Parauga iela 42, Paraugciems")
    assert findings(made("doctor", "--json"))["Staff"]["health"] == "ok"
