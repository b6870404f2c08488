"""A renderer with the gallery's templates, built once, and a site whose pages a real browser opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import attend
from tests.ui.server import NONCE, Site, Write, serving
from ui import build
from ui.environment import Renderer, environment
from ui.gallery.pages import gallery_renderer


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    build.build()
    return gallery_renderer()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


@pytest.fixture
def write(renderer: Renderer, tmp_path: Path) -> Write:
    def page(source: str, **context: object) -> str:
        (tmp_path / "page.html").write_text(source, encoding="utf-8")
        return environment(languages=("en",), templates=[tmp_path]).render(
            "page.html", "en", NONCE, **{"csrf_token": "t", **context}
        )

    return page


@pytest.fixture
def tab(browser: Browser, site: Site) -> Iterator[Page]:
    page = attend(browser.new_page())
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    site.end()
    page.close()
    assert problems == []
