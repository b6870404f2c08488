"""The published figures come out as they were published; a wrong file leaves nothing behind."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, func, insert, select

from audit.entry import Actor, ActorKind
from gateway.database.engine import Database
from gateway.ledger.tables import AuditEvent
from gateway.people.staff import add_centre
from gateway.reports import history, published
from gateway.reports.history import HistoryError, Source, Taken
from gateway.reports.history_files import HistoryFileError, read
from gateway.reports.history_tables import HistoryImport, HistoryKind, HistoryRow
from gateway.reports.periods import Period
from gateway.reports.sheets import Missing, Sheet, Value
from gateway.reports.tables import FigureSum
from tests.gateway.reports.network import FILES, NETWORK, PLAN

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BY = Actor(kind=ActorKind.SYSTEM, id="command line")


def take_in(database: Database, kind: HistoryKind, content: bytes | None = None, source: Source = PLAN) -> Taken:
    content = FILES[kind].read_bytes() if content is None else content
    return database.write_now(lambda conn: history.take_in(conn, content, kind, source, by=BY, now=NOW))


def made(database: Database) -> dict[str, Sheet]:
    found = database.read_now(published.read)
    return {sheet.name: sheet for sheet in published.sheets(found)}


def numbers(sheet: Sheet) -> list[Value]:
    return [row[1] for row in sheet.rows]


@pytest.fixture
def taken_in(database: Database) -> Database:
    for kind in HistoryKind:
        take_in(database, kind)
    return database


class TestWhatWasPublished:
    def test_of_72_municipal_rows_34_are_at_or_under_the_mean_and_17_above_twice_it(self, taken_in: Database) -> None:
        assert numbers(made(taken_in)["cost_counts"]) == [72, 34, 21, 17, 5]

    def test_the_weighted_mean_is_a_dated_constant_and_the_others_are_worked_out(self, taken_in: Database) -> None:
        mean, plain, upper, lower = numbers(made(taken_in)["cost_means"])
        assert mean == published.MEAN == Decimal("12.00")
        assert isinstance(plain, Decimal)
        assert round(plain, 2) == Decimal("19.88")
        assert (upper, lower) == (Decimal("12.97"), Decimal("12.68"))

    def test_95_centres_gave_122964_services_and_70_rows_name_no_municipality(self, taken_in: Database) -> None:
        assert numbers(made(taken_in)["service_counts"]) == [95, 122_964, 70]

    def test_16_names_of_costs_meet_no_count_and_their_services_stay_unknown(self, taken_in: Database) -> None:
        sheets = made(taken_in)
        unmet = {row[0] for row in sheets["unmet"].rows}
        assert len(unmet) == 16
        assert {"Ozolnieku", "Vainodes"} <= unmet
        unknown = {
            row[0] for name in ("municipal", "regional") for row in sheets[name].rows if row[2] is Missing.UNKNOWN
        }
        assert unknown == unmet

    def test_a_municipality_of_several_centres_has_the_services_of_all(self, taken_in: Database) -> None:
        services = {row[0]: row[2] for row in made(taken_in)["municipal"].rows}
        assert services["Ikšķiles"] == 5495 + 179
        assert services["Jelgavas"] == sum((482, 407, 81, 34, 180, 26, 25, 97, 341, 241, 91, 21, 47))

    def test_the_regional_rows_stand_apart(self, taken_in: Database) -> None:
        sheets = made(taken_in)
        assert [row[0] for row in sheets["regional"].rows] == [
            "Aizkraukles", "Smiltenes", "Gulbenes", "Tukuma", "Balvu",
        ]  # fmt: skip
        assert len(sheets["municipal"].rows) == 72

    def test_pilnvaras_first_months_stand_beside_a_published_one(self, taken_in: Database) -> None:
        shared = {"place": "network", "known": 0, "final": 0, "counts": {}}
        given = {"2026-10": (100, 17), "2026-Q4": (117, 0), "2026": (117, 0), "2026-11": (1171, 0)}
        rows = [
            shared | {"period": period, "service_group": group, "given": n}
            for period, both in given.items()
            for group, n in zip(("benefits", "family"), both, strict=True)
        ]
        taken_in.write_now(lambda conn: conn.execute(insert(FigureSum), rows))
        found = made(taken_in)["since"].rows
        assert [row[:2] for row in found] == [("2026-10", 117), ("2026-11", 1171)]
        assert found[1][2] == pytest.approx(1171 * 21 / 122_964)

    def test_nothing_is_shown_where_nothing_was_taken_in(self, database: Database) -> None:
        assert made(database) == {}


class TestCandidates:
    def test_are_the_17_dear_ones_and_of_none_is_it_known_whether_another_is_near(self, taken_in: Database) -> None:
        rows = made(taken_in)["candidates"].rows
        assert len(rows) == 17
        assert rows[0][:2] == ("Ozolnieku", Decimal("249.35"))
        assert {row[3] for row in rows} == {Missing.UNKNOWN}

    def test_a_cheap_one_is_a_candidate_once_another_centre_is_known_to_be_near(self, taken_in: Database) -> None:
        def work(conn: Connection) -> None:
            places = {"Strenču": (57.626, 25.692), "Valmieras": (57.538, 25.426), "Ludzas": (56.546, 27.719)}
            for name, at in places.items():
                add_centre(conn, name=name, kind="vpvkac", municipality=name, now=NOW, centre_id=name)
                history.place(conn, name, at, source="map", by=BY, now=NOW)
            history.match(conn, "Strenču", "Strenču", by=BY, now=NOW)
            history.match(conn, "Sējas", "Ludzas", by=BY, now=NOW)

        taken_in.write_now(work)
        rows = {row[0]: row for row in made(taken_in)["candidates"].rows}
        assert len(rows) == 18
        assert [str(value) for value in rows["Strenču"][2:4]] == ["No", "Yes"]
        assert str(rows["Sējas"][3]) == "No"
        assert rows["Ozolnieku"][3] is Missing.UNKNOWN

    def test_no_is_said_only_where_every_centre_has_a_place(self) -> None:
        places = {"one": (57.0, 24.0), "far": (56.0, 27.0)}
        assert published.near("one", places, centres=2) is False
        assert published.near("one", places, centres=3) is None
        assert published.near("one", places | {"close": (57.1, 24.1)}, centres=9) is True
        assert published.near("nowhere", places, centres=2) is None

    def test_riga_and_daugavpils_are_190_kilometres_apart(self) -> None:
        assert published.kilometres((56.9496, 24.1052), (55.8747, 26.5362)) == pytest.approx(191, abs=1)


class TestTakingIn:
    def test_the_same_file_again_changes_nothing(self, taken_in: Database) -> None:
        again = take_in(taken_in, HistoryKind.COSTS)
        assert not again.is_new
        assert counted(taken_in) == (2, 95 + 77, 2)

    def test_other_figures_of_the_same_source_for_these_months_are_refused(self, taken_in: Database) -> None:
        changed = FILES[HistoryKind.COSTS].read_bytes().replace(b"249.35", b"24.35")
        with pytest.raises(HistoryError, match="take them back first"):
            take_in(taken_in, HistoryKind.COSTS, changed)

    def test_what_another_source_tells_of_already_is_counted_said_and_on_record(self, taken_in: Database) -> None:
        other = Source(name="Report of 2018", as_of=PLAN.as_of, period=PLAN.period)
        content = "municipality,eur_per_service,centre_level\nOzolnieku,1.00,novada\nNowhere,2.00,novada"
        (met,) = take_in(taken_in, HistoryKind.COSTS, content.encode(), other).met
        assert (met.source, met.rows) == (PLAN.name, 1)
        leaves = taken_in.read_now(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
        said = [each["data"] for each in map(json.loads, leaves)]
        assert [each["met"] for each in said if each.get("source") == other.name] == [{met.import_id: 1}]

    def test_other_months_of_another_source_meet_nothing(self, taken_in: Database) -> None:
        later = Period(PLAN.period.last.plus(1), PLAN.period.last.plus(3))
        other = Source(name="Report of 2018", as_of=PLAN.as_of, period=later)
        assert take_in(taken_in, HistoryKind.COSTS, source=PLAN).met == ()
        content = "municipality,eur_per_service,centre_level\nOzolnieku,1.00,novada"
        assert take_in(taken_in, HistoryKind.COSTS, content.encode(), other).met == ()

    def test_what_a_person_said_of_a_name_holds_for_the_next_file_too(self, database: Database) -> None:
        take_in(database, HistoryKind.SERVICES)

        def work(conn: Connection) -> None:
            add_centre(conn, name="Ādažu novada VPVKAC", kind="vpvkac", municipality="Ādaži", now=NOW, centre_id="ours")
            history.match(conn, "Ādažu", "ours", by=BY, now=NOW)

        database.write_now(work)
        assert take_in(database, HistoryKind.COSTS).matched == 1

    def test_taken_back_it_counts_for_nothing_and_may_be_taken_in_again(self, taken_in: Database) -> None:
        first = take_in(taken_in, HistoryKind.COSTS).import_id
        taken_in.write_now(lambda conn: history.take_back(conn, first, by=BY, now=NOW))
        assert set(made(taken_in)) == {"service_counts", "since", "services"}
        with pytest.raises(HistoryError):
            taken_in.write_now(lambda conn: history.take_back(conn, first, by=BY, now=NOW))
        assert take_in(taken_in, HistoryKind.COSTS).is_new
        assert numbers(made(taken_in)["cost_counts"])[0] == 72

    def test_a_name_is_matched_to_the_centre_of_that_very_name_alone(self, database: Database) -> None:
        def work(conn: Connection) -> None:
            for name in ("Ādažu", "Ķekavas novada VPVKAC", "Salaspils "):
                add_centre(conn, name=name, kind="vpvkac", municipality=name, now=NOW)

        database.write_now(work)
        assert take_in(database, HistoryKind.SERVICES).matched == 1
        matched = {row[0]: row[4] for row in made(database)["services"].rows if row[4] is not Missing.UNKNOWN}
        assert matched == {"Ādažu": "Ādažu"}

    @pytest.mark.parametrize(
        ("kind", "content", "line", "says"),
        [
            (HistoryKind.COSTS, "municipality,eur_per_service\nA,1.00", 1, "heading"),
            (HistoryKind.COSTS, "municipality,eur_per_service,centre_level\n", 1, "no rows"),
            (HistoryKind.COSTS, "municipality,eur_per_service,centre_level\nA,-1,novada", 2, "euros"),
            (HistoryKind.COSTS, "municipality,eur_per_service,centre_level\nA,1.005,novada", 2, "euros"),
            (HistoryKind.COSTS, "municipality,eur_per_service,centre_level\nA,1,novads", 2, "novada"),
            (HistoryKind.COSTS, "municipality,eur_per_service,centre_level\nA,1,novada\nA,2,novada", 3, "line 2"),
            (HistoryKind.COSTS, "municipality,eur_per_service,centre_level\n\nA,1,novada,x", 3, "4 values"),
            (HistoryKind.COSTS, 'municipality,eur_per_service,centre_level\nA,"1,novada', 2, "quotation"),
            (HistoryKind.SERVICES, "region,municipality,centre,services\nR,,C,1.5", 2, "whole number"),
            (HistoryKind.SERVICES, "region,municipality,centre,services\n,,C,1", 2, "region"),
            (HistoryKind.SERVICES, "region,municipality,centre,services\nR,,,1", 2, "name"),
        ],
    )
    def test_a_wrong_file_is_refused_whole_with_line_and_reason(
        self, database: Database, kind: HistoryKind, content: str, line: int, says: str
    ) -> None:
        with pytest.raises(HistoryFileError) as refused:
            take_in(database, kind, content.encode())
        assert [fault.line for fault in refused.value.faults] == [line]
        assert says in str(refused.value.faults[0].what)
        assert counted(database) == (0, 0, 0)

    def test_text_that_is_not_utf8_is_refused_where_it_begins(self) -> None:
        with pytest.raises(HistoryFileError) as refused:
            read("municipality,eur_per_service,centre_level\nĀ,1,novada\n".encode("cp1257"), HistoryKind.COSTS)
        assert refused.value.faults[0].line == 2

    def test_semicolons_a_mark_at_the_beginning_and_a_decimal_comma_are_understood(self) -> None:
        content = "\ufeffmunicipality;eur_per_service;centre_level\r\nĀdažu;12,9;novada\r\n"
        (row,) = read(content.encode(), HistoryKind.COSTS)
        assert (row.name, row.cents, row.line) == ("Ādažu", 1290, 2)


def counted(database: Database) -> tuple[int, ...]:
    """How many imports, rows and events of imports there are."""
    events = select(func.count()).select_from(AuditEvent).where(AuditEvent.type == "admin:history:imported")
    tables = (select(func.count()).select_from(HistoryImport), select(func.count()).select_from(HistoryRow), events)
    return database.read_now(lambda conn: tuple(conn.execute(each).scalar_one() for each in tables))


def test_the_vectors_are_the_published_files() -> None:
    assert (NETWORK / "README.md").exists()
    assert [len(path.read_text(encoding="utf-8").splitlines()) for path in FILES.values()] == [96, 78]
