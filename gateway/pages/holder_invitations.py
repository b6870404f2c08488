"""An institution invites residents by a rule: an officer proposes, a second person approves, anybody of them stops.

Whoever stands behind a number is shown to nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from delegation.filing import FilingState
from gateway.outreach import audience, rules
from gateway.outreach.errors import OutreachError, RuleFaultError, RuleUnknownError, TooFewError
from gateway.outreach.rules import TEMPLATES, Wanted
from gateway.outreach.tables import RuleState
from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.problem_texts import PROBLEMS, Problem
from gateway.reports.periods import Month
from gateway.services import catalogue, life_events
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
HERE: Final = "/holder/invitations"
_BOTH: Final = allow(Who.OFFICER, Who.ADMINISTRATOR)
TEXTS: Final[dict[str, Message]] = {
    "invited_again": message("An institution reminds you of a service you used"),
    "invited_service": message("An institution offers you a service"),
}
STATES: Final[dict[RuleState, Message]] = {
    RuleState.PROPOSED: message("Waits for a second person"),
    RuleState.SENDING: message("Is being sent"),
    RuleState.DONE: message("Sent"),
    RuleState.STOPPED: message("Stopped"),
    RuleState.REFUSED: message("Not sent: too few people"),
}
OUTCOMES: Final[dict[FilingState, Message]] = {
    FilingState.FILED: message("The portal took it"),
    FilingState.DECLINED: message("The portal did not take it"),
}
FIELDS: Final = ("service", "group", "outcome", "leaves_out", "since", "until", "template")
_MONTHS: Final = 24
"""So far back a group can be named."""
_SERVICE, _EVENT = "service", "event"


@get(HERE, **_BOTH)
async def show_all(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The institution's rules, and the form for another."""
    return await _list(request, session, parts, {}, None)


@post(HERE, **allow(Who.OFFICER))
async def propose(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Propose a rule."""
    typed = {name: field(data, name, 128) for name in FIELDS}
    try:
        wanted = _wanted(typed)
        made = await parts.database.write(lambda conn: rules.propose(conn, parts, session, wanted))
    except OutreachError as error:
        return await _list(request, session, parts, typed, PROBLEMS[error.code])
    if made.state is RuleState.REFUSED:
        return await _list(request, session, parts, typed, PROBLEMS[TooFewError.code])
    return see_other(f"{HERE}/{made.rule_id}")


@get(f"{HERE}/{{rule_id:str}}", **_BOTH)
async def show(request: AnyRequest, session: StaffSession, parts: Parts, rule_id: FromPath[str]) -> Response[Any]:
    """One rule: what it says, and how many it has reached."""
    return await _one(request, session, parts, rule_id, None)


@post(f"{HERE}/{{rule_id:str}}/approve", **_BOTH)
async def approve(request: AnyRequest, session: StaffSession, parts: Parts, rule_id: FromPath[str]) -> Response[Any]:
    """Let it be sent."""
    try:
        state = await parts.database.write(lambda conn: rules.approve(conn, parts, session, rule_id))
    except RuleUnknownError:
        raise
    except OutreachError as error:
        return await _one(request, session, parts, rule_id, PROBLEMS[error.code])
    if state is RuleState.REFUSED:
        return await _one(request, session, parts, rule_id, PROBLEMS[TooFewError.code])
    return see_other(f"{HERE}/{rule_id}")


@post(f"{HERE}/{{rule_id:str}}/stop", **_BOTH)
async def stop(request: AnyRequest, session: StaffSession, parts: Parts, rule_id: FromPath[str]) -> Response[Any]:
    """Send nothing more of it."""
    try:
        await parts.database.write(lambda conn: rules.stop(conn, parts, session, rule_id))
    except RuleUnknownError:
        raise
    except OutreachError as error:
        return await _one(request, session, parts, rule_id, PROBLEMS[error.code])
    return see_other(f"{HERE}/{rule_id}")


@get("/offers/{rule_id:str}", **allow(Who.ANYONE, Who.RESIDENT))
async def offer(request: AnyRequest, parts: Parts, rule_id: FromPath[str]) -> Response[Any]:
    """Where the link of an invitation leads: the same page for everybody."""
    language = language_of(request)

    def look(conn: Connection) -> tuple[str, str]:
        holder, service_id = rules.offered(conn, rule_id)
        return holder, catalogue.find(conn, service_id).card(language).title

    holder, title = await parts.database.read(look)
    return page(request, "pages/resident/offer.html", holder=holder, service=title)


@dataclass(frozen=True, slots=True)
class _Choices:
    """What the form offers."""

    rules: Any
    services: Any
    titles: Mapping[str, str]
    events: Mapping[str, str]
    """Titles of life events by id."""

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Of whom a group can be."""
        one, event = message("One of your services"), message("Life situations")
        found = [
            {"value": f"{_SERVICE}:{each}", "text": self.titles.get(each, each), "group": one} for each in self.services
        ]
        return found + [
            {"value": f"{_EVENT}:{each}", "text": title, "group": event} for each, title in self.events.items()
        ]


async def _list(
    request: AnyRequest, session: StaffSession, parts: Parts, typed: dict[str, str], problem: Problem | None
) -> Response[Any]:
    language = language_of(request)

    def look(conn: Connection) -> _Choices:
        found, own = rules.listed(conn, session), rules.services_of(conn, session.holder)
        titles = catalogue.titles(conn, {*own, *_services_in(found)}, language)
        every = life_events.load(conn)
        events = {each.id: each.card(language).title for each in every}
        offered = {each.id: events[each.id] for each in rules.holding(every, own)}
        return _Choices(_described(found, titles, events), own, titles, offered)

    found = await parts.database.read(look)
    last = Month.of(parts.clock.now()).plus(-1)
    return page(
        request,
        "pages/holder/invitations.html",
        status=problem.status if problem else 200,
        back=HERE,
        here=HERE,
        rules=found.rules,
        titles=found.titles,
        services=found.services,
        groups=found.groups,
        outcomes=OUTCOMES,
        months=[str(last.plus(-number)) for number in range(_MONTHS)],
        texts={name: TEXTS[name] for name in TEMPLATES},
        states=STATES,
        typed=dict.fromkeys(FIELDS, "") | {"outcome": FilingState.FILED.value} | typed,
        problem=problem,
        fewest=audience.FEWEST,
        apart=rules.APART.days,
    )


async def _one(
    request: AnyRequest, session: StaffSession, parts: Parts, rule_id: str, problem: Problem | None
) -> Response[Any]:
    language = language_of(request)

    def look(conn: Connection) -> tuple[Any, bool, dict[str, str], dict[str, str]]:
        rule = rules.one(conn, session, rule_id)
        titles = catalogue.titles(conn, _services_in([rule]), language)
        events = {each.id: each.card(language).title for each in life_events.load(conn)}
        return rule, bool(rules.waiting(conn, rule_id)), titles, events

    rule, is_waiting, titles, events = await parts.database.read(look)
    is_left = rule.state in {RuleState.PROPOSED, RuleState.SENDING} or is_waiting
    ((_, group),) = _described([rule], titles, events)
    return page(
        request,
        "pages/holder/invitation.html",
        status=problem.status if problem else 200,
        back=f"{HERE}/{rule_id}",
        here=f"{HERE}/{rule_id}",
        all_of_them=HERE,
        rule=rule,
        service=titles.get(rule.service_id, rule.service_id),
        group=group,
        outcome=OUTCOMES[FilingState(rule.outcome)],
        months=(f"{rule.since:%Y-%m}", f"{rule.until:%Y-%m}"),
        text=TEXTS[rule.template],
        state=STATES[rule.state],
        can_approve=rule.state is RuleState.PROPOSED and rule.proposed_by != session.staff_id,
        can_stop=is_left and rule.state is not RuleState.STOPPED,
        problem=problem,
    )


def _services_in(found: Any) -> set[str]:
    """Every service that rules name, but those of an event: that is called by its own name."""
    return {each for rule in found for each in (rule.service_id, *(() if rule.life_event else rule.group_services))}


def _described(found: Any, titles: Mapping[str, str], events: Mapping[str, str]) -> list[tuple[Any, str]]:
    """Rules, and what each one's group is called."""
    return [
        (
            rule,
            events.get(rule.life_event, rule.life_event)
            if rule.life_event
            else titles.get(rule.group_services[0], rule.group_services[0]),
        )
        for rule in found
    ]


def _wanted(typed: Mapping[str, str]) -> Wanted:
    """A rule as the form says it. Raises `RuleFaultError`."""
    kind, _, name = typed["group"].partition(":")
    try:
        first, last = Month.parse(typed["since"]), Month.parse(typed["until"])
        return Wanted(
            service_id=typed["service"],
            of_service=name if kind == _SERVICE else None,
            of_event=name if kind == _EVENT else None,
            outcome=FilingState(typed["outcome"]),
            leaves_out=bool(typed["leaves_out"]),
            since=first.first_day,
            until=last.plus(1).first_day - timedelta(days=1),
            template=typed["template"],
        )
    except ValueError:
        raise RuleFaultError("months") from None


HANDLERS = (show_all, propose, show, approve, stop, offer)
