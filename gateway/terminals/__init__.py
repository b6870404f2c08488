"""The centre's own computers, and the screens that face the resident.

enrolment   a manager makes a code, the new computer types it
displays    a display shows a code, the assistant types it
"""
