"""Where people are made up, nobody registers anything real, not even two together."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.changes import flow
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import Plan
from gateway.changes.tables import ChangeKind
from gateway.mode import Mode
from tests.gateway.changes.conftest import PORTAL, PROVIDER, WHY, Office

HERE = "http://127.0.0.3:8402"


def propose(office: Office, mode: Mode, kind: ChangeKind, values: dict[str, Any]) -> None:
    parts = replace(office.parts, settings=replace(office.parts.settings, mode=mode))
    plan = Plan(kind=kind, target="somebody", values=values, secret="a secret that is long enough")
    by = office.session()
    office.write(lambda conn: flow.propose(conn, parts, plan, by=by, reason=WHY))


@pytest.mark.parametrize("mode", ["practice", "demo"])
def test_no_portal_of_residents_is_registered(office: Office, mode: Mode) -> None:
    with pytest.raises(ChangeFaultError) as caught:
        propose(office, mode, ChangeKind.PORTAL_REGISTER, PORTAL)
    assert caught.value.all["origin"] is Fault.REAL


@pytest.mark.parametrize("mode", ["practice", "demo"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("redirect_uris", [f"{HERE}/callback", "https://latvija.real.example/callback"]),
        ("logout_uri", "https://latvija.real.example/backchannel"),
    ],
)
def test_no_portal_leads_back_to_residents_or_tells_theirs(office: Office, mode: Mode, field: str, value: Any) -> None:
    own = PORTAL | {"origin": HERE, "redirect_uris": [f"{HERE}/callback"], "logout_uri": f"{HERE}/logout"}
    with pytest.raises(ChangeFaultError) as caught:
        propose(office, mode, ChangeKind.PORTAL_REGISTER, own | {field: value})
    assert caught.value.all == {field: Fault.REAL}
    propose(office, mode, ChangeKind.PORTAL_REGISTER, own)


def test_no_provider_of_residents_vouches_in_practice(office: Office) -> None:
    with pytest.raises(ChangeFaultError) as caught:
        propose(office, "practice", ChangeKind.PROVIDER_ADD, PROVIDER)
    assert caught.value.all == {"issuer": Fault.REAL}
    propose(office, "practice", ChangeKind.PROVIDER_ADD, PROVIDER | {"issuer": HERE})
