"""Pages: templates compiled once, written in any of the languages.

One Jinja environment serves every language; the language stands in a context variable for the length of one
rendering, so that macros are compiled and imported once and never hold a translator.
"""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from ui.compiled import kept_templates
from ui.formats import FILTERS, ZONE
from ui.i18n import Language, Message, UnknownLanguageError, catalogue, speaking
from ui.i18n.catalogues import base_of, gettext, message_forms, ngettext, npgettext, pgettext
from ui.manifest import Assets
from ui.quick import QuickContext, QuickTemplate

TEMPLATES = Path(__file__).parent / "templates"
COMPONENTS = ("fields", "actions", "messages", "data", "navigation")
"""Files of macros; all of them are called `ui.<macro>` in any template."""


class Renderer:
    """Writes pages. Make one for each process, with `environment()`; it may be used by many threads."""

    def __init__(self, jinja: Environment, languages: Sequence[Language], assets: Assets) -> None:
        self._jinja = jinja
        self._languages = frozenset(languages)
        self._assets = assets

    def render(self, template: str, language: Language, nonce: str, **context: object) -> str:
        """Return the page that `template` writes from `context`.

        `nonce` stands in the Content-Security-Policy of the same response. A name that the template uses and
        `context` lacks is an error, never an empty place.

        Raises:
            UnknownLanguageError: `language` is not one of those that were asked for.
            jinja2.TemplateNotFound, jinja2.UndefinedError: the template or a value is missing.
        """
        if language not in self._languages:
            raise UnknownLanguageError(language)
        with speaking(language):
            return self._jinja.get_template(template).render(
                context, language=language, lang=base_of(language), nonce=nonce
            )

    def text(self, sentence: Message, language: Language) -> str:
        """Return a message marked in Python in `language`: for a mail, a text message, a file."""
        return sentence.text(language)

    def asset(self, name: str) -> str:
        """Return the address of a built asset, such as `pilnvara.css`, with its hash in it."""
        return self._assets.address(name)

    def compile_all(self) -> list[str]:
        """Compile every template now rather than at first use; returns their names."""
        names = self._jinja.list_templates(extensions=("html",))
        for name in names:
            self._jinja.get_template(name)
        return names


def environment(
    *,
    languages: Sequence[Language],
    asset_base: str = "/assets",
    templates: Sequence[Path] = (),
    globals_: Mapping[str, object] | None = None,
) -> Renderer:
    """Return the renderer of the pages in `languages`.

    `templates` are more folders to look in first; `globals_` more names for every template.

    Raises:
        UnknownLanguageError: one of `languages` does not exist.
        AssetsMissingError: the style sheet and the scripts have not been built.
    """
    for language in languages:
        catalogue(language)
    assets = Assets.built(asset_base)
    jinja = Environment(
        loader=FileSystemLoader([*templates, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=kept_templates(),
    )
    jinja.context_class, jinja.template_class = QuickContext, QuickTemplate
    _speak(jinja.extensions["jinja2.ext.InternationalizationExtension"])
    jinja.filters.update(FILTERS)
    components = SimpleNamespace()
    jinja.globals |= {
        "ui": components,
        "asset": assets.address,
        "message_forms": message_forms,
        "time_zone": ZONE.key,
    }
    jinja.globals |= globals_ or {}
    for name in COMPONENTS:
        vars(components).update(_macros(jinja, f"components/{name}.html"))
    return Renderer(jinja, languages, assets)


def _speak(extension: Extension) -> None:
    install = extension.environment.install_gettext_callables  # type: ignore[attr-defined]  # Jinja adds it at run time
    install(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)
    # Jinja's own wrappers pass through the context twice; a page says thirty sentences, and most have no values.
    extension.environment.globals |= {"_": _say, "ngettext": _count}


def _say(sentence: str, **values: object) -> Markup:
    return _filled(gettext(sentence), values)


def _count(one: str, many: str, num: int, **values: object) -> Markup:
    return _filled(ngettext(one, many, num), {"num": num, **values})


def _filled(translated: str, values: dict[str, object]) -> Markup:
    # Catalogues are part of the program; what fills them is escaped.
    sentence = Markup(translated)  # noqa: S704 -- see above
    return sentence % values if "%" in translated else sentence


def _macros(jinja: Environment, name: str) -> dict[str, object]:
    module = jinja.get_template(name).module
    return {key: value for key, value in vars(module).items() if not key.startswith("_")}


def fresh_nonce() -> str:
    """Return a nonce of 128 random bits for one response's Content-Security-Policy."""
    return secrets.token_urlsafe(16)
