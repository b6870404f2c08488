"""Languages: catalogues, plural forms, messages marked in Python, what the completeness check finds."""

from pathlib import Path

import polib
import pytest
from babel.messages.catalog import Catalog

from ui import messages
from ui.environment import Renderer, environment
from ui.i18n import Language, UnknownLanguageError, catalogue, message, plural_message, speaking
from ui.i18n.catalogues import FOLDER, LANGUAGES, message_forms

HOURS = ("%(num)s hour", "%(num)s hours")


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (0, "0 stundu"),
        (1, "1 stunda"),
        (2, "2 stundas"),
        (10, "10 stundu"),
        (11, "11 stundu"),
        (21, "21 stunda"),
        (30, "30 stundu"),
        (111, "111 stundu"),
    ],
)
def test_latvian_counts_by_its_own_rule(count: int, written: str) -> None:
    assert plural_message(*HOURS, count).text("lv") == written


def test_english_counts_by_one_and_many() -> None:
    assert [plural_message(*HOURS, n).text("en") for n in (0, 1, 2, 21)] == ["0 hours", "1 hour", "2 hours", "21 hours"]


def test_a_plain_reader_gets_the_plain_sentence_and_else_the_base_language() -> None:
    said, kept = message("What you can do"), message("Skip to main content")
    assert said.text("lv") != said.text("lv-plain")
    assert kept.text("lv") == kept.text("lv-plain") == "Pāriet uz galveno saturu"
    assert kept.text("en-plain") == "Skip to main content"


def test_a_message_fills_its_values_after_translation() -> None:
    assert message("Hello %(name)s", name="Anna & co").text("lv") == "Hello Anna & co"
    assert str(message("100 % certain")) == "100 % certain"


def test_a_message_outside_any_page_reads_as_its_source() -> None:
    assert str(message("Warning")) == "Warning"
    assert str(plural_message(*HOURS, 2)) == "2 hours"


def test_a_message_in_a_template_is_written_in_the_pages_language_and_escaped(
    renderer: Renderer, tmp_path: Path
) -> None:
    (tmp_path / "one.html").write_text("{{ a }}|{{ b }}|{{ _('Yes') }}")
    pages = environment(languages=("lv", "en"), templates=[tmp_path])
    values = {"a": message("Warning"), "b": message("%(x)s", x="<b>")}
    assert pages.render("one.html", "lv", "n", **values) == "Brīdinājums|&lt;b&gt;|Jā"
    assert pages.render("one.html", "en", "n", **values) == "Warning|&lt;b&gt;|Yes"


def test_a_language_that_was_not_asked_for_is_refused(renderer: Renderer) -> None:
    with pytest.raises(UnknownLanguageError):
        environment(languages=("lv",)).render("layout/error.html", "en", "n", heading="", explanation="")
    with pytest.raises(UnknownLanguageError):
        catalogue("de")


def test_one_page_never_leaves_its_language_behind(renderer: Renderer) -> None:
    with speaking("en"):
        renderer.render("layout/error.html", "lv", "n", heading="", explanation="")
        assert str(message("Yes")) == "Yes"


def test_scripts_get_every_plural_form_by_its_name() -> None:
    with speaking("lv"):
        forms = dict(message_forms("You have %{count} character left", "You have %{count} characters left"))
    assert set(forms) == {"zero", "one", "other"}
    assert forms["one"].startswith("Atlikusi ")


def po(folder: Path, body: str, name: str = "lv") -> None:
    (folder / f"{name}.po").write_text(messages._head(name) + body, encoding="utf-8")


@pytest.fixture
def words(tmp_path: Path) -> Catalog:
    source = tmp_path / "page.html"
    source.write_text("{{ _('Until %(time)s', time=t) }}{{ ngettext('%(num)s day', '%(num)s days', n) }}")
    return messages.gathered([source])


GOOD = (
    'msgid "%(num)s day"\nmsgid_plural "%(num)s days"\nmsgstr[0] "%(num)s dienu"\nmsgstr[1] "%(num)s diena"\n'
    'msgstr[2] "%(num)s dienas"\n\nmsgid "Until %(time)s"\nmsgstr "Līdz %(time)s"\n'
)


def problems(words: Catalog, folder: Path) -> list[str]:
    return [fault.problem for fault in messages.faults("lv", words, folder)]


def test_a_complete_catalogue_has_no_faults(words: Catalog, tmp_path: Path) -> None:
    po(tmp_path, GOOD)
    assert problems(words, tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("Līdz %(time)s", "", "untranslated"),
        ("%(num)s dienas", "", "untranslated"),
        ("Līdz %(time)s", "Līdz %(laiks)s", "other placeholders in 'Līdz %(laiks)s'"),
        ('%(num)s diena"', 'diena"', "other placeholders in 'diena'"),
        ('msgid "Until', '#, fuzzy\nmsgid "Until', "fuzzy"),
        ('msgid "Until %(time)s"', 'msgid "Gone"\nmsgstr "Nav"\n\nmsgid "Until %(time)s"', "no page says it"),
        ('msgid "Until', '#~ msgid "Old"\n#~ msgstr "Vecs"\n\nmsgid "Until', "obsolete, no page says it any more"),
    ],
)
def test_the_check_finds_what_is_wrong(words: Catalog, tmp_path: Path, old: str, new: str, problem: str) -> None:
    po(tmp_path, GOOD.replace(old, new))
    assert problem in problems(words, tmp_path)


def test_the_check_finds_a_sentence_that_was_never_extracted(words: Catalog, tmp_path: Path) -> None:
    po(tmp_path, "")
    assert problems(words, tmp_path) == ["missing, run extract"] * 2


def test_the_check_finds_the_wrong_plural_rule(words: Catalog, tmp_path: Path) -> None:
    po(tmp_path, GOOD)
    path = tmp_path / "lv.po"
    path.write_text(path.read_text().replace("n%10==0 || n%100>=11 && n%100<=19", "n%10==0"))
    assert "wrong plural rule" in problems(words, tmp_path)


def test_extracting_twice_changes_nothing_and_keeps_what_was_translated(words: Catalog, tmp_path: Path) -> None:
    po(tmp_path, GOOD)
    messages.bring_up_to_date("lv", words, tmp_path)
    once = (tmp_path / "lv.po").read_bytes()
    messages.bring_up_to_date("lv", words, tmp_path)
    assert (tmp_path / "lv.po").read_bytes() == once
    assert problems(words, tmp_path) == []


def test_a_sentence_no_page_says_any_more_is_set_aside_and_comes_back(words: Catalog, tmp_path: Path) -> None:
    po(tmp_path, GOOD)
    messages.bring_up_to_date("lv", messages.gathered([]), tmp_path)
    assert '#~ msgid "Until %(time)s"' in (tmp_path / "lv.po").read_text(encoding="utf-8")
    messages.bring_up_to_date("lv", words, tmp_path)
    assert problems(words, tmp_path) == []
    messages.bring_up_to_date("lv", messages.gathered([]), tmp_path, prune=True)
    assert "Until" not in (tmp_path / "lv.po").read_text(encoding="utf-8")


def test_python_strings_are_found_by_their_marks(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text('A = message("One")\nB = plural_message("%(num)s a", "%(num)s b", n)\nC = other("Not this")\n')
    assert {entry.id for entry in messages.gathered([source]) if entry.id} == {"One", ("%(num)s a", "%(num)s b")}


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_another_reader_of_po_files_agrees_that_nothing_is_fuzzy_or_obsolete(language: Language) -> None:
    file = polib.pofile(str(FOLDER / f"{language.replace('-', '_')}.po"))
    assert [entry.msgid for entry in file if entry.fuzzy or entry.obsolete] == []
