"""What a bundle's entries tell of, checked beside them: statements, delegations, permits, receipts, disclosed values.

The only module here that knows the package `delegation`: both are in a verifier's hands. The checks, by number:

10. Each delegation and permit that the entries tell of is there, with our signature, for what the entry says, and is
    the token whose hash stands in the entry; no other token is there.
11. Each disclosed statement is what its template and facts give, and what the log commits to.
12. Each receipt is of a filing that the entries tell of, and its number and file are what the log commits to.
13. Each disclosed value is one of the rows that were read back.

What is sealed and was not disclosed is left out and no finding. Erased values are named as such.
"""

from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, TypeVar

import msgspec
import rfc8785

from audit.bundle import Opened
from audit.errors import BundleError, ProofError
from audit.events import EventName
from audit.inclusion import verify_inclusion
from audit.members import Members, OpenedRow, Openings, folder
from audit.merkle import leaf_hash
from audit.report import Findings, Verdict
from delegation.claims import DELEGATION_TYPE, PERMIT_TYPE, DelegationClaims, PermitClaims
from delegation.commitment import commit_value, opens
from delegation.errors import DelegationError, StatementError
from delegation.signing import KeySet, open_signed, type_of
from delegation.statement import parse_facts, render

Claims = TypeVar("Claims", DelegationClaims, PermitClaims)


def parse_keys(content: bytes) -> KeySet:
    """The issuer's keys, as somebody has published them (RFC 7517).

    Raises:
        BundleError: it is no key set.
    """
    try:
        read = msgspec.json.decode(content)
        return KeySet.parse(read if isinstance(read, dict) else {})
    except (msgspec.DecodeError, UnicodeError, DelegationError) as error:
        raise BundleError(f"no key set: {error}") from error


def check_evidence(opened: Opened, findings: Findings, keys: KeySet | None = None) -> dict[str, int]:
    """Check what the entries tell of, and count it; `keys` are the issuer's, from elsewhere than the bundle."""
    evidence = _Evidence(opened, findings, keys)
    return {
        "tokens": evidence.tokens(),
        "statements": evidence.statements(),
        "receipts": evidence.receipts(),
        "values": evidence.values(),
    }


class _Evidence:
    """One bundle's evidence."""

    def __init__(self, opened: Opened, findings: Findings, keys: KeySet | None) -> None:
        self._opened, self._findings = opened, findings
        self._files = opened.members.files
        self._keys = keys or self._own_keys()
        self._openings = self._read_openings()

    def tokens(self) -> int:
        """10. Delegations and permits."""
        found: dict[str, str] = {}
        for name, token in self._tokens():
            if token in found:
                self._findings.add(Verdict.DUPLICATE, name, f"the same token as {found[token]}")
            found.setdefault(token, name)
        right = 0
        for data in self._opened.told(EventName.DELEGATION_SIGNED):
            right += self._token(found, data, "delegation", DELEGATION_TYPE, DelegationClaims)
        for data in self._opened.told(EventName.PERMIT_GIVEN):
            right += self._token(found, data, "permit", PERMIT_TYPE, PermitClaims)
        for name in found.values():
            self._findings.add(Verdict.TOKEN_INVALID, name, "no entry of the visit tells of it")
        return right

    def _token(self, found: dict[str, str], data: dict[str, Any], kind: str, typ: str, claims: type[Claims]) -> int:
        subject = f"{kind} {data.get(kind)}"
        token = next((each for each, name in found.items() if self._is_of(each, name, data, kind, typ)), None)
        if token is None:
            self._missing(subject)
            return 0
        name = found.pop(token)
        try:
            said = open_signed(token, self._keys, typ=typ, claims=claims)
        except DelegationError as error:
            self._findings.add(Verdict.TOKEN_INVALID, name, f"{subject}: {error.code}")
            return 0
        stated = data.get("sha256")
        if stated is None:
            detail = "the log has no hash of it that can be compared; its signature and what it says are right"
            self._findings.add(Verdict.EVIDENCE_UNPROVEN, name, detail, note=True)
        elif sha256(token.encode()).hexdigest() != stated:
            self._findings.add(Verdict.EVIDENCE_ALTERED, name, f"{subject}: it is not the token that the log names")
            return 0
        if not self._says_what_the_log_says(said, data):
            self._findings.add(Verdict.TOKEN_INVALID, name, f"{subject}: it says something else than the log")
            return 0
        return 1

    def _is_of(self, token: str, name: str, data: dict[str, Any], kind: str, typ: str) -> bool:
        """Whether a token says that it is the one that an entry tells of; nothing is believed by this."""
        try:
            return type_of(token) == typ and _unverified(token).get("jti") == data.get(kind)
        except (DelegationError, ValueError):
            self._findings.add(Verdict.TOKEN_INVALID, name, "it is no token")
            return False

    def _says_what_the_log_says(self, said: DelegationClaims | PermitClaims, data: dict[str, Any]) -> bool:
        if said.iss != self._opened.members.manifest.issuer:
            return False
        if isinstance(said, PermitClaims):
            stated = [data.get(name) for name in ("filing", "attempt", "payload")]
            return [said.filing, said.attempt, said.payload] == stated
        approved = {each.get("statement") for each in self._opened.told(EventName.APPROVAL_GIVEN)}
        asked = [each for each in self._requested() if each.get("delegation") == said.jti]
        fits = all(each.get("statement") == said.approval.statement for each in asked)
        return said.visit == self._opened.members.manifest.visit and said.approval.statement in approved and fits

    def statements(self) -> int:
        """11. Statements."""
        requested = {each.get("delegation"): each for each in self._requested()}
        right = 0
        for number, delegation_id in enumerate(self._opened.members.manifest.delegations, 1):
            name = f"{folder(number)}/statement.txt"
            if name in self._files and delegation_id not in requested:
                self._findings.add(Verdict.STATEMENT_DIFFERS, name, "no entry of the visit tells of it")
            elif name in self._files:
                right += self._statement(name, requested[delegation_id])
        return right

    def _statement(self, name: str, data: dict[str, Any]) -> int:
        text, facts = self._files[name], self._files.get(name.replace(".txt", ".json"), b"")
        languages = _languages(self._opened, data)
        try:
            fits = any(
                render(parse_facts(facts), language=each, template_id=str(data.get("template"))).data == text
                for each in languages
            )
        except StatementError as error:
            self._findings.add(Verdict.STATEMENT_DIFFERS, name, str(error))
            return 0
        if not fits:
            self._findings.add(Verdict.STATEMENT_DIFFERS, name, "from its facts and template it is another text")
            return 0
        committed, salt = data.get("text"), self._openings.statements.get(str(data.get("delegation")))
        if committed is None or salt is None:
            detail = "the log does not commit to it in a form that can be opened"
            self._findings.add(Verdict.EVIDENCE_UNPROVEN, name, detail)
            return 0
        if not _opens(committed, salt, "statement", text.decode()):
            self._findings.add(Verdict.STATEMENT_DIFFERS, name, "it is not the text that the log commits to")
            return 0
        return 1

    def receipts(self) -> int:
        """12. What institutions answered."""
        stored = {each.get("filing"): each for each in self._opened.told(EventName.RECEIPT_STORED)}
        right = 0
        for number, said in enumerate(self._opened.members.receipts(), 1):
            name, data = f"receipts/{number}.json", stored.pop(said.get("filing"), None)
            if data is None or said.get("payload") != data.get("payload"):
                self._findings.add(Verdict.EVIDENCE_ALTERED, name, "no entry of the visit tells of it")
                continue
            right += self._receipt(name, said, data)
        for filing in stored:
            self._missing(f"receipt of filing {filing}")
        return right

    def _receipt(self, name: str, said: Mapping[str, Any], data: dict[str, Any]) -> int:
        salt = self._openings.receipts.get(str(data.get("filing")))
        if salt is None or data.get("number") is None:
            self._findings.add(Verdict.EVIDENCE_UNPROVEN, name, "the log does not commit to its number", note=True)
            return 0
        if not _opens(data["number"], salt, "reference", str(said.get("reference"))):
            self._findings.add(Verdict.EVIDENCE_ALTERED, name, "its number is not the one that the log commits to")
            return 0
        pdf = self._files.get(name.replace(".json", ".pdf"))
        if pdf is not None and not _opens(str(data.get("file")), salt, "file", sha256(pdf).hexdigest()):
            self._findings.add(Verdict.EVIDENCE_ALTERED, name, "its file is not the one that the log commits to")
            return 0
        return 1

    def values(self) -> int:
        """13. Disclosed values."""
        taken = {each.get("run"): each for each in self._opened.told(EventName.READBACK_TAKEN)}
        right = 0
        for opened in self._openings.values:
            name = f"value {opened.index} of read-back {opened.run}"
            try:
                _check_row(opened, taken.get(opened.run, {}))
                right += 1
            except (ProofError, ValueError) as error:
                self._findings.add(Verdict.EVIDENCE_ALTERED, name, f"the log does not commit to it: {error}")
        return right

    def _requested(self) -> list[dict[str, Any]]:
        return self._opened.told(EventName.DELEGATION_REQUESTED)

    def _missing(self, subject: str) -> None:
        if self._opened.members.manifest.erased:
            detail = "it fell with the key of the resident's values"
            self._findings.add(Verdict.ERASED, subject, detail, note=True)
        else:
            self._findings.add(Verdict.EVIDENCE_MISSING, subject, "the log tells of it, and it is not in the bundle")

    def _tokens(self) -> Iterator[tuple[str, str]]:
        for name in sorted(self._files):
            if name.endswith(".jws"):
                yield name, self._files[name].decode("ascii", errors="replace").strip()

    def _own_keys(self) -> KeySet:
        """The keys in the bundle: enough to see damage, not to know whose they are."""
        detail = "the keys of delegations and permits were taken from the bundle itself (--jwks)"
        self._findings.add(Verdict.CANNOT_EXCLUDE, Members.JWKS, detail, note=True)
        try:
            return parse_keys(self._files.get(Members.JWKS, b""))
        except BundleError as error:
            self._findings.add(Verdict.EDITED, Members.JWKS, str(error))
            return KeySet({})

    def _read_openings(self) -> Openings:
        try:
            return self._opened.members.openings
        except (msgspec.DecodeError, UnicodeError) as error:
            self._findings.add(Verdict.EDITED, Members.OPENINGS, f"it cannot be read: {error}")
            return Openings()


def row_text(row: tuple[str, ...]) -> str:
    """A row of a read-back as it is committed to."""
    return rfc8785.dumps(list(row)).decode()


def _check_row(opened: OpenedRow, data: dict[str, Any]) -> None:
    commitment = commit_value(_bytes(opened.salt), "row", row_text(opened.row))
    proof = [bytes.fromhex(each) for each in opened.hashes]
    size, root = data.get("rows"), bytes.fromhex(str(data.get("values", "")))
    if not isinstance(size, int):
        raise ProofError("there is no such read-back")
    verify_inclusion(opened.index, size, leaf_hash(commitment.encode()), proof, root)


def _languages(opened: Opened, data: dict[str, Any]) -> tuple[str, ...]:
    """In which the statement may be: the entry's own word, or that with which the visit was opened."""
    told = (data, *opened.told(EventName.VISIT_OPENED))
    return tuple(each["language"] for each in told if isinstance(each.get("language"), str))


def _opens(commitment: str, salt: str, name: str, value: str) -> bool:
    try:
        return opens(commitment, _bytes(salt), name, value)
    except ValueError:
        return False


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _unverified(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    read = msgspec.json.decode(_bytes(body))
    return read if isinstance(read, dict) else {}
