"""A key is replaced while a visit is under way: what it has signed stays good, and so is what is signed after."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from delegation.errors import UnknownKeyError
from delegation.signing import KeySet, open_signed
from gateway.keys import signing
from gateway.keys.signing import KeyKind
from gateway.oauth.tokens import ACCESS_TOKEN_TYPE, AccessClaims
from tests.gateway.oauth.portal import Portal, header_of

KINDS = (KeyKind.ID_TOKEN, KeyKind.ACCESS_TOKEN, KeyKind.DELEGATION, KeyKind.PERMIT, KeyKind.STATUS_LIST)


def replace(portal: Portal, *, at_once: bool = False) -> None:
    """Have every key of tokens replaced by another process, and let the one that is served notice it."""
    sealer = portal.counter.store.sealer
    for kind in KINDS:
        now = portal.counter.clock.now()
        portal.counter.write(partial(signing.rotate, sealer=sealer, kind=kind, now=now, at_once=at_once))
    notice(portal)


def rotate(portal: Portal) -> None:
    """Replace the keys, and wait until the new ones sign."""
    replace(portal)
    portal.counter.clock.move(signing.ANNOUNCED)
    notice(portal)


def notice(portal: Portal) -> None:
    parts = portal.counter.store

    def look(conn: Connection) -> None:
        signing.retire(conn, parts.clock.now())
        parts.keys.refresh(conn, parts.sealer, parts.clock.now())

    portal.counter.write(look)


class TestRotation:
    def test_in_the_middle_of_a_sign_in_disturbs_nothing(self, portal: Portal) -> None:
        replace(portal)
        clock = portal.counter.clock
        clock.move(signing.ANNOUNCED - timedelta(seconds=30))
        before, code = portal.tokens(), portal.code()
        clock.move(timedelta(seconds=30))
        notice(portal)
        after = portal.redeem(code).json()
        for kind in ("id_token", "access_token"):
            assert header_of(before[kind])["kid"] != header_of(after[kind])["kid"]
            assert portal.claims(before[kind])["delegation"] == portal.claims(after[kind])["delegation"]
        assert portal.is_active(before["access_token"])
        assert portal.is_active(after["access_token"])
        assert portal.userinfo(before["access_token"]).status_code == 200

    def test_is_announced_and_whoever_has_not_looked_meets_an_unknown_key_by_name(self, portal: Portal) -> None:
        old = KeySet.parse(portal.http.get("/oauth/jwks").json())
        replace(portal)
        announced = KeySet.parse(portal.http.get("/oauth/jwks").json())
        portal.counter.clock.move(signing.ANNOUNCED)
        notice(portal)
        token = portal.tokens()["access_token"]
        with pytest.raises(UnknownKeyError):
            open_signed(token, old, typ=ACCESS_TOKEN_TYPE, claims=AccessClaims)
        assert open_signed(token, announced, typ=ACCESS_TOKEN_TYPE, claims=AccessClaims).iss == portal.issuer

    def test_of_a_key_that_somebody_else_may_hold_ends_what_it_has_signed(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        replace(portal, at_once=True)
        assert not portal.is_active(access)
        assert portal.userinfo(access).status_code == 401

    def test_publishes_the_old_keys_until_what_they_have_signed_has_ended(self, portal: Portal) -> None:
        before = portal.tokens()
        rotate(portal)
        portal.counter.clock.move(signing.OVERLAP)
        notice(portal)
        kids = {key["kid"] for key in portal.http.get("/oauth/jwks").json()["keys"]}
        assert header_of(before["id_token"])["kid"] not in kids
        assert portal.http.get("/oauth/jwks").headers["cache-control"] == "public, max-age=300"

    def test_keeps_a_delegation_good_for_as_long_as_it_may_be_followed(self, portal: Portal) -> None:
        signer = portal.counter.store.keys.signer(KeyKind.DELEGATION)
        rotate(portal)
        portal.counter.clock.move(timedelta(days=366))
        notice(portal)
        assert signer.kid in {key["kid"] for key in portal.http.get("/oauth/jwks").json()["keys"]}

    def test_between_a_yes_and_its_use_keeps_the_yes(self, portal: Portal) -> None:
        counter = portal.counter
        counter.prepare()
        replace(portal)
        counter.clock.move(signing.ANNOUNCED - timedelta(seconds=30))
        counter.sign_in()
        counter.clock.move(timedelta(seconds=30))
        notice(portal)
        assert counter.press().allowed
