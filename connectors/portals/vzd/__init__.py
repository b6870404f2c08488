"""Connectors of the State Land Service (VZD)."""
