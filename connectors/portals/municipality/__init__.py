"""Services of municipalities."""
