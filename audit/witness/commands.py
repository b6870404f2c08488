"""`pilnvara audit witness` and `python -m audit witness`: runs a witness, for logs that other people run."""

import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import click

from audit.errors import AuditError
from audit.witness.folder import WitnessFolder
from audit.witness.rules import Witness
from audit.witness.server import WitnessServer, describe

_BAD_INPUT = 2
_FOLDER = click.Path(file_okay=False, path_type=Path)


class _ForPeople(click.Group):
    """A group whose errors are told in one line."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except AuditError as error:
            click.echo(f"witness: {error}", err=True)
            sys.exit(_BAD_INPUT)


@click.group(cls=_ForPeople)
def witness() -> None:
    """Run a witness: cosign checkpoints of logs that other people run, if they only ever grow (C2SP tlog-witness)."""


@witness.command()
@click.argument("folder", type=_FOLDER)
@click.option("--name", required=True, help="Name of the key: an address of yours, such as w1.example.")
def init(folder: Path, name: str) -> None:
    """Make a FOLDER with a new key, and print the public key that is handed to operators and auditors."""
    kept = WitnessFolder.create(folder, name)
    click.echo(_witness(kept).signer.verifier.vkey)


@witness.command("add-log")
@click.argument("folder", type=_FOLDER)
@click.argument("vkey")
def add_log(folder: Path, vkey: str) -> None:
    """Watch the log with the public key VKEY; a witness that runs notices. Give a new key of a log in the same way."""
    click.echo(f"Watches {WitnessFolder(folder).add_log(vkey)}.")


@witness.command()
@click.argument("folder", type=_FOLDER)
def status(folder: Path) -> None:
    """Print the key and the last state that was cosigned of each log."""
    click.echo(describe(_witness(WitnessFolder(folder))), nl=False)


@witness.command()
@click.argument("folder", type=_FOLDER)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at, without TLS.")
@click.option("--port", default=7370, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
def run(folder: Path, host: str, port: int) -> None:
    """Answer logs until stopped. State is on the disk before a cosignature leaves, so it may be killed at any time."""
    kept = WitnessFolder(folder)
    with kept.alone():
        answering = _witness(kept)
        kept.logs()
        try:
            server = WitnessServer((host, port), answering, say=lambda line: click.echo(line, err=True))
        except OSError as error:
            click.echo(f"witness: cannot listen at {host}:{port}: {error.strerror}", err=True)
            sys.exit(_BAD_INPUT)
        with server:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
            click.echo(f"{answering.signer.name} answers at {server.address}")
            server.serve_forever(poll_interval=0.1)


def _witness(folder: WitnessFolder) -> Witness:
    return Witness(folder, lambda: datetime.now(UTC))
