"""The commands of whoever holds a bundle: `python -m audit verify-bundle`, and the same as `pilnvara audit …`."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from pathlib import Path
from typing import Any, NoReturn

import click

from audit.bundle import verify_bundle
from audit.errors import BundleError, NoteError
from audit.evidence import check_evidence, parse_keys
from audit.note import Verifier
from audit.policy import TrustPolicy
from audit.policy_option import with_policy
from audit.signatures import Policy

BAD_INPUT = 2

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def policy_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say what a verifier demands; the command gets them as one `policy`."""

    @wraps(command)
    def run(*, retired: tuple[str, ...], vkeys: tuple[str, ...], trust: TrustPolicy | None, **others: Any) -> None:
        demanded = {name: others.pop(name) for name in ("origin", "witnesses", "quorum")}
        if not vkeys and (trust is None or not trust.logs):
            end_unchecked("give the log's public key by --vkey, or by --policy")
        try:
            policy = Policy(retired=parse_retired(retired), trust=trust, **demanded)
        except NoteError as error:
            end_unchecked(str(error))
        command(policy=policy, vkeys=vkeys, **others)

    for option in (
        with_policy,
        click.option("--quorum", default=0, show_default=True, help="Witnesses that must have signed."),
        click.option("--witness", "witnesses", multiple=True, help="The public key of a witness; may be given again."),
        click.option("--retired", multiple=True, metavar="VKEY@SIZE", help="A key that signed up to SIZE, not later."),
        click.option("--origin", help="The log's name; otherwise the checkpoint's is taken."),
        click.option(
            "--vkey", "vkeys", multiple=True, help="The log's public key, from elsewhere; may be given again."
        ),
    ):
        run = option(run)
    return run


@click.command("verify-bundle")
@click.argument("file", type=_FILE)
@policy_options
@click.option("--jwks", type=_FILE, help="The keys of delegations and permits, from elsewhere than the bundle.")
@click.option("--max-age", type=click.IntRange(1), metavar="DAYS", help="How old the statement of the end may be.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify(
    file: Path, vkeys: tuple[str, ...], policy: Policy, jwks: Path | None, max_age: int | None, as_json: bool
) -> None:
    """Verify a bundle: the FILE that proves one visit. Nothing is fetched and nobody is asked.

    Exits 0 verified, 1 violation, 2 bad input, 3 cannot conclude.
    """
    try:
        keys = None if jwks is None else parse_keys(jwks.read_bytes())
    except BundleError as error:
        end_unchecked(str(error))
    report = verify_bundle(
        file.read_bytes(),
        vkeys=vkeys,
        now=datetime.now(UTC),
        policy=policy,
        max_age=None if max_age is None else timedelta(days=max_age),
        more=partial(check_evidence, keys=keys),
    )
    click.echo(report.to_json() if as_json else "\n".join(report.lines()))
    sys.exit(report.exit_code)


def end_unchecked(reason: str) -> NoReturn:
    """Say that what was handed in cannot be used, and end."""
    click.echo(f"Nothing was checked: {reason}", err=True)
    sys.exit(BAD_INPUT)


def parse_retired(given: tuple[str, ...]) -> dict[str, int]:
    """Keys that once signed, each with the size of the last checkpoint that it may have signed.

    Raises:
        NoteError: one is not `VKEY@SIZE`.
    """
    parsed: dict[str, int] = {}
    for each in given:
        vkey, _, size = each.rpartition("@")
        Verifier.parse(vkey)
        if not size.isdecimal():
            raise NoteError(f"{each!r} is not VKEY@SIZE")
        parsed[vkey] = int(size)
    return parsed
