"""Delegations and permits, read by whoever relies on them."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from delegation.assurance import Assurance
from delegation.claims import DelegationClaims
from delegation.errors import (
    DelegationError,
    DelegationExpiredError,
    MalformedError,
    NotYetValidError,
    OutOfScopeError,
    PermitExpiredError,
    PermitMismatchError,
    PermitUsedError,
    RevokedError,
    StatusUnavailableError,
    WrongAudienceError,
    WrongIssuerError,
    WrongTypeError,
)
from delegation.signing import KeySet, public_jwks, sign_delegation, sign_permit
from delegation.status import StatusList, pack
from delegation.verify import VerifiedDelegation, VerifiedPermit, verify_delegation, verify_permit
from tests.delegation.builders import (
    ISSUER,
    KEY,
    KINDERGARTEN,
    LIST_URI,
    NOON,
    PORTAL,
    SICKNESS_BENEFIT,
    a_binding,
    some_claims,
)

SECOND = timedelta(seconds=1)
END = NOON + timedelta(hours=2)
KEYS = KeySet.parse(public_jwks(KEY))


def verified(claims: DelegationClaims | None = None, **changes: Any) -> VerifiedDelegation:
    arguments: dict[str, Any] = {"issuer": ISSUER, "audience": PORTAL, "now": NOON}
    return verify_delegation(sign_delegation(KEY, claims or some_claims()), KEYS, **(arguments | changes))


def a_list(*revoked: int, uri: str = LIST_URI, size: int = 16) -> StatusList:
    return StatusList(uri=uri, bits=pack(size, revoked), expires=int(END.timestamp()), ttl=60)


class TestVerifyDelegation:
    def test_a_good_one_says_who_may_do_what(self) -> None:
        delegation = verified()
        assert delegation.claims == some_claims()
        assert delegation.assurance is Assurance.SUBSTANTIAL
        assert not delegation.status_checked

    def test_lives_until_the_instant_of_its_end(self) -> None:
        assert verified(now=END - SECOND).claims.jti == "d-1"
        with pytest.raises(DelegationExpiredError):
            verified(now=END)

    def test_leeway_is_for_clocks_and_not_for_delegations(self) -> None:
        assert verified(now=END + 29 * SECOND, leeway=30).claims.jti == "d-1"
        with pytest.raises(DelegationExpiredError):
            verified(now=END + 30 * SECOND, leeway=30)
        for leeway in (-1, 61):
            with pytest.raises(ValueError, match="leeway"):
                verified(leeway=leeway)

    @pytest.mark.parametrize("name", ["iat", "nbf"])
    def test_one_from_the_future_is_refused(self, name: str) -> None:
        later = msgspec.structs.replace(some_claims(), **{name: int(NOON.timestamp()) + 300})
        with pytest.raises(NotYetValidError):
            verified(later)
        assert verified(later, now=NOON + timedelta(minutes=5)).claims == later

    def test_one_for_somebody_else_is_refused(self) -> None:
        with pytest.raises(WrongAudienceError):
            verified(audience="https://other.example")

    def test_one_from_somebody_else_is_refused(self) -> None:
        with pytest.raises(WrongIssuerError):
            verified(issuer="https://other.example")

    def test_one_without_a_name_is_refused(self) -> None:
        with pytest.raises(MalformedError):
            verified(msgspec.structs.replace(some_claims(), jti=""))

    def test_one_that_allows_nothing_is_refused(self) -> None:
        with pytest.raises(MalformedError):
            verified(msgspec.structs.replace(some_claims(), authorization_details=()))

    def test_one_whose_action_outlives_it_is_refused(self) -> None:
        claims = some_claims()
        with pytest.raises(MalformedError):
            verified(msgspec.structs.replace(claims, exp=claims.exp - 1))

    def test_one_with_an_invented_assurance_is_refused(self) -> None:
        claims = some_claims()
        approval = msgspec.structs.replace(claims.approval, assurance="highest")
        with pytest.raises(MalformedError):
            verified(msgspec.structs.replace(claims, approval=approval))

    def test_a_stop_shows_in_the_status_list(self) -> None:
        assert verified(status=a_list(6, 8)).status_checked
        with pytest.raises(RevokedError):
            verified(status=a_list(7))

    @pytest.mark.parametrize("status", [a_list(uri=LIST_URI + "0"), a_list(size=8, uri="x")])
    def test_another_list_is_no_answer(self, status: StatusList) -> None:
        with pytest.raises(StatusUnavailableError):
            verified(status=status)

    def test_an_old_or_short_list_is_no_answer(self) -> None:
        with pytest.raises(StatusUnavailableError):
            verified(status=StatusList(LIST_URI, pack(16, ()), expires=int(NOON.timestamp()), ttl=60))
        with pytest.raises(StatusUnavailableError):
            verified(status=StatusList(LIST_URI, b"", expires=int(END.timestamp()), ttl=60))

    def test_a_token_without_a_status_cannot_be_asked_for_it(self) -> None:
        with pytest.raises(StatusUnavailableError):
            verified(msgspec.structs.replace(some_claims(), status=None), status=a_list())

    def test_each_action_has_its_own_end(self) -> None:
        claims = some_claims()
        detail = msgspec.structs.replace(
            claims.authorization_details[0],
            valid_until={"file": int(NOON.timestamp()) + 60, "follow": claims.exp},
        )
        delegation = verified(msgspec.structs.replace(claims, authorization_details=(detail,)))
        delegation.ensure_allows(SICKNESS_BENEFIT, "file", NOON)
        delegation.ensure_allows(SICKNESS_BENEFIT, "follow", END - SECOND)
        with pytest.raises(DelegationExpiredError):
            delegation.ensure_allows(SICKNESS_BENEFIT, "file", NOON + timedelta(minutes=1))

    def test_what_is_not_in_it_is_refused(self) -> None:
        for service, action in ((KINDERGARTEN, "file"), (SICKNESS_BENEFIT, "collect"), (SICKNESS_BENEFIT, "")):
            with pytest.raises(OutOfScopeError):
                verified().ensure_allows(service, action, NOON)


class TestVerifyPermit:
    token = sign_permit(KEY, a_binding(), issuer=ISSUER, audience=PORTAL, jti="p-1", now=NOON)

    def verified(self, **changes: Any) -> VerifiedPermit:
        arguments: dict[str, Any] = {"issuer": ISSUER, "audience": PORTAL, "now": NOON, "binding": a_binding()}
        return verify_permit(self.token, KEYS, **(arguments | changes))

    def test_is_good_for_exactly_what_was_read_back(self) -> None:
        assert self.verified().claims.jti == "p-1"

    @pytest.mark.parametrize(
        "change",
        [
            {"delegation": "d-2"},
            {"filing": "f-2"},
            {"attempt": 2},
            {"origin": "https://evil.example"},
            {"connector": f"{SICKNESS_BENEFIT} 1.1"},
            {"language": "en"},
            {"payload": "q" * 43},
        ],
    )
    def test_is_good_for_nothing_else(self, change: dict[str, Any]) -> None:
        with pytest.raises(PermitMismatchError) as refused:
            self.verified(binding=a_binding(**change))
        assert next(iter(change)) in str(refused.value)

    def test_ends_on_the_fifth_minute(self) -> None:
        assert self.verified(now=NOON + timedelta(minutes=5) - SECOND).claims.jti == "p-1"
        with pytest.raises(PermitExpiredError):
            self.verified(now=NOON + timedelta(minutes=5))

    def test_is_not_good_before_it_was_made(self) -> None:
        with pytest.raises(NotYetValidError):
            self.verified(now=NOON - SECOND)

    def test_is_good_once(self) -> None:
        with pytest.raises(PermitUsedError):
            self.verified(used={"p-1"})

    def test_is_for_one_issuer_and_one_audience(self) -> None:
        with pytest.raises(WrongIssuerError):
            self.verified(issuer=PORTAL)
        with pytest.raises(WrongAudienceError):
            self.verified(audience=ISSUER)

    def test_a_delegation_is_no_permit(self) -> None:
        with pytest.raises(WrongTypeError):
            verify_permit(
                sign_delegation(KEY, some_claims()),
                KEYS,
                issuer=ISSUER,
                audience=PORTAL,
                now=NOON,
                binding=a_binding(),
            )


class TestErrors:
    def test_every_refusal_has_a_code_of_its_own(self) -> None:
        errors, ahead = [], [DelegationError]
        while ahead:
            error = ahead.pop()
            errors.append(error)
            ahead.extend(error.__subclasses__())
        codes = [error.code for error in errors]
        assert len(set(codes)) == len(codes) > 25
