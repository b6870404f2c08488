"""The part of the asking form that says for whom it is: the person here, or somebody for whom they speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from delegation.model import AuthorityKind
from gateway.people.personal_code import PersonalCodeError, normalise
from gateway.people.registration_number import RegistrationNumberError, registration_number
from gateway.people.residents import Profile
from gateway.visits.parties import Authority
from ui.i18n import Message, message

SELF: Final = "self"
"""The person here speaks for themselves."""
KINDS: Final[Mapping[str, Message]] = {
    SELF: message("The person here"),
    AuthorityKind.PARENT.value: message("A child of the person here"),
    AuthorityKind.GUARDIAN.value: message("Someone under the guardianship of the person here"),
    AuthorityKind.ATTORNEY.value: message("Someone who has given the person here a power of attorney"),
    AuthorityKind.SIGNATORY.value: message("A company that the person here signs for"),
}
PAPERS: Final[Mapping[str, Message]] = {
    AuthorityKind.PARENT.value: message("Number of the birth certificate, or the register that shows the child"),
    AuthorityKind.GUARDIAN.value: message("Number and date of the court’s ruling"),
    AuthorityKind.ATTORNEY.value: message("Number and date of the power of attorney"),
    AuthorityKind.SIGNATORY.value: message("The register’s extract that names who signs: number or date"),
}
"""What showed the right to speak for somebody else, as the form asks for it."""
FIELDS: Final = (
    "for",
    *(f"{kind}_{name}" for kind in PAPERS for name in ("name", "code", "paper")),
    "second_name",
    "second_code",
)
_DOCUMENTS: Final = {
    AuthorityKind.PARENT: "birth_certificate",
    AuthorityKind.GUARDIAN: "court_ruling",
    AuthorityKind.ATTORNEY: "power_of_attorney",
    AuthorityKind.SIGNATORY: "register",
}
_NO_KIND: Final = message("Choose for whom it is")
_NO_NAME: Final = message("Enter the name and surname as the paper has them")
_NO_COMPANY: Final = message("Enter the company’s name as the register has it")
_NO_CODE: Final = message("Enter the personal code of whoever it is for: 11 digits, such as 329999-00001")
_NO_NUMBER: Final = message("Enter the registration number: 11 digits that begin with 4, 5 or 9")
_NO_PAPER: Final = message("Enter what showed you that the person may speak for them")
_SAME: Final = message("This is the code of the person here")
_NO_SECOND_NAME: Final = message("Enter the name and surname of whoever has to sign too")
_NO_SECOND_CODE: Final = message("Enter the personal code of whoever has to sign too: 11 digits, such as 329999-00001")
_SAME_SECOND: Final = message("This is the code of the person here: whoever has to sign too is somebody else")


@dataclass(frozen=True)
class Spoken:
    """Whose matter it is, by what right somebody else speaks, and who has to sign too."""

    principal: Profile | None
    """None where the person here speaks for themselves."""
    authority: Authority | None = None
    second: Profile | None = None


def read(typed: Mapping[str, str], own_code: str | None) -> tuple[Spoken, dict[str, Message | str]]:
    """What the form says, and what is wrong with it by field. `own_code` is that of the person here."""
    kind = typed["for"] or SELF
    if kind not in KINDS:
        return Spoken(None), {"for": _NO_KIND}
    if kind == SELF:
        return Spoken(None), {}
    authority = AuthorityKind(kind)
    is_company = authority is AuthorityKind.SIGNATORY
    errors: dict[str, Message | str] = {}
    name = text_of(typed[f"{kind}_name"])
    code = _number(typed[f"{kind}_code"]) if is_company else _code(typed[f"{kind}_code"])
    paper = text_of(typed[f"{kind}_paper"])
    if name is None:
        errors[f"{kind}_name"] = _NO_COMPANY if is_company else _NO_NAME
    if code is None:
        errors[f"{kind}_code"] = _NO_NUMBER if is_company else _NO_CODE
    elif code == own_code:
        errors[f"{kind}_code"] = _SAME
    if paper is None:
        errors[f"{kind}_paper"] = _NO_PAPER
    second, wrong = _second(typed, own_code) if is_company else (None, {})
    errors |= wrong
    if errors or name is None or code is None or paper is None:
        return Spoken(None), errors
    principal = Profile(name=name, code=code, kind="company" if is_company else "person")
    return Spoken(principal, Authority(kind=authority, document=_DOCUMENTS[authority], reference=paper), second), {}


def written(kind: AuthorityKind | None) -> dict[str, str]:
    """For whom it is, as the form would send it; who they are is not said."""
    return {"for": SELF if kind is None else kind.value}


def text_of(typed: str) -> str | None:
    """One line of visible text, or none: what cannot be seen may not stand in a statement."""
    text = " ".join(typed.split())
    return text if len(text) >= 2 and text.isprintable() else None


def _second(typed: Mapping[str, str], own_code: str | None) -> tuple[Profile | None, dict[str, Message | str]]:
    """A second signatory, if the company needs one."""
    if not typed["second_name"] and not typed["second_code"]:
        return None, {}
    name, code = text_of(typed["second_name"]), _code(typed["second_code"])
    errors: dict[str, Message | str] = {}
    if name is None:
        errors["second_name"] = _NO_SECOND_NAME
    if code is None:
        errors["second_code"] = _NO_SECOND_CODE
    elif code == own_code:
        errors["second_code"] = _SAME_SECOND
    if errors or name is None or code is None:
        return None, errors
    return Profile(name=name, code=code), {}


def _code(typed: str) -> str | None:
    try:
        return normalise(typed)
    except PersonalCodeError:
        return None


def _number(typed: str) -> str | None:
    try:
        return registration_number(typed)
    except RegistrationNumberError:
        return None
