"""A counter whose visits become figures."""

from tests.gateway.visits.conftest import counter, renderer

__all__ = ["counter", "renderer"]
