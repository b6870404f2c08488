"""What every portal of the sandbox stands on: sign-in, sessions, what was filed, receipts, faults of connections."""
