"""The words that are read and approved: one dated template, filled with the facts of one delegation.

The same facts give the same bytes for ever: UTF-8, NFC, LF. Pages and prints only wrap them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from delegation.errors import StatementError
from delegation.model import Action, AuthorityKind
from delegation.wording import LATEST, Template, clean, load_template

LANGUAGES = ("lv", "lv-plain", "en", "en-plain")
"""The languages of the latest template; `-plain` is easy to read."""

_RIGA = ZoneInfo("Europe/Riga")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ACTION_ORDER = (Action.FILE, Action.FOLLOW, Action.COLLECT)
_SAYS_BY_WHAT_RIGHT = "who-signatory"
"""A section of the templates that name the right to act, and let everybody who signs speak as one of several."""
_SAYS_WHO_ELSE = "helpers-any"
"""A section of the templates that can name any assistant of the centre."""
_TOGETHER = {AuthorityKind.SIGNATORY: "who-signatories", AuthorityKind.ATTORNEY: "who-attorneys"}


@dataclass(frozen=True, kw_only=True)
class StatementService:
    """One service, in the statement's language: its title, the end of each action, filings and locked values."""

    title: str
    actions: Mapping[Action, datetime]
    max_filings: int = 1
    locked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StatementFacts:
    """What a statement says. Kept (sealed) beside its hash, it writes the same statement again.

    Times are aware. `stop_address` and `stop_phone` are where the approver can stop it without being present.
    """

    assistant: str
    centre: str
    principal: str
    approver: str
    services: tuple[StatementService, ...]
    valid_until: datetime
    stop_address: str
    stop_phone: str | None = None
    acts_for_other: bool = False
    authority: AuthorityKind | None = None
    """By what right, where the approver acts for somebody else; facts of the first template do not have it."""
    co_approvers: tuple[str, ...] = ()
    any_of_centre: bool = False
    """Whether any assistant of the centre may act; facts of the first templates do not have it."""


@dataclass(frozen=True)
class Statement:
    """A statement as it is shown; `template` and `language` are what is needed to write it again."""

    template: str
    language: str
    text: str

    @property
    def data(self) -> bytes:
        """The exact bytes that are hashed and approved."""
        return self.text.encode()


def render(facts: StatementFacts, *, language: str, template_id: str = LATEST) -> Statement:
    """Write the statement.

    Raises:
        StatementError: no such template or language, a naive time, a service without action, or a value that is
            blank or not one line of visible text.
        TemplateChangedError: the template is not what was published under its date.
    """
    template = load_template(template_id, language)
    is_latest_kind = _SAYS_BY_WHAT_RIGHT in template.sections
    slots = {
        "who": _who(template, facts) if is_latest_kind else _who_first(template, facts),
        **_helpers(template, facts),
        "services": _services(template, facts.services),
        "valid_until": local_time(facts.valid_until, language),
        "stop": _stop(template, facts),
    }
    if is_latest_kind and facts.co_approvers:
        text = template.fill("statement-together", {**slots, "first": clean("approver", facts.approver)})
    else:
        text = template.fill("statement", slots)
    return Statement(template_id, language, text + "\n")


def parse_facts(content: bytes) -> StatementFacts:
    """The facts of a statement, from the JSON in which they are kept.

    Raises:
        StatementError: they are not that; what they say is not repeated.
    """
    try:
        return msgspec.json.decode(content, type=StatementFacts)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StatementError("these are no facts of a statement") from error


def local_time(moment: datetime, language: str) -> str:
    """`moment` by the clock in Riga, to the minute, rounded down: a right is never said to last longer than it does.

    Raises:
        StatementError: `moment` is naive.
    """
    if moment.tzinfo is None:
        raise StatementError("a time in a statement is aware")
    local = moment.astimezone(_RIGA)
    if language.startswith("lv"):
        return f"{local:%d.%m.%Y %H:%M}"
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def _who(template: Template, facts: StatementFacts) -> str:
    """Who speaks, and by what right for somebody else; of several each one can read it as their own words."""
    principal, approver = clean("principal", facts.principal), clean("approver", facts.approver)
    if facts.authority is None:
        if approver != principal or facts.acts_for_other or facts.co_approvers:
            raise StatementError("a statement for somebody else says by what right")
        return template.fill("who-self", {"principal": principal})
    if not facts.co_approvers:
        return template.fill(f"who-{facts.authority.value}", {"approver": approver, "principal": principal})
    section = _TOGETHER.get(facts.authority)
    if section is None:
        raise StatementError("only a company is signed for by several")
    people = (approver, *(clean("approver", name) for name in facts.co_approvers))
    listed = "\n".join(template.fill("person", {"name": name}) for name in people)
    return template.fill(section, {"people": listed, "principal": principal})


def _helpers(template: Template, facts: StatementFacts) -> dict[str, str]:
    """Who helps: the one who is named, or any assistant of the centre, where the template can say that."""
    names = {"assistant": clean("assistant", facts.assistant), "centre": clean("centre", facts.centre)}
    if _SAYS_WHO_ELSE not in template.sections:
        if facts.any_of_centre:
            raise StatementError("this template names one assistant")
        return names
    which = "any" if facts.any_of_centre else "one"
    together = "-together" if facts.co_approvers else ""
    return {
        "helpers": template.fill(f"helpers-{which}{together}", names),
        "passing": template.fill(f"passing-{which}{together}", {}),
    }


def _who_first(template: Template, facts: StatementFacts) -> str:
    """The same by the first template: it names no right, and the first who says yes speaks for all."""
    principal, approver = clean("principal", facts.principal), clean("approver", facts.approver)
    if facts.acts_for_other:
        lines = [template.fill("who-other", {"approver": approver, "principal": principal})]
    elif approver == principal:
        lines = [template.fill("who-self", {"principal": principal})]
    else:
        raise StatementError("an approver with another name acts for somebody else")
    if facts.co_approvers:
        lines.append(template.fill("together", {"names": _names("approver", facts.co_approvers)}))
    return "\n".join(lines)


def _services(template: Template, services: Sequence[StatementService]) -> str:
    if not services:
        raise StatementError("a statement names a service")
    return "\n".join(_service(template, number, service) for number, service in enumerate(services, 1))


def _service(template: Template, number: int, service: StatementService) -> str:
    if not service.actions:
        raise StatementError("a service in a statement has an action")
    lines = [template.fill("service", {"number": str(number), "title": clean("title", service.title)})]
    for action in _ACTION_ORDER:
        if action in service.actions:
            slots = {"until": local_time(service.actions[action], template.language)}
            if action is Action.FILE:
                slots["filings"] = str(service.max_filings)
            lines.append(template.fill(action.value, slots))
    if service.locked:
        lines.append(template.fill("locked", {"names": _names("locked value", service.locked)}))
    return "\n".join(lines)


def _stop(template: Template, facts: StatementFacts) -> str:
    lines = [
        template.fill("stop-tell", {}),
        template.fill("stop-page", {"address": clean("address", facts.stop_address)}),
    ]
    if facts.stop_phone is not None:
        lines.append(template.fill("stop-phone", {"phone": clean("phone", facts.stop_phone)}))
    return "\n".join(lines)


def _names(what: str, names: Sequence[str]) -> str:
    return ", ".join(clean(what, name) for name in names)
