"""The command of a service holder: what it was given, looked for in the log."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit import checkpoint, reconciling
from audit.checkpoint import Checkpoint
from audit.commands import end_unchecked, policy_options
from audit.directory import TileLog, open_log
from audit.entry import format_time
from audit.errors import AuditError, BundleError, ProofError, SourceError
from audit.note import Verifier
from audit.outside import last_cosigned, sentence
from audit.policy import TrustPolicy
from audit.reconciling import Answer, Received, Standing
from audit.report import Verdict
from audit.signatures import Policy

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_VIOLATION, _CANNOT_CONCLUDE = 1, 3
_CODES = {Standing.LOGGED: 0, Standing.CANNOT_EXCLUDE: _CANNOT_CONCLUDE}


@click.command("reconcile")
@click.argument("received", type=_FILE)
@policy_options
@click.option("--log", "source", required=True, metavar="FOLDER|URL", help="The log's checkpoint and hash tiles.")
@click.option("--jwks", type=_FILE, required=True, help="The issuer's keys, as it published them.")
@click.option("--fetched", type=click.DateTime(), help="When the folder was fetched, in UTC; an address is read now.")
@click.option("--json", "as_json", is_flag=True, help="Print what is found as JSON.")
def reconcile(
    received: Path,
    vkeys: tuple[str, ...],
    policy: Policy,
    source: str,
    jwks: Path,
    fetched: datetime | None,
    as_json: bool,
) -> None:
    """Look in the log for each token that a holder has RECEIVED: a file with one permit, ID token or delegation a line.

    The log's public hash tiles are enough. Exits 0 all are there, 1 one is not or nobody signed it, 2 bad input,
    3 cannot conclude.
    """
    tokens = _read(received)
    trust = policy.trust or TrustPolicy.of(policy.witnesses, policy.quorum)
    now = datetime.now(UTC)
    if "://" in source:
        fetched = now
    try:
        log = open_log(source)
        signed = log.latest_checkpoint()
        head = _checked(signed, vkeys, policy)
        lost = sum(each.missing for each in log.names())
        answers = _reconcile(tokens, log, head, jwks.read_bytes(), _seen_at(signed, trust, fetched))
        said, code = sentence(signed, trust, _all_there(answers, head))
    except SourceError as error:
        _end(f"Cannot conclude ({Verdict.CANNOT_EXCLUDE.value}): {error}.", _CANNOT_CONCLUDE)
    except ProofError as error:
        _end(f"NOT VERIFIED ({Verdict.INCONSISTENT.value}): {error}.", _VIOLATION)
    except BundleError as error:
        end_unchecked(f"{jwks}: {error}")
    except AuditError as error:
        end_unchecked(f"the checkpoint of {source}: {error}")
    worst = reconciling.worst(answers)
    if worst is not Standing.LOGGED:
        said, code = _headline(worst, answers, head), _CODES.get(worst, _VIOLATION)
    if as_json:
        click.echo(_json(said, code, worst, head, now, answers, lost))
    else:
        click.echo("\n".join((said, *_lost(worst, lost), *map(_line, answers))))
    sys.exit(code)


def _read(received: Path) -> list[Received]:
    try:
        tokens = reconciling.parse(received.read_text("utf-8"))
    except UnicodeDecodeError as error:
        end_unchecked(f"{received}: {error}")
    if not tokens:
        end_unchecked(f"{received} holds no token")
    return tokens


def _seen_at(signed: bytes, trust: TrustPolicy, fetched: datetime | None) -> datetime | None:
    """The last moment at which the log was known to be at least as it is here."""
    moments = (last_cosigned(signed, trust), fetched and fetched.replace(tzinfo=UTC))
    return max((each for each in moments if each is not None), default=None)


def _checked(signed: bytes, vkeys: Sequence[str], policy: Policy) -> Checkpoint:
    keys = [Verifier.parse(each) for each in (*vkeys, *policy.retired)]
    logs = () if policy.trust is None else policy.trust.logs
    return checkpoint.verify(signed, (*keys, *logs), origin=policy.origin)


def _reconcile(
    tokens: Sequence[Received], log: TileLog, head: Checkpoint, jwks: bytes, seen_at: datetime | None
) -> list[Answer]:
    columns = (TextColumn("Looking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Looking", total=None)
        return reconciling.reconcile(
            tokens,
            log,
            head,
            jwks,
            seen_at=seen_at,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _all_there(answers: Sequence[Answer], head: Checkpoint) -> str:
    return f"all {len(answers):,} tokens stand in the log of {head.size:,} ({head.origin})"


def _headline(worst: Standing, answers: Sequence[Answer], head: Checkpoint) -> str:
    count = sum(each.standing is worst for each in answers)
    where = f"{count:,} of {len(answers):,} tokens; the log of {head.size:,} ({head.origin})"
    if worst is Standing.CANNOT_EXCLUDE:
        return f"Cannot conclude ({worst.value}): {where}."
    return f"NOT VERIFIED ({worst.value}): {where}."


def _lost(worst: Standing, lost: int) -> list[str]:
    """What the log says of itself, where that may explain why a token is not there."""
    if worst is not Standing.SUPPRESSED or not lost:
        return []
    return [f"The log admits that {lost:,} entries were lost: what was signed shortly before may be among them."]


def _line(answer: Answer) -> str:
    return f"{answer.standing.value}: line {answer.line}: {answer.typ or 'no token'}: {answer.detail}"


def _json(
    said: str, code: int, worst: Standing, head: Checkpoint, now: datetime, answers: Sequence[Answer], lost: int
) -> str:
    verdict = worst.value
    if worst is Standing.LOGGED:
        verdict = (Verdict.VERIFIED if code == 0 else Verdict.UNWITNESSED).value
    return msgspec.json.encode(
        {
            "verdict": verdict,
            "exit_code": code,
            "said": said,
            "checked_at": format_time(now),
            "origin": head.origin,
            "size": head.size,
            "root": head.root.hex(),
            "lost": lost,
            "tokens": [each.as_json() for each in answers],
        }
    ).decode()


def _end(said: str, code: int) -> NoReturn:
    click.echo(said)
    sys.exit(code)
