from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from audit.entry import decode
from delegation.assurance import NumberSource
from gateway.keys.tables import DataKeyRow
from gateway.ledger.tables import AuditEvent
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.personal_code import PersonalCodeError, is_doubtful, normalise
from gateway.people.residents import Profile, Resident
from gateway.people.tables import Resident as ResidentRow

JANIS = Profile(name="Jānis Paraugs", code="329999-00001")


def create(parts: Parts, profile: Profile = JANIS) -> Resident:
    return parts.database.write_now(lambda conn: residents.find_or_create(conn, parts, profile, now=parts.clock.now()))


class TestFindOrCreate:
    def test_finds_the_same_resident_however_the_code_is_typed(self, parts: Parts) -> None:
        first = create(parts)
        second = create(parts, Profile(name="Somebody Else", code=" 32999900001 "))
        assert second == first
        assert second.profile.name == "Jānis Paraugs"

    def test_stores_no_value_that_can_be_read(self, parts: Parts) -> None:
        create(parts, Profile(name="Jānis Paraugs", code="329999-00001", phone="+37120000000"))
        row = parts.database.read_now(lambda conn: conn.execute(select(ResidentRow.__table__)).one())
        leaves = parts.database.read_now(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
        for stored in (*row, *leaves):
            for value in ("Paraugs", "329999", "20000000"):
                assert value.encode() not in (stored if isinstance(stored, bytes) else str(stored).encode())

    def test_records_the_creation_once(self, parts: Parts) -> None:
        made = create(parts)
        create(parts)
        leaves = parts.database.read_now(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
        entries = [decode(leaf) for leaf in leaves]
        created = [entry.data for entry in entries if entry.type == "assistant:resident:created"]
        assert created == [{"resident": made.id}]

    def test_makes_one_record_when_two_machines_create_at_once(self, parts: Parts) -> None:
        keys = parts.database.read_now(lambda conn: conn.execute(select(func.count(DataKeyRow.id))).scalar_one())
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda _: create(parts).id, range(8)))
        assert len(set(made)) == 1
        after = parts.database.read_now(lambda conn: conn.execute(select(func.count(DataKeyRow.id))).scalar_one())
        assert after == keys + 1

    def test_refuses_what_is_no_personal_code(self, parts: Parts) -> None:
        with pytest.raises(PersonalCodeError):
            create(parts, Profile(name="Jānis Paraugs", code="99-00001"))

    def test_does_not_take_a_number_typed_at_the_counter_for_known(self, parts: Parts) -> None:
        made = create(parts, Profile(name="Jānis Paraugs", code="329999-00001", phone="+37120000000"))
        assert made.known_number is None
        again = create(parts, Profile(name="Jānis Paraugs", code="329999-00001", phone="+37120000001"))
        assert again.profile.phone == "+37120000000"


class TestRemember:
    def test_takes_over_what_the_provider_says_and_keeps_the_rest(self, parts: Parts) -> None:
        made = create(parts, Profile(name="J. Paraugs", code="329999-00001", phone="+37120000000", email="j@e.example"))
        said = Profile(name="Jānis Paraugs", code="399999-99999", phone="+37120000000")
        parts.database.write_now(
            lambda conn: residents.remember(
                conn, parts, made.id, said, source=NumberSource.PROVIDER, now=parts.clock.now()
            )
        )
        known = parts.database.read_now(lambda conn: residents.open_resident(conn, parts, made.id))
        assert known.profile == Profile(
            name="Jānis Paraugs", code="329999-00001", phone="+37120000000", email="j@e.example"
        )
        assert (known.known_number, known.number_source) == ("+37120000000", NumberSource.PROVIDER)

    def test_lets_what_is_typed_at_the_counter_replace_nothing(self, parts: Parts) -> None:
        made = create(parts)
        for phone, source in (("+37120000001", NumberSource.PROVIDER), ("+37120000002", NumberSource.TYPED_HERE)):
            said = Profile(name="Jānis Paraugs", code=made.profile.code, phone=phone)
            parts.database.write_now(
                lambda conn, said=said, source=source: residents.remember(  # type: ignore[misc]  # mypy has no type for it
                    conn, parts, made.id, said, source=source, now=parts.clock.now()
                )
            )
        known = parts.database.read_now(lambda conn: residents.open_resident(conn, parts, made.id))
        assert known.known_number == "+37120000001"

    def test_records_nothing_when_nothing_is_new(self, parts: Parts) -> None:
        made = create(parts)
        parts.database.write_now(
            lambda conn: residents.remember(
                conn, parts, made.id, JANIS, source=NumberSource.PROVIDER, now=parts.clock.now()
            )
        )
        types = parts.database.read_now(lambda conn: conn.execute(select(AuditEvent.type)).scalars().all())
        assert not any("changed" in name for name in types)


class TestIsSame:
    def test_compares_the_code_and_nothing_else(self, parts: Parts) -> None:
        made = create(parts)
        same = parts.database.read_now(lambda conn: residents.is_same(conn, parts, made.id, "32999900001"))
        other = parts.database.read_now(lambda conn: residents.is_same(conn, parts, made.id, "329999-00002"))
        assert (same, other) == (True, False)


class TestPersonalCode:
    @pytest.mark.parametrize("typed", ["329999-00001", "32999900001", " 329999 – 00001", "399999-99999"])
    def test_of_the_new_kind_is_taken_without_doubt(self, typed: str) -> None:
        assert not is_doubtful(normalise(typed))

    @pytest.mark.parametrize("typed", ["", "329999-0000", "311399-00001", "409999-00001", "019999-00001", "abc"])
    def test_of_no_kind_is_refused(self, typed: str) -> None:
        with pytest.raises(PersonalCodeError):
            normalise(typed)

    def test_of_the_old_kind_with_a_wrong_check_digit_is_doubted_and_taken(self) -> None:
        digits = "3102002000"  # the 31st of February: nobody has it
        weights = (10, 5, 8, 4, 2, 1, 6, 3, 7, 9)
        check = (1 + sum(w * int(d) for w, d in zip(weights, digits, strict=True))) % 11 % 10
        fits = f"{digits[:6]}-{digits[6:]}{check}"
        wrong = f"{digits[:6]}-{digits[6:]}{(check + 1) % 10}"
        assert not is_doubtful(normalise(fits))
        assert is_doubtful(normalise(wrong))
