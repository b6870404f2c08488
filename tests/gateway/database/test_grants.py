"""The role that the gateway runs as on PostgreSQL: a whole visit goes by it, and no trick against the records does."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from gateway.cli import main
from gateway.clock import HeldClock
from gateway.config import Settings
from gateway.database import grants, guards, schema
from gateway.database.engine import Database
from gateway.database.errors import DatabaseError
from gateway.database.migrating import migrate
from gateway.doctor import guards as doctor
from gateway.doctor.finding import Health
from gateway.keys.sealing import Sealer
from gateway.parts import LANGUAGES, Parts, Store, open_keys
from tests.databases import PostgresqlDatabases
from tests.gateway.database.restricted import restricted_role
from tests.gateway.ledger.events import checkpoint_of, record_events, verdict_of
from tests.gateway.visits.staffed import staffed
from ui.environment import environment


@pytest.fixture
def owner_url(postgresql_databases: PostgresqlDatabases) -> Iterator[str]:
    url = postgresql_databases.migrated(migrate)
    yield url
    postgresql_databases.drop(url)


@pytest.fixture
def settings(settings: Settings, owner_url: str) -> Iterator[Settings]:
    """Of a machine whose gateway does not run as the owner."""
    with restricted_role(owner_url) as url:
        yield replace(settings, database_url=url, database_owner_url=owner_url)


@pytest.fixture
def store(settings: Settings, clock: HeldClock, sealer: Sealer) -> Iterator[Store]:
    with closing(Database.open(settings.database_url)) as database:
        keys = database.write_now(lambda conn: open_keys(conn, sealer, clock.now(), settings.log_origin))
        yield Store(settings, database, clock, sealer, keys)


def test_a_whole_visit_goes_by_it(store: Store, clock: HeldClock) -> None:
    renderer = environment(languages=LANGUAGES)
    counter = staffed(Parts(store.settings, store.database, clock, store.sealer, store.keys, renderer), clock)
    counter.open().grant()
    counter.fill()
    counter.send()
    counter.close()
    assert checkpoint_of(store) is not None
    assert verdict_of(store).exit_code == 0


TRICKS = {
    "update": "UPDATE audit_event SET leaf = 'x'",
    "delete": "DELETE FROM audit_event",
    "truncate": "TRUNCATE audit_event CASCADE",
    "upsert": "INSERT INTO audit_checkpoint SELECT * FROM audit_checkpoint "
    "ON CONFLICT (size) DO UPDATE SET note = excluded.note",
    "merge": "MERGE INTO audit_checkpoint a USING audit_checkpoint b ON a.size = b.size "
    "WHEN MATCHED THEN UPDATE SET note = 'x'",
    "copy from a program": "COPY audit_checkpoint FROM PROGRAM 'true'",
    "switch a trigger off": "ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_change",
    "switch all off": "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "drop a trigger": "DROP TRIGGER audit_event_no_change ON audit_event",
    "add a trigger": "CREATE TRIGGER mine BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "change the function": "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RETURN NULL; END$$",
    "be a replica": "SET session_replication_role = replica",
    "a rule": "CREATE RULE quiet AS ON INSERT TO audit_event DO INSTEAD NOTHING",
    "a policy": "ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY",
    "a table before ours": "CREATE TEMPORARY TABLE audit_event (id text)",
    "a table of its own": "CREATE TABLE other (id text)",
    "a function of its own": "CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
    "a schema before ours": "CREATE SCHEMA AUTHORIZATION CURRENT_USER",
    "rename": "ALTER TABLE audit_event RENAME TO audit_event_old",
    "drop": "DROP TABLE audit_event CASCADE",
    "another version": "UPDATE alembic_version SET version_num = '0001'",
    "become the owner": "SET ROLE pilnvara",
    "a reference": "CREATE TABLE other (id text REFERENCES audit_event (id))",
}


def test_no_trick_against_the_records_does(store: Store) -> None:
    record_events(store, 3)
    checkpoint_of(store)
    for name, statement in TRICKS.items():
        with pytest.raises(DBAPIError) as refused:
            store.database.write_now(lambda conn, statement=statement: conn.execute(text(statement)))  # type: ignore[misc]  # bound now
        state = getattr(refused.value.orig, "sqlstate", None)
        assert state == "42501", (name, state, refused.value.orig)  # insufficient privilege
    assert store.database.read_now(guards.faults) == []
    assert verdict_of(store).exit_code == 0


class TestTheDoctor:
    def test_is_content_with_it(self, settings: Settings) -> None:
        assert doctor.role(settings).health is Health.OK
        assert doctor.records(settings).health is Health.OK

    def test_says_what_a_role_could_do(self, settings: Settings, owner_url: str) -> None:
        found = doctor.role(replace(settings, database_url=owner_url))
        assert (found.health, "it is a superuser" in found.detail) == (Health.NOTE, True)
        role = make_url(settings.database_url).username
        for given, said in {
            f"GRANT UPDATE ON audit_leaf TO {role}": "it has UPDATE or DELETE on audit_leaf",
            f"GRANT TRIGGER ON visit TO {role}": "it has TRUNCATE or TRIGGER on visit",
            f"GRANT CREATE ON SCHEMA public TO {role}": "that hide ours",
            f"ALTER TABLE audit_node OWNER TO {role}": "it owns 1 tables, such as audit_node",
        }.items():
            with closing(Database.open(owner_url, readers=1)) as owner:
                owner.write_now(lambda conn, given=given: conn.execute(text(given)))  # type: ignore[misc]  # bound now
            assert said in doctor.role(settings).detail
            grants.give(owner_url, settings.database_url)
        with closing(Database.open(owner_url, readers=1)) as owner:
            owner.write_now(lambda conn: conn.execute(text("ALTER TABLE audit_node OWNER TO pilnvara")))
        grants.give(owner_url, settings.database_url)
        assert doctor.role(settings).health is Health.OK


class TestGiving:
    def test_to_a_superuser_or_to_nobody_is_refused(self, owner_url: str) -> None:
        with pytest.raises(DatabaseError, match="is a superuser"):
            grants.give(owner_url, owner_url)
        nobody = make_url(owner_url).set(username="nobody_there").render_as_string(hide_password=False)
        with pytest.raises(DatabaseError, match="there is no role"):
            grants.give(owner_url, nobody)

    def test_by_an_owner_who_is_no_superuser(self, postgresql_databases: PostgresqlDatabases, tmp_path: Path) -> None:
        """As a service hands out databases: the owner may do everything in it, and nothing beside it."""
        url = postgresql_databases.empty()
        name = make_url(url).database
        with closing(Database.open(url, readers=1)) as server:
            for statement in (
                "CREATE ROLE an_owner LOGIN",
                "CREATE ROLE an_application LOGIN",
                f"ALTER DATABASE {name} OWNER TO an_owner",
            ):
                server.write_now(lambda conn, statement=statement: conn.execute(text(statement)))  # type: ignore[misc]  # bound now
        owner, user = (
            make_url(url).set(username=role).render_as_string(hide_password=False)
            for role in ("an_owner", "an_application")
        )
        environment = {
            "PILNVARA_DATA_DIR": str(tmp_path),
            "PILNVARA_DATABASE_OWNER_URL": owner,
            "PILNVARA_DATABASE_URL": user,
        }
        for _ in range(2):  # it may be repeated
            migrated = CliRunner().invoke(main, ["migrate"], env=environment)
            assert (migrated.exit_code, "The role an_application may" in migrated.stdout) == (0, True), migrated.output
        with closing(Database.open(user, readers=1)) as opened:
            assert opened.read_now(grants.excess) == []
            schema.ensure_migrated(opened, make=False)
        postgresql_databases.drop(url)
        postgresql_databases.drop_role("an_owner", "an_application")
