"""The part of the asking form that says what may be done for each service; the resident reads it in the statement."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectors.sdk import registry
from delegation.model import Action
from gateway.services.catalogue import Service
from gateway.visits.scope import Wanted

_PREFIX: Final = "scope-"
MOST: Final = 8
"""Services of one form."""


def offered(services: Sequence[Service], language: str) -> list[dict[str, Any]]:
    """What each service offers beyond being filed once: days of following and collecting, filings, fixed values."""
    return [
        {
            "number": number,
            "id": service.id,
            "title": service.card(language).title,
            "follow_days": service.follow_days,
            "collect_days": service.collect_days,
            "filings": [{"value": str(count), "text": str(count)} for count in range(1, service.max_filings + 1)],
            "lockable": [
                (each.name, each.label.to(language))
                for each in registry.find(service.id).inputs
                if each.lockable and (each.prefill or "").startswith("resident.")
            ],
        }
        for number, service in enumerate(services)
    ]


def fields(data: Mapping[str, str]) -> dict[str, str]:
    """The fields of this part, as they were sent."""
    return {name: value.strip()[:200] for name, value in data.items() if name.startswith(_PREFIX)}


def read(typed: Mapping[str, str]) -> tuple[Wanted, ...]:
    """What is wanted of each service; the flow refuses what a service does not offer."""
    return tuple(
        _wanted(service, {name.removeprefix(f"{_PREFIX}{number}-"): value for name, value in typed.items()})
        for number in range(MOST)
        if (service := typed.get(f"{_PREFIX}{number}-service"))
    )


def written(services: Sequence[Service], delegation: Mapping[str, Any]) -> dict[str, str]:
    """What a delegation allows for each of `services`, as the form would send it."""
    allowed = {each["service"]: each for each in delegation["services"]}
    typed: dict[str, str] = {}
    for number, service in enumerate(services):
        before, at = allowed.get(service.id), f"{_PREFIX}{number}-"
        if before is None:
            continue
        actions = {each["action"] for each in before["actions"]}
        ticked = [each.value for each in (Action.FOLLOW, Action.COLLECT) if each.value in actions]
        ticked += [f"lock-{name}" for name in before["locked"]]
        typed |= {f"{at}{name}": f"{at}{name}" for name in ticked}
        typed |= {f"{at}filings": str(before["max_filings"])}
    return typed


def _wanted(service: str, said: Mapping[str, str]) -> Wanted:
    filings = said.get("filings", "1")
    return Wanted(
        service=service,
        follow=bool(said.get("follow")),
        collect=bool(said.get("collect")),
        filings=int(filings) if filings.isascii() and filings.isdecimal() else 0,
        locked=tuple(sorted(name.removeprefix("lock-") for name in said if name.startswith("lock-"))),
    )
