"""The table of routes and levels."""

import pytest

from delegation.assurance import (
    ApprovalKind,
    Assurance,
    NumberSource,
    Route,
    RouteFacts,
    ServiceRules,
    allowed,
    ensure_allowed,
    route_assurance,
)
from delegation.errors import (
    AssuranceTooLowError,
    EvidenceMissingError,
    RouteNotAllowedError,
    UnknownAssuranceError,
)

HIGH = "http://eidas.europa.eu/LoA/high"


class TestAssurance:
    def test_levels_are_ordered(self) -> None:
        assert Assurance.LOW < Assurance.SUBSTANTIAL < Assurance.HIGH

    @pytest.mark.parametrize("level", Assurance)
    def test_each_level_is_read_back_from_its_uri(self, level: Assurance) -> None:
        assert Assurance.parse(level.uri) is level
        assert level.uri == f"http://eidas.europa.eu/LoA/{level.name.lower()}"

    @pytest.mark.parametrize("acr", ["", "high", "http://eidas.europa.eu/LoA/HIGH", HIGH + " ", "urn:x"])
    def test_an_unknown_acr_is_no_level(self, acr: str) -> None:
        with pytest.raises(UnknownAssuranceError):
            Assurance.parse(acr)


class TestRouteAssurance:
    @pytest.mark.parametrize(
        ("route", "kind", "facts", "level"),
        [
            (Route.PHONE, "grant", RouteFacts(provider_acr=HIGH, fresh_sign_in=True), Assurance.HIGH),
            (Route.PHONE, "permit", RouteFacts(provider_acr=HIGH, fresh_sign_in=True), Assurance.HIGH),
            (Route.PHONE, "permit", RouteFacts(provider_acr=HIGH), Assurance.LOW),
            (Route.PHONE, "permit", RouteFacts(registered=Assurance.SUBSTANTIAL), Assurance.SUBSTANTIAL),
            (Route.PASSKEY, "grant", RouteFacts(registered=Assurance.HIGH), Assurance.HIGH),
            (
                Route.DISPLAY,
                "grant",
                RouteFacts(document_checked=True, number_source=NumberSource.REGISTER),
                Assurance.SUBSTANTIAL,
            ),
            (
                Route.DISPLAY,
                "permit",
                RouteFacts(document_checked=True, number_source=NumberSource.EARLIER_APPROVAL),
                Assurance.SUBSTANTIAL,
            ),
            (Route.PAPER, "grant", RouteFacts(), Assurance.LOW),
            (Route.PAPER, "grant", RouteFacts(witnessed=True), Assurance.LOW),
            (Route.PAPER, "grant", RouteFacts(document_checked=True), Assurance.LOW),
            (Route.PAPER, "permit", RouteFacts(document_checked=True, witnessed=True), Assurance.SUBSTANTIAL),
            (Route.CALL, "grant", RouteFacts(number_source=NumberSource.REGISTER), Assurance.SUBSTANTIAL),
            (Route.CALL, "permit", RouteFacts(number_source=NumberSource.EARLIER_APPROVAL), Assurance.LOW),
        ],
    )
    def test_follows_the_table(self, route: Route, kind: str, facts: RouteFacts, level: Assurance) -> None:
        assert route_assurance(route, ApprovalKind(kind), facts) is level

    @pytest.mark.parametrize("kind", ApprovalKind)
    def test_a_number_typed_at_the_counter_never_rises_above_low(self, kind: ApprovalKind) -> None:
        facts = RouteFacts(
            document_checked=True,
            number_source=NumberSource.TYPED_HERE,
            witnessed=True,
            provider_acr=HIGH,
            fresh_sign_in=True,
            registered=Assurance.HIGH,
        )
        assert route_assurance(Route.DISPLAY, kind, facts) is Assurance.LOW

    @pytest.mark.parametrize(
        ("route", "facts"),
        [
            (Route.PHONE, RouteFacts()),
            (Route.PHONE, RouteFacts(provider_acr=HIGH)),
            (Route.PHONE, RouteFacts(registered=Assurance.HIGH)),
            (Route.PASSKEY, RouteFacts()),
            (Route.DISPLAY, RouteFacts(number_source=NumberSource.REGISTER)),
            (Route.DISPLAY, RouteFacts(document_checked=True)),
            (Route.CALL, RouteFacts()),
            (Route.CALL, RouteFacts(number_source=NumberSource.TYPED_HERE)),
        ],
    )
    def test_a_grant_without_its_evidence_is_no_yes(self, route: Route, facts: RouteFacts) -> None:
        with pytest.raises(EvidenceMissingError):
            route_assurance(route, ApprovalKind.GRANT, facts)


class TestServiceRules:
    rules = ServiceRules(
        grant_least=Assurance.SUBSTANTIAL, permit_least=Assurance.LOW, routes=frozenset({Route.PHONE, Route.PAPER})
    )

    def test_grant_and_permit_have_their_own_threshold(self) -> None:
        assert not allowed(self.rules, Route.PAPER, Assurance.LOW, ApprovalKind.GRANT)
        assert allowed(self.rules, Route.PAPER, Assurance.LOW, ApprovalKind.PERMIT)
        assert allowed(self.rules, Route.PAPER, Assurance.HIGH, ApprovalKind.GRANT)

    def test_a_route_that_the_service_does_not_take_is_refused_by_name(self) -> None:
        assert not allowed(self.rules, Route.DISPLAY, Assurance.HIGH, ApprovalKind.GRANT)
        with pytest.raises(RouteNotAllowedError):
            ensure_allowed(self.rules, Route.DISPLAY, Assurance.HIGH, ApprovalKind.GRANT)

    def test_a_level_below_the_least_is_refused_by_name(self) -> None:
        with pytest.raises(AssuranceTooLowError):
            ensure_allowed(self.rules, Route.PHONE, Assurance.LOW, ApprovalKind.GRANT)
        ensure_allowed(self.rules, Route.PHONE, Assurance.SUBSTANTIAL, ApprovalKind.GRANT)
