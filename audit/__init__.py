"""The audit trail: what happened, in a form that anyone holding the public key can check without trusting us.

An event becomes an `entry` (canonical bytes), entries become leaves of a `merkle` tree, the tree's head becomes a
signed `checkpoint`, and `verify` recomputes all of it. Nothing here stores or sends, or reads a clock: the gateway's
ledger does. `witness` alone is a program: one that other people run.
"""
