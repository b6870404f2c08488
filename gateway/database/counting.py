"""Counts SQL statements, so that a test or a benchmark can say what one request costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class StatementCount:
    """What was executed while it was counted; `BEGIN` and `COMMIT` are not statements here."""

    texts: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many statements there were."""
        return len(self.texts)


_counting: ContextVar[StatementCount | None] = ContextVar("statement_count", default=None)


@contextmanager
def count_statements() -> Iterator[StatementCount]:
    """Count the statements executed on behalf of this task, also those that ran in the database's threads."""
    count = StatementCount()
    token = _counting.set(count)
    try:
        yield count
    finally:
        _counting.reset(token)


@contextmanager
def not_counted() -> Iterator[None]:
    """Leave out what a new connection asks for itself."""
    token = _counting.set(None)
    try:
        yield
    finally:
        _counting.reset(token)


def note(statement: str) -> None:
    """Count a statement that is being executed, if anybody counts."""
    count = _counting.get()
    if count is not None:
        count.texts.append(statement)
