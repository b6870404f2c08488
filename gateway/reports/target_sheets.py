"""Targets beside what was reached, and improvement actions, as sheets."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from gateway.reports.periods import Period
from gateway.reports.sheets import Column, Kind, Missing, Note, NoteKind, Sheet, Text, Value
from gateway.reports.target_tables import ActionState, Aim
from gateway.reports.targets import Held, of_aim
from ui.i18n import Message, message

AIMS: Final = {
    Aim.SATISFIED: message("Satisfied residents, at least"),
    Aim.COMPLETED: message("Completed services, at least"),
    Aim.TIME: message("Median minutes of help, at most"),
    Aim.COST: message("Euros a service, at most"),
}
MATTERS: Final = {
    Aim.SATISFIED: message("Satisfied residents"),
    Aim.COMPLETED: message("Completed services"),
    Aim.TIME: message("Minutes of help"),
    Aim.COST: message("Euros a service"),
}
"""What an improvement is for: the aim without its bound."""
STATES: Final = {
    ActionState.OPEN: message("Open"),
    ActionState.DONE: message("Done"),
    ActionState.DROPPED: message("Dropped"),
}
OVERDUE: Final = message("Overdue")
_KINDS: Final = {Aim.SATISFIED: Kind.SHARE, Aim.COMPLETED: Kind.SHARE, Aim.TIME: Kind.MINUTES, Aim.COST: Kind.MONEY}
_REACHED: Final = message("Reached")
_NOT_REACHED: Final = message("Not reached")
_NOT_YET: Final = message("Not reached so far")
_DEFINITION: Final = Note(
    NoteKind.DEFINITION,
    message(
        "A target is set by the network’s owner. What was reached is of the target’s months, as far as they are over; "
        "under 30 answers or services there are too few to say."
    ),
)
_FORMULAS: Final = {
    Aim.SATISFIED: message("Answers with four or five points / all answers with points."),
    Aim.COMPLETED: message("Services with a final outcome / services whose outcome is known."),
    Aim.TIME: message("The middle of the minutes of help of all visits, exact to the minute up to an hour."),
    Aim.COST: message("Subsidies of the months / services given in them."),
}


def targets(found: Sequence[Held]) -> tuple[Sheet, ...]:
    """A sheet for each aim that has a target."""
    return tuple(_of_aim(aim, each) for aim in Aim if (each := of_aim(found, aim)))


def improvements(rows: Sequence[Any], today: date) -> Sheet:
    """Actions as `actions.find` lists them: what is overdue first."""
    return Sheet(
        message("Improvements"),
        (
            Column("centre", message("Centre")),
            Column("aim", message("For")),
            Column("text", message("What is done")),
            Column("owner", message("Who sees to it")),
            Column("due", message("Until"), Kind.DATE),
            Column("state", message("State")),
            Column("reason", message("What came of it")),
        ),
        tuple(
            (
                row.centre,
                MATTERS[row.aim],
                row.text,
                row.owner,
                row.due,
                state_of(row, today),
                row.reason or Missing.NOT_APPLICABLE,
            )
            for row in rows
        ),
        name="improvements",
    )


def state_of(row: Any, today: date) -> Message:
    """How far an action is; an open one whose day has passed is overdue."""
    return OVERDUE if row.state is ActionState.OPEN and row.due < today else STATES[row.state]


def _of_aim(aim: Aim, found: Sequence[Held]) -> Sheet:
    kind = _KINDS[aim]
    rows: list[tuple[Value, ...]] = [
        (each.row.centre, _months(each.period), each.value, each.actual, _reached(each)) for each in found
    ]
    return Sheet(
        AIMS[aim],
        (
            Column("centre", message("Centre")),
            Column("months", message("Months")),
            Column("target", message("Target"), kind),
            Column("actual", message("So far"), kind, bar=kind is Kind.SHARE),
            Column("reached", message("State")),
        ),
        tuple(rows),
        (_DEFINITION, Note(NoteKind.FORMULA, _FORMULAS[aim])),
        name=f"target_{aim.value}",
    )


def _months(period: Period) -> Text:
    """A year or a quarter, as it is called."""
    year, _, quarter = str(period).partition("-Q")
    return message("Quarter %(number)s of %(year)s", number=quarter, year=year) if quarter else year


def _reached(one: Held) -> Value:
    """What is said of a target whose months go on may still change."""
    if one.is_reached is None:
        return Missing.UNKNOWN
    return _REACHED if one.is_reached else _NOT_REACHED if one.is_over else _NOT_YET
