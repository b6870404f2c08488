"""What a portal learns where somebody speaks for somebody else, and of a delegation for several services."""

import pytest

from connectors.sandbox import Sandbox
from delegation.model import AuthorityKind
from gateway.people.residents import Profile
from gateway.visits.parties import Authority
from gateway.visits.scope import Wanted
from tests.gateway.oauth.portal import Portal
from tests.gateway.oauth.test_sandbox_portal import arrive, sandbox
from tests.gateway.visits.counter import BENEFIT, ILZE, QUEUE, Counter

__all__ = ["sandbox"]

CHILD = Profile(name="Jurģis Paraudziņš", code="329999-10001")
BIRTH = Authority(kind=AuthorityKind.PARENT, document="birth_certificate", reference="DZ-000001")


@pytest.fixture
def granted(counter: Counter) -> Counter:
    """A parent has said yes for a child, to two services, of which the first is under way."""
    followed = Wanted(service=QUEUE, follow=True)
    return counter.open_several(BENEFIT, QUEUE).grant(
        person=CHILD, approver=ILZE, authority=BIRTH, services=(followed,)
    )


def test_the_token_names_the_child_and_who_allowed_it(portal: Portal) -> None:
    claims = portal.claims(portal.tokens()["id_token"])
    assert (claims["name"], claims["personal_code"]) == (CHILD.name, CHILD.code)
    allowed = claims["approved_by"]
    assert (allowed["name"], allowed["authority"]) == (ILZE.name, "parent")


def test_the_approver_has_a_name_that_no_other_portal_knows(portal: Portal) -> None:
    row = portal.counter.delegation()
    claims = portal.claims(portal.tokens()["id_token"])
    assert claims["approved_by"]["sub"] not in {row.approver_id, row.principal_id, claims["sub"]}


def test_userinfo_says_the_same(portal: Portal) -> None:
    tokens = portal.tokens()
    told = portal.http.get("/oauth/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}).json()
    assert told["approved_by"] == portal.claims(tokens["id_token"])["approved_by"]


def test_the_token_is_for_the_service_that_is_worked_on_alone(portal: Portal) -> None:
    (detail,) = portal.claims(portal.tokens()["id_token"])["authorization_details"]
    assert (detail["service"], detail["actions"]) == (BENEFIT, ["file"])


def test_the_portal_shows_all_three(portal: Portal, sandbox: Sandbox) -> None:
    shown = arrive(portal, sandbox)
    assert "Anna Asistente" in shown.text
    assert f"<strong>{CHILD.name}</strong> vārdā, atļāva <strong>{ILZE.name}</strong>" in shown.text
