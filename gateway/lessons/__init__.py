"""Lessons for those who file: what a service asks, where it goes wrong, a check, and one filing in practice."""
