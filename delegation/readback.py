"""What the portal holds just before the last click, in the one form that a permit binds.

The canonical form is the RFC 8785 array of `[page, control, label, type, value, shown]`, in the order of the pages.
Hidden inputs and the fee are rows like any other; attachments stand by the SHA-256 of their bytes. Only fields that
the connector declares volatile, such as a session's token, are left out.
"""

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial

import rfc8785

from delegation.commitment import HashKind, KeyedHasher
from delegation.errors import ReadBackError

ATTACHMENT_TYPE = "attachment"
FEE_TYPE = "fee"
HIDDEN_TYPE = "hidden"

_RESERVED_TYPES = frozenset({ATTACHMENT_TYPE, FEE_TYPE})
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Item:
    """One control of the portal's form: its `value` as it would be sent, and the text `shown` to a person."""

    page: str
    control: str
    label: str
    type: str
    value: str
    shown: str


@dataclass(frozen=True)
class Attachment:
    """One attached file; `sha256` is lower-case hex of its bytes, `size` their number."""

    control: str
    filename: str
    sha256: str
    size: int


@dataclass(frozen=True)
class ReadBack:
    """Everything the portal holds for one filing; `fee` as the portal writes it, `language` of the reader."""

    items: tuple[Item, ...]
    attachments: tuple[Attachment, ...]
    fee: str
    language: str


def payload_bytes(readback: ReadBack, volatile: Collection[str] = ()) -> bytes:
    """The canonical bytes of `readback`, without the hidden controls named in `volatile`.

    Strings are NFC, so that the same text typed on two machines is the same. The language of the reader is not part
    of them; the permit names it beside.

    Raises:
        ReadBackError: a string is no Unicode text, an item poses as fee or attachment, an attachment has no SHA-256,
            or a field that people can see is declared volatile.
    """
    try:
        return rfc8785.dumps([list(row) for row in payload_rows(readback, volatile)])
    except rfc8785.CanonicalizationError as error:
        raise ReadBackError("a value of the read-back is not Unicode text") from error


def payload_rows(readback: ReadBack, volatile: Collection[str] = ()) -> list[tuple[str, str, str, str, str, str]]:
    """The rows of the canonical form, in NFC: page, control, label, type, value, shown text; as in `payload_bytes`."""
    normal = partial(unicodedata.normalize, "NFC")
    return [
        (normal(page), normal(control), normal(label), normal(kind), normal(value), normal(shown))
        for page, control, label, kind, value, shown in _rows(readback, volatile)
    ]


def payload_hash(hasher: KeyedHasher, readback: ReadBack, volatile: Collection[str] = ()) -> str:
    """The keyed hash that a permit's `payload` carries; errors as in `payload_bytes`."""
    return hasher.hash(HashKind.PAYLOAD, payload_bytes(readback, volatile))


def _rows(readback: ReadBack, volatile: Collection[str]) -> Iterator[tuple[str, str, str, str, str, str]]:
    for item in readback.items:
        if item.type in _RESERVED_TYPES:
            # A portal's control could otherwise stand for a file or a fee that nobody was shown.
            raise ReadBackError(f"control {item.control!r} has the reserved type {item.type!r}")
        if item.control in volatile:
            if item.type != HIDDEN_TYPE:
                # What the resident can see is never exempt from the comparison.
                raise ReadBackError(f"control {item.control!r} is visible and cannot be volatile")
            continue
        yield (item.page, item.control, item.label, item.type, item.value, item.shown)
    for attachment in readback.attachments:
        if len(attachment.sha256) != 64 or not _HEX.issuperset(attachment.sha256):
            raise ReadBackError(f"attachment {attachment.control!r} has no SHA-256")
        shown = str(attachment.size)
        yield ("", attachment.control, attachment.filename, ATTACHMENT_TYPE, attachment.sha256, shown)
    yield ("", "", "", FEE_TYPE, readback.fee, readback.fee)
