"""A service holder looks for what it was given, with nothing but the tokens, published keys and public hash tiles."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from audit import note, reconcile_command
from audit.__main__ import main
from audit.cosignature import WitnessSigner
from audit.directory import open_log
from audit.entry import encode
from audit.notice import notice_of, twin_of
from delegation.signing import SigningKey, public_jwks
from tests.audit.builders import KEY, NOON, ORIGIN, OTHER_KEY, MemoryLog, a_log
from tests.audit.test_directory import publish

VKEY = KEY.verifier.vkey
ISSUER, _ = SigningKey.generate()
STRANGER, _ = SigningKey.generate()
LATER = f"{NOON + timedelta(days=1):%Y-%m-%dT%H:%M:%S}"


@cache  # a signature is another each time, and with it the token
def a_token(name: str, at: datetime = NOON, *, typ: str = "permit+jwt", key: SigningKey = ISSUER) -> str:
    return key.sign(typ, json.dumps({"jti": name, "iat": int(at.timestamp())}).encode())


def a_log_of(*tokens: str) -> MemoryLog:
    """A log of 300 entries in which these tokens are noted."""
    log = a_log(300 - len(tokens), visits=7, every=300)
    for token in tokens:
        log.append_bytes(encode(notice_of(token)))
    return log


class Holder:
    """Who has received tokens, and has fetched the log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = str(folder / "log")
        (folder / "jwks.json").write_text(json.dumps(public_jwks(ISSUER)))

    def fetches(self, log: MemoryLog, signed: bytes | None = None) -> None:
        publish(log, self.folder / "log")
        (self.folder / "log" / "checkpoint").write_bytes(signed or log.sign())
        for entries in (self.folder / "log" / "tile" / "entries").rglob("*"):
            if entries.is_file():
                entries.unlink()  # a holder gets hash tiles alone

    def looks(self, tokens: list[str], *options: str) -> tuple[int, dict[str, Any]]:
        code, said = self.runs(tokens, *options, "--json")
        return code, json.loads(said)

    def runs(self, tokens: list[str], *options: str, vkey: str = VKEY) -> tuple[int, str]:
        (self.folder / "received").write_text("# what came\n\n" + "\n".join(tokens) + "\n")
        where = (str(self.folder / "received"), "--log", self.log, "--vkey", vkey)
        keys = ("--jwks", str(self.folder / "jwks.json"))
        result = CliRunner().invoke(main, ["reconcile", *where, *keys, *options])
        return result.exit_code, result.output


@pytest.fixture
def holder(tmp_path: Path) -> Holder:
    return Holder(tmp_path)


def verdicts(said: dict[str, Any]) -> list[str]:
    return [each["verdict"] for each in said["tokens"]]


def test_finds_each_token_with_its_leaf(holder: Holder) -> None:
    tokens = [a_token("one"), a_token("two", typ="JWT"), a_token("three", typ="delegation+jwt")]
    holder.fetches(a_log_of(*tokens))
    code, said = holder.looks(tokens)
    assert (code, said["verdict"], verdicts(said)) == (0, "verified", ["logged"] * 3)
    assert [each["index"] for each in said["tokens"]] == [297, 298, 299]
    code, text = holder.runs(tokens)
    assert text.splitlines() == [
        f"Verified, unwitnessed: all 3 tokens stand in the log of 300 ({ORIGIN}).",
        "logged: line 3: permit+jwt: leaf 297",
        "logged: line 4: JWT: leaf 298",
        "logged: line 5: delegation+jwt: leaf 299",
    ]


class TestOneThatWasSignedAndNotRecorded:
    def test_is_suppressed_in_a_log_that_was_fetched_later(self, holder: Holder) -> None:
        holder.fetches(a_log_of(a_token("one")))
        tokens = [a_token("one"), a_token("hidden")]
        code, said = holder.looks([tokens[0], tokens[1]], "--fetched", LATER)
        assert (code, said["verdict"], verdicts(said)[1]) == (1, "suppressed", "suppressed")
        assert "signed 2024-03-04T12:00:00.000000Z, and not in the log" in said["tokens"][1]["detail"]

    def test_is_suppressed_where_a_later_token_is_there(self, holder: Holder) -> None:
        later = a_token("later", NOON + timedelta(hours=2))
        holder.fetches(a_log_of(later))
        code, said = holder.looks([a_token("hidden"), later])
        assert (code, verdicts(said)) == (1, ["suppressed", "logged"])

    def test_is_suppressed_where_a_witness_saw_the_log_later(self, holder: Holder) -> None:
        witness = WitnessSigner("w1.example", bytes(range(2, 34)), lambda: NOON + timedelta(hours=2))
        log = a_log_of(a_token("one"))
        holder.fetches(log, note.add_signatures(log.sign(), [witness]))
        code, said = holder.looks([a_token("hidden")], "--witness", witness.verifier.vkey)
        assert (code, verdicts(said)) == (1, ["suppressed"])

    def test_is_suppressed_in_a_log_that_is_read_at_an_address_now(
        self, holder: Holder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        holder.fetches(a_log_of(a_token("one")))
        folder = str(holder.folder / "log")
        monkeypatch.setattr(reconcile_command, "open_log", lambda _address: open_log(folder))
        monkeypatch.setattr(holder, "log", "https://gateway.example/log")
        assert holder.looks([a_token("hidden")])[0] == 1

    def test_cannot_be_told_from_one_that_waits_in_a_log_of_unknown_age(self, holder: Holder) -> None:
        holder.fetches(a_log_of(a_token("one")))
        code, said = holder.looks([a_token("hidden")])
        assert (code, said["verdict"], verdicts(said)) == (3, "cannot_exclude", ["cannot_exclude"])

    def test_cannot_be_told_from_one_that_waits_within_the_hour(self, holder: Holder) -> None:
        holder.fetches(a_log_of())
        soon = f"{NOON + timedelta(minutes=59):%Y-%m-%dT%H:%M:%S}"
        assert holder.looks([a_token("new")], "--fetched", soon)[0] == 3


class TestOneThatWasSpelledAnew:
    """Of each ES256 signature anybody can make a second one that is right as well."""

    def test_is_found_and_accuses_nobody(self, holder: Holder) -> None:
        holder.fetches(a_log_of(a_token("one")))
        anew = twin_of(a_token("one"))
        code, said = holder.looks([anew, a_token("one")], "--fetched", LATER)
        assert (anew != a_token("one"), twin_of(anew)) == (True, a_token("one"))
        assert (code, verdicts(said)) == (0, ["logged", "logged"])
        assert [each["index"] for each in said["tokens"]] == [299, 299]

    def test_is_suppressed_where_neither_was_recorded(self, holder: Holder) -> None:
        holder.fetches(a_log_of(a_token("one")))
        assert holder.looks([twin_of(a_token("hidden"))], "--fetched", LATER)[0] == 1


class TestOneThatNobodySigned:
    @pytest.mark.parametrize(
        "forged",
        [
            lambda: a_token("one", typ="permit+jwt")[:-6] + "AAAAAA",
            lambda: "no token",
            lambda: a_token("one").replace(".", "..", 1),
        ],
    )
    def test_is_invalid(self, holder: Holder, forged: Callable[[], str]) -> None:
        holder.fetches(a_log_of())
        code, said = holder.looks([forged()], "--fetched", LATER)
        assert (code, said["verdict"]) == (1, "token_invalid")

    def test_by_a_key_that_was_not_handed_in_is_said_so_and_accuses_nobody(self, holder: Holder) -> None:
        holder.fetches(a_log_of())
        code, said = holder.looks([a_token("one", key=STRANGER)], "--fetched", LATER)
        assert code == 3
        assert "--jwks" in said["tokens"][0]["detail"]

    def test_of_another_kind_has_no_notice(self, holder: Holder) -> None:
        holder.fetches(a_log_of())
        code, said = holder.looks([a_token("one", typ="at+jwt")], "--fetched", LATER)
        assert (code, verdicts(said)) == (3, ["cannot_exclude"])


class TestTheLog:
    def test_whose_hashes_do_not_lead_to_the_signed_root_is_inconsistent(self, holder: Holder) -> None:
        log = a_log_of(a_token("one"))
        signed = log.sign()
        log.edit(3, encode(notice_of(a_token("hidden"))), rehash=True)
        holder.fetches(log, signed)
        code, said = holder.runs([a_token("hidden")], "--fetched", LATER)
        assert code == 1
        assert said.startswith("NOT VERIFIED (inconsistent): the hash tiles do not lead to the root")

    def test_that_lacks_a_tile_lets_nobody_conclude(self, holder: Holder) -> None:
        holder.fetches(a_log_of(a_token("one")))
        (holder.folder / "log" / "tile" / "0" / "000").unlink()
        code, said = holder.runs([a_token("one")], "--fetched", LATER)
        assert (code, said.split(":")[0]) == (3, "Cannot conclude (cannot_exclude)")

    def test_that_admits_a_loss_is_quoted_beside_what_is_not_there(self, holder: Holder) -> None:
        holder.fetches(a_log_of(a_token("one")))
        names = [{"origin": ORIGIN, "keys": [], "index": 7, "missing": 12}, {"origin": "log.example/old", "keys": []}]
        (holder.folder / "log" / "origins").write_text(json.dumps(names))
        code, said = holder.runs([a_token("hidden")], "--fetched", LATER)
        assert code == 1
        assert "The log admits that 12 entries were lost" in said
        assert "admits" not in holder.runs([a_token("one")], "--fetched", LATER)[1]
        assert holder.looks([a_token("hidden")], "--fetched", LATER)[1]["lost"] == 12

    def test_that_another_key_signed_is_not_read(self, holder: Holder) -> None:
        holder.fetches(a_log_of(a_token("one")))
        code, said = holder.runs([a_token("one")], vkey=OTHER_KEY.verifier.vkey)
        assert (code, said.split(":")[0]) == (2, "Nothing was checked")

    def test_without_the_demanded_witness_is_unwitnessed(self, holder: Holder) -> None:
        witness = WitnessSigner("w1.example", bytes(range(2, 34)), lambda: NOON)
        holder.fetches(a_log_of(a_token("one")))
        code, said = holder.looks([a_token("one")], "--witness", witness.verifier.vkey, "--quorum", "1")
        assert (code, said["verdict"], verdicts(said)) == (3, "unwitnessed", ["logged"])


def test_a_file_without_tokens_is_bad_input(holder: Holder) -> None:
    holder.fetches(a_log_of())
    assert holder.runs([])[0] == 2
