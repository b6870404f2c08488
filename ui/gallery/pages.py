"""The gallery's pages and the made-up people in them."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from markupsafe import Markup

from ui.environment import Renderer, environment
from ui.i18n import Language
from ui.i18n.catalogues import LANGUAGES
from ui.manifest import STATIC

TEMPLATES = Path(__file__).parent / "templates"
PAGES = (
    "components",
    "fields",
    "desk",
    "statement",
    "readback",
    "ended",
    "display",
    "audit",
    "paper",
    "error",
    "typical",
)
"""`typical` holds sixteen components and is the one that is measured."""
NOON = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)

STATEMENTS = {
    "lv": """Es, Anna Paraudziņa, ļauju Jānim Palīgam (Paraugciema centrs) manā vārdā:

1. aizpildīt un nosūtīt iesniegumu "Slimības pabalsts" (VSAA) – vienu reizi, līdz 05.03.2026 13:00;
2. pēc tam 30 dienas skatīties, kas ar iesniegumu notiek.

Konta numuru drīkst rakstīt tikai tādu, kādu es apstiprinu. Neko citu manā vārdā darīt nedrīkst.
Portālā var palikt melnraksts. Es varu to apturēt jebkurā brīdī.""",
    "en": """I, Anna Paraudziņa, allow Jānis Palīgs (centre of Paraugciems) in my name to:

1. fill in and send the application "Sickness benefit" (VSAA), once, until 05.03.2026 13:00;
2. look at what becomes of it for 30 days after that.

The account number may only be the one that I confirm. Nothing else may be done in my name.
The portal may keep a draft. I can stop this at any moment.""",
}


def picker(language: Language) -> Callable[[str, str], str]:
    """Return a function that takes a sample's English and Latvian words and gives those of `language`."""
    return lambda english, latvian: latvian if language.startswith("lv") else english


def sample_context(language: Language) -> dict[str, object]:
    """Return the values that the gallery's pages show; residents and codes are made up."""
    base = language[:2]
    return {
        "pick": picker(language),
        "csrf_token": "sample-token",
        "moment": NOON,
        "later": NOON + timedelta(minutes=4, seconds=7),
        "statement": STATEMENTS[base],
        "qr": sample_code(),
        "languages": [
            {"code": "lv", "text": "Latviešu", "href": "?lang=lv", "current": base == "lv"},
            {"code": "en", "text": "English", "href": "?lang=en", "current": base == "en"},
        ],
    }


def sample_code() -> Markup:
    """Return a drawing that looks like a QR code and leads nowhere."""
    cells = "".join(f"M{x} {y}h1v1h-1z" for x in range(25) for y in range(25) if (x * 7 + y * 11 + x * y) % 3 == 0)
    return Markup('<svg viewBox="0 0 25 25" aria-hidden="true"><path fill="#14211f" d="{}"/></svg>').format(cells)


def gallery_renderer(asset_base: str = "/assets") -> Renderer:
    """Return a renderer that also knows the gallery's templates."""
    return environment(languages=LANGUAGES, asset_base=asset_base, templates=[TEMPLATES])


def sample_page(renderer: Renderer, name: str, language: Language, nonce: str) -> str:
    """Return one page of the gallery."""
    return renderer.render(f"gallery-{name}.html", language, nonce, **sample_context(language))


def gallery(renderer: Renderer, nonce: str) -> Iterator[tuple[str, str]]:
    """Return every page in every language as (file name, HTML)."""
    for language in LANGUAGES:
        for name in PAGES:
            yield f"{name}.{language}.html", sample_page(renderer, name, language, nonce)


def write_gallery(folder: Path, nonce: str = "gallery") -> list[Path]:
    """Write the gallery with its assets to `folder`, and return its pages."""
    shutil.copytree(STATIC, folder / "assets", dirs_exist_ok=True)
    written = []
    for name, html in gallery(gallery_renderer("./assets"), nonce):
        path = folder / name
        path.write_text(html, encoding="utf-8")
        written.append(path)
    return written
