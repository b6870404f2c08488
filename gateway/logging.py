"""Log lines: JSON, one a line, and nothing in them but what is on a list.

A personal value gets into a log by a key that somebody added in passing; so every key that is not named here is
dropped, and the line says how many were. Events are fixed words, never formatted text.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import msgspec
import structlog

ALLOWED_KEYS = frozenset(
    {
        "address",
        "attempt",
        "attempts",
        "chain",
        "code",
        "connector",
        "count",
        "epoch",
        "error",
        "event",
        "filing",
        "job",
        "key",
        "kind",
        "level",
        "logger",
        "method",
        "milliseconds",
        "mode",
        "place",
        "process",
        "reason",
        "reference",
        "role",
        "route",
        "run",
        "size",
        "status",
        "step",
        "time",
        "version",
        "visit",
        "worker",
    }
)
"""Keys that a log line may have; each holds an identifier, a code or a number, never what a person said or is."""


def drop_unknown(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep only the keys on the list."""
    unknown = [key for key in line if key not in ALLOWED_KEYS]
    for key in unknown:
        del line[key]
    if unknown:
        line["dropped"] = len(unknown)
    return line


def name_error(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its type and where it was raised: its message may hold a value."""
    info = line.pop("exc_info", None)
    raised = info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None
    if raised is not None:
        line.setdefault("error", f"{type(raised).__module__}.{type(raised).__qualname__}")
        code = getattr(raised, "code", None)
        if isinstance(code, str):
            line.setdefault("code", code)
        line.setdefault("place", _place(raised))
    return line


def configure(level: str, *, stream: TextIO | None = None) -> None:
    """Write log lines of at least `level` to `stream`, standard error if none is given; also those of libraries.

    What libraries log is reduced to its origin and level: their text is not ours to answer for.
    """
    least = logging.getLevelNamesMapping()[level]
    out = sys.stderr if stream is None else stream
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            name_error,
            drop_unknown,
            structlog.processors.JSONRenderer(serializer=_serialize),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_LibraryHandler()]
    root.setLevel(max(least, logging.WARNING))


class _LibraryHandler(logging.Handler):
    """Passes on that a library logged something, without its text."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        error = record.exc_info[1] if record.exc_info else None
        log.log(record.levelno, "library", logger=record.name, place=f"{record.module}:{record.lineno}", exc_info=error)


def _place(raised: BaseException) -> str:
    last = raised.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return "unknown"
    return f"{last.tb_frame.f_globals.get('__name__', 'unknown')}:{last.tb_lineno}"


def _serialize(line: dict[str, Any], **_options: Any) -> str:
    return msgspec.json.encode(line, enc_hook=lambda value: type(value).__name__).decode()
