"""A portal reads the status list with the function that integrators are given."""

from datetime import timedelta

import pytest

from delegation.claims import StatusReference
from delegation.status import StatusList, verify_status
from tests.gateway.oauth.portal import Portal


def fetched(portal: Portal, number: int) -> StatusList:
    uri = f"{portal.issuer}/oauth/status/{number}"
    answer = portal.http.get(uri)
    assert answer.headers["content-type"].startswith("application/statuslist+jwt")
    keys = portal.http.get("/oauth/jwks").json()
    return verify_status(answer.text, keys, issuer=portal.issuer, uri=uri, now=portal.counter.clock.now())


def reference(portal: Portal) -> StatusReference:
    """Where the portal's own token says that its status stands."""
    stated = portal.claims(portal.tokens()["access_token"])["status"]["status_list"]
    return StatusReference(idx=stated["idx"], uri=stated["uri"])


class TestStatusList:
    def test_has_the_bit_set_at_once_when_the_delegation_is_stopped(self, portal: Portal) -> None:
        ours, now = reference(portal), portal.counter.clock.now()
        assert not fetched(portal, 2).is_revoked(ours, now)
        portal.counter.stop()
        assert fetched(portal, 2).is_revoked(ours, now)

    def test_has_another_bit_set_for_the_whole_delegation(self, portal: Portal) -> None:
        index = portal.counter.delegation().status_index
        whole = StatusReference(idx=index, uri=f"{portal.issuer}/oauth/status/1")
        assert not fetched(portal, 1).is_revoked(whole, portal.counter.clock.now())
        portal.counter.stop()
        assert fetched(portal, 1).is_revoked(whole, portal.counter.clock.now())

    def test_has_the_bit_set_for_a_day_after_the_end(self, portal: Portal) -> None:
        ours, clock = reference(portal), portal.counter.clock
        clock.move(portal.counter.delegation().valid_until - clock.now())
        assert fetched(portal, 2).is_revoked(ours, clock.now())
        clock.move(timedelta(days=1))
        assert not any(fetched(portal, 2).bits)

    def test_may_be_kept_for_a_minute(self, portal: Portal) -> None:
        assert fetched(portal, 2).ttl == 60

    @pytest.mark.parametrize("number", [0, 3])
    def test_does_not_stand_elsewhere(self, portal: Portal, number: int) -> None:
        assert portal.http.get(f"/oauth/status/{number}").status_code == 404
