"""`pilnvara delegation`: tokens and statements, checked by whoever holds them.

Nothing here imports the server when it is loaded: `verify` and `statement --check` run where only a verifier is
installed.
"""

import sys
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec

from delegation.checking import Checked, check_token
from delegation.claims import ApprovalClaim, DelegationClaims, PermitClaims, ServiceDetail
from delegation.commitment import HashKind, KeyedHasher
from delegation.errors import DelegationError, InvalidKeyError, StatementError, StatusUnavailableError
from delegation.signing import MAX_TOKEN_CHARACTERS, KeySet
from delegation.statement import parse_facts, render
from delegation.wording import LATEST
from gateway.commands.source import SourceUnreachableError, SourceUnusableError, read

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def delegation() -> None:
    """Check delegations, permits and statements, offline."""


@delegation.command()
@click.argument("token")
@click.option("--jwks", required=True, metavar="FILE|URL", help="The issuer's public keys.")
@click.option("--status", metavar="FILE|URL", help="The status list that the delegation names.")
@click.option("--audience", help="Whom it has to be for.")
@click.option("--issuer", help="Who has to have signed it.")
@click.option("--at", "moment", metavar="TIME", help="As of this time (RFC 3339) instead of now.")
@click.option("--made-up", is_flag=True, help="Check one of a practice gateway or a demonstration too.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def verify(
    token: str,
    jwks: str,
    status: str | None,
    audience: str | None,
    issuer: str | None,
    moment: str | None,
    made_up: bool,
    as_json: bool,
) -> None:
    """Verify a delegation or a permit: TOKEN itself, or - to read it from standard input.

    Nothing is fetched but what is given as an address. What a practice gateway signed is refused, unless --made-up asks
    for it. Exits 0 verified, 1 refused, 2 bad input, 3 cannot conclude.
    """
    try:
        keys = KeySet.parse(_object(read(jwks)))
        listed = None if status is None else read(status).decode("ascii").strip()
        now = datetime.now(UTC) if moment is None else _aware(moment)
    except (InvalidKeyError, SourceUnusableError, ValueError) as error:
        _end(Outcome("bad_input", "input.unusable", str(error)), as_json)
    except SourceUnreachableError as error:
        _end(Outcome("cannot_conclude", "input.unreachable", str(error)), as_json)
    given = (sys.stdin.read(MAX_TOKEN_CHARACTERS + 1) if token == "-" else token).strip()
    try:
        checked = check_token(
            given, keys, now=now, issuer=issuer, audience=audience, status_token=listed, made_up=made_up
        )
    except StatusUnavailableError as error:
        _end(Outcome("cannot_conclude", error.code, str(error)), as_json)
    except DelegationError as error:
        _end(Outcome("refused", error.code, str(error)), as_json)
    click.echo(_as_json(checked) if as_json else "\n".join(describe(checked)))


@delegation.command()
@click.argument("delegation_id", required=False)
@click.option("--check", "text_file", type=_FILE, help="A statement's text, as it was saved; needs no database.")
@click.option("--facts", "facts_file", type=_FILE, help="With --check: the facts that it was written from, as JSON.")
@click.option("--template", default=LATEST, show_default=True, help="With --check: the date of its template.")
@click.option("--language", default="lv", show_default=True, help="With --check: its language.")
@click.option("--hash", "approved", help="With --check: the keyed hash that was approved; with --key.")
@click.option("--key", help="With --check: the key of that hash, in base64url.")
def statement(
    delegation_id: str | None,
    text_file: Path | None,
    facts_file: Path | None,
    template: str,
    language: str,
    approved: str | None,
    key: str | None,
) -> None:
    """Write a past statement again, byte for byte, and say whether it is what was approved.

    Either of DELEGATION_ID, on a machine of the gateway; that is an event of its visit. Or offline, with --check and
    --facts. The text goes to standard output, the verdict to standard error. Exits 0 it is, 1 it is not, 2 bad input.
    """
    if delegation_id is not None and text_file is None:
        from gateway.commands import statements  # noqa: PLC0415 - a verifier has neither server nor database

        sys.exit(statements.show(delegation_id))
    if text_file is None or facts_file is None or (approved is None) != (key is None):
        raise click.UsageError("give DELEGATION_ID; or --check and --facts, and --hash with --key")
    try:
        again = render(parse_facts(facts_file.read_bytes()), language=language, template_id=template)
        hasher = None if key is None else KeyedHasher(urlsafe_b64decode(key + "=" * (-len(key) % 4)))
    except (StatementError, ValueError) as error:
        _end(Outcome("bad_input", "input.unusable", str(error)), as_json=False)
    if again.data != text_file.read_bytes():
        _end(Outcome("refused", "statement.differs", "from these facts it is another text"), as_json=False)
    if hasher is not None and not hasher.fits(HashKind.STATEMENT, again.data, approved or ""):
        _end(Outcome("refused", "statement.not_approved", "it is not the text that was approved"), as_json=False)
    click.echo(again.text, nl=False)
    what = "the text that was approved" if hasher else "the text that these facts give (nobody compared a hash)"
    click.echo(f"Verified: it is {what}.", err=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Why a token was not verified."""

    verdict: str
    code: str
    detail: str


_HEADLINES = {
    "refused": (1, "NOT VERIFIED"),
    "bad_input": (2, "Nothing was checked"),
    "cannot_conclude": (3, "Cannot conclude"),
}
_MADE_UP = {"practice": "PRACTICE", "demo": "DEMONSTRATION"}
_UNCHECKED = {
    "issuer": "who has to have signed it (--issuer)",
    "audience": "whom it has to be for (--audience)",
    "status": "whether it was stopped (--status)",
    "use": "whether it was used before, and for what: only the gateway knows",
}


def describe(checked: Checked) -> list[str]:
    """A verified token in sentences: who, for whom, what, until when, and what nobody compared."""
    claims = checked.claims
    lines = (
        [] if claims.made_up is None else [f"{_MADE_UP[claims.made_up]}: nobody in it is real, and it allows nothing."]
    )
    lines.append(f"Verified: {checked.kind} {claims.jti} of {claims.iss}, for {claims.aud}.")
    lines += _delegation_lines(claims) if isinstance(claims, DelegationClaims) else _permit_lines(claims)
    return lines + [f"Not checked: {_UNCHECKED[name]}." for name in checked.unchecked]


def _delegation_lines(claims: DelegationClaims) -> list[str]:
    act = claims.act
    others = " Any other assistant of that centre may act in their place." if act.any_of_centre else ""
    lines = [f"Who acts: assistant {act.sub}, at centre {act.centre}, terminal {act.terminal}.{others}"]
    lines.append(f"For whom: resident {claims.sub}.")
    if claims.approver is not None:
        lines.append(f"Allowed by: {claims.approver}, as {claims.authority}.")
    lines += (_service_line(detail) for detail in claims.authorization_details)
    lines += (_yes_line(approval) for approval in (claims.approval, *claims.co_approvals))
    return [*lines, f"Ends: {_time(claims.exp)}."]


def _service_line(detail: ServiceDetail) -> str:
    ends = ", ".join(f"{action} until {_time(detail.valid_until[action])}" for action in detail.actions)
    locked = f"; may not change {', '.join(detail.locked)}" if detail.locked else ""
    return f"What: {detail.service}: {ends}; at most {detail.max_filings} filed{locked}."


def _yes_line(approval: ApprovalClaim) -> str:
    return f"Said yes: by {approval.route}, at {_time(approval.at)}, assurance {approval.assurance}."


def _permit_lines(claims: PermitClaims) -> list[str]:
    return [
        f"What: filing {claims.filing}, attempt {claims.attempt}, under delegation {claims.delegation}.",
        f"Where: {claims.origin}, by {claims.connector}, read in {claims.language}.",
        f"Payload: {claims.payload}.",
        f"Ends: {_time(claims.exp)}.",
    ]


def _as_json(checked: Checked) -> str:
    said = {"verdict": "verified", "kind": checked.kind, "unchecked": checked.unchecked, "claims": checked.claims}
    return msgspec.json.encode(said).decode()


def _end(outcome: Outcome, as_json: bool) -> NoReturn:
    code, headline = _HEADLINES[outcome.verdict]
    said = {"verdict": outcome.verdict, "code": outcome.code, "detail": outcome.detail}
    click.echo(msgspec.json.encode(said).decode() if as_json else f"{headline} ({outcome.code}): {outcome.detail}")
    sys.exit(code)


def _object(content: bytes) -> Mapping[str, Any]:
    read_in: Any = msgspec.json.decode(content)
    if not isinstance(read_in, dict):
        raise InvalidKeyError("a key set is a JSON object")
    return read_in


def _aware(moment: str) -> datetime:
    parsed = datetime.fromisoformat(moment)
    if parsed.tzinfo is None:
        raise ValueError("a time has its zone, such as 2026-11-22T09:00:00Z")
    return parsed


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
