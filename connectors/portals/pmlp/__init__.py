"""Connectors for the Office of Citizenship and Migration Affairs."""
