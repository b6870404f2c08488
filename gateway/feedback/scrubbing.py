"""Takes out of a comment what names a person, before it is stored.

Taken out: e-mail addresses, web addresses, account numbers, and every run of seven or more digits, however they are
spaced, which covers personal codes, telephone numbers, dates of birth and reference numbers. A name cannot be told from
another word and stays: the form asks people not to write names.
"""

import re
import unicodedata

MARK = "[…]"
"""Stands where something was taken out."""

_EMAIL = re.compile(r"[^\s@<>()]+\s?@\s?[^\s@<>()]+\.[^\s@<>()]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]){11,30}\b", re.IGNORECASE)
_DIGITS = re.compile(r"\+?\(?\d(?:[\s().,:/–—-]{0,3}\d){6,}\)?")


def scrub(comment: str) -> str | None:
    """Return `comment` without what identifies somebody, its spacing tidied; none when nothing is left to read."""
    text = unicodedata.normalize("NFKC", comment).replace("\r\n", "\n")
    text = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign)[0] != "C")
    for pattern in (_EMAIL, _ADDRESS, _ACCOUNT, _DIGITS):
        text = pattern.sub(MARK, text)
    text = re.sub(r"[^\S\n]+", " ", text)
    text = re.sub(r"\s*\n\s*\n\s*", "\n\n", text).strip()
    return text or None
