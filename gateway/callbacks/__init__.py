"""Calling back those who want to be asked by telephone how they were helped: a list at each centre, worked off by hand.

- `waiting` puts a call on the list once its invitation is due, and takes it off where it was answered meanwhile
- `claiming` hands one call to one colleague, never to whoever served
- `ending` keeps what came of it; the list learns only that it is over
- `listing` shows what waits, and of nobody anything
"""
