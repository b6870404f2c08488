"""What a practice gateway signs says so itself, and verifies as real for nobody."""

from dataclasses import replace

import pytest

from audit.events import EventName
from delegation.checking import check_token
from delegation.errors import MadeUpError
from gateway.keys.signing import KeyKind
from gateway.mode import Mode
from gateway.visits.sealed import VisitVault
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter

__all__ = ["counter", "renderer"]


def signed(counter: Counter, owner: str) -> str:
    kept = counter.read(lambda conn: VisitVault.of(conn, counter.store.sealer, counter.visit_id).take(owner, "token"))
    return kept.decode()


@pytest.mark.parametrize("mode", ["practice", "demo"])
def test_a_delegation_and_a_permit_are_refused_unless_they_are_asked_for(counter: Counter, mode: Mode) -> None:
    counter.store = replace(counter.store, settings=replace(counter.store.settings, mode=mode))
    counter.open().grant()
    counter.fill()
    counter.send()
    tokens = {
        KeyKind.DELEGATION: signed(counter, counter.delegation().id),
        KeyKind.PERMIT: signed(counter, counter.said(EventName.PERMIT_GIVEN)["permit"]),
    }
    for kind, token in tokens.items():
        jwks = counter.store.keys.jwks(kind)
        with pytest.raises(MadeUpError):
            check_token(token, jwks, now=counter.clock.now())
        assert check_token(token, jwks, now=counter.clock.now(), made_up=True).claims.made_up == mode


def test_where_people_are_real_neither_says_anything_of_it(counter: Counter) -> None:
    counter.open().grant()
    token = signed(counter, counter.delegation().id)
    claims = check_token(token, counter.store.keys.jwks(KeyKind.DELEGATION), now=counter.clock.now()).claims
    assert claims.made_up is None
