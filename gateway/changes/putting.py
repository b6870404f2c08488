"""How a command of `pilnvara admin` brings about a change: at once for the first set-up, afterwards as a proposal."""

import os

import click

from gateway.changes import bootstrap
from gateway.changes.errors import ChangeError
from gateway.changes.kinds import Plan, Values
from gateway.changes.tables import ChangeKind
from gateway.config import Settings
from gateway.oauth.errors import OAuthError
from gateway.parts import open_store

reason_option = click.option("--reason", default="First set-up", show_default=True, help="Whoever confirms reads it.")


def put(kind: ChangeKind, target: str, values: Values, reason: str, secret: str | None = None) -> None:
    """Bring a change about, or propose it, and say which. Raises `click.ClickException`."""
    store = open_store(Settings.from_environment(os.environ))
    plan = Plan(kind=kind, target=target, values=values, secret=secret)
    try:
        outcome = store.database.write_now(lambda conn: bootstrap.put(conn, store, plan, reason=reason))
    except (ChangeError, OAuthError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        store.close()
    if outcome.change_id is None:
        click.echo(f"{target}: in effect")
    else:
        click.echo(f"{target}: administrators decide, at {store.settings.url}/admin/changes/{outcome.change_id}")
    if outcome.secret is not None:
        click.echo(f"secret  {outcome.secret}")
