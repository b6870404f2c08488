"""Repeated groups: each row is asked, checked and named like questions of its own."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from connectors.sdk import Connector, Words, groups, registry
from connectors.sdk.answers import InvalidAnswers, Validated, validate
from connectors.sdk.contract import ConnectorContractError, ensure_sound
from connectors.sdk.inputs import (
    Date,
    File,
    Group,
    Input,
    Money,
    Option,
    PersonalCode,
    Radio,
    Select,
    ShownWhen,
    Text,
    Typeahead,
    Upload,
)

WORDS = Words("Vārds", "Name")
YES, NO = Option("yes", Words("Jā", "Yes")), Option("no", Words("Nē", "No"))
PEOPLE = Group(
    name="people",
    label=Words("Personas", "People"),
    row=Words("persona", "Person"),
    least=1,
    most=3,
    items=(
        Text(name="name", label=WORDS),
        PersonalCode(name="code", label=Words("Personas kods", "Personal code"), sensitive=True),
        Radio(name="works", label=Words("Vai strādā?", "Do they work?"), options=(YES, NO)),
        Date(name="first", label=Words("No", "From"), shown_when=ShownWhen("works", "yes")),
        Date(name="last", label=Words("Līdz", "Until"), shown_when=ShownWhen("works", "yes"), not_before_input="first"),
        File(name="paper", label=Words("Izziņa", "Statement"), required=False),
    ),
)
TWO: Mapping[str, str | list[str]] = {
    "people.count": "2",
    "people.0.name": "Anna",
    "people.0.code": "32999900001",
    "people.0.works": "no",
    "people.1.name": "Jānis",
    "people.1.code": "329999-00002",
    "people.1.works": "yes",
    "people.1.first": ["1", "2", "2026"],
    "people.1.last": "03.02.2026",
}


def errors_of(answers: Mapping[str, str | list[str]], *inputs: Input) -> dict[str, str]:
    checked = validate(inputs or (PEOPLE,), answers, "en")
    assert isinstance(checked, InvalidAnswers)
    return checked.errors


def with_inputs(*inputs: Input) -> Connector:
    return replace(registry.find("lv.vsaa.sickness_benefit"), inputs=inputs)


class TestRows:
    def test_are_kept_each_under_its_own_names(self) -> None:
        paper = Upload("izzina.pdf", "application/pdf", b"%PDF-1.4")
        checked = validate((PEOPLE,), {**TWO, "people.1.paper": paper}, "lv")
        assert isinstance(checked, Validated)
        assert checked.values == {
            "people.count": "2",
            "people.0.name": "Anna",
            "people.0.code": "329999-00001",
            "people.0.works": "no",
            "people.1.name": "Jānis",
            "people.1.code": "329999-00002",
            "people.1.works": "yes",
            "people.1.first": "2026-02-01",
            "people.1.last": "2026-02-03",
            "people.1.paper": "izzina.pdf",
        }
        assert checked.files.keys() == {"people.1.paper"}

    def test_beyond_the_count_are_no_answers(self) -> None:
        checked = validate((PEOPLE,), {**TWO, "people.count": "1"}, "lv")
        assert isinstance(checked, Validated)
        assert not [name for name in checked.values if name.startswith("people.1")]

    def test_are_wrong_each_at_its_own_question(self) -> None:
        wrong = errors_of({**TWO, "people.0.name": "", "people.1.last": "2026-01-31"})
        assert wrong == {
            "people.0.name": "An answer is required.",
            "people.1.last": "The date may not be before 01.02.2026.",
        }

    def test_depend_on_answers_of_their_own_row(self) -> None:
        wrong = errors_of({**TWO, "people.0.works": "yes"})
        assert wrong.keys() == {"people.0.first", "people.0.last"}

    @pytest.mark.parametrize("count", ["0", "4", "-1", "many", "²", "9999"])
    def test_are_as_many_as_there_may_be(self, count: str) -> None:
        assert errors_of({**TWO, "people.count": count}) == {"people": "There must be from 1 to 3."}

    def test_are_the_least_where_nothing_says_how_many(self) -> None:
        assert errors_of({}).keys() == {"people.0.name", "people.0.code", "people.0.works"}
        nobody = validate((replace(PEOPLE, least=0),), {}, "en")
        assert isinstance(nobody, Validated)
        assert nobody.values == {"people.count": "0"}

    def test_are_not_asked_where_the_group_is_not(self) -> None:
        asked = Radio(name="any", label=WORDS, options=(YES, NO))
        group = replace(PEOPLE, shown_when=ShownWhen("any", "yes"))
        checked = validate((asked, group), {**TWO, "any": "no"}, "en")
        assert isinstance(checked, Validated)
        assert checked.values == {"any": "no"}

    def test_are_named_by_their_number_where_nothing_else_tells_them_apart(self) -> None:
        labels = [each.label for each in groups.expanded((PEOPLE,), TWO) if each.name == "people.1.code"]
        assert labels == [Words("2. persona: Personas kods", "Person 2: Personal code")]
        assert with_inputs(PEOPLE).input("people.2.name").label.lv == "3. persona: Vārds"
        with pytest.raises(KeyError):
            with_inputs(PEOPLE).input("people.3.name")


class TestContract:
    @pytest.mark.parametrize(
        ("group", "fault"),
        [
            (replace(PEOPLE, items=(Text(name="it", label=WORDS, lockable=True),)), "has lockable"),
            (replace(PEOPLE, items=(Text(name="it", label=WORDS, same_as="child.name"),)), "has same_as"),
            (replace(PEOPLE, items=(Text(name="it", label=WORDS, concept="child.name"),)), "has concept"),
            (replace(PEOPLE, items=(PEOPLE,)), "is a group itself"),
            (replace(PEOPLE, items=PEOPLE.items[3:]), "depends on 'works'"),
            (replace(PEOPLE, items=(Text(name="a.b", label=WORDS),)), "lower-case letters"),
            (replace(PEOPLE, least=4), "from 4 to 3 rows"),
        ],
    )
    def test_refuses_rows_that_could_not_be_asked(self, group: Group, fault: str) -> None:
        with pytest.raises(ConnectorContractError, match=fault):
            ensure_sound(with_inputs(group))

    def test_lets_a_sound_group_pass(self) -> None:
        ensure_sound(with_inputs(PEOPLE))

    def test_refuses_an_option_that_depends_on_what_is_asked_later(self) -> None:
        option = Option("one", WORDS, only_when=ShownWhen("place", "there"))
        with pytest.raises(ConnectorContractError, match="'it' depends on 'place'"):
            ensure_sound(with_inputs(Select(name="it", label=WORDS, options=(option,))))


class TestTypeahead:
    STREET = Typeahead(
        name="street",
        label=WORDS,
        options=(Option("1", Words("Izdomu iela", "Izdomu Street")), Option("2", Words("Vēja iela", "Vēja Street"))),
    )

    @pytest.mark.parametrize("typed", ["Izdomu iela", "  izdomu   IELA ", "Izdomu Street", "1"])
    def test_takes_the_words_of_an_option(self, typed: str) -> None:
        checked = validate((self.STREET,), {"street": typed}, "lv")
        assert isinstance(checked, Validated)
        assert checked.values == {"street": "1"}

    def test_says_what_to_do_about_anything_else(self) -> None:
        assert errors_of({"street": "Izdomu"}, self.STREET) == {
            "street": "It is not on the list: choose from the list."
        }
        assert errors_of({}, self.STREET) == {"street": "Begin to type and choose from the list."}


class TestOptions:
    TOWN = Select(name="town", label=WORDS, options=(Option("a", WORDS), Option("b", WORDS)))
    PLACE = Select(
        name="place",
        label=WORDS,
        options=(Option("square", Words("Laukums", "Square"), only_when=ShownWhen("town", "a")),),
    )

    def test_are_taken_after_the_answer_that_they_belong_to(self) -> None:
        assert isinstance(validate((self.TOWN, self.PLACE), {"town": "a", "place": "square"}, "lv"), Validated)
        wrong = errors_of({"town": "b", "place": "square"}, self.TOWN, self.PLACE)
        assert wrong == {"place": "“Square” does not fit an answer above: choose another."}


class TestMoney:
    @pytest.mark.parametrize("typed", ["1234,5", "1 234,50 €", "1.234,50", "1234.50 EUR"])
    def test_is_taken_as_people_write_it(self, typed: str) -> None:
        checked = validate((Money(name="sum", label=WORDS),), {"sum": typed}, "lv")
        assert isinstance(checked, Validated)
        assert checked.values == {"sum": "1234.50"}
