"""Repeated questions at the desk: rows come and go by buttons of the form, and nothing that was typed is lost."""

import re
from datetime import date

import pytest
from sqlalchemy import update

from connectors.sdk import registry
from connectors.sdk.inputs import Upload
from gateway.pages.desk import questions
from gateway.pages.desk.questions import Filled, Read
from gateway.people.tables import Centre
from gateway.visits import asking
from gateway.visits.reading import Stage
from gateway.visits.scope import Wanted
from tests.gateway.answers import Answer
from tests.gateway.pages.desk.desk import QUEUE, Desk

EVENT = "lv.municipality.public_event"
INPUTS = registry.find(EVENT).inputs
ROW = {
    "people.0.name": "Anna Paraudziņa",
    "people.0.code": "329999-00001",
    "people.0.phone": "20000001",
    "people.0.role": "organiser",
}


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """At the questions of a service with repeated ones; what comes before them is settled."""
    desk.open(EVENT).grant(services=(Wanted(service=EVENT),))
    settled = {"precondition.safety_plan_ready": "yes"}
    plan = {"safety_plan": Upload("plans.pdf", "application/pdf", b"%PDF-1.4 a plan")}
    desk.write(lambda conn: asking.save_draft(conn, desk.store, desk.by, desk.visit_id, settled, plan))
    return desk


def sample_form(today: date) -> dict[str, str]:
    """The connector's first sample as the page sends it."""
    sent: dict[str, str] = {}
    for name, value in registry.find(EVENT).samples[0].answers(today).items():
        assert isinstance(value, str)
        if name in {"first_day", "last_day"}:
            parts = zip(("year", "month", "day"), value.split("-"), strict=True)
            sent |= {f"{name}-{part}": text for part, text in parts}
        else:
            sent[name] = value
    return sent


def send(desk: Desk, do: str = "", **fields: str) -> Answer:
    return desk.press_button("answers", fields | ({"do": do} if do else {}))


def test_rows_are_added_and_taken_away_without_a_script(asked: Desk) -> None:
    page = asked.look().text
    assert 'name="people.count" value="1"' in page
    assert "remove.people" not in page  # one must stay
    assert page.index('aria-hidden="true">Fill in the portal') < page.index('value="add.people"')
    added = send(asked, "add.people", title="Svētki", **ROW, **{"people.count": "1"})
    assert (added.status, added.location) == (303, f"{asked.path}?panel=edit#people.1")
    two = ROW | {f"people.1.{name}": text for name, text in (("name", "Otrs Cilvēks"), ("role", "order"))}
    send(asked, "add.people", title="Svētki", **two, **{"people.count": "2"})
    page = asked.look().text
    assert re.findall(r'id="(people\.\d)" tabindex="-1"', page) == ["people.0", "people.1", "people.2"]
    assert 'value="Svētki"' in page
    assert 'value="Anna' not in page
    assert "Known: A••• P•••." in page
    kept = {f"keep.people.{number}.name": "1" for number in (0, 1)} | {"keep.people.0.code": "1"}
    third = {"people.2.name": "Trešais Cilvēks", "people.2.role": "technical", "people.1.role": "order"}
    gone = send(asked, "remove.people.0", title="Svētki", **kept, **third, **{"people.count": "3"})
    assert gone.location == f"{asked.path}?panel=edit#people"
    draft = asked.opened(lambda opened: opened.draft())
    assert draft is not None
    rows = {name: value for name, value in draft.values.items() if name.startswith("people.") and value}
    assert rows == {
        "people.count": "2",
        "people.0.name": "Otrs Cilvēks",
        "people.0.role": "order",
        "people.1.name": "Trešais Cilvēks",
        "people.1.role": "technical",
    }
    assert draft.files.keys() == {"safety_plan"}


def test_a_row_says_by_its_number_what_is_wrong_in_it(asked: Desk) -> None:
    form = sample_form(asked.clock.now().date()) | {"people.count": "2", "people.1.code": "1"}
    refused = send(asked, **form)
    assert refused.status == 422
    assert '<a href="#people.1.code">Responsible person 2: Personal code: A personal code has 11' in refused.text
    assert '<a href="#people.1.name">Responsible person 2: Full name: An answer is required.' in refused.text
    assert 'value="329999-00001"' in refused.text


def test_answers_in_rows_reach_the_connector_and_one_taken_away_does_not_come_back(asked: Desk) -> None:
    form = sample_form(asked.clock.now().date())
    second = {name.replace(".0.", ".1."): value for name, value in form.items() if name.startswith("people.0.")}
    both = form | second | {"people.count": "2", "people.1.code": "329999-00002"}
    assert send(asked, **both).status == 303
    assert asked.stage is Stage.FILLING
    answers = asked.opened(lambda opened: opened.answers())
    assert answers is not None
    assert answers.values["people.1.code"] == "329999-00002"
    seen = {"seen": f"{asked.filing().id}:1"}
    send(asked, "remove.people.1", **both, **seen)
    send(asked, "add.people", **form, **seen)
    page = asked.look("?panel=edit").text
    assert 'name="people.count" value="2"' in page
    assert "keep.people.0.code" in page
    assert "keep.people.1.code" not in page


def test_the_centre_s_own_municipality_is_chosen_already(asked: Desk) -> None:
    here = update(Centre).where(Centre.id == asked.by.centre_id).values(municipality="Ziemeļu novads")
    asked.write(lambda conn: conn.execute(here))
    page = asked.look().text
    chosen = re.search(r'name="municipality".*?</select>', page, re.DOTALL)
    assert chosen
    assert 'value="ziemelu" selected' in chosen[0]


def test_what_only_one_municipality_has_is_offered_under_its_name_and_taken_there_alone(asked: Desk) -> None:
    page = asked.look().text
    assert '<optgroup label="Upes novads"><option value="upes-krastmala">' in page
    asked_of_one = "Only if the answer to “Municipality” is “Jūras pilsēta”:</p></noscript>"
    assert re.search(rf'data-shown-when="municipality" data-shown-equals="juras">\s*<noscript>.*{asked_of_one}', page)
    form = sample_form(asked.clock.now().date()) | {"municipality": "upes"}
    refused = send(asked, **form)
    assert '<a href="#place">Place: “Paraugciems, Pils parks” does not fit an answer above' in refused.text


def test_the_queue_asks_for_kindergartens_of_the_municipality_that_was_chosen() -> None:
    queue = registry.find(QUEUE)
    filled = Filled(values={"municipality": "upes"}, errors={}, masked=())
    first = next(field for field in questions.fields_of(queue.inputs, filled, "lv") if field.name == "first_choice")
    assert {choice.group for choice in first.choices} == {"Ziemeļu novads", "Upes novads", "Jūras pilsēta"}


class TestWithOtherRows:
    def test_moves_what_stood_and_the_files_along_with_the_row(self) -> None:
        paper = Upload("izzina.pdf", "application/pdf", b"%PDF-1.4")
        values: dict[str, questions.Typed] = {"people.count": "2", "people.0.name": "A", "people.1.name": "B", "a": "1"}
        sent = Read(values, {"people.1.paper": paper}, frozenset({"people.1.name", "people.0.name"}))
        changed = questions.with_other_rows(sent, INPUTS, "remove.people.0")
        assert changed == (
            Read(
                {"people.count": "1", "people.0.name": "B", "a": "1"},
                {"people.0.paper": paper},
                frozenset({"people.0.name"}),
            ),
            "people",
        )

    @pytest.mark.parametrize("wanted", ["", "keep", "add.other", "remove.people.7", "remove.people", "remove.people.x"])
    def test_leaves_alone_what_is_no_row(self, wanted: str) -> None:
        assert questions.with_other_rows(Read({"people.count": "2"}, {}, frozenset()), INPUTS, wanted) is None

    def test_never_has_more_or_fewer_than_there_may_be(self) -> None:
        for count, wanted, left in (("4", "add.people", "4"), ("1", "remove.people.0", "1")):
            changed = questions.with_other_rows(Read({"people.count": count}, {}, frozenset()), INPUTS, wanted)
            assert changed is not None
            assert changed[0].values["people.count"] == left


def test_an_amount_stands_as_the_page_s_language_writes_it() -> None:
    filled = Filled(values={"ticket_price": "12.50", "entry": "paid"}, errors={}, masked=())
    for language, written in (("lv", "12,50"), ("en", "12.50")):
        entry = next(field for field in questions.fields_of(INPUTS, filled, language) if field.name == "entry")
        assert entry.choices[1].fields[0].value == written
