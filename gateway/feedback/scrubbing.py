"""Takes out of a comment what names a person, before it is stored.

Taken out: e-mail addresses, also those written out, web addresses, account numbers, every run of seven or more digits,
however they are spaced, which covers personal codes, telephone and reference numbers, days written in digits or with
the name of a month and a year, postal codes, and a street with a number. A name cannot be told from another word and
stays: the form asks people not to write names.
"""

import re
import unicodedata

MARK = "[…]"
"""Stands where something was taken out."""

_EMAIL = re.compile(r"[^\s@<>()]+\s?@\s?[^\s@<>()]+\.[^\s@<>()]+")
_EMAIL_IN_WORDS = re.compile(
    r"[\w.+-]+\s*[\[({]\s*(?:at|et)\s*[\])}]\s*[\w-]+(?:\s*[\[({]?\s*(?:\.|dot|punkts)\s*[\])}]?\s*\w+)+",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ACCOUNT = re.compile(r"\b[A-Z]{2}[ .-]?\d{2}(?:[ .-]?[A-Z0-9]){11,30}\b", re.IGNORECASE)
_DIGITS = re.compile(r"\+?\(?\d(?:[\s().,:/–—-]{0,3}\d){6,}\)?")
_DAY = re.compile(r"\b\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2}(?:\d{2})?\b\.?")
_MONTHS = (
    r"(?:janvār|februār|mart|aprīl|maij|jūnij|jūlij|august|septembr|oktobr|novembr|decembr"
    r"|january|february|march|april|may|june|july|september|october|november|december)\w*"
)
_YEAR = r"(?:1[89]|20)\d\d"
_DAY_IN_WORDS = re.compile(
    rf"\b(?:{_YEAR}\.?\s*(?:gada\s*)?\d{{1,2}}\.?\s*{_MONTHS}|\d{{1,2}}\.?\s*{_MONTHS}\s*,?\s*{_YEAR}"
    rf"|{_MONTHS}\s*\d{{1,2}}\s*,?\s*{_YEAR})\b\.?",
    re.IGNORECASE,
)
_POSTAL = re.compile(r"\bLV\s?[–—-]?\s?\d{4}\b", re.IGNORECASE)
_STREET = re.compile(
    r"\b(?:[^\W\d_]+\s+){1,2}"
    r"(?:iel[aāu]s?|prospekt[sāau]|bulvār[iī]s?|gatv[eē]s?|laukum[sāau]|ceļ[šāau]|šosej[aāu]s?|dambi?[sīi]?"
    r"|krastmal[aāu]s?|street|avenue)"
    r"\s*(?:Nr\.?\s*)?\d+\s?[^\W\d_]?(?:\s?[–—/-]\s?\d+)?(?:\s?,?\s?dz(?:īv(?:oklis|oklī)?)?\.?\s?\d+)?(?!\w)",
    re.IGNORECASE,
)


def scrub(comment: str) -> str | None:
    """Return `comment` without what identifies somebody, its spacing tidied; none when nothing is left to read."""
    text = unicodedata.normalize("NFKC", comment).replace("\r\n", "\n")
    text = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign)[0] != "C")
    for pattern in (_EMAIL, _EMAIL_IN_WORDS, _ADDRESS, _ACCOUNT, _STREET, _POSTAL, _DAY_IN_WORDS, _DIGITS, _DAY):
        text = pattern.sub(MARK, text)
    text = re.sub(r"[^\S\n]+", " ", text)
    text = re.sub(r"\s*\n\s*\n\s*", "\n\n", text).strip()
    return text or None
