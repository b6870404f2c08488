"""What holds of every connector before it is used: a fault is told when it is loaded, and not at somebody's counter."""

from collections.abc import Iterator
from typing import get_args

from connectors.sdk import inputs as kinds
from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Input, WhoseMatter

_KNOWN: frozenset[str] = frozenset(get_args(WhoseMatter))
_WITHOUT_ONE_VALUE = (kinds.Checkbox, kinds.CheckboxGroup, kinds.File)


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
    before: set[str] = set()
    for question in connector.inputs:
        if question.name in before:
            yield f"input {question.name!r} is asked twice"
        if question.shown_when is not None and question.shown_when.other not in before:
            yield f"input {question.name!r} depends on {question.shown_when.other!r}, which is not asked before it"
        for reason in _unfit_to_be_known(question):
            yield f"input {question.name!r} {reason}"
        before.add(question.name)


def _unfit_to_be_known(question: Input) -> Iterator[str]:
    """Why what is known of somebody cannot be the answer."""
    if question.same_as is not None and question.same_as not in _KNOWN:
        yield f"has same_as={question.same_as!r}, which no delegation says; there are {', '.join(sorted(_KNOWN))}"
    if isinstance(question, _WITHOUT_ONE_VALUE):
        named = {"same_as": question.same_as, "prefill": question.prefill, "lockable": question.lockable}
        for name in (name for name, value in named.items() if value):
            yield f"has {name}, but a {type(question).__name__} has no single value that could be known"
