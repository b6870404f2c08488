"""An institution with an e-service, and programs that call with its key."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from gateway.parts import Parts
from gateway.people.access import Scope
from gateway.ratings import surveys
from tests.gateway.answers import Answer
from tests.gateway.callers import Caller, Callers, callers, parts, renderer
from tests.gateway.programs import program

__all__ = ["callers", "parts", "renderer"]

SERVICE = "parauga-pakalpojums"
AGENCY = "VSAA"


@dataclass
class Agency:
    """An institution's program, and the people whom it invites."""

    callers: Callers
    caller: Caller
    name: str

    @property
    def parts(self) -> Parts:
        return self.callers.parts

    def ask(self, count: int = 1, *, call: str = "call-0001", service: str = SERVICE, **more: Any) -> Answer:
        body = json.dumps({"service": service, "count": count} | more).encode()
        return self.caller.call(
            "POST",
            "/api/ratings/invitations",
            headers={"content-type": "application/json", "idempotency-key": call},
            body=body,
        )

    def codes(self, count: int = 1, **more: Any) -> list[str]:
        answer = self.ask(count, **more)
        assert answer.status == 201, answer.text
        return [link.rpartition("/")[2] for link in json.loads(answer.body)["links"]]

    def get(self, what: str, **query: str) -> Any:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        answer = self.caller.get(f"/api/ratings/{what}?{asked}")
        assert answer.status == 200, answer.text
        return json.loads(answer.body)

    def move(self, time: timedelta) -> None:
        """Let time pass, and call with a key that is good then."""
        self.callers.clock.move(time)
        self.caller = program(self.callers, Scope.RATINGS, agency=self.name)

    def client(self) -> Caller:
        """Somebody's own browser."""
        return Caller(self.callers.app)

    def shows(self, code: str) -> tuple[int, str]:
        """What opening a link tells: the status, and the page without what differs from link to link and each time."""
        answer = self.client().get(f"/r/{code}")
        return answer.status, re.sub(r'nonce="[^"]*"', "", answer.text.replace(code, "CODE"))

    def rates(self, code: str, satisfaction: int = 5, comment: str = "") -> Answer:
        data = {"satisfaction": str(satisfaction), "done": "yes", "clear": "partly", "comment": comment}
        return self.client().post(f"/r/{code}", data)


def an_agency(callers: Callers, name: str, service: str) -> Agency:
    store, now = callers.parts, callers.clock.now()
    store.database.write_now(
        lambda conn: surveys.open_one(
            conn,
            service,
            agency=name,
            names={"lv": "Parauga pakalpojums", "en": "A sample service"},
            return_url="https://iestade.example/paldies",
            now=now,
        )
    )
    return Agency(callers, program(callers, Scope.RATINGS, agency=name), name)


@pytest.fixture
def agency(callers: Callers) -> Agency:
    return an_agency(callers, AGENCY, SERVICE)


@pytest.fixture
def other(callers: Callers) -> Agency:
    return an_agency(callers, "VID", "cits-pakalpojums")
