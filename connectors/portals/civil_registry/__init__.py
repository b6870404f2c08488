"""Connectors of the civil registry."""
