"""The gate by itself, spoken to as a browser would."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from connectors.runner import GateRequest, Verdict
from connectors.runner.errors import (
    FormChangedError,
    GateRefusedError,
    IssuerRefusedError,
    PortalUnavailableError,
    RunError,
    RunStoppedError,
    TamperedError,
)
from tests.connectors.runner.gate_stand import (
    CONNECTOR,
    FINAL_BODY,
    FINAL_PAGE,
    FORM,
    STEP,
    STEP_BODY,
    STEP_PAGE,
    Portal,
    Setup,
    listening,
    standing,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def setup() -> AsyncIterator[Setup]:
    async with standing() as made:
        yield made


class TestWhoMayPass:
    async def test_nobody_without_the_runs_own_credentials(self, setup: Setup) -> None:
        request = f"GET {setup.portal.address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        nobody = base64.b64encode(b"nobody:nobody").decode()
        guessed = base64.b64encode(f"{setup.lane.user}:guessed".encode()).decode()
        for given in ("", f"Basic {nobody}", f"Basic {guessed}", "Basic !", "x"):
            authorization = f"Proxy-Authorization: {given}\r\n" if given else ""
            answer = await setup.raw(f"{request}{authorization}\r\n".encode())
            assert answer.startswith(b"HTTP/1.1 407")
        assert setup.portal.heads == []

    async def test_nobody_once_the_run_is_over(self, setup: Setup) -> None:
        setup.gate.remove(setup.lane)
        assert await setup.ask("GET", "/") == 407


class TestWhatChangesNothing:
    async def test_reaches_the_portal_and_nothing_of_the_gate_does(self, setup: Setup) -> None:
        status = await setup.ask("GET", "/page?a=1", b"", "Pilnvara-Run-Ticket: forged", "Proxy-Connection: x")
        assert (status, setup.portal.requests, setup.asked) == (200, ["GET /page?a=1"], [])
        head = setup.portal.heads[0].lower()
        assert "proxy" not in head
        assert "forged" not in head
        assert f"host: {setup.portal.address.removeprefix('http://')}" in head

    async def test_names_no_other_method_than_was_judged(self, setup: Setup) -> None:
        names = ("X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override")
        assert await setup.ask("GET", "/page", b"", *(f"{name}: DELETE" for name in names)) == 200
        assert "delete" not in setup.portal.heads[0].lower()

    async def test_does_not_reach_another_origin(self, setup: Setup) -> None:
        async with listening(Portal()) as other:
            assert await setup.ask("GET", "/", origin=other.address) == 403
            assert other.heads == []
        assert setup.ends == []

    async def test_may_not_become_a_socket_nor_be_fetched_ahead(self, setup: Setup) -> None:
        assert await setup.ask("GET", "/", b"", "Upgrade: websocket") == 403
        assert await setup.ask("GET", "/", b"", "Sec-Purpose: prefetch;prerender") == 403
        assert await setup.ask("GET", "/", b"body") == 403
        assert setup.portal.heads == []

    async def test_through_a_tunnel_it_is_examined_all_the_same(self, setup: Setup) -> None:
        assert await setup.ask("GET", "/receipt.pdf", tunnel=True) == 200
        assert await setup.ask("GET", "/socket", b"", "Upgrade: websocket", tunnel=True) == 403
        assert await setup.ask("POST", "/escape", b"x", tunnel=True) == 403
        assert setup.portal.requests == ["GET /receipt.pdf"]

    async def test_a_tunnel_to_anywhere_else_is_refused(self, setup: Setup) -> None:
        async with listening(Portal()) as other:
            host = other.address.removeprefix("http://")
            head = f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{setup.authorization()}\r\n\r\n"
            assert (await setup.raw(head.encode())).startswith(b"HTTP/1.1 403")

    async def test_a_stale_idle_connection_is_replaced_without_a_word(self, setup: Setup) -> None:
        setup.portal.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        assert await setup.ask("GET", "/1") == 200
        idle = setup.lane.pool.take(setup.portal.address)
        assert idle is not None
        idle.close()
        setup.lane.pool._idle.setdefault(setup.portal.address, []).append(idle)
        assert await setup.ask("GET", "/2") == 200
        assert setup.portal.requests == ["GET /1", "GET /2"]


class TestTheIssuer:
    @pytest.mark.parametrize(
        "answer",
        [
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 302 Found\r\nLocation: http://x.example/?error=access_denied\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 303 See Other\r\nLocation: /back?error=a_new_word\r\nContent-Length: 0\r\n\r\n",
            b"",
        ],
        ids=["refused to its face", "refused by way of the portal", "refused by a word of its own", "not answered"],
    )
    async def test_that_signs_nobody_in_ends_the_run_and_the_portal_is_not_to_blame(
        self, setup: Setup, answer: bytes
    ) -> None:
        setup.issuer.answer = answer
        await setup.ask("GET", "/oauth/authorize?a=1", origin=setup.issuer.address)
        (end,) = setup.ends
        assert isinstance(end, IssuerRefusedError)

    async def test_that_is_away_is_not_the_portals_trouble_either(self, setup: Setup) -> None:
        setup.guard.issuer_origin = "http://127.0.0.6:1"
        assert await setup.ask("GET", "/oauth/authorize?a=1", origin="http://127.0.0.6:1") == 502
        assert isinstance(setup.ends[0], IssuerRefusedError)

    async def test_that_finds_fault_with_what_the_portal_asked_leaves_it_to_the_portal(self, setup: Setup) -> None:
        back = b"http://x.example/back?error=invalid_scope"
        setup.issuer.answer = b"HTTP/1.1 302 Found\r\nLocation: " + back + b"\r\nContent-Length: 0\r\n\r\n"
        assert await setup.ask("GET", "/oauth/authorize?a=1", origin=setup.issuer.address) == 302
        assert setup.ends == []

    async def test_gets_the_ticket_at_its_one_path_once(self, setup: Setup) -> None:
        assert await setup.ask("GET", "/oauth/authorize?a=1", origin=setup.issuer.address) == 200
        assert "pilnvara-run-ticket: the-ticket" in setup.issuer.heads[0].lower()
        assert [request.kind for request in setup.asked] == ["sign_in"]
        assert await setup.ask("GET", "/oauth/authorize?a=1", origin=setup.issuer.address) == 403
        assert await setup.ask("GET", "/desk", origin=setup.issuer.address) == 403
        assert len(setup.issuer.heads) == 1

    async def test_is_not_asked_when_the_delegation_is_dead(self, setup: Setup) -> None:
        setup.verdict = Verdict(False, "revoked")
        assert await setup.ask("GET", "/oauth/authorize", origin=setup.issuer.address) == 403
        assert setup.issuer.heads == []
        assert isinstance(setup.ends[0], RunStoppedError)


class TestASteps:
    async def test_request_leaves_once_with_what_was_read_back(self, setup: Setup) -> None:
        setup.guard.expect(STEP, STEP_PAGE)
        assert await setup.send_step() == 200
        assert setup.portal.bodies == [STEP_BODY]
        assert [(request.kind, request.step) for request in setup.asked] == [("step", "informacija")]
        assert setup.asked[0].body_sha256 == hashlib.sha256(STEP_BODY).hexdigest()
        assert await setup.send_step() == 403
        assert len(setup.portal.heads) == 1

    @pytest.mark.parametrize(
        ("body", "error"),
        [
            (STEP_BODY.replace(b"ja", b"ne"), TamperedError),
            (STEP_BODY.replace(b"csrf=t", b"csrf=x"), TamperedError),
            (b"csrf=t&melnraksts=", TamperedError),
            (STEP_BODY + b"&konts=LV00", TamperedError),
            (b"\xff", GateRefusedError),
        ],
    )
    async def test_body_that_differs_never_leaves(self, setup: Setup, body: bytes, error: type[RunError]) -> None:
        setup.guard.expect(STEP, STEP_PAGE)
        assert await setup.send_step(body) == 403
        assert setup.portal.heads == []
        assert isinstance(setup.ends[0], error)
        assert "LV00" not in str(setup.ends[0])

    @pytest.mark.parametrize(
        "header", ["Content-Type: application/json", "Content-Encoding: gzip", "Proxy-Connection: content-type"]
    )
    async def test_head_that_lets_two_read_the_body_differently_ends_the_run(self, setup: Setup, header: str) -> None:
        setup.guard.expect(STEP, STEP_PAGE)
        assert await setup.ask("POST", STEP.request.path, STEP_BODY, FORM, header) == 403
        assert setup.portal.requests == []
        assert isinstance(setup.ends[0], TamperedError)

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/elsewhere"),
            ("PUT", STEP.request.path),
            ("DELETE", STEP.request.path),
            ("POST", STEP.request.path + "?x=1"),
            ("POST", STEP.request.path + "/"),
            ("POST", CONNECTOR.steps[1].request.path),
        ],
    )
    async def test_undeclared_neighbour_ends_the_run(self, setup: Setup, method: str, path: str) -> None:
        setup.guard.expect(STEP, STEP_PAGE)
        assert await setup.ask(method, path, STEP_BODY, FORM) == 403
        assert isinstance(setup.ends[0], GateRefusedError)
        assert await setup.send_step() == 403
        assert await setup.ask("GET", "/") == 403
        assert setup.portal.heads == []

    async def test_declared_path_at_another_origin_does_not_leave(self, setup: Setup) -> None:
        setup.guard.expect(STEP, STEP_PAGE)
        async with listening(Portal()) as other:
            assert await setup.ask("POST", STEP.request.path, STEP_BODY, FORM, origin=other.address) == 403
            assert other.heads == []

    async def test_answer_that_would_repeat_the_body_ends_the_run(self, setup: Setup) -> None:
        setup.portal.answer = b"HTTP/1.1 307 Again\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
        setup.guard.expect(STEP, STEP_PAGE)
        assert await setup.send_step() == 502
        assert isinstance(setup.ends[0], FormChangedError)

    async def test_size_is_bounded(self, setup: Setup) -> None:
        setup.guard.expect(STEP, STEP_PAGE)
        assert await setup.send_step(b"csrf=" + b"x" * 2000) == 413
        assert setup.portal.heads == []

    async def test_no_verdict_is_no(self, setup: Setup) -> None:
        async def broken(_: GateRequest) -> Verdict:
            raise LookupError("LV78PARA0000000000001")

        setup.guard.decide = broken
        setup.guard.expect(STEP, STEP_PAGE)
        assert await setup.send_step() == 403
        assert setup.portal.heads == []
        assert isinstance(setup.ends[0], RunStoppedError)

    async def test_verdict_no_keeps_it_in(self, setup: Setup) -> None:
        setup.verdict = Verdict(False, "expired")
        setup.guard.expect(STEP, STEP_PAGE)
        assert await setup.send_step() == 403
        assert setup.portal.heads == []

    async def test_portal_that_is_away_costs_no_verdict(self, setup: Setup) -> None:
        setup.guard.expect(STEP, STEP_PAGE)
        setup.guard.portal_origin = "http://127.0.0.6:1"
        assert await setup.ask("POST", STEP.request.path, STEP_BODY, FORM, origin="http://127.0.0.6:1") == 502
        assert setup.asked == []
        assert isinstance(setup.ends[0], PortalUnavailableError)


class TestTheFinalRequest:
    async def test_does_not_leave_before_it_is_armed(self, setup: Setup) -> None:
        setup.guard.expect(CONNECTOR.final, FINAL_PAGE)
        assert await setup.send_final() == 403
        assert (setup.portal.heads, setup.asked) == ([], [])
        assert setup.guard.refused_finals == 1
        assert isinstance(setup.ends[0], GateRefusedError)

    async def test_leaves_once_and_its_bytes_are_the_evidence(self, setup: Setup) -> None:
        setup.arm()
        statuses = await asyncio.gather(*(setup.send_final() for _ in range(8)))
        assert sorted(statuses) == [200, *[403] * 7]
        assert setup.portal.bodies == [FINAL_BODY]
        assert [request.kind for request in setup.asked] == ["final"]
        evidence = setup.guard.evidence()
        assert evidence.body_sha256 == hashlib.sha256(FINAL_BODY).hexdigest() == setup.asked[0].body_sha256
        assert (evidence.status, evidence.refused_again) == (200, 7)

    async def test_takes_the_permit_along_and_no_request_before_it_does(self, setup: Setup) -> None:
        setup.verdict = Verdict(True, permit="a.permit.token")
        setup.guard.expect(STEP, STEP_PAGE)
        assert await setup.send_step() == 200
        setup.arm()
        assert await setup.send_final() == 200
        step, final = (head.lower() for head in setup.portal.heads)
        assert "pilnvara-permit" not in step
        assert final.count("pilnvara-permit: a.permit.token") == 1

    async def test_differs_from_the_read_back_and_stays(self, setup: Setup) -> None:
        setup.arm()
        assert await setup.send_final(FINAL_BODY.replace(b"versija=v", b"versija=w")) == 403
        assert (setup.portal.heads, setup.asked) == ([], [])
        assert isinstance(setup.ends[0], TamperedError)

    async def test_stays_when_its_yes_came_so_late_that_others_may_have_acted(self, setup: Setup) -> None:
        """What is recorded as sent and did not leave is in doubt: the portal is asked."""
        setup.arm()
        times = iter(datetime(2026, 11, 2, 9, 0, second, tzinfo=UTC) for second in (0, 31))
        setup.guard.clock = lambda: next(times)
        assert await setup.send_final() == 403
        assert (setup.portal.heads, len(setup.asked)) == ([], 1)
        assert setup.guard.evidence().status is None
        assert isinstance(setup.ends[0], GateRefusedError)

    async def test_verdict_no_keeps_it_in(self, setup: Setup) -> None:
        setup.arm()
        setup.verdict = Verdict(False, "stopped")
        assert await setup.send_final() == 403
        assert setup.portal.heads == []
        assert setup.guard.final is None

    async def test_connection_that_dies_is_no_answer_and_is_not_tried_again(self, setup: Setup) -> None:
        setup.portal.answer = b""
        setup.arm()
        assert await setup.send_final() == 504
        assert len(setup.portal.heads) == 1
        assert setup.guard.evidence().status is None

    @pytest.mark.parametrize("status", [307, 308])
    async def test_redirect_that_repeats_it_is_kept_from_the_browser(self, setup: Setup, status: int) -> None:
        setup.portal.answer = f"HTTP/1.1 {status} Again\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n".encode()
        setup.arm()
        assert await setup.send_final() == 502
        assert setup.guard.evidence().status == status
        assert setup.ends == []

    @pytest.mark.parametrize("closing", [False, True])
    async def test_answer_is_kept_even_when_browser_or_gate_are_gone(self, setup: Setup, *, closing: bool) -> None:
        setup.portal.answer = b"HTTP/1.1 303 See\r\nLocation: /sanemts/VSAA-2026-000001\r\nContent-Length: 0\r\n\r\n"
        setup.portal.release = asyncio.Event()
        setup.arm()
        going = asyncio.create_task(setup.send_final())
        await setup.portal.reached.wait()
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        if closing:
            await setup.gate.close()
        setup.portal.release.set()
        await setup.lane.settle()
        assert setup.guard.final is not None
        assert (setup.guard.final.status, setup.guard.final.location) == (303, "/sanemts/VSAA-2026-000001")

    async def test_silence_is_bounded(self, setup: Setup) -> None:
        setup.portal.release = asyncio.Event()
        setup.arm()
        assert await setup.send_final() == 504
        setup.portal.release.set()
        assert setup.guard.final is not None
        assert setup.guard.final.timed_out
