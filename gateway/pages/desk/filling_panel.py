"""The panel of questions: what is known is filled in, what was typed stays, what is wrong stands beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from connectors.sdk import groups, registry
from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Input, Upload
from connectors.sdk.words import Words
from gateway.pages.desk import questions
from gateway.pages.desk.questions import PRECONDITION, Filled, Typed
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.visits import fixed, holding, line, second_looks
from gateway.visits.asking import uploads
from gateway.visits.reading import OpenedVisit, VisitView
from gateway.visits.sealed import VisitVault

KINDS = ("draft", "answers", "refusals", "locked", "statement")
"""The sealed values that the panel reads."""


_NOT_CONFIRMED: Final = Words(
    "Kolēģis šo vērtību neapstiprināja. Pajautājiet iedzīvotājam vēlreiz un ievadiet pareizo.",
    "A colleague did not confirm this value. Ask the resident again and type the right one.",
)


@dataclass(frozen=True)
class Sent:
    """A form that came back and could not be taken."""

    typed: Mapping[str, Typed] | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    """Names of questions whose known, masked answer was left standing: it stays masked."""


@dataclass(frozen=True)
class Known:
    """What is known before anybody types."""

    values: dict[str, Typed]
    files: dict[str, Upload]


def known(conn: Connection, parts: Parts, view: VisitView, opened: OpenedVisit) -> Known:
    """The newest of what was typed or answered; what is missing there, as far as the resident's record has it."""
    connector = _connector(view)
    draft, answers = opened.draft(), opened.answers()
    if draft is None and answers is None:
        answers = opened.earlier_answers()
    values: dict[str, Typed] = dict(answers.values) if answers else {}
    files = dict(answers.uploads()) if answers else {}
    if draft is not None:
        # Rows stand as they were typed last: one that was taken away does not come back from what was answered before.
        values = groups.outside(connector.inputs, values) | draft.values
        files = groups.outside(connector.inputs, files) | uploads(draft.files)
    wanted = {each.name for each in connector.inputs if each.prefill or each.same_as} - values.keys()
    if answers is None and wanted and view.delegation is not None:
        values = _prefilled(conn, parts, view, opened, connector) | values
    values |= opened.fixed()
    return Known(values | {name: file.filename for name, file in files.items()}, files)


def _prefilled(
    conn: Connection, parts: Parts, view: VisitView, opened: OpenedVisit, connector: Connector
) -> dict[str, Typed]:
    """What was answered for another service of the visit, then what is known of whoever's matter it is."""
    delegation = view.delegation or {}
    profile = reached(conn, parts, delegation)
    common = opened.common_answers() if view.visit["services"] else {}
    asked = {each.name: value for each in connector.inputs if (value := common.get(each.prefill or ""))}
    here = chosen_here(view, connector.inputs)
    named = fixed.suggested(connector, opened.principal_name(), delegation["authority_kind"])
    return questions.prefilled(connector.inputs, profile) | here | named | asked


def reached(conn: Connection, parts: Parts, delegation: Mapping[str, Any]) -> Profile:
    """What is known of whoever's matter it is.

    Where somebody speaks for somebody else, they are who is written to and called.
    """
    profile = residents.open_profile(conn, parts, delegation["principal_id"])
    if delegation["approver_id"] == delegation["principal_id"]:
        return profile
    speaking = residents.open_profile(conn, parts, delegation["approver_id"])
    return msgspec.structs.replace(
        profile, phone=profile.phone or speaking.phone, email=profile.email or speaking.email
    )


def chosen_here(view: VisitView, inputs: tuple[Input, ...]) -> dict[str, Typed]:
    """What the centre's own municipality answers; it can be changed, as people come from elsewhere too."""
    asked = [each for each in inputs if each.prefill == "centre.municipality"]
    options = [(each.name, option) for each in asked for option in getattr(each, "options", ())]
    return {question: option.value for question, option in options if option.label.lv == view.municipality}


def gather(
    conn: Connection, parts: Parts, view: VisitView, opened: OpenedVisit, sent: Sent, *, language: str, shown: bool
) -> dict[str, Any]:
    """What the panel shows. A sensitive value is written into it only when `shown`, or when it was typed just now."""
    connector = _connector(view)
    before = known(conn, parts, view, opened)
    refusals = None if sent.typed is not None else opened.refusals()
    portal = dict(refusals.messages) if refusals else {}
    doubted = not_confirmed(conn, parts, view, before.values, language) if sent.typed is None else {}
    settled = opened.fixed()
    # What the resident has fixed stands again as it is known, so that nobody has to type it to get out of an error.
    values = {**before.values, **(sent.typed or {}), **settled}
    fresh = (sent.typed or {}).keys() - sent.kept - settled.keys()
    masked = frozenset() if shown else questions.sensitive(connector.inputs) - fresh
    # What the portal or a colleague refused does not stand as known: it is typed anew, or shown and corrected.
    anew = {name for name in portal | doubted if name in masked and name not in settled}
    values = {name: "" if name in anew else value for name, value in values.items()}
    filled = Filled(values=values, files=before.files, errors=portal | doubted | dict(sent.errors), masked=masked)
    fields = questions.fields_of(connector.inputs, filled, language, settled)
    draft = opened.draft()
    return {
        "fields": fields,
        "errors": list(questions.errors_of(fields)),
        "from_portal": bool(portal),
        "general": refusals.general if refusals else (),
        "has_known": any(name in masked and any(value) for name, value in values.items()),
        "has_files": any(each.kind == "file" for each in groups.every(connector.inputs)),
        "has_rows": any(each.kind == "group" for each in connector.inputs),
        "shown": shown,
        "seen": mark(view),
        "draft": draft.mark if draft else "",
    }


def while_waiting(conn: Connection, parts: Parts, view: VisitView) -> dict[str, Any]:
    """What the panel shows once all is answered: the place in the line, until a worker is free."""
    return {"place": line.place(conn, parts, view)}


def not_confirmed(
    conn: Connection, parts: Parts, view: VisitView, values: Mapping[str, Typed], language: str
) -> dict[str, str]:
    """What stands beside the answers that a colleague looked at and did not confirm."""
    if view.filing is None or view.filing["reason"] != holding.REFUSED:
        return {}
    vault = VisitVault.of(conn, parts.sealer, view.id, view.visit["key_id"])
    refused = second_looks.refused_values(conn, vault, view.filing["id"])
    names = [name for name, value in values.items() if isinstance(value, str) and value in refused]
    return dict.fromkeys(names, _NOT_CONFIRMED.to(language))


def mark(view: VisitView) -> str:
    """Which attempt of which filing the page shows."""
    return f"{view.filing['id']}:{view.filing['attempt']}" if view.filing else ""


def are_met(connector: Connector, values: Mapping[str, Typed]) -> bool:
    """Whether every precondition has been answered with yes."""
    return all(values.get(f"{PRECONDITION}{each.name}") == "yes" for each in connector.preconditions)


def preconditions(
    connector: Connector, values: Mapping[str, Typed], errors: Mapping[str, Any], language: str
) -> dict[str, Any]:
    """The panel of preconditions: each question, the answer so far, and the advice where it was no."""
    asked = [
        {
            "name": f"{PRECONDITION}{each.name}",
            "question": each.question.to(language),
            "value": values.get(f"{PRECONDITION}{each.name}"),
            "advice": each.advice.to(language),
            "error": errors.get(f"{PRECONDITION}{each.name}"),
        }
        for each in connector.preconditions
    ]
    return {"asked": asked, "unmet": [each for each in asked if each["value"] == "no"]}


def _connector(view: VisitView) -> Connector:
    return registry.find(view.service.id if view.service else "")
