"""One line of the bench: a figure, what it is held against, and the aim."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """At most `limit`; `value` is what was measured."""

    what: str
    value: float
    limit: float

    @property
    def is_met(self) -> bool:
        """Whether the figure stays within the aim."""
        return self.value <= self.limit


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What one measure found."""

    name: str
    value: float
    unit: str
    beside: str = ""
    """What it is held against, or what else was seen."""
    ratio: float | None = None
    aims: tuple[Aim, ...] = ()
    why: str = ""
    """Why the aim is missed, when that is known; printed only then."""
    must_hold: bool = False
    """Whether the run ends with 1 where an aim is missed: a limit that was met and is to stay so."""

    @property
    def aim(self) -> str:
        """The aims in few words; one that holds for both databases is said once."""
        return ", ".join(dict.fromkeys(f"{aim.what.partition(' on ')[0]} ≤ {_short(aim.limit)}" for aim in self.aims))

    @property
    def verdict(self) -> str:
        """`met`, `missed` and by how much, or nothing where there is no aim."""
        if not self.aims:
            return ""
        if self.is_missed:
            return f"missed: {max(aim.value / aim.limit for aim in self.aims):.2f} × the aim"
        return "met"

    @property
    def is_missed(self) -> bool:
        """Whether one of the aims is not reached."""
        return any(not aim.is_met for aim in self.aims)


HEADINGS = ("measure", "figure", "beside", "ratio", "aim", "")


def cells(figure: Figure) -> tuple[str, ...]:
    """The figure as a row under `HEADINGS`."""
    return (
        figure.name,
        f"{_short(figure.value)} {figure.unit}",
        figure.beside,
        "" if figure.ratio is None else f"{figure.ratio:.2f} ×",
        figure.aim,
        figure.verdict,
    )


def table(figures: Sequence[Figure]) -> str:
    """All figures of one measure in columns, what is known of missed aims beneath."""
    rows = [HEADINGS, *(cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    whys = dict.fromkeys(figure.why for figure in figures if figure.is_missed and figure.why)
    lines += [f"  why missed: {why}" for why in whys]
    return "\n".join(lines)


def _short(value: float) -> str:
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"
