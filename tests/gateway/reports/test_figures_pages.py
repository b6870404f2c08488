"""The same numbers on the page, in files, for programs and in the terminal; and who sees which place."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from audit.entry import decode
from audit.events import EventName
from gateway.commands.report import report
from gateway.demo import made_up
from gateway.ledger.tables import AuditEvent
from gateway.people.access import Scope
from gateway.people.roles import Role
from gateway.reports import answering
from gateway.reports.periods import Month
from tests.gateway.callers import Callers
from tests.gateway.programs import program

PERIOD = "2026-10"


@pytest.fixture
def counted(callers: Callers) -> Callers:
    """A centre with a month of made-up visits and answers."""

    def work(conn: Any) -> None:
        made_up.some_figures(conn, callers.centre_id, Month.parse(PERIOD), visits=120)
        answering.bundle(conn, callers.clock.now())

    callers.parts.database.write_now(work)
    return callers


def rows(sheets: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of one table of what a program is given."""
    return next(each["rows"] for each in sheets["sheets"] if each["name"] == name)


class TestOneFunctionBehindAll:
    def test_gives_programs_and_the_terminal_the_same(self, counted: Callers, monkeypatch: pytest.MonkeyPatch) -> None:
        centre = counted.centre_id
        asked = f"?place=centre:{centre}&period={PERIOD}"
        told = json.loads(program(counted, Scope.FIGURES).get(f"/api/figures{asked}").text)
        settings = counted.parts.settings
        monkeypatch.setenv("PILNVARA_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("PILNVARA_DATABASE_URL", counted.parts.database.url.render_as_string(hide_password=False))
        words = ["figures", "--centre", centre, "--period", PERIOD, "--format", "json"]
        done = CliRunner().invoke(report, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert [each["rows"] for each in json.loads(done.stdout)["sheets"]] == [each["rows"] for each in told["sheets"]]

    def test_gives_the_page_and_the_file_the_same(self, counted: Callers) -> None:
        asked = f"?place=centre:{counted.centre_id}&period={PERIOD}"
        told = json.loads(program(counted, Scope.FIGURES).get(f"/api/figures{asked}").text)
        manager = counted.staff(Role.MANAGER)
        page, file = (
            manager.get(f"/figures?period={PERIOD}").text,
            manager.get(f"/figures/tables/completed{asked}").text,
        )
        shares = [row["share"] for row in rows(told, "completed")]
        assert len(shares) == 9
        for share in (share for share in shares if share is not None):
            assert f">{100 * share:.1f}%<" in page.replace("<svg", "<")
            assert f";{100 * share:.1f}%;" in file

    def test_say_of_what_residents_did_only_fives_and_of_work_every_one(self, counted: Callers) -> None:
        told = json.loads(program(counted, Scope.FIGURES).get(f"/api/figures?place=kind:vpvkac&period={PERIOD}").text)
        of_people = [row for row in rows(told, "outcomes") if row["n"] is None]
        together = [row["n"] for row in rows(told, "outcomes") if row["name"] == "Nav pabeigts vai nav pieņemts, kopā"]
        assert (len(together), len(of_people)) == (1, 6), rows(told, "outcomes")
        assert {row["least"] % 5 for row in of_people if row["least"]} <= {0}
        assert sum(row["least"] or 0 for row in of_people) <= sum(together)
        file = counted.staff(Role.NETWORK_OWNER).get(f"/figures/tables/outcomes?place=kind:vpvkac&period={PERIOD}")
        for row in of_people:
            assert f";{row['least']}" in file.text or row["least"] is None

    def test_says_of_which_months_they_are_in_words_and_counts_every_service_once(self, counted: Callers) -> None:
        asked = f"?place=kind:vpvkac&period={PERIOD}"
        told = json.loads(program(counted, Scope.FIGURES).get(f"/api/figures{asked}").text)
        assert told["title"] == "Vienotais klientu apkalpošanas centrs (VPVKAC)"
        assert told["told"][0] == "Laiks: 2026. g. oktobris."
        counts = {name: sum(row["n"] or 0 for row in rows(told, name)) for name in ("services", "outcomes")}
        assert set(counts.values()) == {120}, counts
        page = counted.staff(Role.NETWORK_OWNER).get("/figures?period=2026-Q4").text
        assert "Time: October 2026 – December 2026." in page
        assert ">One-stop customer service centre (VPVKAC)</option>" in page


class TestWhoSees:
    def test_a_manager_sees_the_own_centre_and_no_other_place(self, counted: Callers) -> None:
        manager = counted.staff(Role.MANAGER)
        assert manager.get("/figures").status == 200
        for place in ("network", "centre:another", "kind:vpvkac", "region:Latgale", "service:lv.vsaa.sickness_benefit"):
            for path in ("/figures", "/figures/report.pdf", "/figures/report.xlsx", "/figures/tables/answers"):
                assert manager.get(f"{path}?place={place}").status == 403, (path, place)

    @pytest.mark.parametrize(
        ("path", "name", "kind"),
        [("report.xlsx", "figures", "xlsx"), ("report.pdf", "figures", "pdf"), ("tables/outcomes", "outcomes", "csv")],
    )
    def test_who_takes_figures_home_is_on_record(self, counted: Callers, path: str, name: str, kind: str) -> None:
        counted.staff(Role.MANAGER).get(f"/figures/{path}?period={PERIOD}")
        query = select(AuditEvent.leaf).where(AuditEvent.type == EventName.REPORT_EXPORTED.value)
        (leaf,) = counted.parts.database.read_now(lambda conn: conn.execute(query).scalars().all())
        place = f"centre:{counted.centre_id}"
        assert decode(leaf).data == {"report": name, "as": kind, "place": place, "period": PERIOD}

    def test_the_networks_owner_sees_every_place_and_the_centres_by_name(self, counted: Callers) -> None:
        owner = counted.staff(Role.NETWORK_OWNER)
        assert "Centres, by name" in owner.get(f"/figures?period={PERIOD}").text
        assert owner.get(f"/figures?place=centre:{counted.centre_id}").status == 200
        assert owner.get("/figures?place=centre:nowhere").status == 400
        assert owner.get("/desk").status == 403

    def test_a_manager_is_told_no_other_centre_by_name(self, counted: Callers) -> None:
        assert "Centres, by name" not in counted.staff(Role.MANAGER).get(f"/figures?period={PERIOD}").text

    def test_a_key_of_an_institution_opens_none_of_the_networks(self, counted: Callers) -> None:
        assert program(counted, Scope.FIGURES, agency="VSAA").get("/api/figures").status == 403
        assert program(counted, Scope.RATINGS).get("/api/figures").status == 403

    def test_nobody_reads_a_figure_of_an_assistant(self, counted: Callers) -> None:
        told = program(counted, Scope.FIGURES).get("/api/figures").text
        assert counted.account.id not in told
        assert "assistant" not in told.lower().replace("with an assistant", "")

    def test_what_cannot_be_read_is_said(self, counted: Callers) -> None:
        for asked in ("place=nowhere", "period=soon", "place=centre:none", "period=2026-99"):
            assert program(counted, Scope.FIGURES).get(f"/api/figures?{asked}").status == 400, asked
