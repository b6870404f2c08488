"""`pilnvara admin api-key`: make a key where it is used; let one in by its fingerprint; end one."""

from datetime import datetime

import click

from gateway.api_keys import keys
from gateway.changes.putting import put, reason_option
from gateway.changes.tables import ChangeKind
from gateway.days import end_of
from gateway.people.access import Scope


@click.group("api-key")
def api_key() -> None:
    """Keys of programs."""


@api_key.command("new")
def new() -> None:
    """Make a key and print it with its fingerprint; needs no gateway.

    Whoever uses the key makes it, and hands over the fingerprint alone.
    """
    key = keys.new_key()
    click.echo(f"key          {key}")
    click.echo(f"fingerprint  {keys.fingerprint(key)}")


@api_key.command("add")
@click.argument("key_id")
@click.option("--name", required=True, help="Whose program, and what for.")
@click.option("--scope", "scopes", required=True, multiple=True, type=click.Choice([scope.value for scope in Scope]))
@click.option("--agency", help="For whose things, as services name their holder; none: the network's figures.")
@click.option("--fingerprint", required=True, help="Of the key: see `pilnvara admin api-key new`.")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day, in Riga.")
@reason_option
def add(
    *,
    key_id: str,
    name: str,
    scopes: tuple[str, ...],
    agency: str | None,
    fingerprint: str,
    until: datetime,
    reason: str,
) -> None:
    """Let a program in under KEY_ID."""
    values = {
        "name": name,
        "scopes": sorted(scopes),
        "agency": agency,
        "fingerprint": fingerprint.lower(),
        "ends_at": end_of(until.date()).isoformat(),
    }
    put(ChangeKind.API_KEY_ADD, key_id, values, reason)


@api_key.command("end")
@click.argument("key_id")
@reason_option
def end(key_id: str, reason: str) -> None:
    """Let nobody in with a key any more, from now on."""
    put(ChangeKind.API_KEY_END, key_id, {}, reason)
