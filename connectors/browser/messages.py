"""What the worker and the browser's process say to each other: framed MessagePack over one socket pair.

Imports no Playwright: the worker's side uses it too. A frame is its length in four bytes, big-endian, and the message.
"""

import asyncio
import struct
from typing import Literal, TypeAlias

import msgspec

from connectors.browser.isolation import Level
from connectors.sdk.page import PageState

FRAME_LIMIT = 64 * 1024 * 1024
"""Bytes; bounds what a broken or hostile peer can make the other one hold."""


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag=True, array_like=True):
    run: str


class FileContent(msgspec.Struct, frozen=True, array_like=True):
    """One file to attach."""

    filename: str
    media_type: str
    content: bytes


class Open(_Message, frozen=True):
    """Open a context of its own for a run, behind the gate's credentials, and sign in at the portal."""

    connector: str
    portal_origin: str
    proxy: str
    user: str
    password: str
    language: str
    page_timeout: float
    sign_in: str
    """Path that is opened first, and redirects to the issuer."""


class Fill(_Message, frozen=True):
    """Fill the form from its first page; each page waits for `Proceed` when opened and when filled."""

    values: dict[str, str | list[str]]
    files: dict[str, FileContent]


class Proceed(_Message, frozen=True):
    """The page that was reported last is what it should be."""


class TakePicture(_Message, frozen=True):
    """Send the page as a PNG."""


class Press(_Message, frozen=True):
    """Press the last button."""


class Visit(_Message, frozen=True):
    """Open a path of the portal and report it."""

    path: str
    button: str | None = None


class FetchReceipt(_Message, frozen=True):
    """Send the PDF that the page links to, or that stands at `path`."""

    path: str | None = None


class Close(_Message, frozen=True):
    """Close the context and forget the run."""


Command: TypeAlias = Open | Fill | Proceed | TakePicture | Press | Visit | FetchReceipt | Close


class Ready(_Message, frozen=True):
    """The browser runs."""

    version: str
    level: Level


class SignedIn(_Message, frozen=True):
    """Where the portal arrived after the sign-in."""

    state: PageState


class PageOpened(_Message, frozen=True):
    """A page of the form was reached, or another page in its place."""

    page: str
    state: PageState


class PageFilled(_Message, frozen=True):
    """A page holds what was asked for and is about to be sent."""

    page: str
    state: PageState


class Picture(_Message, frozen=True):
    """The page as a PNG."""

    png: bytes


class Pressed(_Message, frozen=True):
    """What the browser shows after the last button."""

    state: PageState


class Visited(_Message, frozen=True):
    """The page at a path; `body` is its bytes when it is no HTML."""

    state: PageState
    body: bytes


class Receipt(_Message, frozen=True):
    """The PDF, when there was one."""

    pdf: bytes | None


Reason: TypeAlias = Literal["unavailable", "timeout", "control", "option", "browser"]


class Failed(_Message, frozen=True):
    """The run cannot go on. `detail` names controls and pages, never values."""

    reason: Reason
    detail: str
    input: str | None = None


Report: TypeAlias = Ready | SignedIn | PageOpened | PageFilled | Picture | Pressed | Visited | Receipt | Failed

_HEAD = struct.Struct(">I")
_encoder = msgspec.msgpack.Encoder()
command_decoder = msgspec.msgpack.Decoder(Command)
report_decoder = msgspec.msgpack.Decoder(Report)


def framed(message: Command | Report) -> bytes:
    """The bytes of one frame."""
    body = _encoder.encode(message)
    return _HEAD.pack(len(body)) + body


async def read_frame(reader: asyncio.StreamReader) -> bytes | None:
    """The next message's bytes; `None` when the other side is gone.

    Raises:
        ValueError: the frame is longer than `FRAME_LIMIT`.
    """
    try:
        (length,) = _HEAD.unpack(await reader.readexactly(_HEAD.size))
        if length > FRAME_LIMIT:
            raise ValueError("a frame is longer than any message")
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
