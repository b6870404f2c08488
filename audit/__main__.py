"""Verifies offline, with nothing but published files and a public key: `python -m audit --help`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit import commands
from audit.directory import TileDirectory
from audit.errors import AuditError
from audit.merkle import leaf_hash
from audit.note import Verifier
from audit.outside import cosigners
from audit.policy import TrustPolicy
from audit.policy_option import with_policy
from audit.proof import LogProof
from audit.signatures import Policy
from audit.verify import Report, verify
from audit.witness.commands import witness

_BAD_INPUT = 2
_CANNOT_CONCLUDE = 3

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def main() -> None:
    """Check an audit log. Exit code: 0 verified, 1 violation, 2 bad input, 3 cannot conclude."""


main.add_command(witness)
main.add_command(commands.verify)


@main.command("verify-tiles")
@click.argument("folder", type=_FOLDER)
@click.option("--vkey", "vkeys", multiple=True, required=True, help="The log's public key; may be given again.")
@click.option("--witness", "witnesses", multiple=True, help="The public key of a witness; may be given again.")
@click.option("--quorum", default=0, show_default=True, help="Witnesses that must have signed.")
@with_policy
@click.option("--origin", help="The log's name; otherwise the checkpoint's is taken.")
@click.option("--held", type=_FILE, help="A checkpoint that you kept earlier.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify_tiles(
    folder: Path,
    vkeys: tuple[str, ...],
    witnesses: tuple[str, ...],
    quorum: int,
    trust: TrustPolicy | None,
    origin: str | None,
    held: Path | None,
    as_json: bool,
) -> None:
    """Verify a whole log from a FOLDER of tiles and entry bundles (C2SP tlog-tiles)."""
    policy = Policy(origin=origin, witnesses=witnesses, quorum=quorum, trust=trust)
    try:
        report = _verify(TileDirectory(folder), vkeys, None if held is None else held.read_bytes(), policy)
    except AuditError as error:
        print(f"Cannot read the log: {error}", file=sys.stderr)
        sys.exit(_BAD_INPUT)
    print(report.to_json() if as_json else "\n".join(report.lines()))
    sys.exit(report.exit_code)


@main.command("verify-proof")
@click.argument("proof", type=_FILE)
@click.argument("entry", type=_FILE)
@click.option("--vkey", "vkeys", multiple=True, required=True, help="The log's public key; may be given again.")
@click.option("--origin", required=True, help="The log's name.")
@with_policy
def verify_proof(proof: Path, entry: Path, vkeys: tuple[str, ...], origin: str, trust: TrustPolicy | None) -> None:
    """Verify that the file ENTRY stands in the log, by its PROOF (C2SP tlog-proof)."""
    try:
        verifiers = [Verifier.parse(vkey) for vkey in vkeys]
        read = LogProof.parse(proof.read_bytes())
    except AuditError as error:
        print(f"Cannot be used: {error}", file=sys.stderr)
        sys.exit(_BAD_INPUT)
    try:
        head = read.verify(leaf_hash(entry.read_bytes()), verifiers, origin=origin)
        have = () if trust is None else cosigners(read.checkpoint, trust)
    except AuditError as error:
        print(f"NOT VERIFIED: {error}")
        sys.exit(1)
    place = f"it is leaf {read.index:,} of {head.origin}, under the checkpoint of {head.size:,}"
    if trust is not None and not trust.is_met(have):
        print(f"Cannot conclude (unwitnessed): {place}, but the quorum is {trust}.")
        sys.exit(_CANNOT_CONCLUDE)
    witnessed = f", witnessed by {', '.join(each.name for each in have)}" if have else ", unwitnessed"
    print(f"Verified{witnessed}: {place}.")


def _verify(source: TileDirectory, vkeys: tuple[str, ...], held: bytes | None, policy: Policy) -> Report:
    columns = (TextColumn("Checking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Checking", total=None)
        return verify(
            source,
            vkeys=vkeys,
            now=datetime.now(UTC),
            held=held,
            policy=policy,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


if __name__ == "__main__":
    main()
