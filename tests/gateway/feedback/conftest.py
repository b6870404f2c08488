"""A counter whose visits end, and phones that answer."""

from dataclasses import dataclass

import pytest
from litestar import Litestar

from gateway.parts import Parts
from tests.gateway.callers import Caller, fitted
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter

__all__ = ["counter", "renderer"]


@dataclass
class Phones:
    """Browsers of people who are not signed in."""

    app: Litestar

    def one(self) -> Caller:
        return Caller(self.app, {"pilnvara_lang": "en"})


@pytest.fixture
def parts(counter: Counter) -> Parts:
    return counter.store


@pytest.fixture
def phones(parts: Parts) -> Phones:
    return Phones(fitted(parts))


@pytest.fixture
def link(counter: Counter) -> str:
    """The link of a visit that has just closed."""
    counter.open().close()
    shown = counter.opened(lambda opened: opened.feedback_link())
    assert shown is not None
    return shown


@pytest.fixture
def token(link: str) -> str:
    return link.rpartition("/")[2]
