"""Changes that a portal makes to its pages, as the contract makes them."""

import pytest

from connectors.sdk import registry
from connectors.workshop.breaking import emptied
from connectors.workshop.changes import Change, Kind, changed, changes_for, in_html
from tests.connectors.desk import KINDERGARTEN, SICKNESS

PAGE = """<form method="post"><label for="k">Konts</label>
<input id="k" name="konts" type="text" maxlength="34" required value="a>b">
<select name='m'><option value="1">Viens</option>
</select><button type="submit">Tālāk</button></form>"""
STEP = registry.find(SICKNESS).steps[0]


def edited(kind: Kind, control: str = "konts") -> str:
    return in_html(Change(kind, STEP, control), javascript=False)(PAGE)


@pytest.mark.parametrize(
    ("kind", "control", "gone", "there"),
    [
        (Kind.FIELD_ADDED, "konts", "", '<input id="jauns_lauks" name="jauns_lauks" required><input id="k"'),
        (Kind.HIDDEN_ADDED, "konts", "", '<input type="hidden" name="jauns_lauks" value="1"><input id="k"'),
        (Kind.FIELD_REMOVED, "konts", '<input id="k"', "<select"),
        (Kind.FIELD_REMOVED, "m", "name='m'", "<select>"),
        (Kind.FIELD_RENAMED, "konts", 'name="konts"', '<input name="jauns_lauks" id="k"'),
        (Kind.REQUIRED, "konts", "required", 'maxlength="34" value="a>b">'),
        (Kind.REQUIRED, "m", "", "<select required name='m'>"),
        (Kind.LENGTH, "konts", 'maxlength="34"', '<input maxlength="3" id="k"'),
        (Kind.OPTION_ADDED, "m", "", "<select name='m'><option value=\"jauns_lauks\">"),
        (Kind.BUTTON_RENAMED, "konts", ">Tālāk<", ">Tālāk !<"),
    ],
)
def test_is_made_in_the_pages_text(kind: Kind, control: str, gone: str, there: str) -> None:
    text = edited(kind, control)
    assert there in text
    assert not gone or gone not in text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<html><head>", "</head><body></body></html>"),
        ('<!doctype html><html lang="en">', "<title>x</title><p>y</p></html>"),
        ("", "<p>y</p>"),
    ],
)
def test_is_made_by_a_script_where_a_script_draws_the_page(before: str, after: str) -> None:
    change = Change(Kind.FIELD_RENAMED, STEP, "konts")
    text = in_html(change, javascript=True)(before + after)
    assert text.startswith(f"{before}<script>")
    assert text.endswith(f"</script>{after}")
    assert '"kind": "FIELD_RENAMED"' in text


def test_are_of_every_kind_and_touch_every_page() -> None:
    found = registry.find(KINDERGARTEN)
    made = list(changes_for(found))
    assert {change.kind for change in made} == set(Kind)
    assert {change.page.name for change in made} == {page.name for page in found.pages}
    for change in made:
        if change.kind is not Kind.BUTTON_RENAMED:
            shape = found.fingerprints[change.page.name]
            assert changed(change, shape) != shape


def test_a_body_loses_one_answer() -> None:
    assert emptied("a")("application/x-www-form-urlencoded", b"a=1&b=2&a=3") == b"a=&b=2&a="
