"""Verifies offline, with nothing but published files and a public key: `python -m audit --help`."""

import sys
from pathlib import Path

import click

from audit import commands, reconcile_command, tile_commands
from audit.errors import AuditError
from audit.merkle import leaf_hash
from audit.note import Verifier
from audit.outside import sentence
from audit.policy import TrustPolicy
from audit.policy_option import with_policy
from audit.proof import LogProof
from audit.witness.commands import witness

_BAD_INPUT = 2

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def main() -> None:
    """Check an audit log. Exit code: 0 verified, 1 violation, 2 bad input, 3 cannot conclude."""


main.add_command(witness)
main.add_command(commands.verify)
main.add_command(tile_commands.verify_tiles)
main.add_command(tile_commands.consistency)
main.add_command(reconcile_command.reconcile)


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
        place = f"it is leaf {read.index:,} of {head.origin}, under the checkpoint of {head.size:,}"
        said, code = sentence(read.checkpoint, trust or TrustPolicy.of((), 0), place)
    except AuditError as error:
        print(f"NOT VERIFIED: {error}")
        sys.exit(1)
    print(said)
    sys.exit(code)


if __name__ == "__main__":
    main()
