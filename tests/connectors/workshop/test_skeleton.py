"""From an address to a package: a walk in a real browser, and what is written from it."""

import importlib
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connectors.browser.explore import ExploreError, Route, Walked, explore
from connectors.sdk import Connector
from connectors.sdk.contract import ensure_sound
from connectors.sdk.page import ControlState, FieldShape, FormShape, PageState, Row
from connectors.workshop import still
from connectors.workshop.guessing import Guess, guess, made_up
from connectors.workshop.skeleton import About, Skeleton
from gateway.services.files import read_catalogue
from tests.serving import serve

PAGE = """<!doctype html><html lang="en"><title>x</title><h1>{title}</h1>{alert}<form method="post" action="{to}">
<input type="hidden" name="token" value="{token}">{body}<button>{button}</button></form></html>"""
FIRST = '<label for="a">E-mail</label><input id="a" name="mail" required>'

ONLY = FIRST + "<details><summary>More</summary><input name=more></details><input type=submit value=Save>"


class Handler(BaseHTTPRequestHandler):
    """Two pages, the second of which files; a value with `x` is refused."""

    reached: list[str] = []

    def do_GET(self) -> None:
        is_last = self.path.startswith("/2/")
        page = {"title": "Check", "to": "/file", "body": "", "button": "File it"}
        if self.path == "/only":
            page = {"title": "Only", "to": "", "body": ONLY, "button": "Save and go on"}
        elif not is_last:
            page = {"title": "You", "to": "", "body": FIRST, "button": "Next"}
        self.answer(PAGE.format(**page, token=str(id(self)), alert=""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.reached.append(self.path)
        if "x" in body.partition("mail=")[2]:
            alert = "<p role=alert>Without an x</p>"
            self.answer(PAGE.format(title="You", to="", body=FIRST, button="Next", token="1", alert=alert), 422)
            return
        self.send_response(303)
        self.send_header("Location", f"/2/{len(self.reached)}")
        self.end_headers()

    def answer(self, text: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet."""


@pytest.fixture
def portal() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.6", 0), Handler)
    serve(server)
    Handler.reached.clear()
    yield f"http://127.0.0.6:{server.server_address[1]}/start"
    server.shutdown()
    server.server_close()


@pytest.mark.anyio
async def test_walks_to_the_last_page_and_presses_nothing_there(portal: str, browser_executable: str) -> None:
    told: list[str] = []
    landed, (first, last) = await explore(Route(url=portal), lambda _field, error: "a" if error else "y", told.append)
    assert (landed, first.path, first.answers, first.language) == ("/start", "/start", {"mail": "y"}, "en")
    assert first.sent == ("POST", "/start", "application/x-www-form-urlencoded")
    assert (last.button, last.is_last, last.state.form.action if last.state.form else "") == ("File it", True, "/file")
    assert Handler.reached == ["/start"]
    assert told == ["/start  “You”  “Next”", "/2/1  “Check”  last: “File it”"]


@pytest.mark.anyio
async def test_fills_in_the_last_page_and_says_which_buttons_may_file(portal: str, browser_executable: str) -> None:
    told: list[str] = []
    address = portal.replace("/start", "/only")
    _, (only,) = await explore(Route(url=address), lambda _field, _error: "y", told.append)
    assert (only.answers, only.folded, only.button) == ({"mail": "y"}, {"more"}, "Save and go on")
    assert told[0] == "  any of these may file: “Save”, “Save and go on”. The last one is taken; otherwise: --last TEXT"
    _, (only,) = await explore(Route(url=address, last="Save"), lambda _field, _error: "y")
    assert only.button == "Save"
    assert Handler.reached == []


@pytest.mark.anyio
async def test_says_what_the_portal_does_not_take(portal: str, browser_executable: str) -> None:
    with pytest.raises(ExploreError, match=r"/start does not take the made-up values: Without an x\. Give others"):
        await explore(Route(url=portal), lambda _field, _error: "x")


def a_walk(draft: str, token: str) -> list[Walked]:
    """As two walks through a small form would be."""
    fields = (
        FieldShape(name="token", type="hidden"),
        FieldShape(name="dog[name]", type="text", label="Name", required=True, maxlength="20"),
        FieldShape(name="size", type="select-one", label="Size", options=(("", "Choose"), ("S", "Small"))),
        FieldShape(name="chip", type="radio", legend="Chip?", options=(("1", "Yes"), ("0", "No"))),
        FieldShape(name="do", type="checkbox", options=(("on", "I agree"),)),
        FieldShape(name="born", type="date", label="Born"),
        FieldShape(name="scan", type="file", label="Scan"),
    )
    form = FormShape(action=f"/d/{draft}/dog", method="post", enctype="multipart/form-data", fields=fields)
    hidden = (ControlState(name="token", type="hidden", value=token),)
    answers = {"dog[name]": "Reksis", "size": "S", "chip": "1", "do": "on", "born": "2025-01-02", "scan": "a.pdf"}
    first = Walked(
        path=f"/d/{draft}/dog",
        language="en",
        state=PageState(path=f"/d/{draft}/dog", title="Dog", form=form, controls=hidden),
        button="Next",
        answers=answers,
        sent=("POST", f"/d/{draft}/dog", "multipart/form-data"),
    )
    send = FormShape(action=f"/d/{draft}/send", method="post", enctype="", fields=fields[:1])
    rows = (Row(label="Name of dog", text="Reksis"), Row(label="How big", text="Small"))
    state = PageState(path=f"/d/{draft}/check", title="Check", form=send, controls=hidden, rows=rows)
    return [first, Walked(path=f"/d/{draft}/check", language="en", state=state, button="Send")]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connector]:
    about = About(id="lv.example.dog", portal="example", holder="Nobody", sign_in="/in", landed="/d/1/dog")
    Skeleton(about, a_walk("1", "a"), a_walk("2", "b")).write(tmp_path / "package")
    with pytest.raises(FileExistsError):
        Skeleton(about, a_walk("1", "a"), a_walk("2", "b")).write(tmp_path / "package")
    monkeypatch.syspath_prepend(tmp_path / "package" / "src")
    connector = importlib.import_module(about.module).CONNECTOR
    yield connector
    for module in [name for name in sys.modules if name.startswith(about.module)]:
        del sys.modules[module]


def test_a_form_of_one_page_is_asked_and_filled_in_where_its_last_button_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = About(id="lv.example.one_page", portal="example", holder="Nobody", sign_in="/in", landed="/d/1/dog")
    (once, _), (again, _) = a_walk("1", "a"), a_walk("2", "b")
    for page in (once, again):
        page.sent, page.folded = None, {"scan"}
    Skeleton(about, [once], [again]).write(tmp_path / "package")
    monkeypatch.syspath_prepend(tmp_path / "package" / "src")
    connector: Connector = importlib.import_module(about.module).CONNECTOR
    ensure_sound(connector)
    asked = ["dog_name", "size", "chip", "do_2", "born"]  # `do` is the assistant's form's own
    assert [each.name for each in connector.inputs] == asked
    assert connector.steps == ()
    assert [fill.input for fill in connector.final.fills] == asked
    assert [page.name for page in connector.filled_for({})] == ["dog"]
    built = tomllib.loads((tmp_path / "package" / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    assert built["package-dir"][""] == "src", "where it is written, so that it can be installed to be worked on"
    card = read_catalogue((tmp_path / "package" / "service.toml").read_text(encoding="utf-8"))
    assert [each.id for each in card] == [connector.id]
    assert list(connector.samples[0].answers(date(2026, 1, 2))) == asked


def test_writes_a_connector_that_can_be_loaded(written: Connector) -> None:
    ensure_sound(written)
    (step,) = written.steps
    assert (step.path, step.request.path, step.volatile) == ("/d/*/dog", "/d/*/dog", frozenset({"token"}))
    assert [type(each).__name__ for each in written.inputs] == ["Name", "Select", "Radio", "Checkbox", "Date", "File"]
    assert [type(fill).__name__ for fill in step.fills] == ["Fill", "Choose", "Pick", "Tick", "FillDate", "Attach"]
    assert (written.final.button, written.final.request.path) == ("Send", "/d/*/send")
    assert written.final.shows == {"Name of dog": "dog[name]", "How big": "size"}
    assert set(written.fingerprints) == {"dog", "check"}


def test_writes_a_sample_that_its_own_questions_take(written: Connector) -> None:
    assert not [fault for fault in still.faults(written) if "sample" in fault]


def test_marks_what_nobody_has_said_or_translated(written: Connector) -> None:
    faults = list(still.faults(written))
    assert "the label of 'dog_name' has no Latvian words" in faults
    assert "the label of 'dog_name' has no English words" not in faults
    assert "the reference on the receipt is not said yet (COMPLETE)" in faults


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (FieldShape(name="a", type="email"), "Email"),
        (FieldShape(name="a", type="text", label="Konta numurs (IBAN)"), "Iban"),
        (FieldShape(name="a", type="text", label="Personas kods"), "PersonalCode"),
        (FieldShape(name="a", type="text", label="Iesnieguma datums"), "Date"),
        (FieldShape(name="a", type="text", label="Piezīmes"), "Text"),
        (FieldShape(name="a", type="checkbox", options=(("1", "x"), ("2", "y"))), "CheckboxGroup"),
        (FieldShape(name="a", type="select-multiple", options=(("1", "x"),)), "CheckboxGroup"),
    ],
)
def test_guesses_the_kind_of_a_question(field: FieldShape, kind: str) -> None:
    assert guess(field).kind == kind


def test_makes_up_what_the_control_can_hold() -> None:
    today = date(2026, 11, 22)
    assert made_up(FieldShape(name="a", type="text", label="Piezīmes", maxlength="3"), today) == "Par"
    assert made_up(FieldShape(name="a", type="date", label="From"), today) == "2026-12-22"
    assert made_up(FieldShape(name="a", type="date", label="Date of birth"), today) < "2026"
    assert guess(FieldShape(name="a", type="date")) == Guess("Date", "ISO")
