"""The resident's own page, beside a counter."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import select

from delegation.assurance import Assurance
from gateway.ledger.tables import AuditEvent
from gateway.people import residents
from tests.gateway.answers import Answer
from tests.gateway.pages.facing import PROVIDER, Facing, Phone
from tests.gateway.visits.counter import ILZE


@dataclass
class Own:
    """A browser at home."""

    facing: Facing
    phone: Phone

    def begin(self, asked: str = "/mine") -> dict[str, str]:
        """Go to the provider; return what it was asked."""
        self.phone.see("/mine/sign-in")
        answer = self.phone.send("/mine/sign-in", provider="sandbox", next=asked)
        assert answer.status == 303, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}

    def come_back(
        self,
        state: str,
        code: str = ILZE.code,
        level: Assurance = Assurance.SUBSTANTIAL,
        *,
        age: int = 0,
        issuer: str = PROVIDER,
    ) -> Answer:
        """Come back from the provider as the person with `code`."""
        query = {"state": state, "code": f"{code}|{level.name}|{age}", "iss": issuer}
        return self.phone.get(f"/mine/return?{urlencode(query)}")

    def sign_in(self, code: str = ILZE.code, asked: str = "/mine") -> "Own":
        answer = self.come_back(self.begin(asked)["state"], code)
        assert (answer.status, answer.location) == (303, asked), answer.text
        return self

    def see(self, path: str = "/mine", *, status: int = 200) -> str:
        return self.phone.see(path, status=status).text

    def events(self, code: str = ILZE.code) -> list[str]:
        """What stands in the trail of the person with `code`."""
        counter = self.facing.counter
        resident_id = counter.read(lambda conn: residents.find_id(conn, counter.store, code))
        query = select(AuditEvent.type).where(AuditEvent.chain == f"resident:{resident_id}").order_by(AuditEvent.n)
        return list(counter.read(lambda conn: conn.execute(query).scalars().all()))


@pytest.fixture
def own(facing: Facing) -> Own:
    """Nobody has signed in yet."""
    return Own(facing, facing.phone())
