"""What the portal has accepted, in a file: numbers go on and applications are still there after a restart."""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from connectors.sandbox.common.applications import AnyService, Application
from connectors.sandbox.common.people import Person


class _Line(msgspec.Struct, frozen=True):
    """An application as it is written; its service by id."""

    reference: str
    service: str
    person: tuple[str, str]
    """Personal code and name."""
    key: str
    received_at: datetime
    acted_by: str
    actor_shown: str
    delegation: str
    answers: dict[str, str]
    sections: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    fee: str = ""
    given: tuple[tuple[str, str], ...] = ()
    idempotency: str = ""


class Journal:
    """A file with a line of JSON for each application, oldest first. Only the owner can read it."""

    def __init__(self, path: Path, services: Sequence[AnyService]) -> None:
        self._path = path
        self._services = {service.id: service for service in services}

    def read(self) -> Iterator[Application]:
        """What was accepted before. A last line that a crash cut off is dropped; of a service now gone, left out."""
        if not self._path.exists():
            return
        text = self._path.read_bytes()
        whole = text[: text.rfind(b"\n") + 1]
        os.truncate(self._path, len(whole))
        for line in map(_READ.decode, whole.splitlines()):
            if service := self._services.get(line.service):
                facts = {name: getattr(line, name) for name in _SAME}
                yield Application(service=service, person=Person(*line.person), **facts)

    def add(self, application: Application) -> None:
        """Write one more."""
        person = application.person
        line = _Line(
            service=application.service.id,
            person=(person.personal_code, person.name),
            **{name: getattr(application, name) for name in _SAME},
        )
        self._path.touch(mode=0o600)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")

    def clear(self) -> None:
        """Forget everything."""
        self._path.unlink(missing_ok=True)


_READ = msgspec.json.Decoder(_Line)
_SAME = tuple(name for name in _Line.__struct_fields__ if name not in {"service", "person"})
"""What an application and its line call by the same name."""
