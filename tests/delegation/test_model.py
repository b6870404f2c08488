"""The steps of a delegation."""

from dataclasses import replace
from datetime import timedelta

import pytest

from delegation.assurance import Assurance, Route
from delegation.errors import (
    ApproverError,
    AssuranceTooLowError,
    DelegationExpiredError,
    InvalidRequestError,
    NotActiveError,
    OutOfScopeError,
    OwnMatterError,
    RevokedError,
    RouteNotAllowedError,
    StateError,
)
from delegation.model import (
    Action,
    AllowedAction,
    AuthorityKind,
    DelegationState,
    activate,
    end_action,
    ensure_allows,
    give_back,
    lapse,
    refuse,
    revoke,
    spend,
)
from tests.delegation.builders import (
    KINDERGARTEN,
    NOON,
    RULES,
    SICKNESS_BENEFIT,
    a_request,
    a_service,
    a_yes,
    an_active_delegation,
)

HOUR = timedelta(hours=1)


class TestRequest:
    def test_an_assistant_cannot_act_for_themselves(self) -> None:
        with pytest.raises(OwnMatterError):
            a_request(principal="staff-1", approver="resident-1")

    @pytest.mark.parametrize("who", [{"approver": "staff-1"}, {"co_approvers": ("staff-1",)}])
    def test_an_assistant_cannot_say_yes(self, who: dict[str, object]) -> None:
        with pytest.raises(OwnMatterError):
            a_request(**who)

    @pytest.mark.parametrize(
        "services",
        [
            (),
            (a_service(), a_service()),
            (a_service(actions=()),),
            (a_service(max_filings=0),),
            (a_service(used=1),),
            (a_service(locked=("iban", "iban")),),
            (a_service(until=NOON + 3 * HOUR),),
            (a_service(until=NOON),),
            (a_service(actions=(AllowedAction(action=Action.FILE, valid_until=NOON + HOUR),) * 2),),
        ],
    )
    def test_what_cannot_be_a_delegation_is_refused(self, services: tuple[object, ...]) -> None:
        with pytest.raises(InvalidRequestError):
            a_request(services=services)


class TestActivate:
    def test_one_yes_makes_it_active(self) -> None:
        delegation = an_active_delegation()
        assert delegation.state is DelegationState.ACTIVE
        assert delegation.approval == a_yes()

    def test_all_who_were_asked_must_say_yes(self) -> None:
        delegation = a_request(co_approvers=("resident-2",))
        delegation = activate(delegation, a_yes("resident-2"), rules=RULES, now=NOON)
        assert delegation.state is DelegationState.REQUESTED
        delegation = activate(delegation, a_yes("resident-1"), rules=RULES, now=NOON)
        assert delegation.state is DelegationState.ACTIVE

    def test_the_same_person_counts_once(self) -> None:
        delegation = activate(a_request(co_approvers=("resident-2",)), a_yes(), rules=RULES, now=NOON)
        with pytest.raises(ApproverError):
            activate(delegation, a_yes(), rules=RULES, now=NOON)

    def test_a_stranger_cannot_say_yes(self) -> None:
        with pytest.raises(ApproverError):
            activate(a_request(), a_yes("resident-9"), rules=RULES, now=NOON)

    def test_a_level_that_one_of_the_services_finds_too_low_is_refused(self) -> None:
        strict = RULES | {KINDERGARTEN: replace(RULES[KINDERGARTEN], grant_least=Assurance.HIGH)}
        delegation = a_request(services=(a_service(), a_service(KINDERGARTEN)))
        with pytest.raises(AssuranceTooLowError):
            activate(delegation, a_yes(), rules=strict, now=NOON)

    @pytest.mark.parametrize("rules", [RULES, {}])
    def test_a_route_that_no_rule_takes_is_refused(self, rules: dict[str, object]) -> None:
        with pytest.raises(RouteNotAllowedError):
            activate(a_request(), a_yes(route=Route.PAPER), rules=rules, now=NOON)  # type: ignore[arg-type] # {} or RULES

    def test_the_weakest_yes_is_the_one_that_is_shown(self) -> None:
        delegation = a_request(co_approvers=("resident-2",))
        delegation = activate(delegation, a_yes(assurance=Assurance.HIGH), rules=RULES, now=NOON)
        delegation = activate(delegation, a_yes("resident-2"), rules=RULES, now=NOON)
        assert delegation.approval is not None
        assert delegation.approval.approver == "resident-2"

    def test_a_yes_at_the_end_comes_too_late(self) -> None:
        delegation = a_request()
        with pytest.raises(DelegationExpiredError):
            activate(delegation, a_yes(), rules=RULES, now=delegation.valid_until)

    def test_no_yes_follows_a_no(self) -> None:
        for ended in (refuse(a_request()), lapse(a_request()), revoke(an_active_delegation())):
            with pytest.raises(StateError):
                activate(ended, a_yes(), rules=RULES, now=NOON)

    def test_one_no_ends_it_even_after_a_first_yes(self) -> None:
        delegation = activate(a_request(co_approvers=("resident-2",)), a_yes(), rules=RULES, now=NOON)
        assert refuse(delegation).state is DelegationState.REFUSED


class TestSpend:
    def test_the_last_filing_spends_it(self) -> None:
        delegation = spend(an_active_delegation(), service=SICKNESS_BENEFIT, now=NOON)
        assert delegation.state is DelegationState.SPENT
        with pytest.raises(OutOfScopeError):
            spend(delegation, service=SICKNESS_BENEFIT, now=NOON)

    def test_each_service_has_its_own_filings(self) -> None:
        delegation = an_active_delegation(services=(a_service(max_filings=2), a_service(KINDERGARTEN)))
        for service, state in (
            (SICKNESS_BENEFIT, "active"),
            (KINDERGARTEN, "active"),
            (SICKNESS_BENEFIT, "spent"),
        ):
            delegation = spend(delegation, service=service, now=NOON)
            assert delegation.state == state

    def test_refuses_from_the_instant_of_expiry(self) -> None:
        delegation = an_active_delegation()
        spend(delegation, service=SICKNESS_BENEFIT, now=delegation.valid_until - timedelta(microseconds=1))
        with pytest.raises(DelegationExpiredError):
            spend(delegation, service=SICKNESS_BENEFIT, now=delegation.valid_until)

    def test_refuses_from_the_end_of_the_action_though_the_delegation_lives(self) -> None:
        delegation = an_active_delegation(services=(a_service(until=NOON + HOUR),))
        with pytest.raises(DelegationExpiredError):
            spend(delegation, service=SICKNESS_BENEFIT, now=NOON + HOUR)

    def test_refuses_another_service(self) -> None:
        with pytest.raises(OutOfScopeError):
            spend(an_active_delegation(), service=KINDERGARTEN, now=NOON)

    def test_refuses_before_the_yes_and_after_the_no(self) -> None:
        for delegation in (a_request(), refuse(a_request()), lapse(a_request())):
            with pytest.raises(NotActiveError):
                spend(delegation, service=SICKNESS_BENEFIT, now=NOON)

    def test_says_that_it_was_stopped(self) -> None:
        with pytest.raises(RevokedError):
            spend(revoke(an_active_delegation()), service=SICKNESS_BENEFIT, now=NOON)


class TestGiveBack:
    def test_a_declined_filing_is_free_again(self) -> None:
        delegation = spend(an_active_delegation(), service=SICKNESS_BENEFIT, now=NOON)
        delegation = give_back(delegation, service=SICKNESS_BENEFIT)
        assert spend(delegation, service=SICKNESS_BENEFIT, now=NOON).state is DelegationState.SPENT

    def test_nothing_can_be_given_back_that_was_not_spent(self) -> None:
        with pytest.raises(OutOfScopeError):
            give_back(an_active_delegation(), service=SICKNESS_BENEFIT)

    def test_what_was_stopped_stays_stopped(self) -> None:
        delegation = revoke(spend(an_active_delegation(), service=SICKNESS_BENEFIT, now=NOON))
        assert give_back(delegation, service=SICKNESS_BENEFIT).state is DelegationState.REVOKED


class TestFollowing:
    def test_lives_on_when_the_filing_is_spent(self) -> None:
        delegation = spend(an_active_delegation(), service=SICKNESS_BENEFIT, now=NOON)
        ensure_allows(delegation, service=SICKNESS_BENEFIT, action=Action.FOLLOW, now=NOON)

    def test_is_stopped_alone(self) -> None:
        delegation = end_action(an_active_delegation(), service=SICKNESS_BENEFIT, action=Action.FOLLOW, now=NOON)
        with pytest.raises(DelegationExpiredError):
            ensure_allows(delegation, service=SICKNESS_BENEFIT, action=Action.FOLLOW, now=NOON)
        ensure_allows(delegation, service=SICKNESS_BENEFIT, action=Action.FILE, now=NOON)

    def test_ends_with_a_stop_after_the_filing(self) -> None:
        delegation = revoke(spend(an_active_delegation(), service=SICKNESS_BENEFIT, now=NOON))
        with pytest.raises(RevokedError):
            ensure_allows(delegation, service=SICKNESS_BENEFIT, action=Action.FOLLOW, now=NOON)

    def test_an_end_is_never_moved_later(self) -> None:
        delegation = an_active_delegation()
        later = end_action(delegation, service=SICKNESS_BENEFIT, action=Action.FILE, now=NOON + 9 * HOUR)
        assert later == delegation

    def test_an_action_that_was_never_allowed_is_refused(self) -> None:
        with pytest.raises(OutOfScopeError):
            ensure_allows(an_active_delegation(), service=SICKNESS_BENEFIT, action=Action.COLLECT, now=NOON)
        with pytest.raises(OutOfScopeError):
            end_action(an_active_delegation(), service=SICKNESS_BENEFIT, action=Action.COLLECT, now=NOON)


class TestForSomebodyElse:
    def test_whoever_acts_for_another_says_by_what_right(self) -> None:
        with pytest.raises(InvalidRequestError):
            a_request(principal="child-1")
        assert a_request(principal="child-1", authority=AuthorityKind.PARENT).authority is AuthorityKind.PARENT

    def test_nobody_needs_a_right_to_act_for_themselves(self) -> None:
        with pytest.raises(InvalidRequestError):
            a_request(authority=AuthorityKind.GUARDIAN)

    def test_nobody_is_asked_twice(self) -> None:
        with pytest.raises(InvalidRequestError):
            a_request(co_approvers=("resident-1",))

    def test_they_are_asked_one_after_the_other(self) -> None:
        asked = a_request(principal="company-1", authority=AuthorityKind.SIGNATORY, co_approvers=("resident-2",))
        assert asked.next_approver == "resident-1"
        half = activate(asked, a_yes("resident-1"), rules=RULES, now=NOON)
        assert (half.state, half.next_approver) == (DelegationState.REQUESTED, "resident-2")
        whole = activate(half, a_yes("resident-2"), rules=RULES, now=NOON)
        assert (whole.state, whole.next_approver) == (DelegationState.ACTIVE, None)


class TestEnds:
    def test_each_action_ends_by_itself(self) -> None:
        long = AllowedAction(action=Action.FOLLOW, valid_until=NOON + timedelta(days=30))
        short = AllowedAction(action=Action.FILE, valid_until=NOON + timedelta(hours=2))
        allowed = a_service(actions=(short, long))
        delegation = an_active_delegation(services=(allowed,), valid_until=long.valid_until)
        assert delegation.files_until == short.valid_until
        later = short.valid_until
        with pytest.raises(DelegationExpiredError):
            ensure_allows(delegation, service=allowed.service, action=Action.FILE, now=later)
        ensure_allows(delegation, service=allowed.service, action=Action.FOLLOW, now=later)
        assert not delegation.is_over(later)
        stopped = end_action(delegation, service=allowed.service, action=Action.FOLLOW, now=later)
        assert stopped.is_over(later)
