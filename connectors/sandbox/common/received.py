"""What the portal was given of delegations: a holder keeps it, and looks for it in the gateway's log now and then."""

from pathlib import Path


class Received:
    """A file with one token a line; without one nothing is kept.

    Only its owner can read it: tokens tell of a person.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def add(self, token: str) -> None:
        """Keep one more."""
        if self._path is not None and token:
            self._path.touch(mode=0o600)
            with self._path.open("a", encoding="ascii") as file:
                file.write(f"{token}\n")

    def clear(self) -> None:
        """Forget everything."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
