"""What became of the final request: from the gate's own record first, from the browser's page second.

Nothing is called filed without the portal's word for it, and nothing that left is called unsent.
"""

import json
import re

from connectors.runner import judge
from connectors.runner.api import DeclinedByPortal, Evidence, Filed, Unknown
from connectors.runner.errors import ValuesRefusedError
from connectors.runner.record import KEEPS_THE_BODY, FinalRecord, is_reference
from connectors.sdk.connector import Connector
from connectors.sdk.page import PageState
from connectors.sdk.paths import path_fits

_SEE_OTHER = frozenset({301, 302, 303})
_REFUSED = 400
_MADE = 201
_TAKEN = frozenset({200, _MADE})
_REFUSALS = frozenset({200, 400, 422})


def location_path(record: FinalRecord) -> str:
    """Path, with query, that the portal's answer leads to; empty when it leads nowhere."""
    if record.status not in _SEE_OTHER:
        return ""
    return "/" + record.location.partition("://")[2].partition("/")[2] if "://" in record.location else record.location


def without_page(connector: Connector, record: FinalRecord, evidence: Evidence) -> Filed | Unknown | None:
    """What the portal's bare answer says; `None` when its page must be read."""
    if record.status is None:
        return Unknown(reason="timeout" if record.timed_out else "no_answer", evidence=evidence)
    if record.status in KEEPS_THE_BODY:
        return Unknown(reason="redirected", evidence=evidence, for_a_person=True)
    if record.status >= 500:
        return Unknown(reason="server_error", evidence=evidence)
    parts = len(connector.final.then)
    if parts and record.status < _REFUSED and not (record.goes_well and record.followed == parts):
        return Unknown(reason="broke_off", evidence=evidence, for_a_person=True)
    return None


def without_browser(connector: Connector, record: FinalRecord, evidence: Evidence) -> Filed | Unknown:
    """What can be said when the browser died after the portal answered."""
    reference = _reference(connector.receipt.location_reference, location_path(record))
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
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return _reference(connector.receipt.reference, found) if isinstance(found, str) else ""


def from_page(
    connector: Connector, record: FinalRecord, evidence: Evidence, state: PageState
) -> Filed | DeclinedByPortal | Unknown:
    """What the page after the final request says; a `Filed` comes without its PDF."""
    target = location_path(record)
    if target and any(path_fits(path, target) for path in connector.final.declined_paths):
        general = state.messages or ((state.title,) if state.title else ())
        lost = any(path_fits(path, target) for path in connector.sign_in.lost_paths)
        return DeclinedByPortal(messages={}, general=general, evidence=evidence, session_lost=lost)
    is_lost = state.title in connector.sign_in.lost_titles
    if is_lost and not _was_taken(connector, record, target):
        general = state.messages or (state.title,)
        return DeclinedByPortal(messages={}, general=general, evidence=evidence, session_lost=True)
    if not is_lost and path_fits(connector.receipt.path, state.path):
        reference = _reference(connector.receipt.reference, state.text)
        if reference:
            return Filed(reference=reference, pdf=None, page_text=state.text, evidence=evidence)
    if isinstance(known := without_browser(connector, record, evidence), Filed):
        return known
    if not is_lost and record.status in _REFUSALS and (state.errors or state.messages):
        refused = judge.refused(connector, state, connector.final)
        if isinstance(refused, ValuesRefusedError):
            return DeclinedByPortal(messages=refused.messages, general=refused.general, evidence=evidence)
    return Unknown(reason="no_reference", evidence=evidence)


def _was_taken(connector: Connector, record: FinalRecord, target: str) -> bool:
    """Whether the bare answer speaks of an application: then a session lost behind it says nothing about that one."""
    made_something = record.status == _MADE or (bool(target) and path_fits(connector.receipt.path, target))
    return made_something or bool(_answered(connector, record))


def _reference(pattern: str | None, text: str) -> str:
    match = re.search(pattern, text) if pattern else None
    found = (match.group(1) or "") if match else ""
    return found if is_reference(found) else ""
