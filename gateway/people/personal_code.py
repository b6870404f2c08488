"""Latvian personal codes: eleven digits, `NNNNNN-NNNNN`.

Older codes begin with the birthday and end in a check digit; newer ones begin with 32 to 39 and tell nothing. An old
code whose check digit fails is unusual, not impossible: it raises doubt and never blocks anybody.
"""

import re
from datetime import date
from typing import ClassVar

_SHAPE = re.compile(r"^(\d{6})-?(\d{5})$", re.ASCII)
"""Of other scripts' digits too a code could be made that looks like one that is known, and would be another's."""
_NEW = re.compile(r"^3[2-9]")
_OLD = re.compile(r"^(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d{2}-[012]", re.ASCII)
_WITHIN = re.compile(r"(?=(\d{6})[/.-]{0,2}(\d{5}))", re.ASCII)
_WEIGHTS = (10, 5, 8, 4, 2, 1, 6, 3, 7, 9)


class PersonalCodeError(ValueError):
    """What was typed is not a personal code. The message does not repeat it."""

    code: ClassVar[str] = "people.personal_code"


def normalise(typed: str) -> str:
    """Return the one form in which a code is kept, `NNNNNN-NNNNN`, however it was typed.

    Raises:
        PersonalCodeError: it has another shape, or is neither of the old nor of the new kind.
    """
    match = _SHAPE.match("".join(typed.split()).replace("–", "-"))
    if match is None:
        raise PersonalCodeError("a personal code has eleven digits")
    code = f"{match[1]}-{match[2]}"
    if not (_NEW.match(code) or _OLD.match(code)):
        raise PersonalCodeError("no personal code begins like this")
    return code


def stands_in(text: str) -> bool:
    """Whether a personal code stands in `text`, also among other digits or with another sign in its middle."""
    for found in _WITHIN.finditer(text):
        code = f"{found[1]}-{found[2]}"
        if _NEW.match(code) or _OLD.match(code):
            return True
    return False


def is_doubtful(code: str) -> bool:
    """Say whether a normalised code of the old kind has a check digit that does not fit: look again, then go on."""
    if _NEW.match(code):
        return False
    digits = [int(sign) for sign in code if sign.isdigit()]
    weighted = sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=False))
    return (1 + weighted) % 11 % 10 != digits[-1]


def born_on(code: str) -> date | None:
    """The birthday that a normalised code of the old kind begins with; none where it tells nothing."""
    if _NEW.match(code):
        return None
    century = 18 + int(code[7])
    try:
        return date(century * 100 + int(code[4:6]), int(code[2:4]), int(code[:2]))
    except ValueError:
        return None
