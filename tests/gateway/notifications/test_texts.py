"""What messages say."""

import re

import pytest

from gateway.notifications import texts
from gateway.notifications.texts import TEMPLATES, TemplateUnknownError, write

LANGUAGES = ("lv", "lv-plain", "en", "en-plain")
VALUES = {
    "code": "123456",
    "link": "https://pilnvara.example/f/" + "7" * 26,
    "reference": "SP-2026-000001",
    "until": "02.11.2026 13:00",
    "time": "02.11.2026 12:40",
    "case": "Zq3vX8aK",
    "service": "Slimības pabalsts",
    "date": "16.11.2026",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_message_is_written_in_every_language_and_names_its_sender(template: str, language: str) -> None:
    text = write(template, language, VALUES)
    assert text.body.startswith("Pilnvara: ")
    assert "{" not in text.body
    assert text.subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_a_subject_takes_no_values(template: str, language: str) -> None:
    assert "{" not in texts.subject(template, language)
    assert not texts.subject(template, language).startswith("Pilnvara")  # the sender puts it before every subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", ["grant_code", "permit_code"])
def test_a_code_stands_early_and_fits_two_parts_of_an_sms(template: str, language: str) -> None:
    body = write(template, language, VALUES).body
    assert body.index("123456") < 30
    assert len(body) <= 2 * 67 if re.search(r"[āčēģīķļņšūž]", body) else len(body) <= 160


def test_yes_to_the_grant_and_yes_to_the_sending_are_told_apart() -> None:
    for language in LANGUAGES:
        assert write("grant_code", language, VALUES).body != write("permit_code", language, VALUES).body


def test_an_unknown_language_gets_latvian() -> None:
    assert write("feedback", "de", VALUES) == write("feedback", "lv", VALUES)


def test_a_missing_template_or_value_is_a_defect_of_the_caller() -> None:
    with pytest.raises(TemplateUnknownError):
        write("no_such", "lv", VALUES)
    with pytest.raises(TemplateUnknownError, match="code"):
        write("grant_code", "lv", {})
