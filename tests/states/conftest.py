"""What the scenes show, played once for all tests of a process."""

import io
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from gateway import logging
from tests.databases import SqliteDatabases
from tests.gateway.conftest import real_hasher
from tests.states.registry import play
from tests.states.shown import Shown
from tests.states.site import Site, serving
from ui.i18n import Language

__all__ = ["real_hasher"]

Played = Callable[[str, tuple[Language, ...]], Mapping[str, Shown]]


@pytest.fixture(scope="session")
def played(sqlite_databases: SqliteDatabases, real_hasher: object) -> Played:
    """What a scene shows in these languages, by name; each is played once."""
    logging.configure("INFO", stream=io.StringIO())

    @cache
    def see(scene: str, languages: tuple[Language, ...]) -> Mapping[str, Shown]:
        # Beside a browser the main thread already runs an event loop.
        with ThreadPoolExecutor(1) as aside:
            shown = aside.submit(play, scene, sqlite_databases, languages).result()
        return {each.name: each for each in shown}

    return see


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Where a browser finds what was shown."""
    with serving(Site()) as running:
        yield running
