"""What became of the final request: from the gate's own record first, from the browser's page second.

Nothing is called filed without the portal's word for it, and nothing that left is called unsent.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.runner import judge
from connectors.runner.api import Absent, Ambiguous, DeclinedByPortal, Evidence, Filed, Found, LookUpTask, Unknown
from connectors.runner.errors import FormChangedError, ValuesRefusedError
from connectors.runner.guard import KEEPS_THE_BODY, FinalRecord
from connectors.sdk.connector import Connector
from connectors.sdk.page import PageState
from connectors.sdk.paths import path_fits
from connectors.sdk.steps import LookUp
from connectors.sdk.words import Words

_SEE_OTHER = frozenset({301, 302, 303})
_TAKEN = frozenset({200, 201})
_REFUSALS = frozenset({200, 400, 422})
_CLOCK_SKEW = timedelta(minutes=2)
"""How far a portal's clock may be behind ours."""
_OTHER_LIST = Words(
    "Portāla iesniegumu saraksts vairs nav tāds, kāds bija.", "The portal's list of applications is not what it was."
)


def location_path(record: FinalRecord) -> str:
    """Path, with query, that the portal's answer leads to; empty when it leads nowhere."""
    if record.status not in _SEE_OTHER:
        return ""
    return "/" + record.location.partition("://")[2].partition("/")[2] if "://" in record.location else record.location


def without_page(record: FinalRecord, evidence: Evidence) -> Filed | Unknown | None:
    """What the portal's bare answer says; `None` when its page must be read."""
    if record.status is None:
        return Unknown(reason="timeout" if record.timed_out else "no_answer", evidence=evidence)
    if record.status in KEEPS_THE_BODY:
        return Unknown(reason="redirected", evidence=evidence, for_a_person=True)
    if record.status >= 500:
        return Unknown(reason="server_error", evidence=evidence)
    return None


def without_browser(connector: Connector, record: FinalRecord, evidence: Evidence) -> Filed | Unknown:
    """What can be said when the browser died after the portal answered."""
    reference = _first(connector.receipt.location_reference, location_path(record))
    if reference and path_fits(connector.receipt.path, location_path(record)):
        return Filed(reference=reference, pdf=None, page_text="", evidence=evidence)
    if reference := _answered(connector, record):
        return Filed(reference=reference, pdf=None, page_text="", evidence=evidence)
    return Unknown(reason="browser_died", evidence=evidence)


def _answered(connector: Connector, record: FinalRecord) -> str:
    """The reference in the portal's answer in JSON, where the connector says where it stands (RFC 6901)."""
    pointer = connector.receipt.answer_reference
    if pointer is None or record.status not in _TAKEN:
        return ""
    try:
        found = json.loads(record.answer)
        for name in pointer.split("/")[1:]:
            found = found[name.replace("~1", "/").replace("~0", "~")]
    except (ValueError, KeyError, TypeError):
        return ""
    return _first(connector.receipt.reference, found) if isinstance(found, str) else ""


def from_page(
    connector: Connector, record: FinalRecord, evidence: Evidence, state: PageState
) -> Filed | DeclinedByPortal | Unknown:
    """What the page after the final request says; a `Filed` comes without its PDF."""
    target = location_path(record)
    if target and any(path_fits(path, target) for path in connector.final.declined_paths):
        general = state.messages or ((state.title,) if state.title else ())
        return DeclinedByPortal(messages={}, general=general, evidence=evidence)
    if path_fits(connector.receipt.path, state.path):
        reference = _first(connector.receipt.reference, state.text)
        if reference:
            return Filed(reference=reference, pdf=None, page_text=state.text, evidence=evidence)
    if record.status in _REFUSALS and (state.errors or state.messages):
        refused = judge.refused(connector, state, connector.final)
        if isinstance(refused, ValuesRefusedError):
            return DeclinedByPortal(messages=refused.messages, general=refused.general, evidence=evidence)
    return Unknown(reason="no_reference", evidence=evidence)


def looked_up(rule: LookUp, task: LookUpTask, body: bytes, now: datetime) -> Found | Absent | Ambiguous:
    """What the portal's list says about the filing.

    Raises:
        FormChangedError: it is no such list.
    """
    try:
        found = [str(entry[rule.reference]) for entry in _entries(rule, body) if _matches(rule, task, entry)]
    except (ValueError, KeyError, TypeError):
        raise FormChangedError((_OTHER_LIST,)) from None
    if len(found) > 1:
        return Ambiguous(references=tuple(found))
    if found:
        return Found(reference=found[0], pdf=None)
    has_settled = rule.settles_after is not None and now - task.since >= rule.settles_after
    return Absent(conclusive=has_settled or _by_key(rule, task))


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
    return datetime.fromisoformat(str(entry[rule.received])) >= task.since - _CLOCK_SKEW


def _by_key(rule: LookUp, task: LookUpTask) -> bool:
    """Whether the portal is asked for one sending alone, by the key that went with it."""
    return rule.idempotency_key is not None and bool(task.idempotency_key)


def _first(pattern: str | None, text: str) -> str:
    match = re.search(pattern, text) if pattern else None
    return match.group(1) if match else ""
