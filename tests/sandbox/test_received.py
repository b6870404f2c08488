"""The portal keeps what it was given of delegations, one token a line, to look for in the gateway's log."""

from dataclasses import replace
from pathlib import Path

from connectors.sandbox import Sandbox, SandboxSettings
from tests.sandbox.conftest import HeldClock
from tests.sandbox.issuer import FakeIssuer
from tests.sandbox.test_portal_sign_in import DELEGATED
from tests.sandbox.visitors import SICKNESS, Visitor, sickness_answers


def test_an_id_token_and_a_permit_are_kept_and_a_persons_own_sign_in_is_not(tmp_path: Path) -> None:
    clock, file = HeldClock(), tmp_path / "sandbox-received.txt"
    chosen = replace(SandboxSettings.for_tests(), now=clock, applications_file=tmp_path / "applications.jsonl")
    with Sandbox(chosen) as sandbox, FakeIssuer(clock, sandbox.portal_callback) as issuer:
        sandbox.trust_gateway(issuer.url, issuer.client_id, issuer.secret)
        with Visitor(sandbox) as anna:
            anna.sign_in()
        assert not file.exists()
        with Visitor(sandbox) as assistant:
            assistant.get(DELEGATED + SICKNESS)
            assistant.http.headers["pilnvara-permit"] = "the.permit.itself"
            assistant.send(assistant.to_overview(SICKNESS, sickness_answers()))
        id_token, permit = file.read_text("ascii").splitlines()
        assert (id_token.count("."), permit) == (2, "the.permit.itself")
        assert file.stat().st_mode & 0o077 == 0
        sandbox.reset()
        assert not file.exists()
