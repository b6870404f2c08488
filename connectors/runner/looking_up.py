"""What a portal's own list says about a filing: the list read page by page, and what follows from it."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from connectors.runner.api import Absent, Ambiguous, Found, LookUpTask
from connectors.runner.errors import FormChangedError
from connectors.runner.record import is_reference
from connectors.sdk import tables
from connectors.sdk.steps import LookUp
from connectors.sdk.words import Words

_OTHER_LIST = Words(
    "Portāla iesniegumu saraksts vairs nav tāds, kāds bija.", "The portal's list of applications is not what it was."
)
_CLOCK_SKEW = timedelta(minutes=2)
"""How far a portal's clock may be behind ours."""


async def entries(rule: LookUp, page: Callable[[str], Awaitable[bytes]]) -> tuple[list[Mapping[str, Any]], bool]:
    """Everything on the portal's list, and whether that is all of it; `page` opens an address of the portal.

    Raises:
        FormChangedError: it is no such list.
        RunError: the portal does not show it.
    """
    found: list[Mapping[str, Any]] = []
    address = rule.path
    for _ in range(rule.table.most_pages if rule.table else 1):
        here, more = _listed(rule, await page(address))
        found += here
        if not more:
            return found, True
        address = _next(address, more)
    return found, False


def _next(address: str, more: str) -> str:
    """Where a link leads, as an address of the same portal; the gate lets nothing out to another one."""
    parts = urlsplit(urljoin(address, more))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _listed(rule: LookUp, body: bytes) -> tuple[list[Mapping[str, Any]], str]:
    """The entries on one page of the portal's list, and the address of the next page; empty when there is none.

    Raises:
        FormChangedError: it is no such list.
    """
    try:
        if rule.table is None:
            return _entries(rule, body), ""
        columns = (rule.key, rule.reference, *filter(None, (rule.received,)), *(rule.service or ())[:1])
        return tables.read(body, columns), tables.link(body, rule.table.more)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise FormChangedError((_OTHER_LIST,)) from None


def looked_up(
    rule: LookUp, task: LookUpTask, entries: Sequence[Mapping[str, Any]], now: datetime, *, whole: bool = True
) -> Found | Absent | Ambiguous:
    """What the portal's list says about the filing; what a list that is not `whole` leaves out proves nothing.

    Raises:
        FormChangedError: it is no such list.
    """
    try:
        found = [_reference(entry[rule.reference]) for entry in entries if _matches(rule, task, entry)]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FormChangedError((_OTHER_LIST,)) from None
    if len(found) > 1 or (found and rule.received is None and not _by_key(rule, task)):
        return Ambiguous(references=tuple(found))
    if found:
        return Found(reference=found[0], pdf=None)
    has_settled = rule.settles_after is not None and now - task.since >= rule.settles_after
    return Absent(conclusive=whole and (has_settled or _by_key(rule, task)))


def _reference(said: object) -> str:
    """The number under which the portal holds an application: without one it is no proof that it does."""
    number = str(said).strip() if isinstance(said, str | int) and not isinstance(said, bool) else ""
    if not is_reference(number):
        raise ValueError("no number of an application")
    return number


def _entries(rule: LookUp, body: bytes) -> list[Mapping[str, Any]]:
    document = json.loads(body)
    entries = document if rule.items is None else document[rule.items]
    if not isinstance(entries, list):
        raise TypeError("no list")
    return entries


def _matches(rule: LookUp, task: LookUpTask, entry: Mapping[str, Any]) -> bool:
    if rule.service is not None and entry[rule.service[0]] != rule.service[1]:
        return False
    if rule.idempotency_key is not None and _by_key(rule, task):
        return bool(entry.get(rule.idempotency_key) == task.idempotency_key)
    if entry[rule.key] != task.key:
        return False
    if rule.received is None:
        return True
    return _time(rule, str(entry[rule.received])) >= task.since - _CLOCK_SKEW


def _by_key(rule: LookUp, task: LookUpTask) -> bool:
    """Whether the portal is asked for one sending alone, by the key that went with it."""
    return rule.idempotency_key is not None and bool(task.idempotency_key)


def _time(rule: LookUp, text: str) -> datetime:
    if rule.table is None:
        return datetime.fromisoformat(text)
    # Of an hour that comes twice in autumn the later: what is on the list must not count as older than it is.
    return datetime.strptime(text, rule.table.written).replace(tzinfo=ZoneInfo(rule.table.zone), fold=1)
