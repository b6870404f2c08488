"""The settings as text: for the terminal, and for the guide."""

from gateway.config import Documentation, Settings

_INTRODUCTION = """# Settings

Gateway and worker read environment variables at start. A name that begins with `PILNVARA_` and is not on this page is
refused, so that a slip of the pen is found at once.

This page is made by `pilnvara doctor --settings --markdown`.

| setting | meaning | default |
|---|---|---|
"""


def as_text() -> str:
    """Return every setting with its meaning and default, one paragraph each."""
    return "\n".join(f"{one.name}\n    {one.meaning}. Default: {_default(one)}.\n" for one in Settings.documentation())


def as_markdown() -> str:
    """Return the page of the operator's guide."""
    rows = (f"| `{one.name}` | {one.meaning} | {_default(one)} |\n" for one in Settings.documentation())
    return _INTRODUCTION + "".join(rows)


def _default(one: Documentation) -> str:
    return f"{one.default or 'none'} {one.unit}".strip()
