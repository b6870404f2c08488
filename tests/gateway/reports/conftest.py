"""A counter whose visits become figures, and everybody who can call."""

from tests.gateway.callers import callers, parts, renderer
from tests.gateway.visits.conftest import counter

__all__ = ["callers", "counter", "parts", "renderer"]
