"""Helpers: answers of residents, stored as the pages store them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, insert

from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation
from gateway.ids import new_id
from gateway.reports import answering, figures
from gateway.reports.kpi import Share
from gateway.reports.periods import Month, Period
from gateway.reports.places import NETWORK, Place, PlaceKind
from tests.gateway.visits.counter import Counter


def answer(counter: Counter, month: Month, points: Iterable[int], group: str = "benefits") -> None:
    """Residents were asked in that month, and gave these points."""

    def work(conn: Connection) -> None:
        for each in points:
            of = {"centre_id": counter.by.centre_id, "service_group": group, "month": str(month)}
            day = month.first_day
            asked = {"token_hash": new_id().encode(), "asked_on": day, "expires_on": day, "used": True, "rated": False}
            conn.execute(insert(FeedbackInvitation).values(**of, **asked))
            said = {"id": new_id(), "satisfaction": each, "done": "yes", "clear": "yes", "given_on": day}
            conn.execute(insert(FeedbackAnswer).values(**of, **said))

    counter.write(work)


def bundle(counter: Counter, at: Month) -> int:
    """Bundle what came, in that month; return how many bundles were made."""
    now = datetime(at.year, at.month, 15, 12, tzinfo=UTC)
    return counter.write(lambda conn: answering.bundle(conn, now))


def satisfied(counter: Counter, period: str) -> Share:
    """What a manager is shown of the own centre."""
    place = Place(PlaceKind.CENTRE, counter.by.centre_id)
    return counter.read(lambda conn: figures.read(conn, place, Period.parse(period)).here).answers.satisfied


def by_group(counter: Counter, period: str) -> dict[str, Share]:
    """What is told of groups of services in the network."""
    return counter.read(lambda conn: dict(figures.read(conn, NETWORK, Period.parse(period)).by_group))
