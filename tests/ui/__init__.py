"""How pages look, read and behave."""
