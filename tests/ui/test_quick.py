"""Templates say what they say to Jinja itself, only sooner."""

from collections.abc import Callable

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError, pass_context, pass_environment
from jinja2.runtime import Context
from markupsafe import Markup

from ui.quick import QuickContext, QuickTemplate

EVIL = "<script>alert('x')</script> & \"more\""


class Spoken:
    """Knows how it is written as HTML."""

    def __html__(self) -> str:
        return "<b>spoken</b>"


class Shout(str):
    """Text that is no markup, whatever its class says."""

    __slots__ = ()


@pass_context
def reader(context: Context) -> str:
    return f"<{context['name']}>"


@pass_environment
def kind(environment: Environment, suffix: str) -> str:
    return f"{environment.block_start_string}{suffix}"


TEMPLATES = {
    "macros.html": (
        "{% macro cell(text, tone='plain') %}<td class='{{ tone }}'>{{ text }}</td>{% endmacro %}"
        "{% macro row() %}<tr>{{ caller('<1>') }}{{ varargs|join }}{{ kwargs.end }}</tr>{% endmacro %}"
    ),
    "base.html": "<h1>{% block title %}{% endblock %}</h1>{% block main %}{% endblock %}",
    "page.html": (
        "{% extends 'base.html' %}{% import 'macros.html' as m %}"
        "{% block title %}{{ name }} {{ number }} {{ none }}{% endblock %}"
        "{% block main %}{{ m.cell(evil) }}{{ m.cell(text=made, tone=evil) }}{{ made }}{{ spoken }}{{ shout }}"
        "{% for each in [evil, made] %}{{ m.cell(each) }}{{ shown(each, tone=loop.index) }}{{ reader() }}{% endfor %}"
        "{% call(n) m.row('<2>', end=evil) %}{{ n }}{{ m.cell(m.cell(n)) }}{% endcall %}"
        "{{ kind('<3>') }}{{ name.replace('Z', '<4>') }}{{ [evil]|join(made) }}{{ evil|safe }}{% endblock %}"
    ),
}


def shown(text: str, tone: int) -> str:
    return f"{text}<{tone}>"


def a_jinja() -> Environment:
    return Environment(loader=DictLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


def a_quick_jinja() -> Environment:
    jinja = a_jinja()
    jinja.context_class, jinja.template_class = QuickContext, QuickTemplate
    return jinja


def written(jinja: Environment) -> str:
    values = {"name": "Zane", "number": 7, "none": None, "evil": EVIL, "made": Markup("<i>made</i>")}
    return jinja.get_template("page.html").render(
        values, spoken=Spoken(), shout=Shout(EVIL), shown=shown, reader=reader, kind=kind
    )


def test_a_page_of_every_kind_of_call_and_value_is_what_jinja_writes() -> None:
    page = written(a_quick_jinja())
    assert page == written(a_jinja())
    assert page.count("<script>") == 1  # where the template itself says that it is safe
    assert "<i>made</i>" in page
    assert "<b>spoken</b>" in page


@pytest.mark.parametrize("make", [a_jinja, a_quick_jinja])
def test_a_name_that_is_missing_stays_an_error(make: Callable[[], Environment]) -> None:
    with pytest.raises(UndefinedError):
        make().from_string("{{ absent('x') }}").render()
    with pytest.raises(TypeError, match="takes no keyword argument 'other'"):
        make().from_string("{% import 'macros.html' as m %}{{ m.cell('x', other='y') }}").render()
