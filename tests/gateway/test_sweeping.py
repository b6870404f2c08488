"""What was good for a short while is removed later, and never while something can still come of it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from gateway.feedback import answers
from gateway.oauth import clients
from gateway.oauth.clients import ClientRegistration
from gateway.oauth.tables import AccessToken, AuthorizationCode, ClientAssertion, PushedRequest, RunTicket
from gateway.people.tables import KeptForm, PasskeyChallenge, PasskeyPurpose, Throttle
from gateway.sweeping import KEPT, SWEEPS, sweep, sweep_all
from gateway.terminals.tables import TerminalChallenge, TerminalPurpose
from gateway.visits.tables import RunKind
from tests.gateway.retention import test_schedule
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter

__all__ = ["counter", "renderer"]

MINUTE = timedelta(minutes=1)
TABLES: dict[str, Any] = {
    "client_assertion": ClientAssertion,
    "pushed_request": PushedRequest,
    "run_ticket": RunTicket,
    "access_token": AccessToken,
    "authorization_code": AuthorizationCode,
    "passkey_challenge": PasskeyChallenge,
    "terminal_challenge": TerminalChallenge,
    "kept_form": KeptForm,
}


@pytest.fixture
def used(counter: Counter) -> Counter:
    """One of each, made now: a run that has signed in at a portal, and a passkey's question."""
    counter.open().grant()
    counter.fill()
    run, delegation, now = counter.run_of(RunKind.PREPARE).id, counter.delegation().id, counter.clock.now()
    counter.write(lambda conn: _fill(conn, counter, run, delegation, now))
    return counter


def _fill(conn: Connection, counter: Counter, run: str, delegation: str, now: datetime) -> None:
    registration = ClientRegistration(
        client_id="portal",
        portal_id="latvija",
        secret="s" * 43,
        redirect_uris=["https://portal.example/callback"],
        personal_code_allowed=True,
    )
    clients.register(conn, counter.store, registration)
    times = {"issued_at": now, "expires_at": now + MINUTE}
    of_run = {"client_id": "portal", "run_id": run}
    of_filing = {"client_id": "portal", "delegation_id": delegation, "filing_id": counter.filing_id}
    code = {"redirect_uri": "x", "run_id": run, "scope": "openid", "code_challenge": "c" * 43}
    conn.execute(insert(ClientAssertion).values(hash=b"a" * 32, expires_at=now + MINUTE))
    conn.execute(insert(PushedRequest).values(hash=b"p" * 32, client_id="portal", parameters={}, **times))
    conn.execute(insert(RunTicket).values(hash=b"t" * 32, **of_run, **times))
    conn.execute(insert(AuthorizationCode).values(hash=b"c" * 32, **code, **of_filing, **times, used_at=now))
    conn.execute(insert(AccessToken).values(jti="j", code_hash=b"c" * 32, **of_filing, **times))
    asked = {"purpose": PasskeyPurpose.SIGN_IN, "bound_to": b"b", "subject": "", "challenge": "q"}
    conn.execute(insert(PasskeyChallenge).values(id="q", begun_at=now, **asked))
    of_terminal = {"purpose": TerminalPurpose.GO_ON, "bound_to": b"b", "begun_at": now}
    conn.execute(insert(TerminalChallenge).values(challenge_hash=b"q" * 32, **of_terminal))
    of_staff = {"staff_id": counter.by.staff_id, "terminal_id": counter.by.terminal_id, "kept_at": now}
    conn.execute(insert(KeptForm).values(id="k", route="/", visit_id=None, content=b"k", **of_staff))


def left(counter: Counter) -> set[str]:
    """The tables that still have a row."""

    def work(conn: Connection) -> set[str]:
        return {name for name, row in TABLES.items() if conn.execute(select(func.count()).select_from(row)).scalar()}

    return counter.read(work)


def until_end(counter: Counter, and_then: timedelta) -> None:
    """Let time pass to the delegation's end and on."""
    counter.clock.move(counter.delegation().valid_until - counter.clock.now() + and_then)


def swept(counter: Counter, **more: Any) -> int:
    return asyncio.run(sweep_all(counter.store.database, counter.clock, **more))


def test_nothing_goes_while_it_can_be_used_or_was_just_over(used: Counter) -> None:
    assert swept(used) == 0
    used.clock.move(KEPT - timedelta(seconds=5))
    assert swept(used) == 2
    assert left(used) == TABLES.keys() - {"client_assertion", "kept_form"}, "what is late still hears that it is late"


def test_an_assertion_is_remembered_to_the_instant_to_which_it_would_be_accepted(used: Counter) -> None:
    used.clock.move(MINUTE - timedelta(milliseconds=100))
    swept(used)
    assert "client_assertion" in left(used)
    used.clock.move(timedelta(seconds=1))
    swept(used)
    assert "client_assertion" not in left(used)


def test_a_code_stays_as_long_as_its_delegation(used: Counter) -> None:
    until_end(used, KEPT - timedelta(minutes=1))
    swept(used)
    assert left(used) == {"authorization_code"}, "an exchange and a second use are traced back to it"
    used.clock.move(timedelta(minutes=2))
    swept(used)
    assert left(used) == set()


def test_what_others_still_name_stays(used: Counter) -> None:
    until_end(used, 2 * KEPT)
    now = used.clock.now()
    assert used.write(lambda conn: sweep(conn, "authorization_code", now)) == 0, "a token goes back to it"
    assert used.write(lambda conn: sweep(conn, "access_token", now)) == 1
    assert used.write(lambda conn: sweep(conn, "authorization_code", now)) == 1


def test_goes_in_small_transactions_until_all_is_gone(counter: Counter) -> None:
    now = counter.clock.now()
    rows = [{"hash": bytes([n]) * 32, "expires_at": now} for n in range(7)]
    counter.write(lambda conn: conn.execute(insert(ClientAssertion), rows))
    counter.clock.move(MINUTE)
    assert counter.write(lambda conn: sweep(conn, "client_assertion", counter.clock.now(), most=3)) == 3
    assert swept(counter, most=3) == 4
    assert left(counter) == set()


def test_every_table_that_is_swept_was_tried_here() -> None:
    elsewhere = {*test_schedule.KINDS, "session", "holder_list", "rating_invitation", "rating_comment"}
    elsewhere |= {"callback", "callback_key"}
    assert SWEEPS.keys() == TABLES.keys() | {"throttle", "feedback_link"} | elsewhere


def test_what_was_tried_in_vain_is_counted_for_a_day_and_not_for_years(counter: Counter) -> None:
    """Its key is a hash of a telephone number, a place or a person."""
    tried = insert(Throttle).values(key=b"k", tries=1, since=counter.clock.now())
    counter.write(lambda conn: conn.execute(tried))
    for later, gone in ((timedelta(days=2) - MINUTE, 0), (2 * MINUTE, 1)):
        counter.clock.move(later)
        assert counter.write(lambda conn: sweep(conn, "throttle", counter.clock.now())) == gone


def test_the_link_to_the_questions_is_forgotten_a_day_after_the_visit_and_the_invitation_stays_good(
    counter: Counter,
) -> None:
    """Afterwards no row leads from a visit to its invitation, also for whoever has the keys."""
    counter.open().close()
    link = counter.opened(lambda opened: opened.feedback_link())
    assert link
    for later, gone in ((KEPT - MINUTE, 0), (2 * MINUTE, 1)):
        counter.clock.move(later)
        assert counter.write(lambda conn: sweep(conn, "feedback_link", counter.clock.now())) == gone
    assert counter.opened(lambda opened: opened.feedback_link()) is None
    token = link.rpartition("/")[2]
    assert counter.read(lambda conn: answers.find(conn, counter.store, token)).centre_name
