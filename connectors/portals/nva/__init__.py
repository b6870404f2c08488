"""Connectors for the State Employment Agency."""
