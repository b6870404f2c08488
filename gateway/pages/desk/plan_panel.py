"""The panels of a visit about several services: what has to be so first, one set of questions, what waits for what."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection

from connectors.sdk import groups, registry
from connectors.sdk.answers import InvalidAnswers
from connectors.sdk.inputs import Input, Upload
from connectors.sdk.together import Question, Together
from connectors.sdk.words import Words
from gateway.pages.desk import filling_panel, questions
from gateway.pages.desk.filling_panel import Known, Sent
from gateway.pages.desk.questions import Filled, Typed
from gateway.parts import Parts
from gateway.services import catalogue
from gateway.visits import asking, earlier, fixed, plans
from gateway.visits.errors import Earlier
from gateway.visits.plans import LeftOut, PlanAnswers
from gateway.visits.reading import OpenedVisit, VisitView
from gateway.visits.rows import AnyRow, filings_of_visit
from gateway.visits.sealed import VisitVault
from ui.i18n import Message, message

PRECONDITION: Final = "precondition."
TOPICS: Final[Mapping[str, Message]] = {
    "child": message("The child"),
    "other_parent": message("The other parent"),
    "resident": message("How the resident is reached and paid"),
    "declared": message("Declarations"),
}
"""Headings of questions that several services ask, by the first word of their concept."""
_COMMON: Final = message("Asked for several services")


@dataclass(frozen=True)
class Planned:
    """A visit's plan with everything that its panels are made of."""

    view: VisitView
    opened: OpenedVisit
    plan: Together
    answers: PlanAnswers
    newest: Mapping[str, AnyRow]
    given: Mapping[str, str]
    fixed: Mapping[str, str]
    """Values that the delegation fixes, by the names of the set."""

    def fixed_of(self, service: str) -> dict[str, str]:
        """The values that the delegation fixes for one service, by its own names."""
        return {
            name: self.fixed[question.input.name]
            for question in self.plan.questions
            for whose, name in question.targets
            if whose == service and question.input.name in self.fixed
        }

    @cached_property
    def left_out(self) -> dict[str, str]:
        """Services that are not done, and why."""
        return dict(self.view.visit["left_out"] or {})

    @property
    def is_left_out(self) -> bool:
        """Whether the service that is worked on is left out."""
        return self.view.visit["service_id"] in self.left_out

    @cached_property
    def unfiled(self) -> tuple[str, ...]:
        """The services whose answers may still be given."""
        return plans.unfiled(self.plan, self.newest, self.left_out)

    @cached_property
    def awaited(self) -> frozenset[str]:
        """The concepts that a service which is still to be filed gives."""
        return plans.awaited(self.plan, self.newest)

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions of what is not filed yet; nobody is asked for what will be given."""
        open_services, awaited = set(self.unfiled), self.awaited
        return tuple(
            each
            for each in self.plan.questions
            if each.input.concept not in awaited and open_services.intersection(name for name, _ in each.targets)
        )

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """The same as a form reads them."""
        return tuple(each.input for each in self.asked)

    @cached_property
    def typed(self) -> tuple[dict[str, Typed], dict[str, Upload]]:
        """What was answered, and over it what was typed since: values and files."""
        return self.answers.typed(self.plan.inputs)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What has to be filed before the service that is worked on."""
        return plans.waits_for(self.plan, self.view.visit["service_id"], self.newest)


def read(conn: Connection, parts: Parts, view: VisitView) -> Planned | None:
    """The plan of a visit; none where it is about one service, or nothing is allowed yet."""
    if not plans.is_plan(view.visit) or view.delegation is None:
        return None
    plan = plans.of_visit(conn, view.visit["services"])
    if not plan.services:
        return None
    vault = VisitVault.of(conn, parts.sealer, view.id, view.visit["key_id"])
    vault.fetch(plans.ANSWERS)
    delegation_id = view.delegation["id"]
    newest = plans.newest(filings_of_visit(conn, view.id), delegation_id)
    settled = {
        plan.name_of(service, name): value
        for service in plan.services
        for name, value in fixed.of(vault, delegation_id, service).items()
    }
    return Planned(
        view=view,
        opened=OpenedVisit(conn, parts, view),
        plan=plan,
        answers=plans.find(vault, view.id, view.delegation["principal_id"]),
        newest=newest,
        given=plans.given_in(vault, newest.values()),
        fixed=settled,
    )


def which(planned: Planned, *, edits: bool) -> str:
    """The panel in place of one service's questions."""
    if not edits and unsettled(planned):
        return "plan_preconditions"
    if not edits and planned.is_left_out and (planned.answers.is_checked or not planned.unfiled):
        return "plan_left_out"
    if not edits and planned.answers.is_checked and planned.waits_for:
        return "plan_waiting"
    return "plan_questions"


def preconditions(planned: Planned) -> tuple[tuple[str, str, Any], ...]:
    """What has to be so first: service, its key, and the precondition; not what another service will settle."""
    will_be = {concept for service in planned.plan.services for concept in registry.find(service).gives}
    skipped = {service for service, why in planned.left_out.items() if why == LeftOut.SKIPPED}
    asked = set(planned.unfiled) | (planned.left_out.keys() - skipped)
    return tuple(
        (service, f"{service}/{each.name}", each)
        for service in planned.plan.services
        if service in asked
        for each in registry.find(service).preconditions
        if each.settled_by is None or each.settled_by not in will_be - set(registry.find(service).gives)
    )


def unsettled(planned: Planned) -> bool:
    """Whether something that comes before the questions has not been said."""
    return any(key not in planned.answers.settled for _service, key, _each in preconditions(planned))


def gather_preconditions(
    conn: Connection, planned: Planned, errors: Mapping[str, Any], language: str
) -> dict[str, Any]:
    """The panel of preconditions of all services, each under its service."""
    titles = _titles(conn, planned, language)
    return {
        "asked": [
            {
                "name": f"{PRECONDITION}{key}",
                "question": each.question.to(language),
                "service": titles[service],
                "value": planned.answers.settled.get(key),
                "advice": each.advice.to(language),
                "error": errors.get(f"{PRECONDITION}{key}"),
            }
            for service, key, each in preconditions(planned)
        ]
    }


def known(conn: Connection, parts: Parts, planned: Planned) -> Known:
    """What is known before anybody types: of whoever's matter it is, the centre, receipts, and what was answered."""
    delegation = planned.view.delegation or {}
    values: dict[str, Typed] = {}
    values |= questions.prefilled(planned.plan.inputs, filling_panel.reached(conn, parts, delegation))
    values |= filling_panel.chosen_here(planned.view, planned.plan.inputs)
    name = planned.opened.principal_name()
    for service in planned.plan.services:
        guess = fixed.suggested(registry.find(service), name, delegation.get("authority_kind"))
        values |= {planned.plan.name_of(service, each): value for each, value in guess.items()}
    values |= planned.given
    typed, files = planned.typed
    values |= typed
    values |= planned.fixed
    return Known(values | {each: file.filename for each, file in files.items()}, files)


def gather(
    conn: Connection, parts: Parts, planned: Planned, sent: Sent, *, language: str, shown: bool
) -> dict[str, Any]:
    """The questions of all services; masked as those of one are."""
    before = known(conn, parts, planned)
    portal, general = ({}, ()) if sent.typed is not None else _refused(planned)
    doubted = {}
    if sent.typed is None:
        doubted = filling_panel.not_confirmed(conn, parts, planned.view, before.values, language)
    values = {**before.values, **(sent.typed or {}), **planned.fixed}
    fresh = (sent.typed or {}).keys() - sent.kept - planned.fixed.keys()
    masked = frozenset() if shown else questions.sensitive(planned.inputs) - fresh
    anew = {name for name in portal | doubted if name in masked and name not in planned.fixed}
    values = {name: "" if name in anew else value for name, value in values.items()}
    errors = portal | doubted | dict(sent.errors)
    filled = Filled(values=values, files=before.files, errors=errors, masked=masked)
    sections = _sections(conn, planned, filled, language)
    return {
        "sections": sections,
        "errors": [error for each in sections for error in questions.errors_of(each["fields"])],
        "from_portal": bool(portal),
        "general": general,
        "has_known": any(each.name in masked and any(values.get(each.name, "")) for each in planned.inputs),
        "has_files": any(each.kind == "file" for each in groups.every(planned.inputs)),
        "has_rows": any(each.kind == "group" for each in planned.inputs),
        "awaited": _awaited(conn, planned, language),
        "is_begun": planned.answers.is_checked,
        "draft": planned.answers.mark,
        "already": _already(conn, parts, planned),
    }


def _already(conn: Connection, parts: Parts, planned: Planned) -> Earlier | None:
    """What was filed in another visit and keeps the service that is worked on from being begun."""
    service = planned.view.visit["service_id"]
    if not planned.answers.is_checked or service not in planned.unfiled or planned.waits_for:
        return None
    answers = planned.answers.answers()
    checked = plans.check(planned.plan, service, answers, planned.given, language=planned.view.language)
    if isinstance(checked, InvalidAnswers):
        return None
    principal = (planned.view.delegation or {})["principal_id"]
    found = earlier.of_matter(conn, principal, service, asking.key_of(parts, service, checked.values))
    return found if found is not None and found.visit_id != planned.view.id else None


def gather_waiting(conn: Connection, planned: Planned, language: str) -> dict[str, Any]:
    """Why the service that is worked on cannot go on now."""
    titles = _titles(conn, planned, language) if planned.waits_for else {}
    return {
        "waits_for": [titles[each] for each in planned.waits_for],
        "may_correct": bool(planned.unfiled),
        "advice": [
            each.advice.to(language)
            for _service, key, each in preconditions(planned)
            if planned.answers.settled.get(key) == "no"
        ],
    }


def _sections(conn: Connection, planned: Planned, filled: Filled, language: str) -> list[dict[str, Any]]:
    titles = _titles(conn, planned, language)
    by_section: dict[str, list[Input]] = {}
    for each in planned.asked:
        by_section.setdefault(each.section, []).append(each.input)
    common = [name for name in by_section if name not in titles and name != "declared"]
    own = [name for name in planned.plan.services if name in by_section]
    last = [name for name in by_section if name == "declared"]
    return [
        {
            "id": f"section-{number}",
            "title": titles.get(name) or TOPICS.get(name, _COMMON),
            "fields": questions.fields_of(tuple(by_section[name]), filled, language, planned.fixed.keys()),
        }
        for number, name in enumerate((*common, *own, *last), start=1)
    ]


def _awaited(conn: Connection, planned: Planned, language: str) -> list[tuple[str, str]]:
    """What nobody is asked for, and which service gives it."""
    titles = _titles(conn, planned, language)
    givers = {concept: giver for waiting in planned.plan.waits.values() for concept, giver in waiting.gives.items()}
    return [
        (each.input.label.to(language), titles[givers[concept]])
        for each in planned.plan.questions
        if (concept := each.input.concept) in planned.awaited and concept in givers
    ]


def _refused(planned: Planned) -> tuple[dict[str, str], tuple[str, ...]]:
    """The portal's words about the service that is worked on, at the questions of the set."""
    refusals, service = planned.opened.refusals(), planned.view.visit["service_id"]
    if refusals is None or service not in planned.plan.services:
        return {}, ()
    at = {planned.plan.name_of(service, name): text for name, text in refusals.messages.items()}
    asked = {each.name for each in groups.every(planned.inputs)}
    elsewhere = tuple(text for name, text in at.items() if name not in asked)
    return {name: text for name, text in at.items() if name in asked}, (*refusals.general, *elsewhere)


def _titles(conn: Connection, planned: Planned, language: str) -> dict[str, str]:
    return {each.id: each.card(language).title for each in catalogue.find_all(conn, list(planned.plan.services))}


FIXED: Final = Words(
    "Šo vērtību nosaka deleģējums: to var mainīt tikai ar jaunu deleģējumu.",
    "The delegation fixes this value: only a new delegation can change it.",
)
