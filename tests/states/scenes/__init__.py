"""Scenes: each plays in a gateway of its own and shows as many pages as come about on its way."""
