"""The key by which a portal knows the same sending again: when an empty list proves that nothing arrived."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.runner import looking_up
from connectors.runner.api import Absent, Ambiguous, Found, LookUpTask
from connectors.runner.errors import FormChangedError
from connectors.runner.guard import Guard
from connectors.runner.looking_up import looked_up
from connectors.sdk import registry
from connectors.sdk.steps import LookUp
from tests.connectors.desk import SICKNESS

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
RULE = LookUp(
    path="/api", items=None, service=None, key="key", reference="no", received="at", idempotency_key="idempotency"
)


def task(key: str = "k-1") -> LookUpTask:
    async def ticket() -> str:
        return "t"

    return LookUpTask(
        run_id="r",
        connector_id=SICKNESS,
        portal_origin="http://127.0.0.2",
        issuer_origin="http://127.0.0.1",
        language="lv",
        ticket=ticket,
        key="period",
        since=NOW,
        idempotency_key=key,
    )


def listed(*keys: str) -> list[dict[str, str]]:
    return [{"no": f"A-{n}", "idempotency": key} for n, key in enumerate(keys)]


def test_a_list_without_the_key_proves_that_nothing_arrived_at_once() -> None:
    assert looked_up(RULE, task(), listed("k-0"), NOW) == Absent(conclusive=True)


def test_a_list_with_the_key_names_the_application_whatever_else_it_says() -> None:
    assert looked_up(RULE, task(), listed("k-0", "k-1"), NOW) == Found(reference="A-1", pdf=None)


def test_a_sending_that_carried_no_key_is_not_proved_absent_by_one() -> None:
    assert looked_up(RULE, task(""), listed(), NOW + timedelta(hours=1)) == Absent(conclusive=False)


def test_a_list_without_times_leaves_it_to_a_person_which_one_it_is() -> None:
    rule = replace(RULE, received=None, idempotency_key=None)
    assert looked_up(rule, task(), [{"no": "A-1", "key": "period"}], NOW) == Ambiguous(references=("A-1",))
    assert looked_up(rule, task(), [{"no": "A-1", "key": "another"}], NOW) == Absent(conclusive=False)


@pytest.mark.parametrize("said", [None, "", " ", "A" * 65, "A\n1", {"no": 1}, True])
def test_an_entry_without_a_number_that_can_be_read_is_no_list_to_go_by(said: object) -> None:
    with pytest.raises(FormChangedError):
        looked_up(RULE, task(), [{"no": said, "idempotency": "k-1"}], NOW)


@pytest.mark.parametrize("entry", ["A-1", None, 1])
def test_an_entry_of_another_shape_is_no_list_to_go_by(entry: Any) -> None:
    with pytest.raises(FormChangedError):
        looked_up(RULE, task(), [entry], NOW)


def test_a_list_too_deep_to_be_read_is_none() -> None:
    with pytest.raises(FormChangedError):
        looking_up._listed(RULE, b"[" * 200_000)


def test_the_key_goes_with_the_final_request_only_where_the_connector_names_a_header() -> None:
    connector = registry.find(SICKNESS)
    assert armed(connector.final.idempotency_header) == ()
    assert armed("Idempotency-Key") == (("Idempotency-Key", "k-1"),)


def armed(header: str | None) -> tuple[tuple[str, str], ...]:
    """What would go with the final request of a connector that names this header."""
    connector = registry.find(SICKNESS)

    async def decide(_request: object) -> object:
        raise AssertionError("nothing is asked")

    guard = Guard(
        run_id="r",
        portal_origin="http://127.0.0.2:80",
        issuer_origin="http://127.0.0.1:80",
        authorize_path="/oauth/authorize",
        connector=replace(connector, final=replace(connector.final, idempotency_header=header)),
        decide=decide,  # type: ignore[arg-type]  # never called
        clock=lambda: NOW,
    )
    guard.arm(decide, "k-1")  # type: ignore[arg-type]  # never called
    return guard.final_headers
