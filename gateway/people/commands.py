"""`pilnvara admin`: what has to exist before anybody can sign in."""

import os
from typing import Any

import click
from sqlalchemy import Connection, select

from gateway.config import Settings
from gateway.parts import Store, open_store
from gateway.people import fingerprints, staff, staff_states
from gateway.people.errors import PeopleError
from gateway.people.fingerprints import StaffValueError
from gateway.people.tables import Centre, StateWhy, ValueKind
from gateway.terminals import enrolment


@click.group()
def admin() -> None:
    """Centres, staff, terminals, portals and identity providers."""


@admin.command("add-centre")
@click.option("--name", required=True, help="As residents know it.")
@click.option("--kind", default="vpvkac", show_default=True, help="Which basket of services it offers.")
@click.option("--municipality", required=True)
@click.option("--region", help="The planning region, for figures.")
def add_centre(name: str, kind: str, municipality: str, region: str | None) -> None:
    """Add a centre and print its id."""

    def work(store: Store, conn: Connection) -> str:
        now = store.clock.now()
        return staff.add_centre(conn, name=name, kind=kind, municipality=municipality, region=region, now=now)

    click.echo(_write(work))


@admin.command("list-centres")
def list_centres() -> None:
    """Print the id and the name of each centre."""
    rows = _write(lambda _store, conn: conn.execute(select(Centre.id, Centre.name).order_by(Centre.name)).all())
    for row in rows:
        click.echo(f"{row.id}  {row.name}")


@admin.command("add-staff-value")
@click.option("--login", required=True)
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in ValueKind]))
@click.option("--value", prompt=True, hide_input=True, help="Asked for when not given, so that no history keeps it.")
def add_staff_value(login: str, kind: str, value: str) -> None:
    """Store something of a member of staff's own, so that they do not serve themselves. Nobody reads it again."""

    def work(store: Store, conn: Connection) -> None:
        now, staff_id = store.clock.now(), staff.find_by_login(conn, login)
        fingerprints.add(conn, store.sealer, staff_id, ValueKind(kind), value, by=staff.OPERATOR, now=now)

    _write(work)


@admin.command("close-staff")
@click.option("--login", required=True)
def close_staff(login: str) -> None:
    """End an account for good, and its sessions."""
    _decide(login, staff_states.end, StateWhy.LEFT)


@admin.command("suspend-staff")
@click.option("--login", required=True)
def suspend_staff(login: str) -> None:
    """Stop an account for now and end its sessions; nothing more is filed in its holder's name."""
    _decide(login, staff_states.suspend, StateWhy.UNCLEAR)


@admin.command("terminal-code")
@click.option("--centre", required=True, help="Id of the centre: see `pilnvara admin list-centres`.")
@click.option("--name", required=True, help="Such as: Counter 1.")
def terminal_code(centre: str, name: str) -> None:
    """Print a code that enrols the first computer of a centre: it is typed there on the page /terminal/enrol."""

    def work(store: Store, conn: Connection) -> tuple[str, str]:
        staff.ensure_centre(conn, centre)
        code = enrolment.make_code(conn, store.sealer, centre_id=centre, name=name, made_by=None, now=store.clock.now())
        return code.spaced, f"{store.settings.url}/terminal/enrol"

    digits, address = _write(work)
    click.echo(f"{digits}  (ten minutes, once, at {address})")


def _decide(login: str, step: Any, why: StateWhy) -> None:
    def work(store: Store, conn: Connection) -> None:
        account = staff_states.locked(conn, staff.find_by_login(conn, login))
        step(conn, account, why, by=staff.OPERATOR, now=store.clock.now())

    _write(work)


def _write(work: Any) -> Any:
    """Open the store, do `work` in one transaction, and tell a refusal in one line."""
    store = open_store(Settings.from_environment(os.environ))
    try:
        return store.database.write_now(lambda conn: work(store, conn))
    except (PeopleError, StaffValueError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        store.close()
