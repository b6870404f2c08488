"""Bytes that no browser sends: a plug-in knows its run's credentials and may speak to the gate as it likes.

What counts is what the portal saw, and that no yes is spent for what does not leave.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from connectors.runner import Verdict
from connectors.runner.errors import RunStoppedError
from tests.connectors.runner.gate_stand import CONNECTOR, FINAL_BODY, FORM, Portal, Setup, listening, standing

pytestmark = pytest.mark.anyio

PATH = CONNECTOR.final.request.path
LENGTH = f"Content-Length: {len(FINAL_BODY)}"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(FINAL_BODY), FINAL_BODY)
CHUNKED = "Transfer-Encoding: chunked"
CLOSE = "Connection: close"
ONCE = [f"POST {PATH}"]


@pytest.fixture
async def setup() -> AsyncIterator[Setup]:
    async with standing() as made:
        made.arm()
        made.verdict = Verdict(True, permit="ours")
        yield made


def head(setup: Setup, lines: Sequence[str], *, method: str = "POST", target: str = PATH, ends: str = "\r\n") -> bytes:
    """The head of a request to the portal, line by line as it is given."""
    whole = target if "://" in target or not target.startswith("/") else setup.portal.address + target
    return (ends.join([f"{method} {whole} HTTP/1.1", "Host: x", setup.authorization(), *lines]) + ends * 2).encode()


def tunnel(setup: Setup, *lines: str) -> bytes:
    """What opens a tunnel to the portal."""
    return head(setup, lines, method="CONNECT", target=setup.portal.address.removeprefix("http://"))


def statuses(answers: bytes) -> list[int]:
    return [int(each.split(b" ", 1)[0]) for each in answers.split(b"HTTP/1.1 ")[1:]]


class TestABodyOfTwoLengths:
    @pytest.mark.parametrize(
        ("lines", "body"),
        [
            ((CHUNKED,), CHUNKS),
            ((CHUNKED, "Content-Length: 5"), CHUNKS),
            (("Content-Length: 5", CHUNKED), CHUNKS),
            ((LENGTH, "Content-Length: 3"), FINAL_BODY),
            ((f"Content-Length: +{len(FINAL_BODY)}",), FINAL_BODY),
            ((LENGTH, "Transfer-Encoding: identity"), FINAL_BODY),
            ((LENGTH, "Transfer-Encoding: xchunked"), FINAL_BODY),
        ],
    )
    async def test_does_not_leave_and_spends_no_yes(self, setup: Setup, lines: Sequence[str], body: bytes) -> None:
        answer = await setup.raw(head(setup, (FORM, CLOSE, *lines)) + body)
        assert statuses(answer) in ([], [403])
        assert (setup.portal.heads, setup.asked, setup.guard.final) == ([], [], None)

    @pytest.mark.parametrize(
        "lines", [(LENGTH, LENGTH), (LENGTH, "Connection: content-length"), (LENGTH, "Content_Length: 3")]
    )
    async def test_leaves_with_the_one_that_it_has(self, setup: Setup, lines: Sequence[str]) -> None:
        await setup.raw(head(setup, (FORM, CLOSE, *lines)) + FINAL_BODY)
        assert (setup.portal.requests, setup.portal.bodies) == (ONCE, [FINAL_BODY])
        assert setup.portal.heads[0].lower().count("content-length") == 1
        assert "content_length" not in setup.portal.heads[0].lower()

    async def test_that_never_comes_whole_is_no_request(self, setup: Setup) -> None:
        asking = asyncio.create_task(
            setup.raw(head(setup, (FORM, f"Content-Length: {len(FINAL_BODY) + 1}")) + FINAL_BODY)
        )
        done, _ = await asyncio.wait([asking], timeout=0.05)
        asking.cancel()
        assert not done
        assert (setup.portal.heads, setup.asked) == ([], [])


class TestAHeadOfTwoReadings:
    @pytest.mark.parametrize(
        "line",
        [
            "X-A: b\nPilnvara-Permit: forged",
            "X-A: b\r\n\tPilnvara-Permit: forged",
            "Pilnvara_Permit: forged",
            "PILNVARA-PERMIT: forged",
            "Connection: pilnvara-permit\r\nPilnvara-Permit: forged",
            "X_HTTP_Method_Override: forged",
            "X-Forwarded-Uri: /forged",
            "Expect: 100-continue, forged",
        ],
    )
    async def test_reaches_the_portal_as_our_own_lines(self, setup: Setup, line: str) -> None:
        await setup.raw(head(setup, (FORM, LENGTH, CLOSE, line)) + FINAL_BODY)
        (seen,) = (each.lower() for each in setup.portal.heads)
        assert [each for each in seen.split("\r\n") if "permit" in each and not each.startswith("x-a:")] == [
            "pilnvara-permit: ours"
        ]
        assert "\n" not in seen.replace("\r\n", "")
        assert "forged" not in seen.replace("x-a: b pilnvara-permit: forged", "")

    @pytest.mark.parametrize("line", ["X-A: b\rPilnvara-Permit: forged", "Pilnvara-Permit : forged", "X-A: \0", ": x"])
    async def test_that_is_no_http_is_not_answered(self, setup: Setup, line: str) -> None:
        assert await setup.raw(head(setup, (FORM, LENGTH, CLOSE, line)) + FINAL_BODY) == b""
        assert (setup.portal.heads, setup.asked) == ([], [])

    async def test_that_ends_its_lines_otherwise_is_written_anew(self, setup: Setup) -> None:
        await setup.raw(head(setup, (FORM, LENGTH, CLOSE), ends="\n") + FINAL_BODY)
        assert setup.portal.requests == ONCE
        assert "\n" not in setup.portal.heads[0].replace("\r\n", "")


class TestATargetOfAnotherForm:
    @pytest.mark.parametrize(
        ("target", "status"),
        [
            ("*", 400),
            ("{portal}?" + PATH, 400),
            ("{portal}#/x" + PATH, 400),
            ("{portal}\\@127.0.0.9" + PATH, 400),
            ("http://somebody@{host}" + PATH, 400),
            ("http://127.0.0.6:99999" + PATH, 400),
            ("http://[::1" + PATH, 400),
            ("ws://{host}" + PATH, 400),
            ("{portal}/" + PATH, 403),
            ("{portal}/x/.." + PATH, 403),
            ("{portal}" + PATH.replace("n", "%6e"), 403),
            ("{portal}" + PATH + ";x=1", 403),
            ("{portal}" + PATH + "?x=1", 403),
        ],
    )
    async def test_is_no_final_request(self, setup: Setup, target: str, status: int) -> None:
        host = setup.portal.address.removeprefix("http://")
        named = target.format(portal=setup.portal.address, host=host)
        answer = await setup.raw(head(setup, (FORM, LENGTH, CLOSE), target=named) + FINAL_BODY)
        assert statuses(answer) == [status]
        assert (setup.portal.heads, setup.asked) == ([], [])

    @pytest.mark.parametrize("method", ["post", "TRACE", "PUT", "PATCH", "QUERY"])
    async def test_or_method_is_none_either(self, setup: Setup, method: str) -> None:
        answer = await setup.raw(head(setup, (FORM, LENGTH, CLOSE), method=method) + FINAL_BODY)
        assert statuses(answer) == [403]
        assert (setup.portal.heads, setup.asked) == ([], [])

    async def test_in_a_tunnel_leads_nowhere_else(self, setup: Setup) -> None:
        async with listening(Portal()) as other:
            wanted = head(setup, (CLOSE,), method="GET", target=f"{other.address}/x")
            assert statuses(await setup.raw(tunnel(setup) + wanted)) == [200, 400]
            assert statuses(await setup.raw(tunnel(setup) + tunnel(setup, CLOSE))) == [200, 403]
            assert other.heads == []
        assert setup.portal.heads == []


class TestOneConnection:
    async def test_carries_no_second_final_request_behind_the_first(self, setup: Setup) -> None:
        again = head(setup, (FORM, LENGTH)) + FINAL_BODY
        last = head(setup, (FORM, LENGTH, CLOSE)) + FINAL_BODY
        assert statuses(await setup.raw(again * 3 + last)) == [200, 403, 403, 403]
        assert (setup.portal.requests, setup.guard.refused_finals) == (ONCE, 3)

    async def test_that_carried_something_before_carries_no_change(self, setup: Setup) -> None:
        """A portal that reads the request and closes an idle connection would otherwise be sent it again."""
        assert await setup.ask("GET", "/page") == 200
        setup.portal.answer = b""
        assert await setup.send_final() == 504
        assert setup.portal.requests == ["GET /page", *ONCE]
        assert setup.portal.connections == 2

    async def test_is_of_no_use_once_its_run_is_over(self, setup: Setup) -> None:
        """Also one that was let in before: a plug-in could keep it for later."""
        host, _, port = setup.gate.address.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(tunnel(setup))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        setup.gate.remove(setup.lane)
        writer.write(head(setup, (CLOSE,), method="GET").replace(setup.portal.address.encode(), b""))
        assert statuses(await reader.read()) == [403]
        writer.close()
        assert setup.portal.heads == []

    async def test_leads_nowhere_once_its_run_has_ended(self, setup: Setup) -> None:
        setup.guard.end(RunStoppedError("somebody stopped the run"))
        assert statuses(await setup.raw(tunnel(setup, CLOSE))) == [403]

    async def test_carries_nothing_else_behind_it_that_changes_something(self, setup: Setup) -> None:
        more = head(setup, ("Content-Length: 1", CLOSE), target="/elsewhere") + b"x"
        assert statuses(await setup.raw(head(setup, (FORM, LENGTH)) + FINAL_BODY + more)) == [200, 403]
        assert setup.portal.requests == ONCE

    async def test_that_begins_in_a_tunnel_ends_there(self, setup: Setup) -> None:
        """What stands behind the head of CONNECT is the first request in the tunnel, and no body of it."""
        wanted = head(setup, (FORM, LENGTH, CLOSE), target=PATH).replace(setup.portal.address.encode(), b"")
        assert statuses(await setup.raw(tunnel(setup) + wanted + FINAL_BODY)) == [200, 200]
        assert setup.portal.bodies == [FINAL_BODY]

    @pytest.mark.parametrize("upgrade", ["websocket", "h2c", "TLS/1.0"])
    async def test_turns_into_nothing_else(self, setup: Setup, upgrade: str) -> None:
        lines = (f"Upgrade: {upgrade}", "Connection: upgrade, close")
        assert statuses(await setup.raw(head(setup, lines, method="GET", target="/"))) == [403]
        assert await setup.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == b"" or setup.portal.heads == []
        assert setup.portal.heads == []


class TestAPortalsAnswer:
    OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    async def test_is_not_preceded_by_hints_for_the_browser(self, setup: Setup) -> None:
        setup.portal.answer = b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" + self.OK
        answer = await setup.raw(head(setup, (FORM, LENGTH, CLOSE)) + FINAL_BODY)
        assert statuses(answer) == [200]
        assert b"preload" not in answer
        assert setup.portal.requests == ONCE

    async def test_is_one_whatever_stands_behind_it(self, setup: Setup) -> None:
        setup.portal.answer = self.OK + b"HTTP/1.1 303 See\r\nLocation: /sanemts/x\r\nContent-Length: 0\r\n\r\n"
        assert statuses(await setup.raw(head(setup, (FORM, LENGTH, CLOSE)) + FINAL_BODY)) == [200]
        assert setup.guard.final is not None
        assert (setup.guard.final.status, setup.guard.final.location) == (200, "")

    @pytest.mark.parametrize(
        "answer",
        [
            b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
            b"\x16\x03\x01 no HTTP at all\r\n\r\n",
        ],
    )
    async def test_that_is_none_leaves_it_open_what_became_of_the_request(self, setup: Setup, answer: bytes) -> None:
        setup.portal.answer = answer
        assert statuses(await setup.raw(head(setup, (FORM, LENGTH, CLOSE)) + FINAL_BODY)) == [504]
        assert setup.portal.requests == ONCE
        assert setup.guard.evidence().status is None

    @pytest.mark.parametrize("status", [401, 407, 408, 421, 425, 429, 503])
    async def test_that_asks_for_it_again_is_not_followed(self, setup: Setup, status: int) -> None:
        setup.portal.answer = f"HTTP/1.1 {status} Again\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n".encode()
        again = head(setup, (FORM, LENGTH)) + FINAL_BODY
        last = head(setup, (FORM, LENGTH, CLOSE)) + FINAL_BODY
        assert statuses(await setup.raw(again + last)) == [status, 403]
        assert (setup.portal.requests, setup.guard.evidence().status) == (ONCE, status)
