"""What messages say."""

import re
from string import Formatter

import pytest

from gateway.notifications import texts
from gateway.notifications.manners import MANNERS, manner_of
from gateway.notifications.segments import segments
from gateway.notifications.text import with_way_out
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


MOST_SEGMENTS = 3
"""Parts of an SMS that one message may take: each is paid for, and Latvian letters leave 67 signs for each."""
LINK = "https://pilnvara.example/o/" + "7" * 26
IN_AN_SMS = {"code", "link", "until", "time", "date", "case"}
"""Values that an SMS may hold: none says whose it is, what it is about, or leads to them at an institution."""
MARK = "Zzyzx"


def fields_of(template: str, language: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(texts.raw(template, language).body) if name}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_an_sms_holds_no_value_that_leads_to_anybody(template: str, language: str) -> None:
    """Each value is marked, and looked for in what would be sent."""
    names = fields_of(template, language)
    if manner_of(template).is_mail:
        return
    marked = {name: f"{MARK}-{name}" for name in VALUES}
    sent = with_way_out(write(template, language, marked).body, language, LINK)
    found = set(re.findall(rf"{MARK}-(\w+)", sent))
    assert found == names <= IN_AN_SMS


def test_the_look_finds_a_value_that_must_not_be_there() -> None:
    assert fields_of("holder_not_me", "lv") - IN_AN_SMS == {"reference", "service"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_an_sms_fits_so_many_parts(template: str, language: str) -> None:
    manner = manner_of(template)
    if manner.is_mail:
        return
    link = LINK if manner.kind else None
    assert segments(with_way_out(write(template, language, VALUES).body, language, link)) <= MOST_SEGMENTS


@pytest.mark.parametrize("template", sorted(TEMPLATES | MANNERS.keys()))
def test_every_message_says_how_it_is_sent_and_why(template: str) -> None:
    assert template in TEMPLATES
    assert manner_of(template).why


def test_what_may_be_ended_can_wait_and_what_cannot_wait_is_never_ended() -> None:
    assert [name for name, manner in MANNERS.items() if manner.kind and not manner.waits] == []
    assert [name for name, manner in MANNERS.items() if manner.is_code and manner.waits] == []


class TestSegments:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [("a" * 160, 1), ("a" * 161, 2), ("ā" * 70, 1), ("ā" * 71, 2), ("ā" * 135, 3), ("€" * 80, 1), ("€" * 81, 2)],
    )
    def test_are_counted_as_networks_do(self, text: str, parts: int) -> None:
        """GSM 03.38: 160 or 153 signs of seven bits, those of the extension twice; else 70 or 67 of sixteen."""
        assert segments(text) == parts


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
