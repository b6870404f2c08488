"""`pilnvara audit verify`: a log wherever it is. Only the one in the database needs the server's packages."""

from pathlib import Path

import click

from audit.commands import end_unchecked, parse_retired
from audit.errors import NoteError
from audit.policy import TrustPolicy
from audit.policy_option import with_policy
from audit.signatures import Policy
from audit.tile_commands import end_with, verify_source

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--vkey", "vkeys", multiple=True, help="Public key of the log, from elsewhere; may be given again.")
@click.option("--retired", multiple=True, metavar="VKEY@SIZE", help="With --vkey: a key that signed up to SIZE.")
@click.option("--held", type=_FILE, help="A checkpoint that was kept elsewhere. Without it: the data folder's.")
@click.option("--since", type=_FILE, help="A checkpoint up to which you have verified: read only what came after it.")
@click.option("--from", "source", metavar="FOLDER|URL", help="A log of tiles instead of the database; needs --vkey.")
@with_policy
@click.option("--log-only", is_flag=True, help="Leave out what is kept of each yes: only the log is checked.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify(
    vkeys: tuple[str, ...],
    retired: tuple[str, ...],
    held: Path | None,
    since: Path | None,
    source: str | None,
    trust: TrustPolicy | None,
    log_only: bool,
    as_json: bool,
) -> None:
    """Recompute every leaf, chain and checkpoint, and verify again what is kept of each yes.

    Exits 0 verified, 1 violation, 2 bad input, 3 cannot conclude.

    Without --vkey the keys are the gateway's own, and without --policy the witnesses: enough to find damage, not to
    accuse or acquit the operator. With --from the log is read from a folder or an address, and nothing else is asked.
    """
    try:
        once = parse_retired(retired)
    except NoteError as error:
        end_unchecked(str(error))
    if source is not None:
        if not vkeys and (trust is None or not trust.logs):
            end_unchecked("give the log's public key by --vkey, or by --policy")
        report = verify_source(source, vkeys=vkeys, policy=Policy(trust=trust, retired=once), held=held, since=since)
    else:
        from gateway.commands import log  # noqa: PLC0415 - a verifier has neither server nor database

        report = log.verify_database(vkeys=vkeys, held=held, since=since, trust=trust, retired=once, log_only=log_only)
    end_with(report, as_json=as_json)
