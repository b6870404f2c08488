"""Asking how it went, at every ending, and keeping answers from which no way leads back to a visit or a person.

- `asking` makes an invitation: a link that works once, kept sealed for the visit's last page
- `answers` takes an answer and uses the invitation up
- `scrubbing` takes personal codes, numbers and addresses out of a comment
"""
