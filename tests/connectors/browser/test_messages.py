import asyncio
import sys

import pytest

from connectors.browser import messages as say

pytestmark = pytest.mark.anyio


def reader_of(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


async def test_a_message_comes_out_as_it_went_in() -> None:
    files = {"f": say.FileContent("i.pdf", "application/pdf", b"\x00\xff")}
    sent = say.Fill(run="r", values={"a": "ā", "b": ["1", "2"]}, files=files)
    frame = await say.read_frame(reader_of(say.framed(sent)))
    assert frame is not None
    assert say.command_decoder.decode(frame) == sent


async def test_a_frame_cut_short_is_the_end() -> None:
    whole = say.framed(say.Proceed(run="r"))
    for length in range(len(whole)):
        assert await say.read_frame(reader_of(whole[:length])) is None


async def test_a_frame_beyond_the_limit_is_not_even_read() -> None:
    with pytest.raises(ValueError, match="longer"):
        await say.read_frame(reader_of((say.FRAME_LIMIT + 1).to_bytes(4, "big")))


async def test_importing_the_messages_brings_no_browser() -> None:
    script = "import sys, connectors.browser.messages, connectors.runner.runner; sys.exit('playwright' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
    assert await process.wait() == 0
