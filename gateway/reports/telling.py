"""A place’s figures as sheets, the same for page, files, command and interface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from gateway.reports import figures, peer_sheets, peer_times, words
from gateway.reports.by_hand import ByHand, Counted
from gateway.reports.cost_tables import Way
from gateway.reports.errors import FiguresAskedError
from gateway.reports.facts import NO_GROUP, OF_PEOPLE, Outcome
from gateway.reports.figures import Look
from gateway.reports.hiding import services_alone
from gateway.reports.kpi import Adjusted, Share
from gateway.reports.measures import Answers, Figures, Line, Peers
from gateway.reports.peer_times import PeerTimes
from gateway.reports.periods import Period
from gateway.reports.places import NETWORK, Place, PlaceKind
from gateway.reports.sheets import Column, Kind, Missing, Report, Sheet, Text, Value
from gateway.services import catalogue
from gateway.services.sensitivity import Sensitivity
from gateway.services.tables import Service
from ui.formats import write_moment, write_months
from ui.i18n import Message, Written, message

_MOST_SERVICES: Final = 25
_NOT_YET: Final = message("The figures have not been brought up to date yet: that happens by itself within minutes.")
_LISTED: Final = frozenset(PlaceKind) - {PlaceKind.CENTRE, PlaceKind.SERVICE}
"""Places of which the centres are listed."""
_SHARES = (
    ("electronic", words.ELECTRONIC),
    ("paper", words.PAPER),
    ("refused", words.OUTCOMES[Outcome.REFUSED]),
    ("stopped", words.OUTCOMES[Outcome.STOPPED]),
    ("lapsed", words.OUTCOMES[Outcome.LAPSED]),
    ("abandoned", words.OUTCOMES[Outcome.ABANDONED]),
    ("failed", words.OUTCOMES[Outcome.FAILED]),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Everything that one report is made of."""

    look: Look
    peers: Peers | None
    """None where the place is no centre."""
    times: PeerTimes | None
    """The same of minutes; none also before any month is over."""
    lines: Sequence[Line] | None
    """Every centre, for the network's owner alone."""
    services: Mapping[str, str]
    """Titles by id."""
    special: frozenset[str]
    """Those of a special category: which are given is told of the whole network alone."""

    @property
    def here(self) -> Figures:
        """What is told of the place."""
        return self.look.here

    @property
    def before(self) -> Figures:
        """Of as long a time before."""
        return self.look.before

    @property
    def network(self) -> Figures:
        """Of the whole network."""
        return self.look.network


def look(conn: Connection, place: Place, period: Period, *, sees_all: bool, language: str) -> Told:
    """Read what a report of `place` needs; `sees_all` says that the reader may see each centre by name.

    Raises:
        FiguresAskedError: there is no such centre or service.
    """
    is_centre, lists = place.kind is PlaceKind.CENTRE, sees_all and place.kind in _LISTED
    found = figures.read(conn, place, period)
    services, special = _titles(conn, language)
    if (is_centre and place.name not in found.centres) or (
        place.kind is PlaceKind.SERVICE and place.name not in services
    ):
        raise FiguresAskedError("no such centre or service")
    every = figures.lines(conn, found) if is_centre or lists else []
    centre, until = found.centres[place.name] if is_centre else None, found.times_until
    return Told(
        look=found,
        peers=figures.peers(every, centre) if centre else None,
        times=peer_times.read(conn, centre, found.centres.values(), period, until) if centre and until else None,
        lines=[line for line in every if place in line.centre.wider] if lists else None,
        services=services,
        special=special,
    )


def name_of(told: Told) -> Text:
    """What the place is called."""
    place = told.look.place
    if place.kind is PlaceKind.CENTRE:
        return told.look.centres[place.name].name
    if place.kind is PlaceKind.SERVICE:
        return told.services[place.name]
    if place.kind is PlaceKind.KIND:
        return words.KINDS_OF_CENTRE.get(place.name, place.name)
    return place.name or words.PLACES[place.kind]


def report(told: Told, *, now: datetime) -> Report:
    """The sheets of a report, those that a reader comes for first."""
    sheets = [_answers(told), *_groups(told), _completed(told)]
    if told.peers is not None:
        satisfied, completed = _share(told.here.answers.satisfied), _of_adjusted(told.here)
        sheets += [peer_sheets.shares(told.peers, satisfied, completed), _times(told), peer_sheets.times(told.times)]
    else:
        sheets.append(_times(told))
    sheets += [_ways(told), _outcomes(told), _services(told), _index(told), *_centres(told)]
    return Report(name_of(told), _when(told), tuple(sheets), told.here.at or now, name="figures")


def _when(told: Told) -> tuple[Message, Message]:
    """Of which months it is, and how fresh."""
    period, at = told.here.period, told.here.at
    first, last = (Written(write_months, str(each)) for each in (period.first, period.last))
    when = message("Time: %(first)s – %(last)s.", first=first, last=last)
    if first == last:
        when = message("Time: %(month)s.", month=first)
    fresh = _NOT_YET if at is None else message("Brought up to date on %(time)s.", time=Written(write_moment, at))
    return when, fresh


def _answers(told: Told) -> Sheet:
    columns = (
        Column("figure", message("Figure")),
        Column("share", words.HERE, Kind.SHARE, bar=True),
        Column("n", message("Answers"), Kind.COUNT),
        Column("from", message("From (95 %)"), Kind.SHARE),
        Column("to", message("To (95 %)"), Kind.SHARE),
        Column("answered", message("Share who answered"), Kind.SHARE),
        Column("before", words.BEFORE, Kind.SHARE),
        Column("network", words.NETWORK, Kind.SHARE),
        Column("remark", message("Note")),
    )
    rows = [
        _answer(name, told.here.answers, told.before.answers, told.network.answers, which)
        for name, which in ((words.SATISFIED, "satisfied"), (words.DONE, "done"), (words.CLEAR, "clear"))
    ]
    return Sheet(message("What residents say"), columns, tuple(rows), words.ANSWERS_NOTES, "answers")


def _groups(told: Told) -> tuple[Sheet, ...]:
    if told.look.place != NETWORK:
        return ()
    columns = (
        Column("group", message("Group of services")),
        Column("share", words.SATISFIED, Kind.SHARE, bar=True),
        Column("n", message("Answers"), Kind.COUNT),
        Column("remark", message("Note")),
    )
    rows = [
        (
            words.group_name(group),
            _share(share),
            share.n,
            words.TOO_FEW if share.is_few else Missing.NOT_APPLICABLE,
        )
        for group, share in sorted(told.look.by_group.items())
    ]
    title = message("Satisfied residents by group of services")
    return (Sheet(title, columns, tuple(rows), words.ANSWERS_NOTES, "groups"),)


def _answer(name: Message, here: Answers, before: Answers, network: Answers, which: str) -> tuple[Value, ...]:
    share: Share = getattr(here, which)
    interval = share.interval
    asked = share.n / here.invited if here.invited and share.is_shown else Missing.TOO_FEW
    return (
        name,
        _share(share),
        share.n if share.is_shown else Missing.TOO_FEW,
        interval[0] if interval else Missing.TOO_FEW,
        interval[1] if interval else Missing.TOO_FEW,
        asked,
        _share(getattr(before, which)),
        _share(getattr(network, which)),
        words.TOO_FEW if share.is_few else Missing.NOT_APPLICABLE,
    )


def _completed(told: Told) -> Sheet:
    columns = (
        Column("figure", message("Figure")),
        Column("share", words.HERE, Kind.SHARE, bar=True),
        Column("n", message("Of so many"), Kind.COUNT),
        Column("before", words.BEFORE, Kind.SHARE),
        Column("network", words.NETWORK, Kind.SHARE),
    )
    every = (told.here, told.before, told.network)
    here = told.here.completed
    rows: list[tuple[Value, ...]] = [
        (words.ADJUSTED, _of_adjusted(told.here), here.n, *(_of_adjusted(each) for each in every[1:])),
        (words.COMPLETED, _share(here), here.n, *(_share(each.completed) for each in every[1:])),
    ]
    for which, name in _SHARES:
        shares = [_named(each, which) for each in every]
        n = here.n if shares[0] is None else shares[0].n
        rows.append((name, _share(shares[0]), n, _share(shares[1]), _share(shares[2])))
    return Sheet(message("What came of it"), columns, tuple(rows), words.COMPLETED_NOTES, "completed")


def _named(one: Figures, which: str) -> Share | None:
    if which == "electronic":
        return one.volume.electronic
    return one.volume.paper if which == "paper" else one.volume.share_of(which)


def _of_adjusted(one: Figures) -> Value:
    return _adjusted(one.adjusted, one.completed)


def _adjusted(adjusted: Adjusted | None, completed: Share) -> Value:
    return Missing.TOO_FEW if adjusted is None or not completed.is_shown else adjusted.value


def _share(share: Share | None) -> Value:
    return Missing.TOO_FEW if share is None or share.value is None else share.value


def _times(told: Told) -> Sheet:
    columns = (
        Column("group", message("Group of services")),
        Column("visits", message("Visits"), Kind.COUNT),
        Column("helped", words.MINUTES["helped_median"], Kind.MINUTES, bar=True),
        Column("helped_most", words.MINUTES["helped_p90"], Kind.MINUTES),
        Column("waited", words.MINUTES["waited_median"], Kind.MINUTES),
        Column("waited_most", words.MINUTES["waited_p90"], Kind.MINUTES),
    )
    rows = [
        (
            words.group_name(one.group),
            one.n,
            *(
                Missing.TOO_FEW if minutes is None else minutes
                for minutes in (one.helped_median, one.helped_p90, one.waited_median, one.waited_p90)
            ),
        )
        for one in told.here.times
        if one.n
    ]
    return Sheet(message("How long it takes, in minutes"), columns, tuple(rows), words.TIMES_NOTES, "times")


def _ways(told: Told) -> Sheet:
    """Services given by way, and beneath them what staff counted outside of visits."""
    columns = (
        Column("name", message("Way")),
        Column("n", message("Services"), Kind.COUNT, bar=True),
        Column("source", message("Counted")),
        Column("remark", message("Note")),
    )
    given = sorted(told.here.volume.channels.items(), key=lambda each: -each[1])
    rows: list[tuple[Value, ...]] = [
        (words.CHANNELS.get(name, name), n, words.BY_VISITS, Missing.NOT_APPLICABLE) for name, n in given
    ]
    if told.look.place.kind is not PlaceKind.SERVICE:
        rows += [_by_hand(name, told.here.by_hand, way) for way, name in words.BY_HAND.items()]
    title = message("Services by way")
    return Sheet(title, columns, tuple(rows), (*words.VOLUME_NOTES, *words.BY_HAND_NOTES), "channels")


def _by_hand(name: Message, found: ByHand, way: Way) -> tuple[Value, ...]:
    counted = found.ways.get(way)
    if counted is None:
        return name, Missing.UNKNOWN, words.COUNTED_BY_HAND, words.NO_MONTH
    return name, counted.n, words.COUNTED_BY_HAND, _of_months(counted.months, found.months)


def _of_months(months: int, every: int) -> Value:
    """That months are without a count; nothing where none is."""
    if months >= every:
        return Missing.NOT_APPLICABLE
    return message("Counted in %(num)s of %(all)s months", num=months, all=every)


def _outcomes(told: Told) -> Sheet:
    """Counts of work as they are; those that say something of people together, and each of them in fives."""
    columns = (
        Column("name", message("Outcome")),
        Column("n", message("Services"), Kind.COUNT, bar=True),
        Column("least", message("Of them at least"), Kind.COUNT),
    )
    counted, none = told.here.volume.outcomes, Missing.NOT_APPLICABLE
    work = sorted((name for name in counted if name not in OF_PEOPLE), key=lambda name: -counted[name])
    rows: list[tuple[Value, ...]] = [(words.OUTCOMES.get(Outcome(name), name), counted[name], none) for name in work]
    if rest := sum(counted.get(each, 0) for each in OF_PEOPLE):
        rows.append((words.NOT_DONE, rest, none))
        told_of = told.here.volume.told
        rows += [(words.OUTCOMES[each], none, told_of.get(each) or Missing.TOO_FEW) for each in OF_PEOPLE]
    notes = (*words.VOLUME_NOTES, words.IN_FIVES)
    return Sheet(message("Services by outcome"), columns, tuple(rows), notes, "outcomes")


def _services(told: Told) -> Sheet:
    counted = told.here.volume.services
    alone = services_alone(counted, frozenset() if told.look.place == NETWORK else told.special, _MOST_SERVICES)
    rows: list[tuple[Text, int]] = [(told.services.get(name, name), counted[name]) for name in alone]
    if rest := sum(counted.values()) - sum(n for _, n in rows):
        rows.append((message("All others"), rest))
    if without := told.here.volume.given - sum(counted.values()):
        rows.append((words.GROUPS[NO_GROUP], without))
    return _counted("services", message("Services that were asked for"), message("Service"), rows)


def _counted(name: str, title: Message, head: Message, rows: Sequence[tuple[Text, int]]) -> Sheet:
    columns = (Column("name", head), Column("n", message("Services"), Kind.COUNT, bar=True))
    ordered = tuple(sorted(rows, key=lambda row: -row[1]))
    return Sheet(title, columns, ordered, words.VOLUME_NOTES, name)


def _index(told: Told) -> Sheet:
    columns = (
        Column("figure", message("Figure")),
        Column("here", words.HERE, Kind.NUMBER),
        Column("before", words.BEFORE, Kind.NUMBER),
        Column("network", words.NETWORK, Kind.NUMBER),
        Column("remark", message("Note")),
    )
    every = (told.here, told.before, told.network)
    rows: list[tuple[Value, ...]] = [(words.INDEX, *(_known(each.index) for each in every), Missing.NOT_APPLICABLE)]
    if told.look.place.kind is not PlaceKind.SERVICE:
        found = told.here.by_hand
        # A month is whole where each way was counted in it; so the way that was counted least says it.
        least = min((found.ways.get(way, Counted()).months for way in words.BY_HAND), default=0)
        remark = _of_months(least, found.months) if found.is_known else words.NO_MONTH
        rows.append((words.INDEX_BY_HAND, *(_known(each.index_by_hand) for each in every), remark))
    return Sheet(message("Relative channel cost"), columns, tuple(rows), words.INDEX_NOTES, "index")


def _known(figure: float | None) -> Value:
    return Missing.UNKNOWN if figure is None else figure


def _centres(told: Told) -> tuple[Sheet, ...]:
    if told.lines is None:
        return ()
    columns = (
        Column("centre", message("Centre")),
        Column("municipality", message("Municipality")),
        Column("services", message("Services"), Kind.COUNT, bar=True),
        Column("completed", words.ADJUSTED, Kind.SHARE),
        Column("satisfied", words.SATISFIED, Kind.SHARE),
        Column("answers", message("Answers"), Kind.COUNT),
    )
    rows = [
        (
            line.centre.name,
            line.centre.municipality,
            line.given,
            _adjusted(line.adjusted, line.completed),
            _share(line.satisfied),
            line.satisfied.n if line.satisfied.is_shown else Missing.TOO_FEW,
        )
        for line in told.lines
    ]
    return (Sheet(message("Centres, by name"), columns, tuple(rows), words.CENTRES_NOTES, "centres"),)


def _titles(conn: Connection, language: str) -> tuple[dict[str, str], frozenset[str]]:
    """Titles by id, and which are of a special category."""
    rows = conn.execute(select(Service.id, Service.cards, Service.sensitivity)).all()
    special = frozenset(row.id for row in rows if row.sensitivity == Sensitivity.SPECIAL)
    return {row.id: catalogue.title_of(row.cards, language) for row in rows}, special
