"""`pilnvara audit keys`: the keys that sign the log."""

from datetime import timedelta

import click

from gateway.commands.keys import replace
from gateway.commands.log import open_existing
from gateway.keys.signing import ANNOUNCED, KeyKind
from gateway.ledger import log_keys
from gateway.ledger.log_keys import LogKey


@click.group("keys")
def keys() -> None:
    """The keys that sign the log."""


@keys.command("list")
def list_keys() -> None:
    """Show every key that the log ever had, the newest first; a replaced one as auditors hand it to --retired."""
    store = open_existing()
    try:
        known = store.database.read_now(lambda conn: log_keys.standing(conn, store))
    finally:
        store.close()
    for each in known:
        click.echo(f"{each.vkey}  {_state(each)}")
        if each.retired is not None:
            click.echo(f"  --retired {each.retired}")


def _state(key: LogKey) -> str:
    if key.retired is not None:
        return "retired"
    if key.until is not None:
        return f"signs until {key.until:%Y-%m-%d %H:%M} UTC at most"
    return f"signs from {key.signs_from:%Y-%m-%d %H:%M} UTC"


@keys.command("rotate")
@click.option("--announce", metavar="DAYS", type=click.IntRange(1, 90), help="How long witnesses have to add it.")
def rotate_key(announce: int | None) -> None:
    """Replace the key that signs the log: the new one is published at once and signs a quarter of an hour later.

    Tell the new vkey to auditors and witnesses before it signs; with witnesses give them days for it by --announce. The
    old one stays published, for what it has signed.
    """
    replace(KeyKind.CHECKPOINT, announced=ANNOUNCED if announce is None else timedelta(days=announce))
