"""Every level of the network in every form: one number stands for one thing, and says how it came about."""

import json
import re
from html import unescape
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlencode

import openpyxl
import pypdf
import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from gateway.commands.report import report
from gateway.demo import made_up
from gateway.people.access import Scope
from gateway.people.roles import Role
from gateway.reports import answering, placing, sheet_files, telling
from gateway.reports.periods import Month, Period
from gateway.reports.places import NETWORK, Place, PlaceKind
from gateway.reports.sheets import MISSING, NoteKind, Report, Sheet, Value
from gateway.services.tables import Service
from gateway.visits import actors
from tests.gateway.callers import Callers
from tests.gateway.programs import program
from tests.gateway.reports import timed
from ui.i18n import speaking

SERVICE: Final = "lv.vsaa.sickness_benefit"
PERIOD: Final = "12..2026-10"
_SERVICE: Final[dict[str, Any]] = {
    "id": SERVICE,
    "holder": "VSAA",
    "feedback_group": "benefits",
    "cards": {"lv": {"title": "Slimības pabalsts", "summary": "Pabalsts"}},
    "grant_least": 2,
    "permit_least": 2,
    "routes": ["phone"],
}


@pytest.fixture
def counted(callers: Callers) -> Callers:
    """A centre of a region with a month of made-up visits and answers, within twelve months, and four of its kind."""

    def work(conn: Any) -> None:
        placing.set_region(conn, callers.parts, callers.centre_id, "Rīga", by=actors.SYSTEM)
        made_up.some_figures(conn, callers.centre_id, Month.parse("2026-09"), visits=150)
        conn.execute(insert(Service).values(_SERVICE))
        timed.four_others(conn, callers.clock.now())
        answering.bundle(conn, callers.clock.now())
        timed.keep_here(conn, callers.clock.now())

    callers.parts.database.write_now(work)
    return callers


def place_of(counted: Callers, level: PlaceKind) -> Place:
    told = counted.parts.database.read_now(
        lambda conn: telling.look(conn, NETWORK, Period.parse(PERIOD), sees_all=True, language="en")
    )
    here = told.look.centres[counted.centre_id]
    names = {
        PlaceKind.NETWORK: "",
        PlaceKind.REGION: "Rīga",
        PlaceKind.MUNICIPALITY: here.municipality,
        PlaceKind.KIND: here.kind,
        PlaceKind.CENTRE: here.id,
        PlaceKind.SERVICE: SERVICE,
    }
    return Place(level, names[level])


def read(counted: Callers, place: Place) -> Report:
    def work(conn: Any) -> Report:
        told = telling.look(conn, place, Period.parse(PERIOD), sees_all=True, language="en")
        return telling.report(told, now=counted.clock.now())

    return counted.parts.database.read_now(work)


class TestEveryLevel:
    def test_says_of_every_table_where_it_comes_from_what_it_means_and_how_it_is_worked_out(
        self, counted: Callers
    ) -> None:
        for level in PlaceKind:
            for sheet in read(counted, place_of(counted, level)).sheets:
                said = {note.kind for note in sheet.notes}
                assert said >= {NoteKind.SOURCE, NoteKind.DEFINITION, NoteKind.FORMULA}, (level, sheet.name)

    def test_has_the_same_numbers_on_the_page_in_files_for_programs_and_in_the_terminal(
        self, counted: Callers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owner, key = counted.staff(Role.NETWORK_OWNER), program(counted, Scope.FIGURES)
        for level in PlaceKind:
            place = place_of(counted, level)
            asked = "?" + urlencode({"place": str(place), "period": PERIOD})
            told = json.loads(key.get(f"/api/figures{asked}", **{"accept-language": "en"}).text)
            page = owner.get(f"/figures{asked}").text
            book = openpyxl.load_workbook(BytesIO(owner.get(f"/figures/report.xlsx{asked}").body))
            made = read(counted, place)
            assert len(made.sheets) == len(told["sheets"]) == len(book.worksheets) - 1
            for sheet, answer, tab in zip(made.sheets, told["sheets"], book.worksheets, strict=False):
                assert answer["rows"] == json.loads(sheet_files.json(sheet, "en"))["rows"]
                assert_alike(
                    in_a_workbook(tab), [each for row in answer["rows"] for each in as_in_a_workbook(sheet, row)]
                )
                assert on_a_page(page, sheet.name) == as_shown(sheet), (level, sheet.name)
            csv = owner.get(f"/figures/tables/{made.sheets[0].name}{asked}").text
            assert csv == sheet_files.csv(made.sheets[0], "en")
            assert level is not PlaceKind.CENTRE or compared(made) == (18, 25, 33, 4)
            assert terminal(counted, place, monkeypatch) == [each["rows"] for each in told["sheets"]]

    def test_prints_the_same_numbers(self, counted: Callers) -> None:
        place = place_of(counted, PlaceKind.CENTRE)
        asked = urlencode({"place": str(place), "period": PERIOD})
        pdf = counted.staff(Role.NETWORK_OWNER).get(f"/figures/report.pdf?{asked}").body
        printed = re.sub(r"\s", "", "".join(each.extract_text() for each in pypdf.PdfReader(BytesIO(pdf)).pages))
        cells = [each for sheet in read(counted, place).sheets for each in as_shown(sheet) if each[:1].isdigit()]
        assert [each for each in cells if re.sub(r"\s", "", each) not in printed] == []


def compared(made: Report) -> tuple[Value, ...]:
    """Between what the others lie with the middle of the first group of services."""
    (sheet,) = [each for each in made.sheets if each.name == "peer_times"]
    return sheet.rows[0][3:]


def as_shown(sheet: Sheet) -> list[str]:
    """Every cell as people read it, in order."""
    with speaking("en"):
        return [" ".join(cell.text.split()) for row in sheet.cells() for cell in row]


def as_in_a_workbook(sheet: Sheet, row: dict[str, Any]) -> list[Any]:
    """A row for programs as a workbook has it: why there is no number in words."""
    return [row[key.key] if row[key.key] is not None else missing(row["missing"][key.key]) for key in sheet.columns]


def in_a_workbook(tab: Any) -> list[Any]:
    """Every cell beneath the heading, in order."""
    return [cell.value for row in tab.iter_rows(min_row=2) for cell in row]


def assert_alike(found: list[Any], wanted: list[Any]) -> None:
    """The same words and numbers; a workbook keeps sixteen digits of a number."""
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert one == (pytest.approx(other, rel=1e-14) if isinstance(other, float) else other)


def on_a_page(html: str, name: str) -> list[str]:
    """Every cell of a table's body, in order."""
    table = re.search(rf'id="{name}-caption".*?</table>', html, re.DOTALL)
    body = table[0].partition("<tbody")[2] if table else ""
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", body, re.DOTALL)
    plain = (re.sub(r"<svg.*?</svg>|<[^>]+>", "", each, flags=re.DOTALL) for each in cells)
    return [" ".join(unescape(each).split()) for each in plain]


def missing(why: str) -> str:
    with speaking("en"):
        return str(next(text for kind, text in MISSING.items() if kind.value == why))


def terminal(counted: Callers, place: Place, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setenv("PILNVARA_DATA_DIR", str(counted.parts.settings.data_dir))
    monkeypatch.setenv("PILNVARA_DATABASE_URL", counted.parts.database.url.render_as_string(hide_password=False))
    where = [f"--{place.kind.value}", place.name] if place.name else []
    words = ["figures", *where, "--period", PERIOD, "--format", "json", "--language", "en"]
    done = CliRunner().invoke(report, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return [each["rows"] for each in json.loads(done.stdout)["sheets"]]
