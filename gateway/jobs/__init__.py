"""What runs later or elsewhere: a lease table, and the runner that works on it."""
