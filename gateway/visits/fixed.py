"""Values that the delegation fixes: the assistant cannot change them, nor can a connector's code.

They are what the resident has fixed of what was known of them, and who it is whose matter it is, as the statement has
it. Sealed with the delegation, they are held against every answer, and against what the portal holds just before the
last click.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Date, Input
from connectors.sdk.registry import find
from connectors.sdk.rules import AnswerError, kept, kept_date
from connectors.sdk.steps import Action, Values
from delegation.model import AllowedService, AuthorityKind
from delegation.readback import ReadBack
from gateway.people.personal_code import born_on
from gateway.people.residents import Profile
from gateway.services.catalogue import Service
from gateway.visits.errors import LockedValueError, NothingToKeepError
from gateway.visits.sealed import VisitVault

Fixed: TypeAlias = dict[str, dict[str, str]]
"""Values by service and input."""
_KIND = "locked"
_GIVEN_AND_FAMILY = 2
_FOR_A_CHILD = frozenset({AuthorityKind.PARENT, AuthorityKind.GUARDIAN})


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


def whose(services: Sequence[Service], person: Profile, authority: AuthorityKind | None) -> Fixed:
    """What the questions ask of whoever's matter it is; `person` has the name of the statement and a normalised code.

    Who was allowed to be acted for is who it is filed for, and nobody types it a second time.
    """
    facts = _facts(person)
    known = {f"principal.{name}": value for name, value in facts.items()}
    if authority in _FOR_A_CHILD:
        known |= {f"child.{name}": value for name, value in facts.items()}
    found = {service.id: _same_as(service, known) for service in services}
    return {service: values for service, values in found.items() if values}


def together(*fixed: Fixed) -> Fixed:
    """One set of values for each service."""
    services = dict.fromkeys(service for each in fixed for service in each)
    return {
        service: {name: value for each in fixed for name, value in each.get(service, {}).items()}
        for service in services
    }


def suggested(connector: Connector, name: str, authority: AuthorityKind | None) -> dict[str, str]:
    """Given name and family name where `name` has more than two words: a guess, to be looked at."""
    given, _space, family = name.rpartition(" ")
    guess = {"given_name": given, "family_name": family} if given else {}
    places = ("principal", "child") if authority in _FOR_A_CHILD else ("principal",)
    known = {f"{place}.{part}": value for place in places for part, value in guess.items()}
    return {each.name: value for each in connector.inputs if (value := known.get(each.same_as or ""))}


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
    for page in connector.filled_for(values):
        for fill in page.fills:
            for action in fill.actions(values):
                yield page.name, action


def _same_as(service: Service, known: Mapping[str, str]) -> dict[str, str]:
    inputs = find(service.id).inputs
    return {each.name: value for each in inputs if (value := _as_kept(each, known.get(each.same_as or "")))}


def _facts(person: Profile) -> dict[str, str]:
    facts = {"name": person.name, "code": person.code}
    if person.kind != "person":
        return facts
    born, words = born_on(person.code), person.name.split()
    if born is not None:
        facts["born"] = born.isoformat()
    if len(words) == _GIVEN_AND_FAMILY:
        # Of more words nobody can say which belong to the family name.
        facts["given_name"], facts["family_name"] = words
    return facts


def _is_asked(question: Input, values: Values) -> bool:
    return question.shown_when is None or question.shown_when.holds(values)


def _as_kept(question: Input, value: str | None) -> str | None:
    """A known value as an answer would be kept; none if the question would not take it."""
    if not value:
        return None
    try:
        return kept_date(value) if isinstance(question, Date) else kept(question, value)
    except AnswerError:
        return None
