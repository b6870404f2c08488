"""Administrators' pages: what the gateway trusts, and how two people change it."""
