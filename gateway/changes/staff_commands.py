"""`pilnvara admin add-staff` and `resume-staff`: of administrators and auditors only proposals, once two can decide.

Two administrators who can sign in decide themselves who else may. With fewer nobody could, so the operator helps.
"""

import os
from collections.abc import Callable
from typing import TypeVar

import click
from sqlalchemy import Connection

from gateway.changes import flow
from gateway.changes.errors import ChangeError
from gateway.changes.kinds import Plan
from gateway.changes.tables import ChangeKind
from gateway.config import Settings
from gateway.ids import new_id
from gateway.parts import Store, open_store
from gateway.people import inviters, staff, staff_states
from gateway.people.errors import PeopleError
from gateway.people.roles import BY_TWO, Role
from gateway.people.staff import Created, NewStaff
from gateway.people.tables import StateWhy

T = TypeVar("T")


@click.command("add-staff")
@click.option("--login", required=True)
@click.option("--name", required=True, help="As colleagues and statements name the person.")
@click.option("--centre", required=True, help="Id of the centre: see `pilnvara admin list-centres`.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--holder", help="Of an officer: whose, as services name their holder.")
@click.option("--language", default="lv", show_default=True, type=click.Choice(["lv", "en"]))
@click.option("--reason", default="From the command line", show_default=True, help="Whoever confirms reads it.")
def add_staff(
    login: str, name: str, centre: str, roles: tuple[str, ...], holder: str | None, language: str, reason: str
) -> None:
    """Add an account. Prints its password and the secret for the authenticator app, once: they are stored nowhere.

    An administrator or auditor is only proposed, once two administrators can decide on it.
    """
    password = staff.make_password()
    given = tuple(Role(role) for role in roles)
    new = NewStaff(
        login=login, name=name, password=password, centre_id=centre, roles=given, language=language, holder=holder
    )
    made = _write(login, lambda conn, store: _add(conn, store, new, reason))
    if not isinstance(made, Created):
        return
    click.echo(f"id        {made.id}")
    click.echo(f"password  {password}")
    click.echo(f"app       {made.totp_uri}")


@click.command("resume-staff")
@click.option("--login", required=True)
@click.option("--reason", default="From the command line", show_default=True, help="Whoever confirms reads it.")
def resume_staff(login: str, reason: str) -> None:
    """Take a suspended account back into use; an administrator's or auditor's is only proposed, as above."""
    _write(login, lambda conn, store: _resume(conn, store, login, reason))


def _write(login: str, work: Callable[[Connection, Store], T]) -> T:
    """Do it in one transaction, tell a refusal in one line, and of a proposal where it is decided."""
    store = open_store(Settings.from_environment(os.environ))
    try:
        made = store.database.write_now(lambda conn: work(conn, store))
    except (PeopleError, ChangeError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        store.close()
    if isinstance(made, str):
        click.echo(f"{login}: administrators decide, at {store.settings.url}/admin/changes/{made}")
    return made


def _can_decide(conn: Connection) -> bool:
    """Whether two administrators can, without the operator: two who sign in, and whom no inviter ties together."""
    return inviters.has_two(conn, staff_states.administrators(conn))


def _resume(conn: Connection, store: Store, login: str, reason: str) -> str | None:
    account = staff_states.locked(conn, staff.find_by_login(conn, login))
    if account.needs_two and _can_decide(conn):
        plan = Plan(kind=ChangeKind.ACCOUNT_RESUME, target=account.id, values={})
        return flow.propose(conn, store, plan, by=None, reason=reason)
    now = store.clock.database_now(conn)
    staff_states.resume(conn, account, StateWhy.CLEARED, by=staff.OPERATOR, now=now)
    return None


def _add(conn: Connection, store: Store, new: NewStaff, reason: str) -> Created | str:
    """Make the account, or propose it and return the change's id."""
    staff.ensure_fit(new.roles, new.holder)
    if not set(new.roles) & BY_TWO or not _can_decide(conn):
        return staff.create(conn, store.sealer, new, now=store.clock.now())
    values = {
        "login": new.login,
        "display_name": new.name,
        "centre": new.centre_id,
        "roles": staff.names(new.roles),
        "holder": new.holder,
        "language": new.language,
    }
    plan = Plan(kind=ChangeKind.ACCOUNT_INVITE, target=new_id(), values=values)
    return flow.propose(conn, store, plan, by=None, reason=reason)
