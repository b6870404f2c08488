"""Delegations for one audience alone."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from delegation.claims import Actor, DelegationClaims, StatusReference
from delegation.derive import acting_as, derive, pairwise_subject
from delegation.errors import DelegationExpiredError, WideningError, WrongAudienceError
from delegation.model import AuthorityKind
from delegation.signing import public_jwks, sign_delegation
from delegation.verify import verify_delegation
from tests.delegation.builders import ISSUER, KEY, KINDERGARTEN, LIST_URI, NOON, PORTAL, a_service, some_claims

SECRET = bytes(range(32))
WHOLE = msgspec.structs.replace(some_claims(services=(a_service(max_filings=2), a_service(KINDERGARTEN))), aud=ISSUER)
BENEFIT, QUEUE = WHOLE.authorization_details


def derived(**changes: Any) -> DelegationClaims:
    arguments: dict[str, Any] = {"audience": PORTAL, "jti": "d-2", "subject": "pairwise", "now": NOON}
    return derive(WHOLE, **(arguments | changes))


class TestDerive:
    def test_has_names_of_its_own_and_keeps_the_proof(self) -> None:
        status = StatusReference(idx=9, uri=LIST_URI)
        claims = derived(status=status)
        assert (claims.aud, claims.jti, claims.sub) == (PORTAL, "d-2", "pairwise")
        assert claims.status is not None
        assert claims.status.status_list == status
        assert claims.visit is None
        assert (claims.approval, claims.act, claims.exp) == (WHOLE.approval, WHOLE.act, WHOLE.exp)

    def test_the_status_of_the_whole_is_not_handed_on(self) -> None:
        assert WHOLE.status is not None
        assert derived().status is None

    def test_is_good_at_its_own_portal_and_nowhere_else(self) -> None:
        token = sign_delegation(KEY, derived())
        arguments: dict[str, Any] = {"issuer": ISSUER, "now": NOON}
        there = verify_delegation(token, public_jwks(KEY), audience=PORTAL, **arguments)
        assert there.claims == derived()
        with pytest.raises(WrongAudienceError):
            verify_delegation(token, public_jwks(KEY), audience="https://other.example", **arguments)

    def test_can_be_narrowed(self) -> None:
        narrow = msgspec.structs.replace(
            BENEFIT, max_filings=1, actions=("file",), valid_until={"file": BENEFIT.valid_until["file"]}
        )
        claims = derived(services=[narrow], valid_until=NOON + timedelta(minutes=5))
        (detail,) = claims.authorization_details
        assert detail.valid_until == {"file": int(NOON.timestamp()) + 300}
        assert claims.exp == int(NOON.timestamp()) + 300

    @pytest.mark.parametrize(
        "services",
        [
            [msgspec.structs.replace(BENEFIT, service="lv.vid.tax")],
            [msgspec.structs.replace(BENEFIT, max_filings=3)],
            [msgspec.structs.replace(BENEFIT, locked=())],
            [
                msgspec.structs.replace(
                    BENEFIT, actions=("file", "collect"), valid_until={"file": WHOLE.exp, "collect": WHOLE.exp}
                )
            ],
            [msgspec.structs.replace(BENEFIT, valid_until={"file": WHOLE.exp + 1, "follow": WHOLE.exp})],
            [BENEFIT, QUEUE, BENEFIT],
        ],
    )
    def test_never_allows_more(self, services: list[Any]) -> None:
        with pytest.raises(WideningError):
            derived(services=services)

    def test_never_lasts_longer(self) -> None:
        with pytest.raises(WideningError):
            derived(valid_until=NOON + timedelta(hours=2, seconds=1))

    @pytest.mark.parametrize("name", [{"jti": "d-1"}, {"audience": ISSUER}, {"subject": "resident-1"}])
    def test_never_has_the_names_of_the_whole(self, name: dict[str, str]) -> None:
        with pytest.raises(WideningError):
            derived(**name)

    def test_nothing_comes_from_what_has_ended(self) -> None:
        with pytest.raises(DelegationExpiredError):
            derived(now=NOON + timedelta(hours=2))
        with pytest.raises(DelegationExpiredError):
            derived(services=[])

    @given(
        minutes=st.integers(0, 130),
        end=st.none() | st.integers(0, 7200),
        chosen=st.lists(st.sampled_from([BENEFIT, QUEUE]), max_size=3),
    )
    def test_whatever_is_asked_nothing_grows(self, minutes: int, end: int | None, chosen: list[Any]) -> None:
        until = None if end is None else NOON + timedelta(seconds=end)
        try:
            claims = derived(now=NOON + timedelta(minutes=minutes), services=chosen, valid_until=until)
        except (WideningError, DelegationExpiredError):
            return
        allowed = {detail.service: detail for detail in WHOLE.authorization_details}
        assert claims.exp <= WHOLE.exp
        for detail in claims.authorization_details:
            assert detail.max_filings <= allowed[detail.service].max_filings
            for action, ends in detail.valid_until.items():
                assert claims.iat < ends <= min(claims.exp, allowed[detail.service].valid_until[action])


class TestPairwiseSubject:
    def test_is_stable_at_one_audience_and_different_at_another(self) -> None:
        one = pairwise_subject(SECRET, PORTAL, "resident-1")
        assert one == pairwise_subject(SECRET, PORTAL, "resident-1")
        others = {
            pairwise_subject(SECRET, ISSUER, "resident-1"),
            pairwise_subject(SECRET, PORTAL, "resident-2"),
            pairwise_subject(bytes(32), PORTAL, "resident-1"),
            pairwise_subject(SECRET, PORTAL + "r", "esident-1"),
        }
        assert len(others | {one}) == 5

    def test_a_short_key_is_refused(self) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            pairwise_subject(b"key", PORTAL, "resident-1")


class TestApprover:
    def test_who_said_yes_for_somebody_else_has_no_name_that_two_portals_share(self) -> None:
        whole = some_claims(principal="child-1", authority=AuthorityKind.PARENT)
        assert (whole.approver, whole.authority) == ("resident-1", "parent")
        narrowed = derive(whole, audience="portal-2", jti="d-2", subject="pairwise", now=NOON)
        assert (narrowed.approver, narrowed.authority) == (None, "parent")

    def test_nobody_is_named_who_speaks_for_themselves(self) -> None:
        assert some_claims().approver is None


class TestWhoActs:
    def test_is_named_and_the_others_are_left_out(self) -> None:
        whole = msgspec.structs.replace(WHOLE, act=msgspec.structs.replace(WHOLE.act, any_of_centre=True))
        derived = derive(whole, audience="portal-1", jti="d-9", subject="pairwise", now=NOON)
        assert derived.act == WHOLE.act
        assert b"any_of_centre" not in msgspec.json.encode(derived)

    def test_may_be_another_of_the_centre_where_the_whole_says_so(self) -> None:
        colleague = Actor(sub="berta", centre=WHOLE.act.centre, terminal="t-2")
        whole = msgspec.structs.replace(WHOLE, act=msgspec.structs.replace(WHOLE.act, any_of_centre=True))
        derived = derive(acting_as(whole, colleague), audience="portal-1", jti="d-9", subject="pairwise", now=NOON)
        assert derived.act == colleague

    @pytest.mark.parametrize("is_for_any", [False, True])
    def test_is_nobody_whom_the_whole_does_not_name(self, *, is_for_any: bool) -> None:
        act = msgspec.structs.replace(WHOLE.act, any_of_centre=is_for_any)
        whole = msgspec.structs.replace(WHOLE, act=act)
        centre = "elsewhere" if is_for_any else WHOLE.act.centre
        other = Actor(sub="berta", centre=centre, terminal="t-2", any_of_centre=True)
        with pytest.raises(WideningError):
            acting_as(whole, other)
