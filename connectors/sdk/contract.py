"""What holds of every connector before it is used: a fault is told when it is loaded, and not at somebody's counter."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

from connectors.sdk import inputs as kinds
from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Input, WhoseMatter
from connectors.sdk.paths import path_fits
from connectors.sdk.steps import LookUp, Request

_KNOWN: frozenset[str] = frozenset(get_args(WhoseMatter))
_NAME = re.compile(r"[a-z][a-z0-9_]*")
"""A dot parts a group from its rows, and what stands before one is ours."""
_WITHOUT_ONE_VALUE = (kinds.Checkbox, kinds.CheckboxGroup, kinds.File, kinds.Group)
_MOMENT = datetime(2026, 11, 23, 22, 34, tzinfo=UTC)
"""With it a way to write times is tried."""
_OF_ONE_VALUE = ("same_as", "prefill", "lockable", "guarded", "concept")


class ConnectorContractError(Exception):
    """A connector cannot be used as it is declared; the message names it, its inputs, and why."""


def ensure_sound(connector: Connector) -> None:
    """Refuse a connector whose questions cannot be put.

    Raises:
        ConnectorContractError: names every fault at once.
    """
    faults = list(_faults(connector))
    if faults:
        raise ConnectorContractError(f"connector {connector.id!r} cannot be used: {'; '.join(faults)}")


def _faults(connector: Connector) -> Iterator[str]:
    yield from _faults_of(connector.inputs)
    yield from _faults_of_requests(connector)
    yield from _faults_of_look_up(connector.look_up)
    for question in connector.inputs:
        if isinstance(question, kinds.Group):
            yield from (f"group {question.name!r}: {fault}" for fault in _faults_of_group(question))


def _faults_of_requests(connector: Connector) -> Iterator[str]:
    """Why the gate could take another request for the final one, or the other way round."""
    for step in connector.steps:
        for request in (step.request, *step.extra):
            if any(_same_place(request, final) for final in (connector.final.request, *connector.final.then)):
                yield f"a request of step {step.name!r} and the final one are told apart by no fixed field"


def _faults_of_look_up(rule: LookUp | None) -> Iterator[str]:
    """Why an application would be taken for an older one, and what has arrived be sent again."""
    table = None if rule is None or rule.received is None or rule.settles_after is None else rule.table
    if table is not None and _read_again(table.written) != _MOMENT:
        yield f"its list writes times as {table.written!r}, not to the minute: leave settles_after out"


def _read_again(written: str) -> datetime | None:
    try:
        return datetime.strptime(_MOMENT.strftime(written), written).replace(tzinfo=UTC)
    except ValueError:
        return None


def _same_place(one: Request, final: Request) -> bool:
    same_path = path_fits(final.path, one.path) or path_fits(one.path, final.path)
    return same_path and one.method == final.method and not _told_apart(one, final)


def _told_apart(one: Request, other: Request) -> bool:
    return any(other.fixed.get(name, value) != value for name, value in one.fixed.items())


def _faults_of(inputs: tuple[Input, ...]) -> Iterator[str]:
    before: set[str] = set()
    for question in inputs:
        if question.name in before:
            yield f"input {question.name!r} is asked twice"
        if not _NAME.fullmatch(question.name):
            yield f"input {question.name!r} has to be named by lower-case letters, digits and _, a letter first"
        if question.name in kinds.TAKEN:
            yield f"input {question.name!r} has a name that the assistant's form needs itself: give it another"
        depends = {question.shown_when, *(option.only_when for option in getattr(question, "options", ()))}
        for other in sorted({each.other for each in depends if each is not None} - before):
            yield f"input {question.name!r} depends on {other!r}, which is not asked before it"
        for reason in _unfit_to_be_known(question):
            yield f"input {question.name!r} {reason}"
        before.add(question.name)


def _faults_of_group(group: kinds.Group) -> Iterator[str]:
    """Why its rows could not be asked. A row belongs to nobody who is known, and a question of it to one row."""
    if not 0 <= group.least <= group.most or group.most < 1:
        yield f"it cannot have from {group.least} to {group.most} rows"
    yield from _faults_of(group.items)
    for item in group.items:
        if isinstance(item, kinds.Group):
            yield f"input {item.name!r} is a group itself"
        for name in _OF_ONE_VALUE:
            if getattr(item, name):
                yield f"input {item.name!r} has {name}, but there may be several of it"


def _unfit_to_be_known(question: Input) -> Iterator[str]:
    """Why what is known of somebody cannot be the answer."""
    if question.same_as is not None and question.same_as not in _KNOWN:
        yield f"has same_as={question.same_as!r}, which no delegation says; there are {', '.join(sorted(_KNOWN))}"
    if isinstance(question, _WITHOUT_ONE_VALUE):
        named = {"same_as": question.same_as, "prefill": question.prefill, "lockable": question.lockable}
        for name in (name for name, value in named.items() if value):
            yield f"has {name}, but a {type(question).__name__} has no single value that could be known"
