"""A portal that tries every way out of a browser, and the connector that was trusted to fill it in."""
