"""The rows of figures. All can be made anew from visits and answers, but for what was erased there since.

What is counted stands by month, and added up by quarter and year, for each place: so a report over years reads few
rows, as many after ten million visits as after one.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base, Json

_UNORDERED = {"sqlite_with_rowid": False}
"""Rows lie in the order of their keys: nothing tells in which order they were written."""


class FigureFact(Base):
    """What was counted of one visit, so that a late outcome changes just that. No person is in it."""

    __tablename__ = "figure_fact"
    __table_args__ = (_UNORDERED,)

    visit_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    fact: Mapped[dict[str, object]] = mapped_column(Json)
    """As `facts.Fact`."""


class FigureCell(Base):
    """How many services were given that are alike in everything that figures tell apart."""

    __tablename__ = "figure_cell"
    __table_args__ = (Index("ix_figure_cell_centre", "centre_id", "month"), _UNORDERED)

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    """Of the visit's closing, `2026-11`, in Riga."""
    centre_id: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    """Empty where no service was chosen."""
    service_group: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(32), primary_key=True)
    """A `facts.Outcome`."""
    route: Mapped[str] = mapped_column(String(16), primary_key=True)
    """Of the yes to the delegation; `none` where there was none."""
    n: Mapped[int]


class FigureSum(Base):
    """The same added up: one place, one month, quarter or year, one group of services."""

    __tablename__ = "figure_sum"
    __table_args__ = (
        # All that comparing places needs, without the rest of each row.
        Index("ix_figure_sum_compared", "period", "place", "service_group", "given", "known", "final"),
        _UNORDERED,
    )

    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    """`2026-11`, `2026-Q4` or `2026`."""
    place: Mapped[str] = mapped_column(primary_key=True)
    """As `places` writes it: `network`, `centre:…`, `municipality:…`, `region:…`, `kind:…`, `service:…`."""
    service_group: Mapped[str] = mapped_column(String(64), primary_key=True)
    given: Mapped[int]
    """Services given."""
    known: Mapped[int]
    """Of them those whose outcome is known."""
    final: Mapped[int]
    """Of those the ones that were brought to an end."""
    counts: Mapped[dict[str, int]] = mapped_column(Json)
    """By what is counted, such as `channel:phone` or `helped:12`; see `facts.counts_of`."""


class FigureAnswers(Base):
    """How residents of one month answered; what no bundle tells of yet stays here and is shown to nobody."""

    __tablename__ = "figure_answers"
    __table_args__ = (Index("ix_figure_answers_waits", "waits"), _UNORDERED)

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    centre_id: Mapped[str] = mapped_column(primary_key=True)
    service_group: Mapped[str] = mapped_column(String(64), primary_key=True)
    invited: Mapped[int]
    counts: Mapped[dict[str, int]] = mapped_column(Json)
    """Gathered, by `points:4`, `done:yes`, `clear:partly`."""
    told: Mapped[dict[str, int]] = mapped_column(Json)
    """Of them what bundles tell of."""
    waits: Mapped[bool] = mapped_column(server_default=true())
    """Whether bundles do not tell of all of them: the rest is read by nobody."""


class FigureBundle(Base):
    """Answers that are shown: bundles of at least five that lie in the same months of one place, added up.

    Each bundle is counted at its centre, with the empty group, and in the network under its group.
    """

    __tablename__ = "figure_bundle"
    __table_args__ = (CheckConstraint("n >= 5", name="five_answers"), _UNORDERED)

    place: Mapped[str] = mapped_column(primary_key=True)
    aspect: Mapped[str] = mapped_column(String(8), primary_key=True)
    """What they answer: `points`, `done` or `clear`."""
    service_group: Mapped[str] = mapped_column(String(64), primary_key=True)
    """`*` where a bundle holds several groups that were too small alone."""
    first_month: Mapped[str] = mapped_column(String(7), primary_key=True)
    last_month: Mapped[str] = mapped_column(String(7), primary_key=True)
    n: Mapped[int]
    good: Mapped[int]
    """Of them those with four or five points, or a yes."""


class FigureTime(Base):
    """How long one centre took in twelve months, of one group of services: kept, so that centres are compared quickly.

    What a page would not show is not kept either.
    """

    __tablename__ = "figure_time"
    __table_args__ = (
        CheckConstraint("helped >= 5", name="five_visits"),
        CheckConstraint("(helped_p90 IS NULL) = (helped < 20)", name="twenty_visits"),
        CheckConstraint("waited >= 5", name="five_waits"),
        CheckConstraint("(waited_median IS NULL) = (waited IS NULL)", name="waits_are_counted"),
        CheckConstraint("(waited_p90 IS NULL) = (coalesce(waited, 0) < 20)", name="twenty_waits"),
        _UNORDERED,
    )

    last_month: Mapped[str] = mapped_column(String(7), primary_key=True)
    """The last of the twelve, `2026-10`."""
    centre_id: Mapped[str] = mapped_column(primary_key=True)
    service_group: Mapped[str] = mapped_column(String(64), primary_key=True)
    helped: Mapped[int]
    """Visits whose minutes are known."""
    helped_median: Mapped[int]
    helped_p90: Mapped[int | None]
    waited: Mapped[int | None]
    """Visits in which a yes was waited for; nothing where there are fewer than five."""
    waited_median: Mapped[int | None]
    waited_p90: Mapped[int | None]


class FigureCursor(Base):
    """How far the log was followed, and when: one row, locked by whoever gathers."""

    __tablename__ = "figure_cursor"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    leaf: Mapped[int] = mapped_column(BigInteger)
    """Entries before this one are in the figures."""
    at: Mapped[datetime | None]
    answers_at: Mapped[datetime | None]
    times_until: Mapped[str | None] = mapped_column(String(7))
    """The last month of which rows of `FigureTime` are there, all of them."""


class ChannelWeight(Base):
    """What one service by a channel costs in comparison with others, from one day on: an index, no money."""

    __tablename__ = "channel_weight"

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    """A `weights.Way`."""
    since: Mapped[date] = mapped_column(primary_key=True)
    weight: Mapped[int]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
