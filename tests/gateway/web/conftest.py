"""Who can call, for the tests of this folder."""

from tests.gateway.callers import callers, parts, renderer
from tests.gateway.windows import address

__all__ = ["address", "callers", "parts", "renderer"]
