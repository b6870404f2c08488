"""Services of the State Social Insurance Agency (VSAA)."""
