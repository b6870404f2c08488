"""A counter whose visits end in calls, and colleagues who make them."""

from tests.gateway.visits.conftest import counter, renderer

__all__ = ["counter", "renderer"]
