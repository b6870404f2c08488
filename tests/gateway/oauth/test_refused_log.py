"""While the log is refused, as after a restored backup, portals are given nothing and told of nothing in force.

The database may be older than a no: what it says is in force may have been stopped.
"""

from audit.events import EventName
from gateway.ledger import health
from gateway.oauth.clients import TOKEN_EXCHANGE
from gateway.oauth.exchange import ACCESS_TOKEN, DELEGATION
from tests.gateway.oauth.portal import Portal, answer_of


def refuse(portal: Portal) -> None:
    """What a machine does whose held checkpoint the log does not continue."""
    counter = portal.counter
    counter.write(lambda conn: health.refuse(conn, "machine", "it has 8 entries", counter.clock.now()))


def accept(portal: Portal) -> None:
    portal.counter.write(lambda conn: health.withdraw(conn, "machine"))


def test_nobody_signs_in(portal: Portal) -> None:
    refuse(portal)
    assert answer_of(portal.authorize())["error"] == "access_denied"
    (event,) = portal.events(EventName.OAUTH_CODE_REFUSED)
    assert event.data["reason"] == "log.unhealthy"


def test_no_code_is_redeemed_and_no_token_exchanged(portal: Portal) -> None:
    access, code = portal.tokens()["access_token"], portal.code()
    refuse(portal)
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": access, "subject_token_type": ACCESS_TOKEN}
    answers = portal.redeem(code), portal.post("/oauth/token", **form, requested_token_type=DELEGATION)
    assert [(each.status_code, each.json()["error"]) for each in answers] == [(400, "invalid_grant")] * 2


def test_no_token_is_called_alive_until_the_log_is_itself_again(portal: Portal) -> None:
    access = portal.tokens()["access_token"]
    refuse(portal)
    assert not portal.is_active(access)
    assert portal.userinfo(access).status_code == 401
    accept(portal)
    assert portal.is_active(access)


def test_no_status_list_is_signed(portal: Portal) -> None:
    assert portal.http.get("/oauth/status/2").status_code == 200
    refuse(portal)
    assert portal.http.get("/oauth/status/2").status_code == 503


def test_a_token_is_revoked_all_the_same(portal: Portal) -> None:
    access = portal.tokens()["access_token"]
    refuse(portal)
    assert portal.post("/oauth/revoke", token=access).status_code == 200
    accept(portal)
    assert not portal.is_active(access)
