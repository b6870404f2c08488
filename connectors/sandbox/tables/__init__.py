"""The registers' portal, as old portals are: tables in tables, one address for everything, five minutes of patience."""
