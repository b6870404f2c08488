"""Several services together: what waits for what, and one set of questions."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Checkbox, Date, Group, Input, Name, Option, Radio, Select, ShownWhen, Text
from connectors.sdk.registry import find
from connectors.sdk.together import Together, TogetherError, together
from connectors.sdk.words import Words

QUEUE = find("lv.municipality.kindergarten_queue")
SEX = (Option("f", Words("S", "F")), Option("m", Words("V", "M")))


def a_service(name: str, *inputs: Input, **gives: str) -> Connector:
    """A connector that asks `inputs` and gives concepts, by names with `_` for the point."""
    given = {concept.replace("_", ".", 1): pattern for concept, pattern in gives.items()}
    return replace(QUEUE, manifest=replace(QUEUE.manifest, id=name), inputs=inputs, gives=given)


def text(name: str, concept: str | None = None, **more: Any) -> Text:
    return replace(Text(name=name, label=Words(name, name), concept=concept), **more)


def names(found: Together) -> list[str]:
    return [each.input.name for each in found.questions]


BIRTH = a_service("birth", text("given", "child.name"), child_record="No ([0-9]+)")
BENEFIT = a_service("benefit", text("record", "child.record"), text("name", "child.name"), text("why"))


class TestOrder:
    def test_what_is_fed_comes_behind_what_feeds_it(self) -> None:
        found = together((BENEFIT, BIRTH))
        assert found.services == ("birth", "benefit")
        assert found.waits["benefit"].gives == {"child.record": "birth"}
        assert found.waits["birth"].givers == ()

    def test_what_waits_for_nothing_keeps_its_place(self) -> None:
        assert together((a_service("z"), BENEFIT, a_service("a"))).services == ("z", "benefit", "a")

    def test_all_that_waits_is_behind_directly_or_not(self) -> None:
        queue = a_service("queue", text("number", "benefit.number"))
        benefit = replace(BENEFIT, gives={"benefit.number": "([0-9]+)"})
        found = together((queue, benefit, BIRTH))
        assert found.behind("birth") == {"benefit", "queue"}
        assert found.behind("queue") == frozenset()

    def test_services_that_wait_for_each_other_are_refused(self) -> None:
        one = a_service("one", text("b", "x.b"), x_a="(a)")
        two = a_service("two", text("a", "x.a"), x_b="(b)")
        with pytest.raises(TogetherError, match="one, two"):
            together((one, two))


class TestQuestions:
    def test_one_concept_is_asked_once_in_the_words_of_the_first(self) -> None:
        found = together((BIRTH, BENEFIT))
        assert names(found) == ["child.name", "child.record", "s2.why"]
        assert found.questions[0].input.label.en == "given"
        assert found.questions[0].targets == (("birth", "given"), ("benefit", "name"))

    def test_each_service_draws_its_own_names_from_the_answers(self) -> None:
        found = together((BIRTH, BENEFIT))
        answers = {"child.name": "Anna", "child.record": "17", "s2.why": "so"}
        assert found.drawn("birth", answers) == {"given": "Anna"}
        assert found.drawn("benefit", answers) == {"record": "17", "name": "Anna", "why": "so"}
        assert found.name_of("benefit", "name") == "child.name"

    def test_rows_of_repeated_questions_go_to_the_service_that_asks_them(self) -> None:
        group = Group(name="people", label=Words("p", "p"), items=(text("code"),), row=Words("r", "r"))
        found = together((BIRTH, a_service("event", group)))
        answers = {"child.name": "Anna", "s2.people.count": "2", "s2.people.0.code": "1", "s2.people.1.code": "2"}
        drawn = found.drawn("event", answers)
        assert {name: value for name, value in drawn.items() if value} == {
            "people.count": "2",
            "people.0.code": "1",
            "people.1.code": "2",
        }
        assert found.name_of("event", "people.1.code") == "s2.people.1.code"

    def test_what_one_demands_and_another_does_not_is_demanded(self) -> None:
        one = a_service("one", text("a", "x.a", required=False, sensitive=True))
        two = a_service("two", text("b", "x.a"))
        asked = together((one, two)).questions[0].input
        assert (asked.required, asked.sensitive) == (True, True)

    def test_what_one_asks_always_and_another_sometimes_is_asked_always(self) -> None:
        ways = Radio(name="way", label=Words("w", "w"), options=SEX)
        one = a_service("one", ways, text("a", "x.a", shown_when=ShownWhen("way", "f")))
        two = a_service("two", text("b", "x.a", required=False))
        asked = together((one, two)).questions[1].input
        assert asked.shown_when is None
        assert not asked.required

    def test_a_question_that_depends_on_another_follows_it_under_its_new_name(self) -> None:
        ways = Radio(name="way", label=Words("w", "w"), options=SEX, concept="child.sex")
        found = together((a_service("one", ways, text("a", shown_when=ShownWhen("way", "f"))),))
        asked = found.questions[1]
        assert asked.input.shown_when == ShownWhen("child.sex", "f")
        assert asked.section == "child"

    def test_a_date_that_may_not_precede_another_knows_its_new_name(self) -> None:
        day = Date(name="from", label=Words("no", "from"))
        until = Date(name="to", label=Words("līdz", "to"), not_before_input="from")
        asked = together((a_service("one", day, until),)).questions[1].input
        assert isinstance(asked, Date)
        assert asked.not_before_input == "s1.from"

    def test_a_name_and_a_line_of_text_are_one_question(self) -> None:
        name = Name(name="n", label=Words("v", "n"), concept="x.a")
        assert len(together((a_service("one", name), a_service("two", text("b", "x.a")))).questions) == 1

    @pytest.mark.parametrize(
        "other",
        [
            Date(name="b", label=Words("b", "b"), concept="x.a"),
            Checkbox(name="b", label=Words("b", "b"), concept="x.a"),
            Select(name="b", label=Words("b", "b"), concept="x.a", options=SEX),
        ],
        ids=lambda each: each.kind,
    )
    def test_what_no_single_answer_fits_is_refused(self, other: Input) -> None:
        with pytest.raises(TogetherError, match=r"x\.a"):
            together((a_service("one", text("a", "x.a")), a_service("two", other)))

    def test_choices_with_the_same_answers_are_one_question(self) -> None:
        one = a_service("one", Radio(name="a", label=Words("a", "a"), concept="x.a", options=SEX))
        two = a_service("two", Select(name="b", label=Words("b", "b"), concept="x.a", options=SEX))
        three = a_service("three", Select(name="b", label=Words("b", "b"), concept="x.a", options=SEX[:1]))
        assert len(together((one, two)).questions) == 1
        with pytest.raises(TogetherError):
            together((one, three))
