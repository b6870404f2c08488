"""Keys: what seals personal values, and what signs."""
