"""A published name is a centre of ours by a person's word; what is suggested counts for nothing until then."""

from typing import Any

import pytest
from sqlalchemy import insert

from gateway.people.roles import Role
from gateway.people.staff import add_centre
from gateway.reports import matching, placing, published
from gateway.reports.matching import Name
from gateway.reports.places import CentrePlaces
from gateway.reports.sheets import Missing
from gateway.reports.tables import FigureSum
from tests.gateway.callers import Callers
from tests.gateway.reports.network import take_all_in

HERE = "/figures/history/matches"


@pytest.fixture
def office(callers: Callers) -> Callers:
    """What was published, a centre that it may mean and one that it cannot."""
    take_all_in(callers.parts.database, callers.clock)

    def work(conn: Any) -> None:
        now = callers.clock.now()
        for centre_id, name in (("K", "Ķekavas novada VPVKAC"), ("X", "Cits centrs")):
            add_centre(conn, name=name, kind="vpvkac", municipality=name, now=now, centre_id=centre_id)

    callers.parts.database.write_now(work)
    return callers


def name(office: Callers, wanted: str = "Ķekavas") -> Name:
    every = office.parts.database.read_now(matching.names)
    return next(each for each in every if each.name == wanted)


def a_centre(number: int, called: str) -> CentrePlaces:
    return CentrePlaces(id=str(number), name=called, kind="vpvkac", municipality="Novads", region=None)


class TestASuggestion:
    @pytest.mark.parametrize(
        ("published_name", "ours", "meant"),
        [
            ("Ādažu", ["Adazu novada centrs", "Citu novadu centrs"], 0),
            ("Ādažu", ["Ādažu centrs", "Ādažu otrais centrs"], None),
            ("Ozolnieki", ["Ozolnieku"], 0),
            ("Saulkrastu", ["Salaspils"], None),
            ("Rīga", [], None),
        ],
    )
    def test_is_the_only_one_that_has_its_words_or_is_much_alike(
        self, published_name: str, ours: list[str], meant: int | None
    ) -> None:
        centres = [a_centre(number, called) for number, called in enumerate(ours)]
        found = matching.suggestion(published_name, centres)
        assert found == (None if meant is None else centres[meant])

    def test_is_never_a_centre_that_another_name_has(self, office: Callers) -> None:
        assert name(office).suggested is not None
        office.staff(Role.NETWORK_OWNER).post(HERE, {"name": "Salaspils", "centre": "K"})
        assert name(office).suggested is None


class TestThePage:
    def test_takes_a_suggestion_and_takes_it_back(self, office: Callers) -> None:
        owner = office.staff(Role.NETWORK_OWNER)
        assert "It is Ķekavas novada VPVKAC" in owner.get(HERE).text
        assert owner.post(HERE, {"name": "Ķekavas", "centre": "K"}).status == 303
        assert (name(office).centre_id, name(office).is_said) == ("K", True)
        assert owner.post(HERE, {"name": "Ķekavas", "centre": ""}).status == 303
        assert (name(office).centre_id, name(office).is_said) == (None, True)
        assert "said to be none of ours" in owner.get(HERE).text

    def test_refuses_what_is_in_no_list(self, office: Callers) -> None:
        owner = office.staff(Role.NETWORK_OWNER)
        for asked in ({"name": "Nekur", "centre": "K"}, {"name": "Ķekavas", "centre": "nowhere"}):
            assert owner.post(HERE, asked).status == 422, asked
        for asked in ({"of": "nowhere", "region": "Rīga"}, {"of": "K", "region": ""}):
            assert owner.post(f"{HERE}/region", asked).status == 422, asked
        assert name(office).centre_id is None

    def test_is_the_network_owners_alone(self, office: Callers) -> None:
        manager = office.staff(Role.MANAGER)
        assert manager.get(HERE).status == 403
        assert manager.post(HERE, {"name": "Ķekavas", "centre": "K"}).status == 403
        assert manager.post(f"{HERE}/region", {"of": "K", "region": "Rīga"}).status == 403

    def test_puts_a_centre_in_a_region_and_out_of_it(self, office: Callers) -> None:
        owner = office.staff(Role.NETWORK_OWNER)
        assert owner.post(f"{HERE}/region", {"of": "K", "region": "Rīga"}).status == 303
        assert owner.get("/figures?place=region:R%C4%ABga").status == 200
        assert name(office).region == "Rīga", "as it was published"
        page = owner.get(HERE).text
        assert page.count(">Rīga<") > 0
        assert owner.post(f"{HERE}/region", {"of": "K", "region": "Rīga", "none": "yes"}).status == 303
        assert placing.LONGEST == 100
        assert "In none" in owner.get(HERE).text


class TestFirstMonths:
    @pytest.fixture
    def begun(self, office: Callers) -> Callers:
        sums = [("2026-10", "centre:K", 820), ("2026-10", "network", 820), ("2026-11", "network", 5)]
        rows = [
            {"period": period, "place": place, "service_group": "benefits", "given": n, "known": n, "final": n}
            | {"counts": {}}
            for period, place, n in sums
        ]
        office.parts.database.write_now(lambda conn: conn.execute(insert(FigureSum), rows))
        owner = office.staff(Role.NETWORK_OWNER)
        for asked in ({"name": "Ķekavas", "centre": "K"}, {"name": "Salaspils", "centre": "X"}):
            assert owner.post(HERE, asked).status == 303
        return office

    def told(self, office: Callers, only: str | None = None) -> list[tuple[Any, ...]]:
        found = office.parts.database.read_now(lambda conn: published.sheets(published.read(conn, only)))
        return [row for sheet in found if sheet.name == "since_by_centre" for row in sheet.rows]

    def test_of_each_matched_centre_stand_beside_its_published_month(self, begun: Callers) -> None:
        other, ours = self.told(begun)
        assert ours[0] == "Ķekavas novada VPVKAC"
        assert [round(float(each), 3) for each in ours[1:]] == [409.714, 1, 820, round(820 / (8604 / 21), 3)]
        assert other[0] == "Cits centrs"
        assert other[2:] == (0, Missing.UNKNOWN, Missing.UNKNOWN)

    def test_a_manager_is_told_of_no_other_centre(self, begun: Callers) -> None:
        assert [row[0] for row in self.told(begun, "K")] == ["Ķekavas novada VPVKAC"]
        assert self.told(begun, begun.centre_id) == []
        title = "Each centre’s first months"
        assert title not in begun.staff(Role.MANAGER).get("/figures/history").text
        assert title in begun.staff(Role.NETWORK_OWNER).get("/figures/history").text
