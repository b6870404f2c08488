"""What one service costs by the way in which it is given, in comparison with others: an index and never money.

The published comparison is 1 online, 20 by telephone, 30 by post, 50 at the counter. An assisted e-service is neither:
see decision 0139 for its weight. Each is a dated row, so that a change does not rewrite the past.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, select

from audit.entry import Actor
from audit.events import EventName
from gateway.database.together import insert_once
from gateway.ledger import outbox
from gateway.reports.errors import WeightError
from gateway.reports.tables import ChannelWeight


class Way(StrEnum):
    """How a service was given."""

    ONLINE = "online"
    """By the resident alone, also where they were only guided."""
    ASSISTED = "assisted"
    """As an e-service, filed by an assistant."""
    PHONE = "phone"
    POST = "post"
    COUNTER = "counter"
    """On the spot without an e-service: explained, or referred."""


DEFAULTS: Final[Mapping[Way, int]] = {Way.ONLINE: 1, Way.ASSISTED: 20, Way.PHONE: 20, Way.POST: 30, Way.COUNTER: 50}
LEAST: Final = 1
MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Weights:
    """Every weight that was ever set, the newest day first."""

    rows: Sequence[tuple[Way, date, int]]

    def on(self, day: date) -> dict[Way, int]:
        """The weights that hold on a day."""
        # The newest come last, so that they win.
        return {**DEFAULTS, **{way: weight for way, since, weight in reversed(self.rows) if since <= day}}


def read(conn: Connection) -> Weights:
    """Read every weight."""
    rows = conn.execute(select(ChannelWeight.__table__).order_by(ChannelWeight.since.desc(), ChannelWeight.channel))
    return Weights([(Way(row.channel), row.since, row.weight) for row in rows])


def change(conn: Connection, way: Way, weight: int, day: date, *, by: Actor, now: datetime) -> None:
    """Set what a way weighs from a day on, with its event.

    Raises:
        WeightError: the weight is not from 1 to 1000, or that day has one already.
    """
    if not LEAST <= weight <= MOST:
        raise WeightError("a weight goes from 1 to 1000")
    row = {"channel": way.value, "since": day, "weight": weight, "set_by": by.id, "set_at": now}
    if not insert_once(conn, ChannelWeight, row):
        raise WeightError("that day has a weight already")
    data = {"way": way.value, "weight": weight, "since": day.isoformat()}
    outbox.record(conn, chain="system", type=EventName.CHANNEL_WEIGHT_SET, actor=by, data=data, at=now)
