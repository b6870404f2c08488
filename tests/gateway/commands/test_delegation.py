"""`pilnvara delegation verify`, as whoever holds a token runs it."""

import hmac
import http.server
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from delegation.claims import MadeUp
from delegation.signing import SigningKey, public_jwks, sign_delegation, sign_permit
from delegation.status import pack, sign_status
from gateway.cli import main
from tests.delegation.builders import (
    ISSUER,
    KEY,
    LIST_URI,
    NOON,
    OTHER_KEY,
    PORTAL,
    SICKNESS_BENEFIT,
    a_binding,
    some_claims,
)
from tests.delegation.test_signing import GOOD_HEADER, b64, forged, unb64
from tests.serving import serve

TOKEN = sign_delegation(KEY, some_claims())
PERMIT = sign_permit(KEY, a_binding(), issuer=ISSUER, audience=ISSUER, jti="p-1", now=NOON)
END = "2026-11-16 14:00:00 UTC"
AT = "2026-11-16T12:00:30Z"


@dataclass
class Holder:
    """Somebody with a token, the keys in a file, and perhaps a status list."""

    folder: Path

    @property
    def jwks(self) -> str:
        return self.write("jwks.json", json.dumps(public_jwks(KEY)))

    def write(self, name: str, content: str) -> str:
        (self.folder / name).write_text(content)
        return str(self.folder / name)

    def listed(self, *revoked: int, uri: str = LIST_URI, key: SigningKey = KEY) -> str:
        return self.write("status", sign_status(key, pack(16, revoked), issuer=ISSUER, uri=uri, now=NOON))

    def verify(self, token: str, *more: str, at: str = AT, jwks: str | None = None, stdin: str | None = None) -> Result:
        arguments = ["delegation", "verify", token, "--jwks", jwks or self.jwks, "--at", at, *more]
        return CliRunner().invoke(main, arguments, input=stdin)


@pytest.fixture
def holder(tmp_path: Path) -> Holder:
    return Holder(tmp_path)


def signed(payload: dict[str, Any] | bytes, **header: Any) -> str:
    """A token with a true signature of ours over a payload, whatever its header says."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return forged(GOOD_HEADER | header, raw)


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of the good token, changed; `None` leaves one out."""
    said: dict[str, Any] = msgspec.to_builtins(some_claims())
    return {name: value for name, value in (said | changes).items() if value is not None}


def payload_of(token: str) -> bytes:
    return unb64(token.split(".")[1])


def unsigned(header: dict[str, Any]) -> str:
    return f"{b64(json.dumps(header).encode())}.{TOKEN.split('.')[1]}."


def with_hmac() -> str:
    """Signed with our public key as if it were a shared secret."""
    head = f"{b64(json.dumps(GOOD_HEADER | {'alg': 'HS256'}).encode())}.{TOKEN.split('.')[1]}"
    return f"{head}.{b64(hmac.digest(json.dumps(KEY.public_jwk()).encode(), head.encode(), 'sha256'))}"


class TestAGoodDelegation:
    def test_is_told_in_words(self, holder: Holder) -> None:
        result = holder.verify(TOKEN, "--issuer", ISSUER, "--audience", PORTAL, "--status", holder.listed(3))
        assert result.exit_code == 0, result.output
        assert result.output.splitlines() == [
            f"Verified: delegation d-1 of {ISSUER}, for {PORTAL}.",
            "Who acts: assistant staff-1, at centre centre-1, terminal terminal-1.",
            "For whom: resident resident-1.",
            f"What: {SICKNESS_BENEFIT}: file until {END}, follow until {END}; at most 1 filed; may not change iban.",
            "Said yes: by phone, at 2026-11-16 12:00:00 UTC, assurance http://eidas.europa.eu/LoA/substantial.",
            "Ends: 2026-11-16 14:00:00 UTC.",
        ]

    def test_says_that_any_assistant_of_the_centre_may_act(self, holder: Holder) -> None:
        claims = some_claims()
        whole = msgspec.structs.replace(claims, act=msgspec.structs.replace(claims.act, any_of_centre=True))
        result = holder.verify(sign_delegation(KEY, whole))
        assert result.exit_code == 0
        assert "Any other assistant of that centre may act in their place." in result.output

    def test_says_what_nobody_compared(self, holder: Holder) -> None:
        result = holder.verify(TOKEN)
        assert result.exit_code == 0
        assert [line for line in result.output.splitlines() if line.startswith("Not checked")] == [
            "Not checked: who has to have signed it (--issuer).",
            "Not checked: whom it has to be for (--audience).",
            "Not checked: whether it was stopped (--status).",
        ]

    def test_comes_from_standard_input_and_goes_to_a_program(self, holder: Holder) -> None:
        said = json.loads(holder.verify("-", "--json", stdin=TOKEN + "\n").output)
        assert said["verdict"] == "verified"
        assert said["claims"]["act"]["sub"] == "staff-1"
        assert said["unchecked"] == ["issuer", "audience", "status"]


class TestOneOfAPracticeGateway:
    @pytest.mark.parametrize(("kind", "told"), [("practice", "PRACTICE: "), ("demo", "DEMONSTRATION: ")])
    def test_is_refused_and_says_what_it_is_where_it_is_asked_for(
        self, holder: Holder, kind: MadeUp, told: str
    ) -> None:
        claims = msgspec.structs.replace(some_claims(), made_up=kind)
        permit = sign_permit(KEY, a_binding(), issuer=ISSUER, audience=ISSUER, jti="p-1", now=NOON, made_up=kind)
        for token in (sign_delegation(KEY, claims), permit):
            result = holder.verify(token)
            assert (result.exit_code, "NOT VERIFIED (token.made_up)" in result.output) == (1, True)
            assert kind in result.output
            asked = holder.verify(token, "--made-up")
            assert (asked.exit_code, asked.output.startswith(told)) == (0, True), asked.output


class TestAPermit:
    def test_is_told_in_words_and_its_use_is_the_gateways(self, holder: Holder) -> None:
        result = holder.verify(PERMIT, "--issuer", ISSUER, "--audience", ISSUER)
        assert result.exit_code == 0
        assert "What: filing f-1, attempt 1, under delegation d-1." in result.output
        assert "Not checked: whether it was used before" in result.output

    def test_ends_after_five_minutes(self, holder: Holder) -> None:
        result = holder.verify(PERMIT, at="2026-11-16T12:05:00Z")
        assert (result.exit_code, "permit.expired" in result.output) == (1, True)


REFUSALS: dict[str, tuple[Callable[[], str], tuple[str, ...], str]] = {
    "no token": (lambda: "what is this", (), "token.malformed"),
    "unsigned": (lambda: unsigned(GOOD_HEADER | {"alg": "none"}), (), "token.algorithm"),
    "another algorithm": (lambda: signed(claims(), alg="ES384"), (), "token.algorithm"),
    "hmac with our public key": (with_hmac, (), "token.algorithm"),
    "crit": (lambda: signed(claims(), crit=["b64"]), (), "token.critical_header"),
    "another kind": (lambda: signed(claims(), typ="JWT"), (), "token.wrong_type"),
    "a permit that says it is a delegation": (lambda: signed(payload_of(PERMIT)), (), "token.malformed"),
    "a delegation that says it is a permit": (lambda: signed(claims(), typ="permit+jwt"), (), "token.malformed"),
    "a key that is not there": (lambda: sign_delegation(OTHER_KEY, some_claims()), (), "token.unknown_key"),
    "another's signature": (lambda: TOKEN.rsplit(".", 1)[0] + "." + "A" * 86, (), "token.bad_signature"),
    "no audience": (lambda: signed(claims(aud=None)), (), "token.malformed"),
    "another audience": (lambda: TOKEN, ("--audience", "https://other.example"), "token.wrong_audience"),
    "another issuer": (lambda: TOKEN, ("--issuer", "https://other.example"), "token.wrong_issuer"),
    "no end": (lambda: signed(claims(exp=None)), (), "token.malformed"),
    "from the future": (lambda: signed(claims(iat=int(NOON.timestamp()) + 3600)), (), "token.not_yet_valid"),
    "not yet": (lambda: signed(claims(nbf=int(NOON.timestamp()) + 3600)), (), "token.not_yet_valid"),
    "two audiences in one": (
        lambda: signed(b'{"aud": "https://other.example", ' + payload_of(TOKEN)[1:]),
        (),
        "token.malformed",
    ),
    "too long": (lambda: TOKEN + "A" * 4_000_000, (), "token.malformed"),
}


class TestARefusal:
    @pytest.mark.parametrize("name", REFUSALS)
    def test_has_its_reason_and_exit_code_1(self, holder: Holder, name: str) -> None:
        make, more, reason = REFUSALS[name]
        result = holder.verify("-", *more, stdin=make())
        assert result.exit_code == 1, result.output
        assert result.output.startswith("NOT VERIFIED (")
        assert reason in result.output

    def test_of_an_ended_one_says_that_it_ended(self, holder: Holder) -> None:
        result = holder.verify(TOKEN, "--json", at="2026-11-16T14:00:00Z")
        assert result.exit_code == 1
        assert json.loads(result.output)["code"] == "delegation.expired"

    def test_of_a_stopped_one_says_that_it_was_stopped(self, holder: Holder) -> None:
        result = holder.verify(TOKEN, "--status", holder.listed(7))
        assert (result.exit_code, "delegation.revoked" in result.output) == (1, True)


class TestWhatCannotAnswer:
    def test_an_old_status_list_concludes_nothing(self, holder: Holder) -> None:
        result = holder.verify(TOKEN, "--status", holder.listed(), at="2026-11-16T12:05:00Z")
        assert (result.exit_code, "status.unavailable" in result.output) == (3, True)

    def test_nor_does_the_list_of_another_address(self, holder: Holder) -> None:
        assert holder.verify(TOKEN, "--status", holder.listed(uri=LIST_URI + "9")).exit_code == 3

    def test_nor_an_address_where_nobody_answers(self, holder: Holder) -> None:
        result = holder.verify(TOKEN, jwks="http://127.0.0.1:9/jwks")
        assert (result.exit_code, "input.unreachable" in result.output) == (3, True)

    @pytest.mark.parametrize("content", ["", "[]", '{"keys": 1}', "{"])
    def test_what_is_no_key_set_is_bad_input(self, holder: Holder, content: str) -> None:
        assert holder.verify(TOKEN, jwks=holder.write("bad", content)).exit_code == 2

    @pytest.mark.parametrize("where", ["nowhere.json", "http://portal.example/jwks", "file:///nowhere"])
    def test_nor_is_a_place_that_proves_nothing(self, holder: Holder, where: str) -> None:
        result = holder.verify(TOKEN, jwks=where)
        assert (result.exit_code, result.output.startswith("Nothing was checked")) == (2, True)

    def test_nor_a_time_without_a_zone(self, holder: Holder) -> None:
        assert holder.verify(TOKEN, at="2026-11-16T12:00:30").exit_code == 2


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "jwks").write_text(json.dumps(public_jwks(KEY)))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(tmp_path / "served"))

        def do_GET(self) -> None:
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/jwks")
                self.end_headers()
                return
            super().do_GET()

        def log_message(self, *said: Any) -> None:
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    serve(server)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class TestAnAddress:
    def test_is_asked_when_it_is_given(self, holder: Holder, address: str) -> None:
        assert holder.verify(TOKEN, jwks=f"{address}/jwks").exit_code == 0

    def test_that_sends_elsewhere_answers_nothing(self, holder: Holder, address: str) -> None:
        assert holder.verify(TOKEN, jwks=f"{address}/moved").exit_code == 3


def test_needs_nothing_of_the_server() -> None:
    code = (
        "import sys, gateway.cli, gateway.commands.delegation\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'sqlalchemy', 'litestar', 'authlib', 'jinja2'}))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
