"""Who can call, for the tests of this folder."""

from tests.gateway.callers import callers, parts, renderer

__all__ = ["callers", "parts", "renderer"]
