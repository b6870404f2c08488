"""No value of a person reaches a log line, whoever writes it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from gateway import logging as our_logging

CODE = "329999-00001"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged during the test."""
    before = (logging.getLogger().handlers[:], logging.getLogger().level)
    stream = io.StringIO()
    our_logging.configure("INFO", stream=stream)
    yield stream
    structlog.reset_defaults()
    logging.getLogger().handlers, level = before
    logging.getLogger().setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_keys_on_the_list_are_written(written: io.StringIO) -> None:
    structlog.get_logger().info("request", route="/visits/{visit_id}", status=200)
    (line,) = lines(written)
    assert (line["event"], line["route"], line["status"], line["level"]) == (
        "request",
        "/visits/{visit_id}",
        200,
        "info",
    )


def test_other_keys_are_dropped_and_counted(written: io.StringIO) -> None:
    structlog.get_logger().info("answers saved", personal_code=CODE, name="made-up", visit="v1")
    assert CODE not in written.getvalue()
    assert lines(written)[0]["dropped"] == 2


def test_an_error_is_named_without_its_text(written: io.StringIO) -> None:
    try:
        raise ValueError(f"{CODE} is wrong")
    except ValueError:
        structlog.get_logger().warning("job failed", exc_info=True)
    (line,) = lines(written)
    assert CODE not in written.getvalue()
    assert line["error"] == "builtins.ValueError"
    assert line["place"].startswith(f"{__name__}:")


def test_an_error_s_code_is_written(written: io.StringIO) -> None:
    class PortalDownError(Exception):
        code = "portal.down"

    structlog.get_logger().warning("job failed", exc_info=PortalDownError(CODE))
    assert lines(written)[0]["code"] == "portal.down"
    assert CODE not in written.getvalue()


def test_libraries_say_where_but_not_what(written: io.StringIO) -> None:
    logging.getLogger("some.library").error("could not parse %s", CODE)
    (line,) = lines(written)
    assert line["logger"] == "some.library"
    assert CODE not in written.getvalue()


def test_lines_below_the_level_are_not_written(written: io.StringIO) -> None:
    structlog.get_logger().debug("detail")
    assert written.getvalue() == ""
