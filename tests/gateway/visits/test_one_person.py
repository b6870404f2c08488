"""A visit is about one person: what is sealed in it falls with that person's key, and with nobody else's."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, select

from audit.events import EventName
from delegation.model import AuthorityKind
from gateway.keys import store as key_store
from gateway.keys.errors import KeyDestroyedError
from gateway.people.residents import Profile
from gateway.people.tables import Resident
from gateway.visits import granting, stopping
from gateway.visits.errors import OtherPersonError
from gateway.visits.parties import Authority
from gateway.visits.sealed import VisitVault
from gateway.visits.stopping import StopReason
from gateway.visits.tables import DelegationRow
from tests.gateway.visits.counter import ILZE, Counter

OTHER = Profile(name="Jānis Otrais", code="329999-00002")
CHILD = Profile(name="Anna Mazā", code="329999-00003")
BIRTH = Authority(kind=AuthorityKind.PARENT, document="birth_certificate", reference="AB 12")


def withdraw(counter: Counter) -> None:
    counter.write(lambda conn: granting.withdraw_request(conn, counter.store, counter.by, counter.visit_id))


def stop(counter: Counter) -> None:
    counter.write(
        lambda conn: stopping.stop_at_desk(conn, counter.store, counter.by, counter.visit_id, StopReason.MISTAKE)
    )


END: dict[str, Callable[[Counter], None]] = {
    "refused": Counter.refuse,
    "lapsed": Counter.lapse,
    "withdrawn": withdraw,
}


def erase(counter: Counter, resident_id: str) -> None:
    key = select(Resident.key_id).where(Resident.id == resident_id)
    counter.write(lambda conn: key_store.destroy(conn, conn.execute(key).scalar_one(), counter.clock.now()))


def statement(counter: Counter, visit_id: str) -> bytes:
    """What is sealed of the visit's newest delegation."""

    def work(conn: Connection) -> bytes:
        newest = select(DelegationRow.id).where(DelegationRow.visit_id == visit_id)
        return VisitVault.of(conn, counter.store.sealer, visit_id).take(conn.execute(newest).scalar_one(), "statement")

    return counter.read(work)


@pytest.mark.parametrize("before", ["granted and stopped", "refused", "lapsed", "withdrawn"])
def test_another_persons_matter_needs_a_visit_of_its_own_whatever_became_of_the_first(
    counter: Counter, before: str
) -> None:
    counter.open()
    if before == "granted and stopped":
        counter.grant()
        stop(counter)
    else:
        counter.ask()
        counter.enter_code()
        END[before](counter)
    with pytest.raises(OtherPersonError):
        counter.ask(person=OTHER)
    assert counter.events().count(EventName.DELEGATION_REQUESTED) == 1
    assert counter.ask(), "the first person's own matter goes on"


def test_nor_does_a_parent_speak_for_a_child_where_their_own_matter_was_begun(counter: Counter) -> None:
    counter.open().ask()
    withdraw(counter)
    with pytest.raises(OtherPersonError):
        counter.ask(person=CHILD, approver=ILZE, authority=BIRTH)


def test_erasing_one_person_erases_exactly_what_was_theirs(counter: Counter) -> None:
    counter.open().grant()
    first, ilze = counter.visit_id, counter.delegation().principal_id
    counter.open().ask(person=OTHER)
    second, other = counter.visit_id, counter.delegation().principal_id
    assert b"Ilze" in statement(counter, first)
    erase(counter, other)
    with pytest.raises(KeyDestroyedError):
        statement(counter, second)
    assert b"Ilze" in statement(counter, first)
    erase(counter, ilze)
    with pytest.raises(KeyDestroyedError):
        statement(counter, first)


def test_a_childs_matter_falls_with_the_childs_key_and_not_with_the_parents(counter: Counter) -> None:
    counter.open().grant(person=CHILD, approver=ILZE, authority=BIRTH)
    row, visit = counter.delegation(), counter.visit_id
    erase(counter, row.approver_id)
    assert b"Anna" in statement(counter, visit)
    erase(counter, row.principal_id)
    with pytest.raises(KeyDestroyedError):
        statement(counter, visit)
