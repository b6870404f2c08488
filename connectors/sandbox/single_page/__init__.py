"""A portal that is one page: what it shows is drawn by its own script, and an API stands behind it."""
