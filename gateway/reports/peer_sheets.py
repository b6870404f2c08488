"""A centre beside others of its kind, as sheets: the range of the others, and never who they are."""

from gateway.reports import words
from gateway.reports.kpi import Range
from gateway.reports.measures import Peers
from gateway.reports.peer_times import PeerTimes
from gateway.reports.sheets import Column, Kind, Missing, Note, Sheet, Value
from ui.formats import rounded, write_months
from ui.i18n import Message, Written, message


def shares(peers: Peers, satisfied: Value, completed: Value) -> Sheet:
    """How satisfied residents are and how much is completed, here and by the others."""
    columns = (
        Column("figure", message("Figure")),
        Column("here", words.HERE, Kind.SHARE, bar=True),
        *_others(Kind.SHARE),
    )
    rows = (
        (words.SATISFIED, satisfied, *_spread(peers.satisfied)),
        (words.ADJUSTED, completed, *_spread(peers.completed)),
    )
    notes = words.PEERS_NOTES if peers.satisfied or peers.completed else (words.NO_PEERS, *words.PEERS_NOTES)
    return Sheet(message("Beside centres of the same kind"), columns, rows, notes, "peers")


def times(found: PeerTimes | None) -> Sheet:
    """How long it takes, here and by the others; a figure that cannot be compared has no row."""
    columns = (
        Column("group", message("Group of services")),
        Column("figure", message("Figure")),
        Column("here", words.HERE, Kind.MINUTES, bar=True),
        *_others(Kind.MINUTES),
    )
    compared = [] if found is None else [each for each in found.every if each.others is not None]
    rows = tuple(
        (words.group_name(each.group), words.MINUTES[each.figure], each.here, *_minutes(each.others))
        for each in compared
    )
    notes = words.PEER_TIMES_NOTES if rows else (_why_none(found), *words.PEER_TIMES_NOTES)
    return Sheet(_title(found), columns, rows, notes, "peer_times")


def _why_none(found: PeerTimes | None) -> Note:
    if found is None:
        return words.NO_MONTH_OVER
    return words.NO_PEERS if found.every else words.NO_MINUTES


def _title(found: PeerTimes | None) -> Message:
    if found is None:
        return message("Minutes beside centres of the same kind")
    first, last = (Written(write_months, str(each)) for each in (found.period.first, found.period.last))
    return message("Minutes beside centres of the same kind: %(first)s – %(last)s", first=first, last=last)


def _others(kind: Kind) -> tuple[Column, ...]:
    return (
        Column("low", message("Lowest quarter"), kind),
        Column("middle", message("Middle"), kind),
        Column("high", message("Highest quarter"), kind),
        Column("centres", message("Other centres"), Kind.COUNT),
    )


def _spread(found: Range | None) -> tuple[Value, ...]:
    if found is None:
        return (Missing.TOO_FEW,) * 4
    return found.low, found.middle, found.high, found.places


def _minutes(found: Range | None) -> tuple[Value, ...]:
    if found is None:
        return (Missing.TOO_FEW,) * 4
    return *(int(rounded(each, 0)) for each in (found.low, found.middle, found.high)), found.places
