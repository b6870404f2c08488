"""Jinja's calls and escapes without the questions whose answers are known here.

A page calls a hundred macros and escapes three hundred values, most of them what a macro has just written. Jinja asks
each callable four times whether it wants the context, and copies each finished piece of markup. What is written stays
the same, and so does what is escaped: only text that is markup already is left as it is. It saves a fifth of writing.
"""

from types import CodeType, FunctionType
from typing import Any

from jinja2 import Environment, Template
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

_OF_THE_COMPILER = ("_block_vars", "_loop_vars")
"""What compiled templates hand to a call that may want the context."""


class QuickContext(Context):
    """A context that calls macros and plain functions straight away, and anything else as Jinja does."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template names."""
        kind = type(called)
        if kind is not Macro and (kind is not FunctionType or hasattr(called, "jinja_pass_arg")):
            return super().call(called, *args, **kwargs)
        for name in _OF_THE_COMPILER:
            kwargs.pop(name, None)
        return called(self.eval_ctx, *args, **kwargs) if kind is Macro else called(*args, **kwargs)


class QuickTemplate(Template):
    """A template that escapes what is not markup yet, and copies nothing that is."""

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: Any,  # noqa: A002 - Jinja's name
        uptodate: Any = None,
    ) -> Template:
        """Make a template of its compiled code."""
        made = super().from_code(environment, code, globals, uptodate)
        made.root_render_func.__globals__["escape"] = _escaped
        return made


def _escaped(value: Any, /) -> Markup:
    return value if type(value) is Markup else escape(value)
