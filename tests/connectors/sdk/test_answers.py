from collections.abc import Mapping
from datetime import date

import pytest

from connectors.sdk import InvalidAnswers, Option, ShownWhen, Upload, Validated, Words, validate
from connectors.sdk.inputs import (
    Checkbox,
    CheckboxGroup,
    Date,
    DaysAgo,
    Email,
    File,
    Iban,
    Input,
    Money,
    Number,
    PersonalCode,
    Phone,
    Radio,
    Text,
    TextArea,
)

NAME = Words("Nosaukums", "Name")
YES_NO = (Option("yes", Words("Jā", "Yes")), Option("no", Words("Nē", "No")))


def kept(question: Input, answer: str | list[str] | Upload) -> str | list[str] | Upload:
    checked = validate((question,), {question.name: answer}, "lv")
    assert isinstance(checked, Validated), checked
    return checked.files.get(question.name) or checked.values[question.name]


def refusal(question: Input, answer: str | list[str] | Upload | None, language: str = "en") -> str:
    checked = validate((question,), {question.name: answer}, language)
    assert isinstance(checked, InvalidAnswers), checked
    return checked.errors[question.name]


class TestWhatIsKept:
    @pytest.mark.parametrize(
        ("question", "answer", "expected"),
        [
            (Text(name="a", label=NAME), "  viens   divi ", "viens divi"),
            (TextArea(name="a", label=NAME), "viens\r\ndivi", "viens\ndivi"),
            (Date(name="a", label=NAME), "31.03.2026", "2026-03-31"),
            (Date(name="a", label=NAME), "1.3.2026.", "2026-03-01"),
            (Date(name="a", label=NAME), ["1", "3", "2026"], "2026-03-01"),
            (Number(name="a", label=NAME), "1 200", "1200"),
            (Money(name="a", label=NAME), "1 234,5 EUR", "1234.50"),
            (Iban(name="a", label=NAME), "lv78 para 0000 0000 0000 1", "LV78PARA0000000000001"),
            (Phone(name="a", label=NAME), "2000 0001", "+37120000001"),
            (Phone(name="a", label=NAME), "00371 20000001", "+37120000001"),
            (Email(name="a", label=NAME), "viens@piemers.example", "viens@piemers.example"),
            (PersonalCode(name="a", label=NAME), "32999900001", "329999-00001"),
            (Radio(name="a", label=NAME, options=YES_NO), "no", "no"),
            (CheckboxGroup(name="a", label=NAME, options=YES_NO), ["no", "yes"], ["yes", "no"]),
            (Checkbox(name="a", label=NAME), "on", "yes"),
            (Checkbox(name="a", label=NAME, required=False), "", "no"),
        ],
    )
    def test_is_one_form_however_it_was_typed(
        self, question: Input, answer: str | list[str], expected: str | list[str]
    ) -> None:
        assert kept(question, answer) == expected

    def test_a_file_is_what_its_bytes_are_and_loses_the_path_in_its_name(self) -> None:
        given = Upload('C:\\mape\\izz"iņa.pdf', "text/html", b"%PDF-1.4 rest")
        assert kept(File(name="a", label=NAME), given) == Upload("izziņa.pdf", "application/pdf", b"%PDF-1.4 rest")

    def test_an_old_personal_code_is_kept_even_when_its_check_digit_fails(self) -> None:
        assert kept(PersonalCode(name="a", label=NAME), "010199-20000") == "010199-20000"


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("question", "answer"),
        [
            (Text(name="a", label=NAME), ""),
            (Text(name="a", label=NAME), "a\x00b"),
            (Text(name="a", label=NAME, max_length=3), "four"),
            (Text(name="a", label=NAME, pattern="[0-9]+"), "x1"),
            (Date(name="a", label=NAME), "30.02.2026"),
            (Date(name="a", label=NAME), ["1", "", "2026"]),
            (Date(name="a", label=NAME, not_after="2026-01-01"), "2026-01-02"),
            (Number(name="a", label=NAME, least=3), "2"),
            (Number(name="a", label=NAME), "1.5"),
            (Money(name="a", label=NAME), "1e5"),
            (Money(name="a", label=NAME), "1.005"),
            (Iban(name="a", label=NAME), "LV78PARA0000000000002"),
            (Phone(name="a", label=NAME), "123"),
            (Email(name="a", label=NAME), "viens@piemers"),
            (PersonalCode(name="a", label=NAME), "319999-00001"),
            (PersonalCode(name="a", label=NAME), "450190-10000"),
            (Radio(name="a", label=NAME, options=YES_NO), "maybe"),
            (CheckboxGroup(name="a", label=NAME, options=YES_NO), ["maybe"]),
            (CheckboxGroup(name="a", label=NAME, options=YES_NO), []),
            (Checkbox(name="a", label=NAME), "off"),
            (File(name="a", label=NAME), Upload("a.pdf", "application/pdf", b"<html>")),
            (File(name="a", label=NAME, max_bytes=3), Upload("a.pdf", "application/pdf", b"%PDF-")),
            (File(name="a", label=NAME), "a.pdf"),
        ],
    )
    def test_each_says_what_to_mend(self, question: Input, answer: str | list[str] | Upload) -> None:
        assert len(refusal(question, answer)) > 5

    def test_speaks_the_language_asked_for(self) -> None:
        question = Text(name="a", label=NAME, missing=Words("Ievadiet vārdu.", "Enter a name."))
        assert (refusal(question, "", "lv"), refusal(question, "", "en")) == ("Ievadiet vārdu.", "Enter a name.")

    def test_a_period_that_ends_before_it_begins(self) -> None:
        questions = (Date(name="a", label=NAME), Date(name="b", label=NAME, not_before_input="a"))
        checked = validate(questions, {"a": "2026-05-02", "b": "2026-05-01"}, "en")
        assert isinstance(checked, InvalidAnswers)
        assert "02.05.2026" in checked.errors["b"]

    @pytest.mark.parametrize(("day", "fits"), [("2026-05-25", False), ("2026-05-24", True), ("2026-05-22", True)])
    def test_a_day_that_is_too_late_or_too_long_ago(self, day: str, fits: bool) -> None:
        question = Date(name="a", label=NAME, days_ago=DaysAgo(NAME, least=8, most=10))
        checked = validate((question,), {"a": day}, "en", today=date(2026, 6, 1))
        assert isinstance(checked, Validated) is fits
        assert isinstance(validate((question,), {"a": "1999-01-01"}, "en"), Validated), "the portal judges by its day"


class TestConditionalQuestions:
    questions = (
        Radio(name="ended", label=NAME, options=YES_NO),
        Date(name="day", label=NAME, shown_when=ShownWhen("ended", "yes")),
    )

    def values(self, answers: Mapping[str, str]) -> dict[str, str | list[str]]:
        checked = validate(self.questions, answers, "lv")
        assert isinstance(checked, Validated)
        return checked.values

    def test_is_required_only_when_it_is_asked(self) -> None:
        assert self.values({"ended": "no"}) == {"ended": "no"}
        assert isinstance(validate(self.questions, {"ended": "yes"}, "lv"), InvalidAnswers)

    def test_a_stale_answer_to_what_is_not_asked_is_dropped(self) -> None:
        assert self.values({"ended": "no", "day": "2026-01-01"}) == {"ended": "no"}
