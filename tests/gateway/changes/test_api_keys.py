"""Two people let a program in by the fingerprint of its key; one ends it; the key itself comes to nobody."""

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from audit.events import EventName
from gateway.api_keys import holding, keys
from gateway.api_keys.errors import ApiKeyRefusedError
from gateway.changes.api_keys import LONGEST
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.cli import main
from gateway.people.access import Scope
from tests.gateway.changes.conftest import Office

HOLDER = "Parauga iestāde"


def values(office: Office, key: str, **more: Any) -> dict[str, Any]:
    return {
        "name": "Parauga iestādes programma",
        "scopes": [Scope.HOLDER.value],
        "agency": HOLDER,
        "fingerprint": keys.fingerprint(key),
        "ends_at": (office.clock.now() + timedelta(days=100)).isoformat(),
    } | more


def faults(office: Office, **more: Any) -> dict[str, Fault]:
    with pytest.raises(ChangeFaultError) as caught:
        office.propose(ChangeKind.API_KEY_ADD, "parauga", values(office, keys.new_key(), **more))
    return dict(caught.value.all)


def test_a_key_is_let_in_by_two_and_ended_by_one(office: Office) -> None:
    key = keys.new_key()
    change = office.propose(ChangeKind.API_KEY_ADD, "parauga", values(office, key))
    now = office.clock.now()
    with pytest.raises(ApiKeyRefusedError):
        office.read(lambda conn: holding.caller(conn, key, now))
    office.confirm(change)
    office.wait()
    office.apply(change)
    caller, _used = office.read(lambda conn: holding.caller(conn, key, office.clock.now()))
    assert (caller.agency, set(caller.scopes)) == (HOLDER, {Scope.HOLDER})
    ended = office.propose(ChangeKind.API_KEY_END, "parauga", {})
    assert office.state(ended) is ChangeState.APPLIED
    with pytest.raises(ApiKeyRefusedError):
        office.read(lambda conn: holding.caller(conn, key, office.clock.now()))
    assert {EventName.API_KEY_ADDED, EventName.API_KEY_ENDED} <= set(office.events())


def test_the_proposal_holds_the_fingerprint_and_not_the_key(office: Office) -> None:
    key = keys.new_key()
    office.propose(ChangeKind.API_KEY_ADD, "parauga", values(office, key))
    row = office.read(lambda conn: conn.execute(select(SecurityChange.__table__)).one())
    assert key not in repr(row)
    assert row.secret is None


@pytest.mark.parametrize(
    ("wrong", "field", "fault"),
    [
        ({"fingerprint": "pvk_x"}, "fingerprint", Fault.FINGERPRINT),
        ({"scopes": []}, "scopes", Fault.MISSING),
        ({"name": ""}, "name", Fault.MISSING),
        ({"agency": "Nav tādas"}, "agency", Fault.UNKNOWN),
        ({"agency": None}, "agency", Fault.AGENCY),
        ({"scopes": ["figures"]}, "agency", Fault.AGENCY),
    ],
)
def test_what_cannot_stand_is_told_at_its_field(
    office: Office, wrong: dict[str, Any], field: str, fault: Fault
) -> None:
    assert faults(office, **wrong)[field] is fault


def test_a_key_is_good_for_two_years_at_most(office: Office) -> None:
    too_long = office.clock.now() + LONGEST + timedelta(days=1)
    assert faults(office, ends_at=too_long.isoformat()) == {"ends_at": Fault.TWO_YEARS}
    assert faults(office, ends_at=office.clock.now().isoformat()) == {"ends_at": Fault.TWO_YEARS}


def test_one_key_has_one_name(office: Office) -> None:
    key = keys.new_key()
    change = office.propose(ChangeKind.API_KEY_ADD, "parauga", values(office, key))
    office.confirm(change)
    office.wait()
    office.apply(change)
    with pytest.raises(ChangeFaultError) as caught:
        office.propose(ChangeKind.API_KEY_ADD, "cita", values(office, key))
    assert dict(caught.value.all) == {"fingerprint": Fault.KNOWN}


def test_the_page_lists_keys_and_proposes_one(office: Office) -> None:
    form = {
        "target": "parauga",
        "name": "Parauga programma",
        "scopes-holder": "holder",
        "agency": HOLDER,
        "fingerprint": keys.fingerprint(keys.new_key()),
        "ends_at": (office.clock.now() + timedelta(days=30)).date().isoformat(),
        "reason": "They ask for their statements",
    }
    page = office.page()
    path = page.post(f"/admin/propose/{ChangeKind.API_KEY_ADD.value}", form).location
    assert "Parauga programma" in page.get(path).text
    assert "Keys of programs" in page.get("/admin/api-keys").text


def test_a_key_is_made_without_a_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PILNVARA_DATABASE_URL", raising=False)
    said = CliRunner().invoke(main, ["admin", "api-key", "new"])
    key, mark = (line.split()[1] for line in said.output.splitlines())
    assert keys.is_key(key)
    assert mark == keys.fingerprint(key)
