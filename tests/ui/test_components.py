"""Our macros write the same DOM as govuk-frontend-jinja, and escape what they are given."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader, UndefinedError
from markupsafe import Markup

from tests.ui.dom import Node, parse
from ui.environment import Renderer
from ui.i18n import speaking

Ours = Callable[..., str]


@pytest.fixture(scope="module")
def oracle() -> Environment:
    return Environment(
        loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=ChainableUndefined,
    )


@pytest.fixture
def ours(renderer: Renderer) -> Ours:
    def write(source: str, **context: object) -> str:
        with speaking("en"):
            return renderer._jinja.from_string(source).render(context)

    return write


def theirs(oracle: Environment, component: str, macro: str, parameters: dict[str, Any]) -> Node:
    source = f'{{% from "govuk_frontend_jinja/components/{component}/macro.html" import {macro} %}}{{{{ {macro}(p) }}}}'
    return parse(oracle.from_string(source).render(p=parameters))


ITEMS = [{"value": "a", "text": "A"}, {"value": "b", "text": "B"}]
ERROR = {"text": "Wrong"}
HINT = {"text": "Hint"}


def legend(text: str) -> dict[str, Any]:
    return {"legend": {"text": text, "classes": "govuk-fieldset__legend--m"}}


CASES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("{{ ui.button('Go') }}", "button", "govukButton", {"text": "Go", "preventDoubleClick": True}),
    (
        "{{ ui.button('Go', 'warning', name='n', value='v', id='i', disabled=true, once=false) }}",
        "button",
        "govukButton",
        {"text": "Go", "classes": "govuk-button--warning", "name": "n", "value": "v", "id": "i", "disabled": True},
    ),
    (
        "{{ ui.button_link('Go', '/x', 'secondary') }}",
        "button",
        "govukButton",
        {"text": "Go", "href": "/x", "classes": "govuk-button--secondary"},
    ),
    (
        (
            "{{ ui.text_input('n', 'L', 'v', 'Hint', 'Wrong', width=10, inputmode='numeric', autocomplete='off',"
            " spellcheck=false, prefix='€', suffix='kg', label_size='m', heading=true, attributes={'maxlength': 5}) }}"
        ),
        "input",
        "govukInput",
        {
            "name": "n", "label": {"text": "L", "classes": "govuk-label--m", "isPageHeading": True}, "value": "v",
            "hint": HINT, "errorMessage": ERROR, "classes": "govuk-input--width-10", "inputmode": "numeric",
            "autocomplete": "off", "spellcheck": False, "prefix": {"text": "€"}, "suffix": {"text": "kg"},
            "attributes": {"maxlength": 5},
        },
    ),
    ("{{ ui.text_input('n', 'L') }}", "input", "govukInput", {"name": "n", "label": {"text": "L"}}),
    (
        "{{ ui.text_input('n', 'L', id='i', type='password', disabled=true) }}",
        "input",
        "govukInput",
        {"name": "n", "id": "i", "label": {"text": "L"}, "type": "password", "disabled": True},
    ),
    (
        "{{ ui.textarea('n', 'L', 'v', 'Hint', 'Wrong', rows=3) }}",
        "textarea",
        "govukTextarea",
        {"name": "n", "label": {"text": "L"}, "value": "v", "hint": HINT, "errorMessage": ERROR, "rows": 3},
    ),
    (
        "{{ ui.textarea('n', 'L', 'v', 'Hint', 'Wrong', maxlength=200) }}",
        "character-count",
        "govukCharacterCount",
        {
            "name": "n", "label": {"text": "L"}, "value": "v", "hint": HINT, "errorMessage": ERROR, "maxlength": 200,
            "textareaDescriptionText": "You can enter up to 200 characters",
            "charactersUnderLimitText": {"one": "You have %{count} character left",
                                         "other": "You have %{count} characters left"},
            "charactersAtLimitText": "You have 0 characters left",
            "charactersOverLimitText": {"one": "You have %{count} character too many",
                                        "other": "You have %{count} characters too many"},
        },
    ),
    (
        (
            "{{ ui.select('n', 'L', [{'value': 'a', 'text': 'A'}, {'value': 'b', 'text': 'B', 'disabled': true}], 'a',"
            " 'Hint', 'Wrong') }}"
        ),
        "select",
        "govukSelect",
        {
            "name": "n", "label": {"text": "L"}, "value": "a", "hint": HINT, "errorMessage": ERROR,
            "items": [ITEMS[0], {**ITEMS[1], "disabled": True}],
        },
    ),
    (
        (
            "{{ ui.radios('n', 'L', [{'value': 'a', 'text': 'A', 'hint': 'Hint', 'conditional': inner},"
            " {'divider': 'or'}, {'value': 'b', 'text': 'B', 'disabled': true}], 'a', 'Hint', 'Wrong', inline=true) }}"
        ),
        "radios",
        "govukRadios",
        {
            "name": "n", "fieldset": legend("L"), "value": "a", "hint": HINT, "errorMessage": ERROR,
            "classes": "govuk-radios--inline",
            "items": [{**ITEMS[0], "hint": HINT, "conditional": {"html": "<b>in</b>"}}, {"divider": "or"},
                      {**ITEMS[1], "disabled": True}],
        },
    ),
    (
        (
            "{{ ui.checkboxes('n', 'L', [{'value': 'a', 'text': 'A', 'conditional': inner}, {'value': 'b', 'text': 'B',"
            " 'exclusive': true, 'hint': 'Hint'}], ['b'], 'Hint', small=true) }}"
        ),
        "checkboxes",
        "govukCheckboxes",
        {
            "name": "n", "fieldset": legend("L"), "values": ["b"], "hint": HINT,
            "classes": "govuk-checkboxes--small",
            "items": [{**ITEMS[0], "conditional": {"html": "<b>in</b>"}},
                      {**ITEMS[1], "behaviour": "exclusive", "hint": HINT}],
        },
    ),
    (
        "{{ ui.date_input('d', 'L', {'day': 1, 'month': 2, 'year': ''}, 'Hint', 'Wrong', wrong=('year',)) }}",
        "date-input",
        "govukDateInput",
        {
            "id": "d", "namePrefix": "d", "fieldset": legend("L"), "hint": HINT, "errorMessage": ERROR,
            "items": [
                {"name": "day", "classes": "govuk-input--width-2", "value": 1},
                {"name": "month", "classes": "govuk-input--width-2", "value": 2},
                {"name": "year", "classes": "govuk-input--width-4 govuk-input--error"},
            ],
        },
    ),
    (
        "{{ ui.file_upload('n', 'L', 'Hint', 'Wrong', multiple=true, accept='.pdf') }}",
        "file-upload",
        "govukFileUpload",
        {"name": "n", "label": {"text": "L"}, "hint": HINT, "errorMessage": ERROR, "multiple": True,
         "attributes": {"accept": ".pdf"}},
    ),
    (
        "{% call ui.fieldset('L', 'l', heading=true) %}<b>in</b>{% endcall %}",
        "fieldset",
        "govukFieldset",
        {"legend": {"text": "L", "classes": "govuk-fieldset__legend--l", "isPageHeading": True}, "html": "<b>in</b>"},
    ),
    (
        "{{ ui.error_summary([{'text': 'Wrong', 'href': '#n'}, {'text': 'Bad'}], description='Why') }}",
        "error-summary",
        "govukErrorSummary",
        {"titleText": "There is a problem", "descriptionText": "Why",
         "errorList": [{"text": "Wrong", "href": "#n"}, {"text": "Bad"}]},
    ),
    (
        "{{ ui.notification('Text', id='n') }}",
        "notification-banner",
        "govukNotificationBanner",
        {"text": "Text", "titleId": "n-title"},
    ),
    (
        "{% call ui.notification(kind='success', title='T', focus=false) %}<b>in</b>{% endcall %}",
        "notification-banner",
        "govukNotificationBanner",
        {"html": "<b>in</b>", "type": "success", "titleText": "T", "titleId": "notification-title",
         "disableAutoFocus": True},
    ),
    (
        "{{ ui.panel('T', 'Text', level=2) }}",
        "panel",
        "govukPanel",
        {"titleText": "T", "text": "Text", "headingLevel": 2},
    ),
    ("{{ ui.inset('Text') }}", "inset-text", "govukInsetText", {"text": "Text"}),
    ("{{ ui.warning('Text') }}", "warning-text", "govukWarningText", {"text": "Text"}),
    (
        "{{ ui.details('S', 'Text', open=true, id='d') }}",
        "details",
        "govukDetails",
        {"summaryText": "S", "text": "Text", "open": True, "id": "d"},
    ),
    ("{{ ui.tag('T', 'green') }}", "tag", "govukTag", {"text": "T", "classes": "govuk-tag--green"}),
    (
        (
            "{{ ui.summary_list([{'key': 'K', 'value': 'V', 'actions': [{'text': 'C', 'href': '/c', 'about': 'k'}]},"
            " {'key': 'L', 'value': 'W'}, {'key': 'M', 'value': 'X', 'actions': [{'text': 'C', 'href': '/c'},"
            " {'text': 'D', 'href': '/d'}]}]) }}"
        ),
        "summary-list",
        "govukSummaryList",
        {
            "rows": [
                {"key": {"text": "K"}, "value": {"text": "V"},
                 "actions": {"items": [{"text": "C", "href": "/c", "visuallyHiddenText": "k"}]}},
                {"key": {"text": "L"}, "value": {"text": "W"}},
                {"key": {"text": "M"}, "value": {"text": "X"},
                 "actions": {"items": [{"text": "C", "href": "/c"}, {"text": "D", "href": "/d"}]}},
            ]
        },
    ),
    (
        "{{ ui.summary_list([{'key': 'K', 'value': 'V', 'actions': [{'text': 'C', 'href': '/c'}]}], title='Card') }}",
        "summary-list",
        "govukSummaryList",
        {"card": {"title": {"text": "Card"}},
         "rows": [{"key": {"text": "K"}, "value": {"text": "V"}, "actions": {"items": [{"text": "C", "href": "/c"}]}}]},
    ),
    (
        "{{ ui.breadcrumbs([{'text': 'A', 'href': '/a'}, {'text': 'B'}]) }}",
        "breadcrumbs",
        "govukBreadcrumbs",
        {"items": [{"text": "A", "href": "/a"}, {"text": "B"}]},
    ),
    ("{{ ui.skip_link() }}", "skip-link", "govukSkipLink", {"text": "Skip to main content", "href": "#main-content"}),
]  # fmt: skip


@pytest.mark.parametrize(("source", "component", "macro", "parameters"), CASES)
def test_the_dom_equals_govuk_frontends(
    ours: Ours, oracle: Environment, source: str, component: str, macro: str, parameters: dict[str, Any]
) -> None:
    assert parse(ours(source, inner=Markup("<b>in</b>"))) == theirs(oracle, component, macro, parameters)


def test_a_table_equals_govuk_frontends_but_for_its_scroll_region(ours: Ours, oracle: Environment) -> None:
    mine = parse(ours("{{ ui.table(['A', 'B'], [['1', '2']], 'C', numeric=(1,), first_is_header=true) }}"))
    scroll, table = mine.find("div"), mine.find("table")
    assert scroll.attributes["tabindex"] == "0"
    assert scroll.attributes["aria-labelledby"] == table.find("caption").attributes.pop("id")
    expected = {
        "caption": "C",
        "captionClasses": "govuk-table__caption--m",
        "firstCellIsHeader": True,
        "head": [{"text": "A"}, {"text": "B", "format": "numeric"}],
        "rows": [[{"text": "1"}, {"text": "2", "format": "numeric"}]],
    }
    assert table == theirs(oracle, "table", "govukTable", expected).find("table")


def test_a_table_of_three_columns_names_each_value_for_a_narrow_screen_and_stays_a_table(ours: Ours) -> None:
    table = parse(ours("{{ ui.table(['What', '<b>Who</b>'|safe, ''], [['1', '2', '3']], 'C') }}")).find("table")
    cells = [cell for cell in table.find("tbody").find("tr").children if isinstance(cell, Node)]
    names = [cell.attributes.get("data-name") for cell in cells]
    assert names == [None, "Who", None], "the first stands above the others, and a column without a name has none"
    assert table.attributes["role"] == "table"
    assert {cell.attributes["role"] for cell in cells} == {"cell"}


def test_a_back_link_equals_govuk_frontends_but_for_its_landmark(ours: Ours, oracle: Environment) -> None:
    mine = parse(ours("{{ ui.back_link('/b') }}")).find("nav")
    assert mine.attributes["aria-label"] == "Previous page"
    assert mine.find("a") == theirs(oracle, "back-link", "govukBackLink", {"href": "/b"}).find("a")


def test_pages_by_key_equal_govuk_frontends_but_for_the_order_of_words_and_arrow(
    ours: Ours, oracle: Environment
) -> None:
    mine = parse(ours("{{ ui.pagination(newer='/n', older='/o', label='Pages') }}"))
    parameters = {
        "previous": {"href": "/n", "text": "Newer"},
        "next": {"href": "/o", "text": "Older"},
        "landmarkLabel": "Pages",
        "items": [],
    }
    expected = theirs(oracle, "pagination", "govukPagination", parameters).find("nav")
    expected.children = [c for c in expected.children if isinstance(c, Node) and c.tag != "ul"]
    assert mine.find("nav") == expected


SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "source",
    [
        "{{ ui.text_input('n', evil, evil, evil, evil) }}",
        "{{ ui.textarea('n', evil, evil, evil, evil, maxlength=10) }}",
        "{{ ui.select('n', evil, [{'value': evil, 'text': evil}], evil) }}",
        "{{ ui.radios('n', evil, [{'value': evil, 'text': evil, 'hint': evil}], evil, evil, evil) }}",
        "{{ ui.date_input('n', evil, {'day': evil, 'month': evil, 'year': evil}) }}",
        "{{ ui.button(evil, value=evil, name=evil) }}{{ ui.post_button(evil, evil, evil, fields={evil: evil}) }}",
        "{{ ui.error_summary([{'text': evil, 'href': evil}], evil, evil) }}",
        "{{ ui.notification(evil) }}{{ ui.panel(evil, evil) }}{{ ui.inset(evil) }}{{ ui.warning(evil) }}",
        "{{ ui.statement(evil, evil) }}{{ ui.waiting(evil, evil) }}{{ ui.details(evil, evil) }}",
        "{{ ui.summary_list([{'key': evil, 'value': evil, 'actions': [{'text': evil, 'href': evil}]}], evil) }}",
        "{{ ui.table([evil], [[evil]], evil) }}{{ ui.code(evil, evil, evil) }}{{ ui.long_code(evil, evil) }}",
        "{{ ui.tag(evil) }}{{ ui.qr(evil, evil) }}",
        "{{ ui.steps([{'text': evil, 'state': 'done', 'hint': evil}], evil) }}{{ ui.figure(evil, evil, evil) }}",
        "{{ ui.link(evil, evil) }}{{ ui.back_link(evil, evil) }}{{ ui.pagination(evil, evil) }}",
        "{% call ui.form(evil, evil) %}{{ evil }}{% endcall %}{% call ui.live(evil, evil) %}{{ evil }}{% endcall %}",
    ],
)
def test_what_comes_from_people_and_portals_is_escaped(ours: Ours, source: str) -> None:
    for evil in (SCRIPT, '" onfocus="alert(1)'):
        written = parse(ours(source, evil=evil))
        assert "<script" not in ours(source, evil=evil)
        for node in _all(written):
            assert "onfocus" not in node.attributes


def _all(node: Node) -> list[Node]:
    return [node, *(found for child in node.children if isinstance(child, Node) for found in _all(child))]


def test_a_long_code_is_copied_whole_and_breaks_between_its_groups_alone(ours: Ours) -> None:
    written = ours("{{ ui.long_code('7Q2F-9KXM-5E', id='stop-code') }}")
    assert written.count("<wbr>") == 2
    assert re.findall(r'__group">([^<]+)</span>', written) == ["7Q2F-", "9KXM-", "5E"]
    assert re.sub(r"<[^>]+>", "", written) == "7Q2F-9KXM-5E"


def test_a_code_too_long_for_a_line_is_broken_in_its_middle(ours: Ours) -> None:
    written = ours("{{ ui.long_code('0123-4567-ABCDE-FGHJ-KMNP-QRSTV') }}")
    lines = written.split('__line">')[1:]
    assert [re.findall(r'__group">([^<]+)</span>', line) for line in lines] == [
        ["0123-", "4567-", "ABCDE-"],
        ["FGHJ-", "KMNP-", "QRSTV"],
    ]
    assert re.sub(r"<[^>]+>", "", written) == "0123-4567-ABCDE-FGHJ-KMNP-QRSTV"


def test_the_statement_keeps_every_character(ours: Ours) -> None:
    text = "Es atļauju:\n\n1.  divi  atstarpes & <zīmes>\n\tbeigas"
    html = ours("{{ ui.statement(text, 'T') }}", text=text)
    body = html.split('id="statement">')[1].split("</div>")[0]
    shown = re.sub(r"</?strong[^>]*>", "", body)
    assert shown == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_a_code_is_set_in_groups_and_copied_without_blanks(ours: Ours) -> None:
    value = parse(ours("{{ ui.code('493817', 'Code') }}")).find("div").children[1]
    assert isinstance(value, Node)
    assert [child.text() for child in value.children if isinstance(child, Node)] == ["493", "817"]
    assert all(isinstance(child, Node) for child in value.children)


def test_steps_that_nobody_stands_in_tell_no_state(ours: Ours) -> None:
    html = ours("{{ ui.steps([{'text': 'A'}, {'text': 'B', 'hint': 'C'}], 'P') }}")
    assert "visually-hidden" not in html
    assert "aria-current" not in html


def test_steps_tell_their_state_in_words_and_name_the_current_one(ours: Ours) -> None:
    html = ours("{{ ui.steps([{'text': 'A', 'state': 'done'}, {'text': 'B', 'state': 'current'}], 'P') }}")
    first, second = (child for child in parse(html).find("ol").children if isinstance(child, Node))
    assert first.text() == "A (done)"
    assert second.attributes["aria-current"] == "step"


def test_every_form_carries_the_csrf_token(ours: Ours) -> None:
    for source in ("{% call ui.form('/x', 't0ken') %}{% endcall %}", "{{ ui.post_button('Go', '/x', 't0ken') }}"):
        form = parse(ours(source)).find("form")
        assert form.attributes["method"] == "post"
        assert form.find("input").attributes == {"type": "hidden", "name": "_csrf", "value": "t0ken"}


def test_no_errors_draw_no_summary(ours: Ours) -> None:
    assert ours("{{ ui.error_summary([]) }}") == ""


def test_a_missing_value_is_an_error_and_never_an_empty_place(ours: Ours) -> None:
    with pytest.raises(UndefinedError):
        ours("{{ nobody_gave_this }}")
