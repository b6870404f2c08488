"""What staff have of their own is met however it is typed, and read back by nobody."""

import pytest
from sqlalchemy import Connection, select

from gateway.clock import HeldClock
from gateway.parts import Store
from gateway.people import fingerprints, staff
from gateway.people.errors import UnknownPersonError
from gateway.people.fingerprints import MOST_OF_A_KIND, StaffValueError
from gateway.people.roles import Role
from gateway.people.staff import OPERATOR, NewStaff
from gateway.people.tables import StaffValue, ValueKind


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        (ValueKind.CODE, "32999900001", "329999-00001"),
        (ValueKind.PHONE, "2000 0001", "+371 20-000-001"),
        (ValueKind.PHONE, "0037120000001", "20000001"),
        (ValueKind.ACCOUNT, "lv78 para 0000 0000 0000 1", "LV78PARA0000000000001"),
        (ValueKind.ADDRESS, "Parauga iela 1-2, Paraugciems, LV-1234", "paraugciems, PARAUGA 1 – 2"),
        (ValueKind.ADDRESS, "“Šķietami”, Ziemeļu novads, LV-9901", "Ziemelu novads, Skietami"),
    ],
)
def test_one_thing_has_one_form(kind: ValueKind, first: str, second: str) -> None:
    assert fingerprints.normal(kind, first) == fingerprints.normal(kind, second)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ValueKind.CODE, "12"),
        (ValueKind.PHONE, "ask me"),
        (ValueKind.PHONE, "10000001"),
        (ValueKind.ACCOUNT, "LV00PARA0000000000001"),
        (ValueKind.ADDRESS, "LV-1234"),
        (ValueKind.ADDRESS, "mājās"),
    ],
)
def test_what_is_not_of_the_kind_is_refused_without_repeating_it(kind: ValueKind, text: str) -> None:
    with pytest.raises(StaffValueError) as refused:
        fingerprints.normal(kind, text)
    assert text not in str(refused.value)


def test_neighbours_are_not_one_household() -> None:
    first, second = "Parauga iela 1-2, Paraugciems", "Parauga iela 1-3, Paraugciems"
    assert fingerprints.normal(ValueKind.ADDRESS, first) != fingerprints.normal(ValueKind.ADDRESS, second)


def somebody(store: Store, clock: HeldClock) -> str:
    def work(conn: Connection) -> str:
        centre = staff.add_centre(conn, name="Centrs", kind="vpvkac", municipality="Novads", now=clock.now())
        new = NewStaff(login="anna", name="Anna", password="x" * 14, centre_id=centre, roles=(Role.ASSISTANT,))
        return staff.create(conn, store.sealer, new, now=clock.now()).id

    return store.database.write_now(work)


def add(store: Store, clock: HeldClock, staff_id: str, kind: ValueKind, value: str) -> None:
    now = clock.now()
    store.database.write_now(
        lambda conn: fingerprints.add(conn, store.sealer, staff_id, kind, value, by=OPERATOR, now=now)
    )


def test_only_a_keyed_hash_is_kept_and_the_same_value_once(store: Store, clock: HeldClock) -> None:
    me = somebody(store, clock)
    add(store, clock, me, ValueKind.PHONE, "20000001")
    add(store, clock, me, ValueKind.PHONE, "+371 2000 0001")
    (kept,) = store.database.read_now(lambda conn: conn.execute(select(StaffValue.value_hash)).scalars().all())
    assert b"20000001" not in kept
    assert len(kept) == 32
    assert store.database.read_now(lambda conn: fingerprints.present(conn, [me])) == {me: {ValueKind.PHONE: 1}}


def test_a_kind_takes_five_values(store: Store, clock: HeldClock) -> None:
    me = somebody(store, clock)
    for number in range(MOST_OF_A_KIND):
        add(store, clock, me, ValueKind.PHONE, f"2000000{number}")
    with pytest.raises(StaffValueError):
        add(store, clock, me, ValueKind.PHONE, "20000009")


def test_a_value_belongs_to_an_account(store: Store, clock: HeldClock) -> None:
    with pytest.raises(UnknownPersonError):
        add(store, clock, "nobody", ValueKind.PHONE, "20000001")
