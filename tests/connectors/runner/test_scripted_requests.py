"""The rules of a run whose pages are drawn by a script: bodies in JSON, uploads, an answer instead of a redirect."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.runner import Evidence, Filed, GateRequest, Unknown, Verdict, outcome
from connectors.runner.errors import GateRefusedError, RunError, TamperedError
from connectors.runner.guard import Guard, Incoming, RefusedError
from connectors.runner.record import FinalRecord
from connectors.sdk import members, registry
from connectors.sdk.members import Members
from connectors.sdk.steps import Request
from delegation.readback import Item, ReadBack

pytestmark = pytest.mark.anyio

VID = registry.find("lv.vid.annual_income_declaration")
PORTAL = "http://portal.example:80"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
REFUND = VID.steps[-1]
EXPENSES = VID.steps[2]
HELD = ReadBack(
    (
        Item(REFUND.name, "melnraksts", "", "hidden", "d1", ""),
        Item(REFUND.name, "konts", "Konts", "text", "LV78", "LV78"),
        Item(REFUND.name, "patiesiba", "Apliecinu", "checkbox", "ja", "Apliecinu"),
    ),
    (),
    "",
    "lv",
)
BODY = {"melnraksts": "d1", "dati": {"konts": "LV78", "patiesiba": True}}
RECEIPT = b"%PDF-1.4 a receipt"


@pytest.fixture
def guard() -> Guard:
    async def decide(_request: GateRequest) -> Verdict:
        return Verdict(True)

    return Guard(
        run_id="run",
        portal_origin=PORTAL,
        issuer_origin="http://issuer.example:80",
        authorize_path="/oauth/authorize",
        connector=VID,
        decide=decide,
        clock=lambda: NOON,
    )


def put(body: object, *, method: str = "PUT", path: str = REFUND.request.path) -> Incoming:
    content = json.dumps(body).encode()
    return Incoming(
        method=method, origin=PORTAL, path=path, headers=(("content-type", "application/json"),), body=content
    )


def upload(content: bytes) -> Incoming:
    head = b'--x\r\nContent-Disposition: form-data; name="datne"; filename="a.pdf"\r\n\r\n'
    return Incoming(
        method="POST",
        origin=PORTAL,
        path=EXPENSES.extra[0].path,
        headers=(("content-type", "multipart/form-data; boundary=x"),),
        body=head + content + b"\r\n--x--\r\n",
    )


def ended_with(guard: Guard, request: Incoming, error: type[RunError]) -> None:
    with pytest.raises(RefusedError):
        guard.examine(request)
    assert isinstance(guard.ended, error)


class TestAStep:
    def test_leaves_with_what_its_page_held(self, guard: Guard) -> None:
        guard.expect(REFUND, HELD)
        assert guard.examine(put(BODY)).step == "atmaksa"

    @pytest.mark.parametrize(
        ("body", "error"),
        [
            (BODY | {"dati": {"konts": "LV99", "patiesiba": True}}, TamperedError),
            (BODY | {"dati": {"konts": "LV78"}}, TamperedError),
            (BODY | {"dati": {"konts": "LV78", "patiesiba": True, "parvaldnieks": "x"}}, TamperedError),
            (BODY | {"dati": {"konts": "LV78", "patiesiba": "true"}}, GateRefusedError),
            ([BODY], TamperedError),
        ],
    )
    def test_does_not_leave_with_anything_else(self, guard: Guard, body: object, error: type[RunError]) -> None:
        guard.expect(REFUND, HELD)
        ended_with(guard, put(body), error)

    @pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
    def test_does_not_leave_by_another_method(self, guard: Guard, method: str) -> None:
        guard.expect(REFUND, HELD)
        ended_with(guard, put(BODY, method=method), GateRefusedError)

    def test_does_not_leave_before_its_page_was_read_back(self, guard: Guard) -> None:
        guard.enter(REFUND)
        ended_with(guard, put(BODY), TamperedError)


class TestAnUpload:
    def test_carries_a_file_that_was_given_for_it(self, guard: Guard) -> None:
        guard.given = {"expenses.1.receipt": hashlib.sha256(RECEIPT).hexdigest()}
        guard.enter(EXPENSES)
        assert guard.examine(upload(RECEIPT)).kind == "step"

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"expenses.1.receipt": hashlib.sha256(b"another").hexdigest()},
            {"statement": hashlib.sha256(RECEIPT).hexdigest()},
        ],
    )
    def test_carries_no_other_one(self, guard: Guard, given: Mapping[str, str]) -> None:
        guard.given = given
        guard.enter(EXPENSES)
        ended_with(guard, upload(RECEIPT), TamperedError)

    def test_is_no_text_that_looks_like_the_files_hash(self, guard: Guard) -> None:
        digest = hashlib.sha256(RECEIPT).hexdigest()
        guard.given = {"expenses.1.receipt": digest}
        guard.enter(EXPENSES)
        text = upload(RECEIPT).body.replace(RECEIPT, digest.encode())
        head, _, rest = text.partition(b'; filename="')
        as_text = head + b"\r\n\r\n" + rest.partition(b"\r\n\r\n")[2]
        ended_with(guard, replace(upload(RECEIPT), body=as_text), TamperedError)

    def test_does_not_leave_from_another_page(self, guard: Guard) -> None:
        guard.given = {"expenses.1.receipt": hashlib.sha256(RECEIPT).hexdigest()}
        guard.enter(REFUND)
        ended_with(guard, upload(RECEIPT), GateRefusedError)


class TestAFinalOfSeveralRequests:
    FIRST = Incoming(
        method="POST",
        origin=PORTAL,
        path=VID.final.request.path,
        headers=(("content-type", "application/json"),),
        body=b'{"melnraksts": "d1", "versija": "v1"}',
    )
    PAGE = ReadBack(
        (
            Item("parskats", "melnraksts", "", "hidden", "d1", ""),
            Item("parskats", "versija", "", "hidden", "v1", ""),
        ),
        (),
        "0,00 EUR",
        "lv",
    )

    @pytest.fixture
    def armed(self, guard: Guard) -> Guard:
        only_draft = Members({"/melnraksts": members.text("melnraksts")}, unsent=frozenset({"versija"}))
        then = tuple(Request(path=f"/api/{name}", json=only_draft) for name in ("paraksts", "nodot"))
        guard.connector = replace(VID, final=replace(VID.final, then=then))
        guard.expect(guard.connector.final, self.PAGE)
        guard.arm(guard.decide)
        return guard

    async def leave(self, guard: Guard, request: Incoming, status: int) -> None:
        leaving = guard.examine(request)
        await guard.allow(request, leaving)
        assert guard.answered(leaving, status, "/elsewhere") is (status != 307)

    def following(self, name: str, body: object = None) -> Incoming:
        return put(body or {"melnraksts": "d1"}, method="POST", path=f"/api/{name}")

    def ending(self, guard: Guard) -> Filed | Unknown | None:
        assert guard.final is not None
        return outcome.without_page(guard.connector, guard.final, guard.evidence())

    async def test_leaves_in_its_order_each_once(self, armed: Guard) -> None:
        with pytest.raises(RefusedError):
            armed.examine(self.following("paraksts"))
        armed.ended = None
        await self.leave(armed, self.FIRST, 201)
        with pytest.raises(RefusedError, match="not the next"):
            armed.examine(self.following("nodot"))
        await self.leave(armed, self.following("paraksts"), 200)
        with pytest.raises(RefusedError, match="not the next"):
            armed.examine(self.following("paraksts"))
        assert isinstance(self.ending(armed), Unknown)
        await self.leave(armed, self.following("nodot"), 200)
        assert self.ending(armed) is None
        then = [hashlib.sha256(self.following(name).body).hexdigest() for name in ("paraksts", "nodot")]
        assert armed.evidence().then_sha256 == tuple(then)

    @pytest.mark.parametrize("status", [0, 307, 409, 500])
    async def test_that_breaks_off_is_for_a_person(self, armed: Guard, status: int) -> None:
        await self.leave(armed, self.FIRST, 201)
        await self.leave(armed, self.following("paraksts"), status)
        with pytest.raises(RefusedError, match="not the next"):
            armed.examine(self.following("nodot"))
        ending = self.ending(armed)
        assert isinstance(ending, Unknown)
        assert (ending.reason, ending.for_a_person) == ("broke_off", True)

    async def test_goes_on_only_while_whoever_holds_the_yes_lets_it(self, armed: Guard) -> None:
        async def given_up(request: GateRequest) -> Verdict:
            return Verdict(request.kind != "then", "filing.not_sent")

        armed.decide = given_up
        await self.leave(armed, self.FIRST, 201)
        request = self.following("paraksts")
        with pytest.raises(RefusedError):
            await armed.allow(request, armed.examine(request))
        assert isinstance(self.ending(armed), Unknown)
        assert armed.evidence().then_sha256 == ()

    async def test_does_not_go_on_after_a_refusal_which_stays_a_refusal(self, armed: Guard) -> None:
        await self.leave(armed, self.FIRST, 422)
        with pytest.raises(RefusedError, match="not the next"):
            armed.examine(self.following("paraksts"))
        assert self.ending(armed) is None

    async def test_does_not_go_on_with_anything_else_than_was_read_back(self, armed: Guard) -> None:
        await self.leave(armed, self.FIRST, 201)
        ended_with(armed, self.following("paraksts", {"melnraksts": "d2"}), TamperedError)


class TestTheAnswerToTheFinalRequest:
    @pytest.mark.parametrize(
        ("status", "answer", "reference"),
        [
            (201, b'{"numurs": "VID-2026-000007"}', "VID-2026-000007"),
            (201, b'{"numurs": "007"}', ""),
            (201, b'{"numurs": 7}', ""),
            (201, b'{"numur', ""),
            (201, b"[]", ""),
            (201, b"[" * 60_000, ""),
            (422, b'{"numurs": "VID-2026-000007"}', ""),
        ],
    )
    def test_says_the_reference_where_the_browser_died(self, status: int, answer: bytes, reference: str) -> None:
        record = FinalRecord(body_sha256="", sent_at=NOON, status=status, answer=answer)
        evidence = guard_evidence(record)
        found = outcome.without_browser(VID, record, evidence)
        if reference:
            assert isinstance(found, Filed)
            assert found.reference == reference
        else:
            assert isinstance(found, Unknown)

    def test_is_kept_only_for_the_final_request_and_not_for_ever(self, guard: Guard) -> None:
        guard.expect(REFUND, HELD)
        step = guard.examine(put(BODY))
        guard.final = FinalRecord(body_sha256="", sent_at=NOON)
        guard.heard(step, b"step")
        assert guard.final.answer == b""


def guard_evidence(record: FinalRecord) -> Evidence:
    return Evidence(body_sha256=record.body_sha256, sent_at=record.sent_at, status=record.status)
