"""No connector but the built-in ones, and what a test brings."""

from tests.connectors.alone import alone

__all__ = ["alone"]
