"""`pilnvara audit continue`: the log goes on under a new name, once it is certain that what it lacks is lost."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from audit.errors import NoteError
from audit.note import Verifier
from gateway.commands.log import open_existing
from gateway.ledger import checkpoints, continuations, continuing, health, origins
from gateway.ledger.continuing import Known, Loss, NotContinuedError
from gateway.ledger.sequencer import HeadMovedError
from gateway.ledger.witness_client import WitnessClient, WitnessUnavailableError, open_http
from gateway.parts import Store

_OPERATOR = Actor(kind=ActorKind.ADMIN, id="operator")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TRIES = 20
"""Times that something else may be recorded just while the log is given its new name."""


@click.command("continue")
@click.option("--origin", required=True, help="The new name, such as audit.example/log-2: one that it never had.")
@click.option("--held", multiple=True, type=_FILE, help="A checkpoint from elsewhere; may be given again.")
@click.option("--vkey", "vkeys", multiple=True, help="An old key of the log that this database does not have any more.")
@click.option(
    "--backup-of",
    type=click.DateTime(),
    help="When the backup was taken, in UTC: if the log went on signing after it was brought back.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def go_on(
    origin: str, held: tuple[Path, ...], vkeys: tuple[str, ...], backup_of: datetime | None, *, yes: bool
) -> None:
    """Go on with a log that lacks entries that it has signed for, under a new name and with a new key.

    First look for a newer backup: what is missing stays missing, and every verdict says so from then on. Exits 1 where
    there is nothing to go on from, or the database contradicts itself.
    """
    store = open_existing()
    try:
        for vkey in vkeys:
            Verifier.parse(vkey)
        outside = [*continuing.held_here(store), *(path.read_bytes() for path in held)]
        outside += asyncio.run(_ask_witnesses(store))
        known = Known(tuple(outside), vkeys, backup_of and backup_of.replace(tzinfo=UTC))
        loss = store.database.read_now(lambda conn: continuing.assess(conn, store, known))
        _tell(loss)
        if not yes and not click.confirm(f"Go on as {origin}, without them, for ever?", default=False):
            sys.exit(1)
        _go_on(store, loss, origin)
        _tell_next(store)
    except NoteError as error:
        click.echo(f"pilnvara: --vkey: {error}", err=True)
        sys.exit(2)
    except NotContinuedError as error:
        click.echo(f"pilnvara: {error}.", err=True)
        sys.exit(1)
    finally:
        store.close()


def _go_on(store: Store, loss: Loss, origin: str) -> None:
    def work(conn: Connection) -> bytes:
        return continuing.go_on(conn, store, loss, origin, _OPERATOR)

    for _ in range(_TRIES):
        try:
            signed = store.database.write_now(work)
        except HeadMovedError:
            continue
        checkpoints.hold(store.settings.data_dir, signed)
        store.database.read_now(lambda conn: store.keys.refresh(conn, store.sealer, store.clock.now()))
        store.publisher.compare_now()
        return
    raise NotContinuedError("too much is recorded just now: stop the workers, and try again")


async def _ask_witnesses(store: Store) -> Sequence[bytes]:
    """What the witnesses of the log hold of it, under each name that it had."""
    names = await store.database.read(lambda conn: [store.log_origin, *continuations.read(conn).names()])
    found: list[bytes] = []
    async with open_http() as http:
        for named in store.settings.log_witnesses.witnesses:
            client = WitnessClient(named, http)
            try:
                found += [signed for name in names if (signed := await client.held(name)) is not None]
            except WitnessUnavailableError as error:
                click.echo(f"{named.verifier.name} cannot be asked what it holds: {error}", err=True)
    return found


def _tell(loss: Loss) -> None:
    click.echo(f"The log {loss.origin} has {loss.size:,} entries in this database. It does not continue:")
    for each in loss.lost:
        click.echo(f"  {each.head.size:,} entries that were signed for as {each.head.origin}")
    click.echo(f"Certainly kept of them: the first {loss.kept:,}. Missing from now on: {loss.missing:,}.")
    if loss.kept and loss.known.backup_of is None:
        click.echo(
            "If it signed anything after a backup was brought back, less is kept: then say by --backup-of from when."
        )
    for holder, reason in loss.refusals:
        click.echo(f"Refused by {holder}: {reason}")
    if loss.refusals:
        click.echo("A machine that holds more than is named above goes on refusing: hand in what it holds by --held.")


def _tell_next(store: Store) -> None:
    (vkey, *_) = origins.vkeys(store.publisher)
    click.echo(f"The log goes on as {store.log_origin}. Its public key, for auditors and witnesses:\n{vkey}")
    for named in store.settings.log_witnesses.witnesses:
        click.echo(f"For whoever runs {named.verifier.name}: pilnvara audit witness add-log FOLDER {vkey}")
    click.echo("Running processes take it up within half a minute. PILNVARA_LOG_ORIGIN stays as it is.")
    if left := store.database.read_now(health.all_refusals):
        for holder, reason in left:
            click.echo(f"Still refused by {holder}: {reason}")
