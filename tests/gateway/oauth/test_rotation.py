"""A key is replaced while a visit is under way: what it has signed stays good, and so is what is signed after."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from delegation.errors import UnknownKeyError
from delegation.signing import KeySet, open_signed
from gateway.keys import signing
from gateway.keys.signing import KeyKind, KeyRing
from gateway.oauth.tokens import ID_TOKEN_TYPE, AccessClaims
from tests.gateway.oauth.portal import Portal, header_of

KINDS = (KeyKind.ID_TOKEN, KeyKind.ACCESS_TOKEN, KeyKind.DELEGATION, KeyKind.PERMIT, KeyKind.STATUS_LIST)


def rotate(portal: Portal) -> None:
    """Replace every key of tokens, and let the process that is served notice it."""
    parts = portal.counter.store
    for kind in KINDS:
        portal.counter.write(partial(signing.rotate, sealer=parts.sealer, kind=kind, now=portal.counter.clock.now()))
    reload(portal)


def reload(portal: Portal) -> None:
    parts = portal.counter.store

    def load(conn: Connection) -> KeyRing:
        signing.retire(conn, parts.clock.now())
        return KeyRing.load(conn, parts.sealer)

    object.__setattr__(parts, "keys", portal.counter.write(load))


class TestRotation:
    def test_in_the_middle_of_a_sign_in_disturbs_nothing(self, portal: Portal) -> None:
        before = portal.tokens()
        code = portal.code()
        rotate(portal)
        after = portal.redeem(code).json()
        for kind in ("id_token", "access_token"):
            assert header_of(before[kind])["kid"] != header_of(after[kind])["kid"]
            assert portal.claims(before[kind])["delegation"] == portal.claims(after[kind])["delegation"]
        assert portal.is_active(before["access_token"])
        assert portal.is_active(after["access_token"])
        assert portal.userinfo(before["access_token"]).status_code == 200

    def test_leaves_a_portal_that_has_not_looked_with_an_unknown_key_by_name(self, portal: Portal) -> None:
        old = KeySet.parse(portal.http.get("/oauth/jwks").json())
        rotate(portal)
        token = portal.tokens()["id_token"]
        with pytest.raises(UnknownKeyError):
            open_signed(token, old, typ=ID_TOKEN_TYPE, claims=AccessClaims)
        assert portal.claims(token)["iss"] == portal.issuer

    def test_publishes_the_old_keys_until_what_they_have_signed_has_ended(self, portal: Portal) -> None:
        before = portal.tokens()
        rotate(portal)
        portal.counter.clock.move(signing.OVERLAP)
        reload(portal)
        kids = {key["kid"] for key in portal.http.get("/oauth/jwks").json()["keys"]}
        assert header_of(before["id_token"])["kid"] not in kids
        assert portal.http.get("/oauth/jwks").headers["cache-control"] == "public, max-age=300"

    def test_keeps_a_delegation_good_for_as_long_as_it_may_be_followed(self, portal: Portal) -> None:
        signer = portal.counter.store.keys.signer(KeyKind.DELEGATION)
        rotate(portal)
        portal.counter.clock.move(timedelta(days=366))
        reload(portal)
        assert signer.kid in {key["kid"] for key in portal.http.get("/oauth/jwks").json()["keys"]}

    def test_between_a_yes_and_its_use_keeps_the_yes(self, portal: Portal) -> None:
        counter = portal.counter
        counter.prepare()
        counter.sign_in()
        rotate(portal)
        assert counter.press().allowed
