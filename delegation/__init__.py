"""What a resident has allowed, and the proof of it.

`statement` writes the words that are read and approved, `model` holds what was allowed and the steps it can take,
`signing` turns it into a token and `verify` reads it back, offline. Nothing here stores, sends or reads a clock.
"""
