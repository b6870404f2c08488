"""What each event means, in Latvian and English, for whoever reads a bundle: `words.txt`, one event a line."""

from functools import cache
from importlib import resources

from audit.entry import ActorKind

ACTORS = {
    ActorKind.ASSISTANT: ("Asistents", "Assistant"),
    ActorKind.RESIDENT: ("Iedzīvotājs", "The resident"),
    ActorKind.SYSTEM: ("Vārteja", "The gateway"),
    ActorKind.CONNECTOR: ("Savienotājs", "The connector"),
    ActorKind.AUDITOR: ("Auditors", "Auditor"),
    ActorKind.MANAGER: ("Vadītājs", "Manager"),
    ActorKind.ADMIN: ("Administrators", "Administrator"),
    ActorKind.NOBODY: ("Kāds, kas nav pierakstījies", "Somebody who has not signed in"),
}
"""Who did it."""


@cache
def events() -> dict[str, tuple[str, str]]:
    """Latvian and English words by the name of the event."""
    text = resources.files("audit").joinpath("words.txt").read_text(encoding="utf-8")
    rows = (line.split(" | ") for line in text.splitlines() if not line.startswith("#"))
    return {name: (latvian, english) for name, latvian, english in rows}
