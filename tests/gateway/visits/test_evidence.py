"""What proves a yes, verified again from the record; and each way in which somebody could spoil it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, KeySet
from sqlalchemy import Connection, delete, select, update

from audit.report import Findings, Verdict
from delegation.assurance import Assurance
from gateway.keys import signing
from gateway.keys import store as key_store
from gateway.keys.signing import KeyKind
from gateway.keys.tables import SigningKeyRow
from gateway.oauth.evidence import Expected, Provenance, provenance_of
from gateway.people.tables import Resident
from gateway.visits import confirming, evidence, sign_ins, statements
from gateway.visits.approvals import Answer
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import DelegationRow, Permit, SealedRecord
from tests.gateway.oauth.provider import CLIENT_ID, a_key, claims, signed
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.holding import Holding
from tests.gateway.visits.played import signed_in

ISSUER = "https://provider.example"
KEY, OTHER = a_key(), a_key()


@dataclass
class Proven:
    """A counter whose resident signs in at a provider that really signs."""

    counter: Counter

    def sign_in(self, key: ECKey = KEY, provenance: Provenance | None = None, **said: Any) -> None:
        counter, phone, approval = self.counter, self.counter.the_phone(), self.counter.approval().id
        counter.clock.move(timedelta(seconds=2))
        begun = counter.write(lambda conn: sign_ins.begin(conn, counter.store, phone, approval, "sandbox"))
        now = counter.clock.now()
        token = signed(key, claims(ISSUER, now, **({"nonce": begun.nonce} | said)))
        if provenance is None:
            jwks = KeySet([KEY]).as_dict(private=False)
            expected = Expected(issuer=ISSUER, client_id=CLIENT_ID, nonce=begun.nonce, now=now)
            provenance = provenance_of(signed(KEY, claims(ISSUER, now)), jwks, expected)
        back = replace(signed_in(ILZE.code, Assurance.SUBSTANTIAL, now), id_token=token, provenance=provenance)
        returned = counter.write(lambda conn: sign_ins.take(conn, counter.store, phone, begun.state))
        resident = counter.write(lambda conn: confirming.approve_by_sign_in(conn, counter.store, phone, returned, back))
        counter.phone = counter.session(approval_id=phone.approval_id, resident_id=resident)

    def granted(self, **said: Any) -> "Proven":
        self.counter.open().ask()
        self.counter.enter_code()
        assert self.counter.match() is Answer.RIGHT
        self.sign_in(**said)
        return self

    def permitted(self, **said: Any) -> "Proven":
        self.granted()
        self.counter.fill()
        assert self.counter.prepare()
        self.sign_in(**said)
        return self

    def vault(self, conn: Connection) -> VisitVault:
        return VisitVault.of(conn, self.counter.store.sealer, self.counter.visit_id)

    def swap(self, owner_id: str, kind: str, content: bytes) -> None:
        """Seal something else in its place, as somebody with database and keys could."""
        now = self.counter.clock.now()
        self.counter.write(lambda conn: self.vault(conn).keep(owner_id, kind, content, now))

    def kept(self, owner_id: str, kind: str) -> bytes:
        return self.counter.read(lambda conn: self.vault(conn).take(owner_id, kind))

    def examined(self) -> tuple[Findings, dict[str, int]]:
        return examined(self.counter)

    def found(self) -> list[tuple[Verdict, str]]:
        return [(each.verdict, each.detail) for each in self.examined()[0].kept]


def examined(counter: Counter) -> tuple[Findings, dict[str, int]]:
    return counter.read(lambda conn: evidence.examine(conn, counter.store))


@pytest.fixture
def proven(counter: Counter) -> Proven:
    return Proven(counter)


class TestASignIn:
    def test_of_a_grant_and_a_permit_is_verified_with_our_own_tokens(self, proven: Proven) -> None:
        proven.permitted()
        findings, counts = proven.examined()
        assert findings.kept == []
        assert counts == {"evidence": 3}

    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            ({"nonce": "of-another-text"}, "id_token.nonce"),
            ({"aud": "another-client"}, "id_token.aud"),
            ({"iss": "https://other.example"}, "id_token.iss"),
            ({"acr": Assurance.LOW.uri}, "id_token.acr"),
            ({"acr": None}, "id_token.acr"),
            ({"auth_time": 1}, "id_token.auth_time"),
            ({"sub": "PK:329999-00002", "personal_code": "329999-00002"}, "id_token.sub"),
            ({"exp": 1}, "id_token.exp"),
        ],
    )
    def test_that_says_something_else_does_not_prove_it(
        self, proven: Proven, said: dict[str, Any], reason: str
    ) -> None:
        proven.granted(**said)
        ((verdict, detail),) = proven.found()
        assert verdict is Verdict.EVIDENCE_INVALID
        assert detail.endswith(reason)

    @pytest.mark.parametrize(("claim", "proves"), [("serial_number", True), ("another", False)])
    def test_is_read_by_the_claim_that_was_registered_then(self, proven: Proven, claim: str, *, proves: bool) -> None:
        key = {name: str(value) for name, value in KEY.as_dict(private=False).items()}
        kept = Provenance(issuer=ISSUER, client_id=CLIENT_ID, key=key, code_claim=claim)
        said = {"sub": "somebody", "personal_code": None, "serial_number": f"PNOLV-{ILZE.code}"}
        proven.granted(provenance=kept, **said)
        assert (proven.found() == []) is proves

    def test_with_another_keys_signature_does_not_prove_it(self, proven: Proven) -> None:
        proven.granted(key=OTHER)
        ((verdict, detail),) = proven.found()
        assert (verdict, detail.endswith("id_token.signature")) == (Verdict.EVIDENCE_INVALID, True)

    def test_without_the_providers_key_cannot_be_judged(self, counter: Counter) -> None:
        counter.open().grant()
        findings, _ = examined(counter)
        assert [each.verdict for each in findings.kept] == [Verdict.EVIDENCE_UNPROVEN]

    def test_of_the_permit_is_no_proof_of_the_grant(self, proven: Proven) -> None:
        proven.granted()
        grant = proven.counter.approval().id
        proven.counter.fill()
        proven.counter.prepare()
        proven.sign_in()
        proven.swap(grant, "evidence", proven.kept(proven.counter.approval().id, "evidence"))
        assert [verdict for verdict, _ in proven.found()] == [Verdict.EVIDENCE_ALTERED]

    def test_that_is_changed_or_gone_is_named(self, proven: Proven) -> None:
        proven.granted()
        approval = proven.counter.approval().id
        proven.swap(approval, "evidence", proven.kept(approval, "evidence") + b" ")
        assert [verdict for verdict, _ in proven.found()] == [Verdict.EVIDENCE_ALTERED]
        spoil = update(SealedRecord).where(SealedRecord.owner_id == approval, SealedRecord.kind == "evidence")
        proven.counter.write(lambda conn: conn.execute(spoil.values(content=b"x" * 64)))
        assert [verdict for verdict, _ in proven.found()] == [Verdict.EVIDENCE_ALTERED]
        proven.counter.write(lambda conn: proven.vault(conn).forget(approval, "evidence"))
        assert [verdict for verdict, _ in proven.found()] == [Verdict.EVIDENCE_MISSING]


class TestAPasskey:
    def test_is_verified_again(self, holding: Holding) -> None:
        holding.add()
        holding.granted()
        findings, counts = examined(holding.counter)
        assert (findings.kept, counts) == ([], {"evidence": 2})

    def test_that_the_trail_never_saw_added_is_named(self, holding: Holding, monkeypatch: pytest.MonkeyPatch) -> None:
        holding.add()
        holding.granted()
        monkeypatch.setattr(evidence._Examiner, "_added", lambda *_: set())
        findings, _ = examined(holding.counter)
        assert [(each.verdict, each.detail.split(": ")[1]) for each in findings.kept] == [
            (Verdict.EVIDENCE_INVALID, "passkey.not_the_approvers")
        ]


class TestOurTokens:
    def test_are_still_verified_after_their_key_was_replaced_and_retired(self, proven: Proven) -> None:
        proven.permitted()
        counter, gone = proven.counter, timedelta(days=800)
        counter.write(lambda conn: signing.rotate(conn, counter.store.sealer, KeyKind.DELEGATION, counter.clock.now()))
        counter.write(lambda conn: signing.retire(conn, counter.clock.now() + gone))
        assert proven.found() == []

    @pytest.mark.parametrize("kind", [KeyKind.DELEGATION, KeyKind.PERMIT])
    def test_by_a_key_that_was_never_ours_are_named(self, proven: Proven, kind: KeyKind) -> None:
        proven.permitted()
        public, counter = _public(), proven.counter
        counter.write(
            lambda conn: conn.execute(
                update(SigningKeyRow).where(SigningKeyRow.kind == kind.value).values(public=public)
            )
        )
        ((verdict, detail),) = proven.found()
        assert verdict is Verdict.TOKEN_INVALID
        assert detail.startswith(kind.value)
        assert detail.endswith("token.bad_signature")

    def test_that_were_changed_or_are_gone_are_named(self, proven: Proven) -> None:
        proven.permitted()
        delegation = proven.counter.delegation().id
        permit = proven.counter.read(lambda conn: conn.execute(select(Permit.id)).scalar_one())
        proven.swap(permit, "token", proven.kept(delegation, "token"))
        assert [verdict for verdict, _ in proven.found()] == [Verdict.EVIDENCE_ALTERED]
        gone = delete(SealedRecord).where(SealedRecord.owner_id == delegation, SealedRecord.kind == "token")
        proven.counter.write(lambda conn: conn.execute(gone))
        assert sorted(verdict for verdict, _ in proven.found()) == [Verdict.EVIDENCE_ALTERED, Verdict.EVIDENCE_MISSING]

    def test_for_another_record_are_named(self, proven: Proven) -> None:
        proven.granted()
        other = update(DelegationRow).values(statement_hash="x" * 43)
        proven.counter.write(lambda conn: conn.execute(other))
        assert [verdict for verdict, _ in proven.found()] == [Verdict.TOKEN_INVALID]


class TestTheStatement:
    @pytest.mark.parametrize(
        "change",
        [
            lambda facts: replace(facts, assistant="Kāds Cits"),
            lambda facts: replace(facts, services=(replace(facts.services[0], max_filings=2),)),
            lambda facts: replace(facts, valid_until=facts.valid_until + timedelta(days=1)),
        ],
    )
    def test_from_other_facts_is_not_the_one_that_was_approved(
        self, proven: Proven, change: Callable[[Any], Any]
    ) -> None:
        proven.granted()
        delegation = proven.counter.delegation().id
        facts = proven.counter.read(lambda conn: statements.facts_of(proven.vault(conn), delegation))
        proven.swap(delegation, "statement", statements.pack(change(facts)))
        assert [verdict for verdict, _ in proven.found()] == [Verdict.STATEMENT_DIFFERS]

    def test_that_cannot_be_written_again_is_named(self, proven: Proven) -> None:
        proven.granted()
        proven.swap(proven.counter.delegation().id, "statement", b"{}")
        assert [verdict for verdict, _ in proven.found()] == [Verdict.STATEMENT_DIFFERS]


def test_what_was_erased_is_counted_and_no_violation(proven: Proven) -> None:
    proven.granted()
    counter = proven.counter
    principal = counter.delegation().principal_id
    key = counter.read(lambda conn: conn.execute(select(Resident.key_id).where(Resident.id == principal)).scalar_one())
    counter.write(lambda conn: key_store.destroy(conn, key, counter.clock.now()))
    findings, counts = proven.examined()
    assert findings.totals == {Verdict.ERASED: 2}
    assert (findings.kept[0].severity.name, counts) == ("NOTE", {"evidence": 0})


def _public() -> bytes:
    """A P-256 key of nobody's."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
