"""What the browser's process tells the worker."""

from typing import Any

import pytest

from connectors.browser import messages as say
from connectors.browser.process import _Child

pytestmark = pytest.mark.anyio


class Wire:
    """The worker's end: what was written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, frame: bytes) -> None:
        self.written.append(frame)

    async def drain(self) -> None:
        """Nothing waits here."""


async def told(report: say.Report) -> Any:
    wire: Any = Wire()
    browser: Any = None
    await _Child(browser, wire).tell(report)
    (frame,) = wire.written
    return say.report_decoder.decode(frame[4:])


async def test_a_file_that_no_worker_would_read_ends_its_own_run_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(say, "FRAME_LIMIT", 1_000)
    small, large = say.Receipt(run="r", pdf=b"%PDF-1.4"), say.Receipt(run="r", pdf=b"%PDF-" + b"x" * 2_000)
    assert await told(small) == small
    found = await told(large)
    assert isinstance(found, say.Failed)
    assert found.run == "r"
