"""Signs of trouble, as auditors see them: each rule in words, and what it has found in a month. No verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get
from sqlalchemy import Connection

from gateway.days import day_of
from gateway.pages import audit_search
from gateway.pages.people.words import WHY
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import stopped_alone
from gateway.people.access import StaffSession, Who, allow
from gateway.people.stopped_alone import Stopped
from gateway.visits import calendar, signs
from gateway.visits.signs import MOST, RULES, Finding, Period, Sign
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """A rule in words."""

    name: Message
    rule: Message
    """From when on it speaks."""
    why: Message
    """What it may mean, and what else."""


WORDS: Final[Mapping[Sign, Words]] = {
    Sign.PAPER: Words(
        message("Nearly every yes on paper"),
        message(
            "At least %(least)s times, and at least %(percent)s times in a hundred, the yes was said on paper.",
            least=RULES[Sign.PAPER].least,
            percent=RULES[Sign.PAPER].percent,
        ),
        message(
            "On paper nobody signs in and no code is sent: two members of staff say that it was the resident. But there"
            " are places where hardly anybody has a telephone for it."
        ),
    ),
    Sign.HASTE: Words(
        message("A yes before the text can have been read"),
        message(
            "At least %(least)s times the yes to a permission came sooner than somebody needs for its text who reads"
            " %(speed)s characters a second.",
            least=RULES[Sign.HASTE].least,
            speed=signs.FASTEST_READER,
        ),
        message(
            "Who has not read what they allow may not know it. But they may know the text from another visit, or"
            " somebody told them beforehand what it says."
        ),
    ),
    Sign.SHARED_NUMBER: Words(
        message("One telephone number for several people"),
        message(
            "Codes that went to one number led to a yes of at least %(people)s people. Numbers are compared by a keyed"
            " hash; none is shown.",
            people=signs.PEOPLE,
        ),
        message("Whoever has that telephone can say yes for all of them. But a family or a care home may share one."),
    ),
    Sign.STOPS: Words(
        message("Many stops"),
        message(
            "At least %(least)s permissions, and at least %(percent)s in a hundred of those that were asked for, were"
            " stopped by a person.",
            least=RULES[Sign.STOPS].least,
            percent=RULES[Sign.STOPS].percent,
        ),
        message("People stop what they did not want. But where stopping is well explained, it is also used more."),
    ),
    Sign.CLOSED_HOURS: Words(
        message("Sent while centres are closed"),
        message(
            "At least %(least)s applications were sent between %(closes)s and %(opens)s, on a Sunday or on a public"
            " holiday. The same is taken for every centre.",
            least=RULES[Sign.CLOSED_HOURS].least,
            closes=f"{calendar.CLOSES:%H.%M}",
            opens=f"{calendar.OPENS:%H.%M}",
        ),
        message("Then nobody else sees who works at the counter. But a mobile centre may be out in the evening."),
    ),
    Sign.OWN_VALUES: Words(
        message("Details of the assistant’s own"),
        message(
            "At least %(least)s times a code, number or account that was given for a resident was the assistant’s own,"
            " which is refused, or the address was, which a colleague looks at first.",
            least=RULES[Sign.OWN_VALUES].least,
        ),
        message("Somebody may be acting for themselves. But neighbours and relatives live at one address."),
    ),
    Sign.SIBLINGS: Words(
        message("A second person who serves nobody"),
        message(
            "At least %(least)s times a colleague confirmed who served no resident in this time, and whom the same"
            " person had invited alone as the assistant.",
            least=RULES[Sign.SIBLINGS].least,
        ),
        message(
            "Whoever invites alone could make up both of them. But a manager who helps out, or somebody who has just"
            " begun, also only looks."
        ),
    ),
}


@get("/audit/signs", **allow(Who.AUDITOR))
async def show_signs(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What the rules have found in the month up to a day, or up to today; that it is seen is recorded."""
    last = audit_search.day(request.query_params.get("to", "")) or day_of(parts.clock.now())
    period = Period.until(last)

    def work(conn: Connection) -> tuple[list[tuple[Sign, Words, list[Finding]]], list[Stopped]]:
        found = signs.find_all(conn, period)
        rules = [(sign, words, found[sign]) for sign, words in WORDS.items()]
        return rules, stopped_alone.in_period(conn, period.since, period.end)

    rules, stopped = await parts.database.read(work)
    seen = {"of": "signs", "from": period.first.isoformat(), "to": last.isoformat()}
    await parts.database.write(lambda conn: audit_search.note(conn, parts, session, seen))
    return page(request, "pages/audit/signs.html", rules=rules, stopped=stopped, whys=WHY, period=period, most=MOST)


HANDLERS = (show_signs,)
