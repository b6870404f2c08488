"""A visit about two services of which one feeds the other, answered once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.sdk import registry, together
from gateway.visits import advancing, plans
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter
from tests.gateway.visits.played import filed

PAGE = "Jūsu iesniegums ir saņemts. Bērna personas kods: 329999-00077."


@contextmanager
def benefit_gives_the_childs_code() -> Iterator[None]:
    """As a registration does: the queue asks for the code, and waits until this has brought it forth."""
    connector = registry.find(BENEFIT)
    object.__setattr__(connector, "gives", {"child.code": r"personas kods: ([0-9]{6}-[0-9]{5})"})
    together.forget()
    try:
        yield
    finally:
        object.__setattr__(connector, "gives", {})
        together.forget()


def answers(counter: Counter, **changed: str) -> dict[str, Any]:
    """Answers to both services, by the names of the set."""
    services = counter.view().visit["services"]
    plan = counter.read(lambda conn: plans.of_visit(conn, services))
    day, values = counter.clock.now().date(), dict[str, Any]()
    for service in plan.services:
        sample = registry.find(service).samples[0].answers(day)
        ticks = {each.name for each in registry.find(service).inputs if each.kind == "checkbox"}
        given = {name: value for name, value in sample.items() if name not in ticks or value == "yes"}
        values |= {plan.name_of(service, name): value for name, value in given.items()}
    return {name: value for name, value in (values | changed).items() if name not in _awaited(counter)}


def answer(counter: Counter, **changed: str) -> None:
    """Answer everything, as the desk's form does."""
    values = answers(counter, **changed)
    counter.write(lambda conn: advancing.answer(conn, counter.store, counter.by, counter.visit_id, values, {}))
    counter.filing_id = counter.filing().id


def go_on(counter: Counter) -> None:
    """What the worker does once something has ended."""
    counter.write(lambda conn: advancing.go_on(conn, counter.store, counter.visit_id))
    counter.filing_id = counter.filing().id


def leave_out(counter: Counter, service: str) -> None:
    counter.write(lambda conn: advancing.leave_out(conn, counter.store, counter.by, counter.visit_id, service))


def settle(counter: Counter, **said: str) -> None:
    """Say yes or no to what comes first: of the benefit by `sheet`, of the queue by `child`."""
    names = {"sheet": f"{BENEFIT}/sheet_b_closed", "child": f"{QUEUE}/child_registered"}
    given = {names[name]: value for name, value in said.items()}
    counter.write(lambda conn: advancing.settle(conn, counter.store, counter.by, counter.visit_id, given))


def filed_with(moment: datetime, text: str = PAGE) -> Any:
    """The portal's receipt, with a page that says so."""
    return replace(filed(moment), page_text=text)


def _awaited(counter: Counter) -> frozenset[str]:
    services = counter.view().visit["services"]
    plan = counter.read(lambda conn: plans.of_visit(conn, services))
    newest = plans.newest(counter.filings(), counter.delegation().id)
    return plans.awaited(plan, newest)


def as_sent(values: dict[str, Any]) -> dict[str, str]:
    """Answers as the desk's form sends them: a day in three fields."""
    sent: dict[str, str] = {}
    for name, value in values.items():
        parts = value.split("-") if isinstance(value, str) else []
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            sent |= {f"{name}-{part}": text for part, text in zip(("year", "month", "day"), parts, strict=True)}
        else:
            sent[name] = value
    return sent
