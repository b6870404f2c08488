"""The centre's own computers, and the screens that face the resident.

enrolment   a manager makes a code, the new computer types it
displays    a manager makes a code, the new screen types it
connecting  the desk pairs a display with its computer; both show a number
proofs      either proves by a key that it is itself
"""
