"""`pilnvara keys`."""

import os
from datetime import datetime, timedelta

import click
from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway import apart
from gateway.clock import SystemClock
from gateway.commands.epochs import epoch
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.database.schema import ensure_migrated
from gateway.keys import keyfile, signing
from gateway.keys.sealing import Sealer
from gateway.keys.signing import KeyKind
from gateway.ledger import outbox
from gateway.parts import open_keys, open_store

_OPERATOR = Actor(kind=ActorKind.ADMIN, id="operator")


@click.group()
def keys() -> None:
    """Make and replace keys."""


keys.add_command(epoch)


@keys.command()
def init() -> None:
    """Make what is missing: the key file on this machine, the signing keys in the database.

    The key file must be copied to every machine that shares the database, and to a safe: without it nothing that is
    sealed can be read again.
    """
    settings = Settings.from_environment(os.environ)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    apart.claim_folder(settings.data_dir, settings.mode)
    database = Database.open(settings.database_url)
    try:
        ensure_migrated(database, make=database.dialect == "sqlite")
        database.read_now(lambda conn: apart.ensure_own_log(conn, settings.mode))
        path = keyfile.create(settings.data_dir)
        sealer = keyfile.load(settings.data_dir)
        now = SystemClock().now()
        ring = database.write_now(lambda conn: open_keys(conn, sealer, now, settings.log_origin))
    finally:
        database.close()
    click.echo(f"Key file: {path} (keep a copy in a safe place; without it nothing sealed can be read again)")
    for signer in ring.note_signers(settings.log_origin)[:1]:
        click.echo(f"Public key of the audit log: {signer.verifier.vkey}")


@keys.command()
@click.argument("kind", type=click.Choice([kind.value for kind in KeyKind]))
@click.option("--at-once", is_flag=True, help="Somebody else may hold the old key: refuse from now on what it signed.")
def rotate(kind: str, *, at_once: bool) -> None:
    """Replace the signing key of KIND.

    The new key is published at once and signs a quarter of an hour later, when every process and portal knows it; the
    old one stays published while what it signed lives. Nothing has to be restarted.
    """
    if at_once and kind == KeyKind.CHECKPOINT:
        raise click.UsageError("the log's key is never taken out of use: old checkpoints are verified with it for ever")
    replace(KeyKind(kind), at_once=at_once)


def replace(kind: KeyKind, *, at_once: bool = False, announced: timedelta = signing.ANNOUNCED) -> None:
    """Replace the signing key of `kind` by one that signs once it was `announced`, and say so."""
    store = open_store(Settings.from_environment(os.environ))
    try:
        now = store.clock.now()
        kid = store.database.write_now(
            lambda conn: _rotate(conn, store.sealer, kind, now, at_once=at_once, announced=announced)
        )
    finally:
        store.close()
    click.echo(f"New key: {kid}. {_next_step(now + announced, at_once=at_once)}")


def _next_step(signs_from: datetime, *, at_once: bool) -> str:
    if at_once:
        return "It signs as soon as each process has noticed it, within half a minute."
    return f"It signs from {signs_from:%Y-%m-%d %H:%M} UTC on; nothing has to be restarted."


def _rotate(
    conn: Connection, sealer: Sealer, kind: KeyKind, now: datetime, *, at_once: bool, announced: timedelta
) -> str:
    kid = signing.rotate(conn, sealer, kind, now, at_once=at_once, announced=announced)
    data = {"kind": kind.value, "kid": kid, "at_once": at_once}
    outbox.record(conn, chain="system", type=EventName.KEY_ROTATED, actor=_OPERATOR, data=data, at=now)
    return kid
