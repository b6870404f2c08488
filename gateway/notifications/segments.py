"""How many parts an SMS takes: each is sent and paid for alone (3GPP TS 23.038)."""

from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("^{}\\[~]|€\f")
"""Signs that take the place of two."""


def segments(text: str) -> int:
    """The parts of an SMS: one letter outside the basic alphabet, such as ā, leaves 70 signs in place of 160."""
    if all(sign in _BASIC or sign in _EXTENSION for sign in text):
        return _parts(sum(2 if sign in _EXTENSION else 1 for sign in text), alone=160, each=153)
    return _parts(len(text.encode("utf-16-be")) // 2, alone=70, each=67)


def _parts(length: int, *, alone: int, each: int) -> int:
    return 1 if length <= alone else -(-length // each)
