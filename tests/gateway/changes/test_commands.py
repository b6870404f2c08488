"""The command line registers by itself only before anybody could ever confirm; afterwards it proposes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from audit.entry import decode
from audit.events import EventName
from gateway.cli import main
from gateway.config import Settings
from gateway.ledger.tables import AuditEvent
from gateway.oauth import clients, providers
from gateway.oauth.errors import ProviderUnknownError
from gateway.parts import open_store
from gateway.people import staff
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.people.tables import Staff, StaffState
from tests.gateway.callers import PASSWORD

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
Pilnvara = Callable[..., Result]
PORTAL = ["--portal", "example", "--name", "Paraugs", "--origin", "https://portal.example"]
PORTAL += ["--redirect", "https://portal.example/callback"]
PROVIDER = ["--name", "Paraugs", "--issuer", "https://provider.example", "--client", "pilnvara"]
PROVIDER += ["--secret", "given-by-them"]


@pytest.fixture
def environment(tmp_path: Path, ready_url: str) -> Mapping[str, str]:
    """A machine that is set up."""
    return {"PILNVARA_DATA_DIR": str(tmp_path / "data"), "PILNVARA_DATABASE_URL": ready_url}


@pytest.fixture
def pilnvara(environment: Mapping[str, str]) -> Pilnvara:
    """Types a command."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, env=dict(environment))

    return run


def test_the_first_portal_and_provider_are_there_at_once(pilnvara: Pilnvara, environment: Mapping[str, str]) -> None:
    made = pilnvara("admin", "portal", "register", "example-portal", *PORTAL)
    assert made.exit_code == 0, made.output
    secret = made.output.split("secret")[1].strip()
    assert pilnvara("admin", "provider", "add", "example", *PROVIDER).exit_code == 0
    again = pilnvara("admin", "portal", "register", "example-portal", *PORTAL)
    assert (again.exit_code, again.output.strip()) == (1, "Error: target: known")
    store = open_store(Settings.from_environment(environment))
    try:
        client = store.database.read_now(lambda conn: clients.find(conn, "example-portal"))
        assert client is not None
        assert clients.has_secret(store, client, secret)
        assert store.database.read_now(lambda conn: providers.find(conn, "example")).client_id == "pilnvara"
    finally:
        store.close()


def test_a_centre_is_added_with_an_event_of_the_command_line(
    pilnvara: Pilnvara, environment: Mapping[str, str]
) -> None:
    made = pilnvara("admin", "add-centre", "--name", "Centrs", "--municipality", "Novads")
    assert made.exit_code == 0, made.output
    store = open_store(Settings.from_environment(environment))
    try:
        found = select(AuditEvent.leaf).where(AuditEvent.type == EventName.CENTRE_ADDED.value)
        event = decode(store.database.read_now(lambda conn: bytes(conn.execute(found).scalar_one())))
    finally:
        store.close()
    assert (event.visit, event.actor) == ("system", staff.OPERATOR)
    assert event.data == {
        "centre": made.output.strip(),
        "name": "Centrs",
        "kind": "vpvkac",
        "municipality": "Novads",
        "region": None,
    }


def test_with_an_administrator_it_only_proposes(pilnvara: Pilnvara, environment: Mapping[str, str]) -> None:
    store = open_store(Settings.from_environment(environment))
    now = datetime.now(UTC)
    try:
        centre = store.database.write_now(
            lambda conn: staff.add_centre(conn, name="Centrs", kind="vpvkac", municipality="Novads", now=now)
        )
        new = NewStaff(login="ada", name="Ada", password=PASSWORD, centre_id=centre, roles=(Role.ADMINISTRATOR,))
        store.database.write_now(lambda conn: staff.create(conn, store.sealer, new, now=now))
        said = pilnvara("admin", "provider", "add", "example", *PROVIDER)
        assert "administrators decide" in said.output
        assert "given-by-them" not in said.output
        with pytest.raises(ProviderUnknownError):
            store.database.read_now(lambda conn: providers.find(conn, "example"))
        assert pilnvara("admin", "close-staff", "--login", "ada").exit_code == 1, "nobody else administers"
        store.database.write_now(lambda conn: conn.execute(update(Staff).values(state=StaffState.CLOSED)))
        said = pilnvara("admin", "portal", "register", "example-portal", *PORTAL)
        assert "administrators decide" in said.output, "closing the administrators does not bring the first set-up back"
        assert store.database.read_now(lambda conn: clients.find(conn, "example-portal")) is None
    finally:
        store.close()


def test_administrators_and_auditors_are_only_proposed_once_two_can_decide(pilnvara: Pilnvara) -> None:
    centre = pilnvara("admin", "add-centre", "--name", "Centrs", "--municipality", "Novads").output.strip()

    def add(login: str, role: str, *more: str) -> Result:
        who = ["--login", login, "--name", login, "--centre", centre, "--role", role]
        return pilnvara("admin", "add-staff", *who, *more)

    for login in ("ada", "bille"):
        assert "password" in add(login, "administrator").output
    for role in ("administrator", "auditor"):
        said = add(role, role)
        assert "administrators decide" in said.output
        assert "password" not in said.output
    assert "password" in add("cilda", "assistant").output
    assert "one holder's" in add("dace", "officer").output
    assert pilnvara("admin", "suspend-staff", "--login", "bille").exit_code == 0
    assert pilnvara("admin", "suspend-staff", "--login", "ada").exit_code == 1, "the last one"
    assert pilnvara("admin", "resume-staff", "--login", "bille").output == "", "one alone could not decide"
    auditor = "administrators decide"
    assert auditor not in pilnvara("admin", "suspend-staff", "--login", "cilda").output
    assert pilnvara("admin", "resume-staff", "--login", "cilda").output == ""
    assert pilnvara("admin", "resume-staff", "--login", "cilda").exit_code == 1
