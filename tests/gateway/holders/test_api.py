"""A holder's own system asks by its key: the same numbers as the pages, and nothing of another institution."""

from typing import Any

import msgspec
import pytest

from gateway.holders import statements
from gateway.people.access import Scope
from tests.gateway.answers import Answer
from tests.gateway.callers import Caller
from tests.gateway.described import document, ensure_described
from tests.gateway.holders.conftest import OURS, THEIRS
from tests.gateway.holders.test_filings import lines_of, one_of_each
from tests.gateway.holders.test_statements import DECEMBER, NOVEMBER, go_to, issue, issued
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.programs import a_key
from tests.gateway.visits.counter import BENEFIT

GETS = ("/api/holder/filings", "/api/holder/statements", "/api/holder/statements/2026-11")


def a_program(facing: Facing, agency: str | None, scope: Scope = Scope.HOLDER) -> Caller:
    counter = facing.counter
    return Caller(facing.app, page=False, key=a_key(counter.store, counter.clock.now(), scope, agency=agency))


def read(answer: Answer, status: int = 200) -> Any:
    assert answer.status == status, answer.text
    return msgspec.json.decode(answer.body)


def send(program: Caller, body: str) -> Answer:
    headers = {"content-type": "text/csv"}
    return program.call("POST", "/api/holder/reconciliations", headers=headers, body=body.encode())


@pytest.fixture
def program(facing: Facing) -> Caller:
    """Of the institution that holds the benefit."""
    return a_program(facing, OURS)


def test_counts_are_those_of_the_file_and_the_page(facing: Facing, program: Caller, officer: Phone) -> None:
    one_of_each(facing.counter)
    found = read(program.get("/api/holder/filings?from=2026-11&to=2026-11"))
    of_file = lines_of(officer.get("/holder/filings.csv?from=2026-11&to=2026-11").text)[1:]
    assert [[str(value) for value in each.values()] for each in found["counts"]] == of_file
    assert (found["holder"], found["first"], found["last"]) == (OURS, "2026-11", "2026-11")


def test_a_statement_is_the_one_that_was_issued_byte_for_byte(facing: Facing, program: Caller) -> None:
    one_of_each(facing.counter)
    assert read(program.get("/api/holder/statements/2026-11"))["state"] == "draft"
    go_to(facing.counter, DECEMBER)
    issue(facing.counter)
    program = a_program(facing, OURS)
    found = read(program.get("/api/holder/statements/2026-11"))
    assert found["state"] == "issued"
    assert found["sha256"] == issued(facing.counter).sha256
    content = msgspec.convert(found["content"], statements.Content)
    assert statements.packed(content) == statements.packed(issued(facing.counter).content)
    assert read(program.get("/api/holder/statements"))["statements"] == [found]
    assert str(NOVEMBER) == content.month


def test_a_list_is_compared_at_once_or_its_wrong_lines_are_named(facing: Facing, program: Caller) -> None:
    one_of_each(facing.counter)
    answer = read(send(program, "reference;received_at\nSP-2026-000001;2026-11-02\nSP-9;2026-11-02\n"), 201)
    assert (answer["state"], answer["result"]["both"]) == ("compared", 1)
    assert [each["reference"] for each in answer["result"]["differences"]] == ["SP-9"]
    assert read(program.get(f"/api/holder/reconciliations/{answer['id']}")) == answer
    refused = read(send(program, "reference;received_at\nSP-1;now\n"), 422)
    assert (refused["code"], refused["faults"]) == ("holder.list_faults", [{"wrong": "no_time", "line": 2}])


def test_another_institutions_key_finds_nothing_and_other_keys_open_nothing(facing: Facing, program: Caller) -> None:
    one_of_each(facing.counter)
    here = read(send(program, "reference;received_at\nSP-2026-000001;2026-11-02\n"), 201)["id"]
    other = a_program(facing, THEIRS)
    for path in GETS:
        said = other.get(path)
        assert said.status == 200
        assert BENEFIT not in said.text
        assert OURS not in said.text
    assert other.get(f"/api/holder/reconciliations/{here}").status == 404
    theirs = read(send(other, "reference;received_at\nSP-2026-000001;2026-11-02\n"), 201)
    assert theirs["result"]["both"] == 0
    for caller in (a_program(facing, None), a_program(facing, OURS, Scope.RATINGS), Caller(facing.app, page=False)):
        for path in GETS:
            assert caller.get(path).status in {401, 403}


def test_every_answer_is_as_described(facing: Facing, program: Caller) -> None:
    one_of_each(facing.counter)
    described = document(Caller(facing.app, page=False), "/api/holder")
    for path in GETS:
        ensure_described(described, path.replace("2026-11", "{month}"), program.get(path))
    handed_in = send(program, "reference;received_at\nSP-2026-000001;2026-11-02\n")
    ensure_described(described, "/api/holder/reconciliations", handed_in, "post")
