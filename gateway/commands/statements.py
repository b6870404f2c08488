"""A statement written again from the database, for `pilnvara delegation statement`."""

import os

import click

from audit.entry import Actor, ActorKind
from gateway.config import Settings
from gateway.ledger import cosignatures
from gateway.parts import open_store
from gateway.visits import statement_looks
from gateway.visits.errors import NotFoundError

_OPERATOR = Actor(kind=ActorKind.ADMIN, id="operator")


def show(delegation_id: str) -> int:
    """Print the statement and whether it is what was approved; return the exit code. Recorded in the visit's trail."""
    store = open_store(Settings.from_environment(os.environ))
    try:
        seen = store.database.write_now(
            lambda conn: statement_looks.look_as_operator(conn, store, delegation_id, _OPERATOR)
        )
    except NotFoundError as error:
        click.echo(f"pilnvara: {error}", err=True)
        return 2
    else:
        standing = store.database.read_now(lambda conn: cosignatures.standing(conn, store.settings.log_witnesses))
    finally:
        store.close()
    click.echo(seen.statement.text, nl=False)
    if not seen.matches:
        click.echo("NOT VERIFIED: this is not the text that was asked about; the record was changed.", err=True)
        return 1
    when = "nobody has approved it" if seen.granted_at is None else f"approved at {seen.granted_at:%Y-%m-%d %H:%M} UTC"
    verified = "Verified" if standing.is_witnessed else "Verified, unwitnessed"
    click.echo(f"{verified}: template {seen.statement.template}, {seen.statement.language}; {when}.", err=True)
    return 0
