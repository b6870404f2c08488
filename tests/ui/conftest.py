"""A renderer with the gallery's templates, built once."""

import pytest

from ui import build
from ui.environment import Renderer
from ui.gallery.pages import gallery_renderer


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    build.build()
    return gallery_renderer()
