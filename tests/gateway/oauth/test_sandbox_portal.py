"""The sandbox's portal, which knows nothing of our code, signs somebody in with a delegation."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest

from connectors.sandbox import Sandbox, SandboxSettings
from gateway.oauth import clients
from gateway.oauth.clients import ClientRegistration
from tests.gateway.oauth.portal import CLIENT_ID, Portal
from tests.gateway.visits.counter import ILZE

SECRET = "sandbox secret: + and %"


@pytest.fixture
def sandbox(portal: Portal) -> Iterator[Sandbox]:
    clock = portal.counter.clock
    settings = SandboxSettings(portal_port=0, other_port=0, idp_port=0, inbox_port=0, smtp_port=0, now=clock.now)
    with Sandbox(settings) as running:
        running.trust_gateway(portal.issuer, CLIENT_ID, SECRET)
        portal.counter.write(
            lambda conn: clients.register(
                conn,
                portal.counter.store,
                ClientRegistration(
                    client_id=CLIENT_ID,
                    portal_id="latvija",
                    secret=SECRET,
                    redirect_uris=[running.portal_callback],
                    personal_code_allowed=True,
                ),
            )
        )
        yield running


def arrive(portal: Portal, sandbox: Sandbox) -> httpx2.Response:
    """Go the connector's way: the gate adds the ticket toward the issuer alone."""
    with httpx2.Client(trust_env=False, verify=False) as browser:
        answer = browser.get(f"{sandbox.portal_url}/oidc/login?via=pilnvara&next=/pakalpojumi/slimibas-pabalsts/dati")
        while answer.status_code in {302, 303}:
            there = str(answer.next_request.url) if answer.next_request else ""
            is_issuer = f"{urlsplit(there).scheme}://{urlsplit(there).netloc}" == portal.issuer
            answer = browser.get(there, headers={"Pilnvara-Run-Ticket": portal.ticket()} if is_issuer else {})
        return answer


def test_the_portal_shows_who_acts_for_whom(portal: Portal, sandbox: Sandbox) -> None:
    shown = arrive(portal, sandbox)
    assert shown.status_code == 200
    assert "Anna Asistente" in shown.text
    assert "Paraugu centrs" in shown.text
    assert ILZE.name in shown.text
    assert 'id="parstaviba"' in shown.text


def test_the_portal_lets_nobody_in_after_a_stop(portal: Portal, sandbox: Sandbox) -> None:
    portal.counter.stop()
    shown = arrive(portal, sandbox)
    assert shown.status_code == 403
    assert "access_denied" in shown.text


def test_the_portals_session_ends_with_the_delegation(portal: Portal, sandbox: Sandbox) -> None:
    clock = portal.counter.clock
    clock.move(portal.counter.delegation().valid_until - clock.now() - timedelta(seconds=20))
    assert arrive(portal, sandbox).status_code == 200
