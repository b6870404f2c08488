"""Connectors for the State Revenue Service."""
