"""Commands on a log of tiles, in a folder or at an address: verify it whole, or that one checkpoint follows another."""

import base64
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit import checkpoint, note
from audit.checkpoint import Checkpoint
from audit.commands import end_unchecked, policy_options
from audit.directory import TileLog, open_log
from audit.errors import AuditError, NoteError, ProofError, SourceError
from audit.inclusion import consistency_proof, verify_consistency
from audit.note import Verifier
from audit.outside import sentence
from audit.policy import TrustPolicy
from audit.report import Report, Verdict
from audit.signatures import Policy
from audit.verify import verify

_CANNOT_CONCLUDE = 3
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify-tiles")
@click.argument("source", metavar="FOLDER|URL")
@policy_options
@click.option("--held", type=_FILE, help="A checkpoint that you kept earlier.")
@click.option("--since", type=_FILE, help="A checkpoint up to which you have verified: read only what came after it.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify_tiles(
    source: str, vkeys: tuple[str, ...], policy: Policy, held: Path | None, since: Path | None, as_json: bool
) -> None:
    """Verify a whole log of tiles and entry bundles (C2SP tlog-tiles), in a FOLDER or at an address.

    Exits 0 verified, 1 violation, 2 bad input, 3 cannot conclude.
    """
    end_with(verify_source(source, vkeys=vkeys, policy=policy, held=held, since=since), as_json=as_json)


def verify_source(
    source: str, *, vkeys: Sequence[str], policy: Policy, held: Path | None, since: Path | None
) -> Report:
    """Verify the log at `source`, with a bar that shows how far; ends the process where it cannot be read."""
    columns = (TextColumn("Checking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Checking", total=None)
        try:
            return verify(
                open_log(source),
                vkeys=vkeys,
                now=datetime.now(UTC),
                held=None if held is None else held.read_bytes(),
                since=None if since is None else since.read_bytes(),
                policy=policy,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        except AuditError as error:
            end_unchecked(str(error))


def end_with(report: Report, *, as_json: bool) -> None:
    """Print a report and end the process with its exit code."""
    click.echo(report.to_json() if as_json else "\n".join(report.lines()))
    sys.exit(report.exit_code)


@click.command()
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@policy_options
@click.option("--log", "source", metavar="FOLDER|URL", help="Where the log's hash tiles are, such as https://…/log.")
@click.option("--proof", type=_FILE, help="A consistency proof instead: one hash in base64 a line.")
@click.option("--write-proof", type=click.Path(dir_okay=False, path_type=Path), help="Keep the proof in this file.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def consistency(
    old: Path,
    new: Path,
    vkeys: tuple[str, ...],
    policy: Policy,
    source: str | None,
    proof: Path | None,
    write_proof: Path | None,
    as_json: bool,  # noqa: ARG001 - read where a verdict is said
) -> None:
    """Verify that the checkpoint NEW follows OLD: that nothing before OLD was changed since.

    The log's public hash tiles are enough; no entry is read. Exits 0 it does, 1 it does not, 2 bad input, 3 nothing
    to tell by: also where the log was continued under another name and OLD is of what was lost, which only its
    entries say.
    """
    if (source is None) == (proof is None):
        raise click.UsageError("give --log or --proof")
    before, after = (_read(path, vkeys, policy) for path in (old, new))
    is_renamed = before.origin != after.origin
    if before.size > after.size and not is_renamed:
        end_unchecked(f"{new} is not a later checkpoint of the log {before.origin}")
    if before.size > after.size:
        _end_renamed(before, after)
    if before.size == after.size and before.root != after.root and not is_renamed:
        _end(Verdict.SPLIT_VIEW, f"two roots were signed for {before.size:,} entries")
    hashes = _parse(proof.read_bytes()) if proof is not None else _prove(source or "", before, after)
    try:
        verify_consistency(before.size, after.size, before.root, after.root, hashes)
    except ProofError as error:
        if is_renamed:
            _end_renamed(before, after)
        # The tiles may be another state's; the proof that they give then says nothing of the two checkpoints.
        _end(Verdict.INCONSISTENT, str(error))
    if write_proof is not None:
        write_proof.write_text("".join(f"{base64.b64encode(each).decode('ascii')}\n" for each in hashes), "ascii")
    names = f"{before.origin}, now {after.origin}" if is_renamed else before.origin
    what = f"the checkpoint of {after.size:,} follows the one of {before.size:,} ({names})"
    trust = policy.trust or TrustPolicy.of(policy.witnesses, policy.quorum)
    try:
        said, code = sentence(new.read_bytes(), trust, what)
    except NoteError as error:
        _end(Verdict.EDITED, str(error))
    _say(said, Verdict.UNWITNESSED if code else Verdict.VERIFIED, code)


def _read(path: Path, vkeys: Sequence[str], policy: Policy) -> Checkpoint:
    try:
        keys = [Verifier.parse(each) for each in (*vkeys, *policy.retired)]
        logs = () if policy.trust is None else policy.trust.logs
        return checkpoint.verify(path.read_bytes(), (*keys, *logs), origin=policy.origin)
    except AuditError as error:
        end_unchecked(f"{path}: {error}")


def _parse(content: bytes) -> list[bytes]:
    try:
        return [note.from_base64(line) for line in content.decode("ascii").splitlines()]
    except (NoteError, UnicodeDecodeError) as error:
        end_unchecked(f"the proof cannot be read: {error}")


def _prove(source: str, before: Checkpoint, after: Checkpoint) -> list[bytes]:
    """The proof from the tiles, once they are seen to lead to the newer root."""
    with suppress(SourceError):
        log = open_log(source)
        if log.size() >= after.size:
            _compare(log, after)
            return consistency_proof(before.size, after.size, log.node)
    return _cannot_conclude(f"{source} has not the tiles of {after.size:,} entries.")


def _compare(log: TileLog, after: Checkpoint) -> None:
    if log.root(after.size) != after.root:
        _end(Verdict.INCONSISTENT, f"the tiles do not lead to the root that was signed for {after.size:,} entries")


def _end_renamed(before: Checkpoint, after: Checkpoint) -> NoReturn:
    """Whether a loss is admitted stands in an entry, and entries are not public."""
    _cannot_conclude(
        f"{after.origin} does not continue {before.size:,} entries of {before.origin}. Whether it says so itself, "
        "`verify` with --held tells whoever has its entries."
    )


def _cannot_conclude(detail: str) -> NoReturn:
    verdict = Verdict.CANNOT_EXCLUDE
    _say(f"Cannot conclude ({verdict.value}): {detail}", verdict, _CANNOT_CONCLUDE)


def _end(verdict: Verdict, detail: str) -> NoReturn:
    _say(f"NOT VERIFIED ({verdict.value}): {detail}.", verdict, 1)


def _say(said: str, verdict: Verdict, exit_code: int) -> NoReturn:
    """Print a verdict, as JSON where that was asked for, and end the process with its exit code."""
    if click.get_current_context().params["as_json"]:
        said = msgspec.json.encode({"verdict": verdict, "exit_code": exit_code, "said": said}).decode()
    click.echo(said)
    sys.exit(exit_code)
