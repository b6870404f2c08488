"""A target is held against the figures of its months; an improvement has somebody, a day, and an end that is said."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert

from audit.entry import Actor, ActorKind
from gateway.database.engine import Database
from gateway.keys.sealing import Sealer
from gateway.people.roles import Role
from gateway.people.staff import NewStaff, add_centre
from gateway.reports import actions, target_sheets, targets
from gateway.reports.actions import ActionError, NewAction
from gateway.reports.errors import NotInForceError
from gateway.reports.periods import Period
from gateway.reports.sheets import Missing
from gateway.reports.tables import FigureBundle, FigureSum
from gateway.reports.target_tables import ActionState, Aim
from gateway.reports.targets import Held, TargetError, TargetOverlapError
from tests.gateway.accounts import an_account

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BY = Actor(kind=ActorKind.MANAGER, id="M")
QUARTER = Period.parse("2026-Q3")
CENTRES = {"A": "Centrs A", "B": "Centrs B"}
SetTarget = Callable[..., str]


@pytest.fixture
def office(database: Database) -> Database:
    for centre, name in CENTRES.items():
        database.write_now(
            lambda conn, centre=centre, name=name: add_centre(  # type: ignore[misc]  # mypy cannot tell defaults' types
                conn, name=name, kind="vpvkac", municipality=name, now=NOW, centre_id=centre
            )
        )
    return database


@pytest.fixture
def set_target(office: Database) -> SetTarget:
    def step(aim: str, hundredths: int, centre: str = "A", period: Period = QUARTER) -> str:
        return office.write_now(
            lambda conn: targets.set_target(conn, centre, Aim(aim), hundredths, period, by=BY, now=NOW)
        )

    return step


@pytest.fixture
def counted(office: Database) -> None:
    """In A 40 services with a known outcome, 30 of them final, of 12 to 21 minutes; 36 of 40 were satisfied."""
    counts = {"given": 41, "known": 40, "final": 30, "helped:12": 10, "helped:20": 21}
    row = {"period": "2026-Q3", "place": "centre:A", "service_group": "benefits", "counts": counts}
    office.write_now(lambda conn: conn.execute(insert(FigureSum).values(**row, given=41, known=40, final=30)))
    bundle = {"service_group": "", "first_month": "2026-07", "last_month": "2026-09", "aspect": "points"}
    values = {"place": "centre:A", "n": 40, "good": 36}
    office.write_now(lambda conn: conn.execute(insert(FigureBundle).values(**bundle, **values)))


def held(office: Database) -> list[Held]:
    return office.read_now(lambda conn: targets.held(conn, CENTRES, NOW))


class TestATarget:
    def test_is_held_against_the_figures_of_its_months(
        self, office: Database, set_target: SetTarget, counted: None
    ) -> None:
        for aim, hundredths in (("satisfied", 85_00), ("completed", 80_00), ("time", 25_00), ("cost", 12_00)):
            set_target(aim, hundredths)
        found = {each.row.aim.value: (each.actual, each.is_reached) for each in held(office)}
        assert found == {
            "satisfied": (0.9, True),
            "completed": (0.75, False),
            "time": (20, True),
            "cost": (Missing.UNKNOWN, None),
        }

    def test_whose_months_go_on_may_still_be_reached_and_names_them_in_words(
        self, office: Database, set_target: SetTarget, counted: None
    ) -> None:
        set_target("completed", 80_00)
        (over,) = held(office)
        assert over.is_over
        for one, told in ((over, "Not reached"), (replace(over, is_over=False), "Not reached so far")):
            (sheet,) = target_sheets.targets([one])
            assert [str(each) for each in sheet.rows[0][1::3]] == ["Quarter 3 of 2026", told]

    def test_of_a_centre_without_figures_is_neither_reached_nor_missed(
        self, office: Database, set_target: SetTarget, counted: None
    ) -> None:
        for aim in ("satisfied", "completed", "time", "cost"):
            set_target(aim, 10_00, "B")
        assert {each.actual for each in held(office)} == {Missing.UNKNOWN}
        assert {each.is_reached for each in held(office)} == {None}

    def test_stands_beside_the_figure_in_a_sheet_of_its_kind(
        self, office: Database, set_target: SetTarget, counted: None
    ) -> None:
        set_target("satisfied", 85_00)
        (sheet,) = target_sheets.targets(held(office))
        assert sheet.rows[0][2:4] == (Decimal("0.85"), 0.9)
        assert [str(each) for each in sheet.rows[0][:2]] == ["Centrs A", "Quarter 3 of 2026"]
        assert str(sheet.rows[0][4]) == "Reached"

    def test_is_one_for_its_months(self, office: Database, set_target: SetTarget) -> None:
        first = set_target("cost", 12_00)
        with pytest.raises(TargetOverlapError):
            set_target("cost", 11_00, period=Period.parse("2026"))
        office.write_now(lambda conn: targets.withdraw(conn, first, by=BY, now=NOW))
        set_target("cost", 11_00, period=Period.parse("2026"))
        with pytest.raises(NotInForceError):
            office.write_now(lambda conn: targets.withdraw(conn, first, by=BY, now=NOW))

    @pytest.mark.parametrize(("aim", "hundredths"), [("satisfied", 100_01), ("cost", 0), ("time", -1)])
    def test_that_cannot_be_is_refused(self, set_target: SetTarget, aim: str, hundredths: int) -> None:
        with pytest.raises(TargetError):
            set_target(aim, hundredths)


@pytest.fixture
def ilga(office: Database, sealer: Sealer) -> str:
    """An assistant of A."""
    new = NewStaff(
        login="ilga", name="Ilga Piemēra", password="a long password", centre_id="A", roles=(Role.ASSISTANT,)
    )
    return office.write_now(lambda conn: an_account(conn, sealer, new, now=NOW).id)


def begin(office: Database, owner: str, text: str = "Īsākas rindas", due: str = "2026-12-01", centre: str = "A") -> str:
    day = date.fromisoformat(due)
    new = NewAction(centre_id=centre, aim=Aim.TIME, text=text, owner_id=owner, due=day)
    return office.write_now(lambda conn: actions.begin(conn, new, by=BY, now=NOW))


def end(office: Database, action: str, state: ActionState, reason: str = "", centre: str = "A") -> None:
    office.write_now(lambda conn: actions.end(conn, action, centre, state, reason, by=BY, now=NOW))


class TestAnImprovement:
    def test_is_seen_to_by_who_works_in_the_centre_and_by_no_auditor(
        self, office: Database, sealer: Sealer, ilga: str
    ) -> None:
        new = NewStaff(
            login="rita", name="Rita Skata", password="a long password", centre_id="A", roles=(Role.AUDITOR,)
        )
        rita = office.write_now(lambda conn: an_account(conn, sealer, new, now=NOW).id)
        assert office.read_now(lambda conn: actions.people(conn, "A")) == {ilga: "Ilga Piemēra"}
        with pytest.raises(ActionError):
            begin(office, rita)

    def test_that_is_overdue_comes_first_and_one_that_ended_last(self, office: Database, ilga: str) -> None:
        done = begin(office, ilga, "gatavs", "2026-11-05")
        end(office, done, ActionState.DONE)
        begin(office, ilga, "vēlāk", "2026-12-01")
        begin(office, ilga, "kavējas", "2026-11-20")
        rows = office.read_now(lambda conn: actions.find(conn, "A"))
        assert [row.text for row in rows] == ["kavējas", "vēlāk", "gatavs"]
        today = date(2026, 11, 21)
        assert [str(target_sheets.state_of(row, today)) for row in rows] == ["Overdue", "Open", "Done"]
        told = target_sheets.improvements(rows, today).rows
        assert {str(row[1]) for row in told} == {"Minutes of help"}, "what it is for, without a bound"
        assert office.read_now(lambda conn: actions.overdue(conn, "A", today)) == 1
        assert office.read_now(lambda conn: actions.overdue(conn, "A", today - timedelta(days=1))) == 0
        assert office.read_now(lambda conn: actions.overdue(conn, "B", today)) == 0

    def test_is_seen_to_by_somebody_of_the_centre(self, office: Database, ilga: str) -> None:
        with pytest.raises(ActionError):
            begin(office, ilga, centre="B")
        with pytest.raises(ActionError):
            begin(office, "nobody")

    @pytest.mark.parametrize(("text", "due"), [("", "2026-12-01"), ("x" * 501, "2026-12-01"), ("x", "2026-11-01")])
    def test_without_text_or_with_a_day_that_has_passed_is_refused(
        self, office: Database, ilga: str, text: str, due: str
    ) -> None:
        with pytest.raises(ActionError):
            begin(office, ilga, text, due)

    def test_is_dropped_only_with_a_reason_and_ended_once_and_by_its_centre(self, office: Database, ilga: str) -> None:
        action = begin(office, ilga)
        with pytest.raises(ActionError):
            end(office, action, ActionState.DROPPED)
        with pytest.raises(ActionError):
            end(office, action, ActionState.DONE, centre="B")
        end(office, action, ActionState.DROPPED, "Nav naudas")
        with pytest.raises(ActionError):
            end(office, action, ActionState.DONE)
        (row,) = office.read_now(lambda conn: actions.find(conn, "A"))
        assert (row.state, row.reason) == (ActionState.DROPPED, "Nav naudas")
