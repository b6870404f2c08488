"""Values that the resident has fixed in the delegation: the assistant cannot change them, nor can a connector's code.

They are what was known of the resident when the delegation was asked for, sealed with it. They are held against every
answer, and against what the portal holds just before the last click.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Input
from connectors.sdk.registry import find
from connectors.sdk.rules import AnswerError, kept
from connectors.sdk.steps import Action, Values
from delegation.model import AllowedService
from delegation.readback import ReadBack
from gateway.people.residents import Profile
from gateway.services.catalogue import Service
from gateway.visits.errors import LockedValueError, NothingToKeepError
from gateway.visits.sealed import VisitVault

Fixed: TypeAlias = dict[str, dict[str, str]]
"""Values by service and input."""
_KIND = "locked"


def offered(service: Service, profile: Profile) -> dict[str, str]:
    """The inputs of a service whose value is known of the resident and may be fixed, with that value."""
    known = known_of(profile)
    inputs = [each for each in find(service.id).inputs if each.lockable]
    return {each.name: value for each in inputs if (value := _as_kept(each, known.get(each.prefill or "")))}


def known_of(profile: Profile) -> dict[str, str | None]:
    """What is known of a resident, by the names under which questions ask for it."""
    return {
        "resident.phone": profile.phone,
        "resident.email": profile.email,
        "resident.address": profile.address,
        "resident.iban": profile.iban,
    }


def values_of(services: Sequence[Service], scope: Sequence[AllowedService], profile: Profile) -> Fixed:
    """The known values that `scope` fixes.

    Raises:
        NothingToKeepError: an input may not be fixed, or nothing is known that it could keep.
    """
    values: Fixed = {}
    by_id = {service.id: service for service in services}
    for each in scope:
        if not each.locked:
            continue
        known = offered(by_id[each.service], profile)
        if not known.keys() >= set(each.locked):
            raise NothingToKeepError(f"{each.service} fixes what is not known")
        values[each.service] = {name: known[name] for name in each.locked}
    return values


def pack(values: Fixed) -> bytes:
    """The values as they are sealed."""
    return msgspec.json.encode(values)


def of(vault: VisitVault, delegation_id: str, service_id: str) -> dict[str, str]:
    """The values that a delegation fixes for a service, by input."""
    sealed = vault.find(delegation_id, _KIND)
    return {} if sealed is None else msgspec.json.decode(sealed, type=Fixed).get(service_id, {})


def ensure_kept(fixed: Mapping[str, str], connector: Connector, values: Values) -> None:
    """Refuse answers that differ from what is fixed; a question that is not asked has no answer to differ.

    Raises:
        LockedValueError: names the inputs.
    """
    changed = tuple(name for name in differing(fixed, connector, values))
    if changed:
        raise LockedValueError(changed)


def differing(fixed: Mapping[str, str], connector: Connector, values: Values) -> Iterator[str]:
    """The inputs whose answer is another than the fixed one, or missing."""
    for name, value in fixed.items():
        if _is_asked(connector.input(name), values) and values.get(name) != value:
            yield name


def changed_in(fixed: Mapping[str, str], connector: Connector, values: Values, readback: ReadBack) -> tuple[str, ...]:
    """The inputs for which the portal holds something else than what is fixed."""
    if not fixed:
        return ()
    held: dict[tuple[str, str], list[str]] = {}
    for item in readback.items:
        held.setdefault((item.page, item.control), []).append(item.value)
    meant = {**values, **{name: value for name, value in fixed.items() if _is_asked(connector.input(name), values)}}
    return tuple(
        dict.fromkeys(
            action.input
            for page, action in _actions(connector, meant)
            if action.input is not None and action.input in fixed and held.get((page, action.control)) != [action.value]
        )
    )


def _actions(connector: Connector, values: Values) -> Iterator[tuple[str, Action]]:
    for step in connector.steps_for(values):
        for fill in step.fills:
            for action in fill.actions(values):
                yield step.name, action


def _is_asked(question: Input, values: Values) -> bool:
    return question.shown_when is None or question.shown_when.holds(values)


def _as_kept(question: Input, value: str | None) -> str | None:
    """A known value as an answer would be kept; none if the question would not take it."""
    if not value:
        return None
    try:
        return kept(question, value)
    except AnswerError:
        return None
