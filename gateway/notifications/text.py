"""A message as it is sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it is sent. `subject` is for e-mail and holds nothing of the resident."""

    subject: str
    body: str
