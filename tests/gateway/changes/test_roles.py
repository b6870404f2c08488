"""The roles of an account: given by two people, taken away by one."""

import pytest
from sqlalchemy import select

from audit.events import EventName
from gateway.changes import accounts
from gateway.changes.errors import ChangeFaultError, Fault, SamePersonError
from gateway.changes.tables import ChangeKind, ChangeState
from gateway.ledger.tables import AuditEvent
from gateway.people import staff
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from tests.gateway.callers import BUT_AUDITOR, HOLDER, PASSWORD, Callers
from tests.gateway.changes.conftest import WHY, Office

KIND = ChangeKind.ACCOUNT_ROLES
ALL = sorted(role.value for role in BUT_AUDITOR)


def roles_of(office: Office, staff_id: str) -> list[str]:
    now = office.read(lambda conn: accounts.current_roles(conn, staff_id))
    assert now is not None
    return list(now["roles"])


def a_third(office: Office) -> Callers:
    """Cilda, whose account is as old as the others'."""
    new = NewStaff(
        login="cilda",
        name="Cilda Trešā",
        password=PASSWORD,
        centre_id=office.callers.centre_id,
        roles=(Role.ADMINISTRATOR, Role.OFFICER),
        holder=HOLDER,
    )
    sealer, then = office.parts.sealer, office.clock.now() - office.parts.settings.change_delay * 2
    made = office.write(lambda conn: staff.create(conn, sealer, new, now=then))
    return Callers(**{**vars(office.second), "account": made})


def test_a_role_is_given_by_two_and_the_sessions_go_on(office: Office) -> None:
    third = a_third(office)
    theirs = office.page(third)
    path = office.page().post(
        f"/admin/propose/{KIND.value}",
        {"target": third.account.id, "reason": WHY, "holder": HOLDER}
        | {f"roles-{each}": each for each in ("administrator", "manager", "officer")},
    )
    change = path.location.rpartition("/")[2]
    assert "Cilda Trešā" in office.page(office.second).get(path.location).text
    assert roles_of(office, third.account.id) == ["administrator", "officer"]
    office.confirm(change)
    office.wait()
    office.apply(change)
    assert roles_of(office, third.account.id) == ["administrator", "manager", "officer"]
    assert "Centre manager" in office.page().get(f"/people/{third.account.id}").text
    office.clock.move(-office.parts.settings.change_delay)
    assert theirs.get("/account").status == 200


def test_a_role_is_taken_away_by_one_at_once_and_the_sessions_end(office: Office) -> None:
    third = a_third(office)
    theirs = office.page(third)
    assert theirs.get("/account").status == 200
    change = office.propose(KIND, third.account.id, {"roles": ["administrator"]})
    assert office.state(change) is ChangeState.APPLIED
    assert theirs.get("/account").location.startswith("/sign-in")
    said = select(AuditEvent.type).where(AuditEvent.chain == f"staff:{third.account.id}").order_by(AuditEvent.n)
    assert office.read(lambda conn: conn.execute(said).scalars().all())[-1] == EventName.STAFF_ACCOUNT_CHANGED


def test_an_administrator_is_not_sent_away_by_one_alone(office: Office) -> None:
    third = a_third(office)
    change = office.propose(KIND, third.account.id, {"roles": [], "holder": None})
    assert office.state(change) is ChangeState.PROPOSED
    assert roles_of(office, third.account.id) == ["administrator", "officer"]
    office.confirm(change)
    office.wait()
    office.apply(change)
    assert roles_of(office, third.account.id) == []


def test_nobody_gives_or_confirms_a_role_of_their_own(office: Office) -> None:
    third = a_third(office)
    with pytest.raises(ChangeFaultError):
        office.propose(KIND, office.callers.account.id, {"roles": ALL, "holder": HOLDER})
    change = office.propose(KIND, third.account.id, {"roles": ALL, "holder": HOLDER})
    with pytest.raises(SamePersonError):
        office.confirm(change, office.session(third))


def test_a_role_that_was_taken_away_meanwhile_is_not_brought_back(office: Office) -> None:
    third = a_third(office)
    change = office.propose(KIND, third.account.id, {"roles": ["administrator", "manager"], "holder": None})
    office.confirm(change)
    office.propose(KIND, third.account.id, {"roles": ["administrator"]})
    office.wait()
    office.apply(change)
    assert office.state(change) is ChangeState.LAPSED
    assert roles_of(office, third.account.id) == ["administrator"]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OFFICER])
def test_others_than_administrators_propose_no_roles(office: Office, role: Role) -> None:
    page = office.page(role=role)
    page.page = False
    target = office.second.account.id
    assert page.post(f"/admin/propose/{KIND.value}", {"target": target, "reason": WHY}).status == 403


def test_an_auditor_has_no_other_role(office: Office) -> None:
    third = a_third(office)
    for roles in (["auditor", "officer"], ["administrator", "auditor"]):
        with pytest.raises(ChangeFaultError) as refused:
            office.propose(KIND, third.account.id, {"roles": roles})
        assert refused.value.fault is Fault.APART
    assert (
        office.state(office.propose(KIND, third.account.id, {"roles": ["auditor"], "holder": None}))
        is ChangeState.PROPOSED
    )
