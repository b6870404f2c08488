"""Registration numbers of companies and other bodies in the Enterprise Register: eleven digits, the first 4, 5 or 9."""

import re
from typing import ClassVar

_SHAPE = re.compile(r"[459]\d{10}", re.ASCII)


class RegistrationNumberError(ValueError):
    """What was typed is not a registration number. The message does not repeat it."""

    code: ClassVar[str] = "people.registration_number"


def registration_number(typed: str) -> str:
    """Return the one form in which a number is kept, eleven digits, however it was typed.

    Raises:
        RegistrationNumberError: it has another shape.
    """
    number = "".join(sign for sign in typed if not sign.isspace()).upper().removeprefix("LV")
    if _SHAPE.fullmatch(number) is None:
        raise RegistrationNumberError("a registration number has eleven digits and begins with 4, 5 or 9")
    return number
