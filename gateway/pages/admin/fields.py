"""The forms of proposals: which fields each kind has, and how what was typed becomes values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

import msgspec

from gateway.changes.checks import Faults
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.tables import ChangeKind
from gateway.days import beginning_of, end_of
from gateway.pages.admin.words import LEVELS, METHODS, ROLES, ROUTES, SCOPES
from gateway.pages.forms import field
from ui.i18n import Message, message

_LONGEST: Final = 8_000
_LONGEST_NUMBER: Final = 9


class Control(StrEnum):
    """How a field is asked for."""

    TEXT = "text"
    LINES = "lines"
    JSON = "json"
    PAIRS = "pairs"
    FLAG = "flag"
    FLAGS = "flags"
    CHOICE = "choice"
    LIST = "list"
    """One of what `choosing` knows, by its name."""
    LEVEL = "level"
    DATE = "date"
    LAST_DAY = "last_day"
    """A date that is still included."""
    NUMBER = "number"
    SECRET = "secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One field of a form; its label stands in `words.LABELS`."""

    name: str
    control: Control = Control.TEXT
    hint: Message | None = None
    optional: bool = False
    """Left empty it is none; else an empty text or list."""
    options: Mapping[Any, Message] | None = None
    is_value: bool = True
    """Belongs to the values of the change, and not beside them."""


_METHOD = Asked(name="auth_method", control=Control.CHOICE, options=METHODS)
_TARGET = Asked(name="target", hint=message("Small letters, digits and hyphens; it never changes"), is_value=False)
_PORTAL = (
    Asked(name="portal", hint=message("As services name it, such as vsaa")),
    Asked(name="name"),
    Asked(name="origin", hint=message("Such as https://portal.example, without a path")),
    Asked(name="redirect_uris", control=Control.LINES, hint=message("One whole https address a line")),
    Asked(
        name="services",
        control=Control.LINES,
        optional=True,
        hint=message("One a line; left empty: every service of the portal"),
    ),
    _METHOD,
    Asked(name="jwks", control=Control.JSON, optional=True, hint=message("A JWK set, only for a portal with keys")),
    Asked(name="personal_code_allowed", control=Control.FLAG),
    Asked(name="par_required", control=Control.FLAG),
    Asked(name="logout_uri", optional=True),
)
_PROVIDER = (
    Asked(name="name_lv"),
    Asked(name="name_en"),
    Asked(name="issuer", hint=message("Such as https://provider.example, without a slash at the end")),
    Asked(name="client_id"),
    Asked(name="scope", hint=message("openid and what else is needed, such as: openid profile phone")),
    _METHOD,
    Asked(
        name="acr_levels",
        control=Control.PAIRS,
        hint=message(
            "A line each: the provider’s word, a space, the address of the eIDAS level; empty where it uses these"
        ),
    ),
    Asked(
        name="code_claim",
        optional=True,
        hint=message("Such as serial_number; left empty: personal_code, and where that is missing the subject"),
    ),
    Asked(
        name="phone_claim",
        optional=True,
        hint=message("Such as mobile; left empty: phone_number"),
    ),
    Asked(
        name="phone_verified",
        control=Control.FLAG,
        hint=message("Only if the provider puts verified numbers there and no others: one-time codes are sent to them"),
    ),
    Asked(
        name="secret",
        control=Control.SECRET,
        optional=True,
        is_value=False,
        hint=message("Left empty, a known provider keeps the one it has"),
    ),
)
_NO_BOUND = message("Left empty: as many as there are")
_INCLUDED = message("This day is included")
_TRAINING = (
    Asked(name="name_lv"),
    Asked(name="name_en"),
    Asked(
        name="valid_months",
        control=Control.NUMBER,
        optional=True,
        hint=message("Left empty: as long as whoever notes it says"),
    ),
)
_HOLDER = Asked(name="holder", control=Control.LIST, optional=True, hint=message("Only for an officer"))
FORMS: Final[Mapping[ChangeKind, tuple[Asked, ...]]] = {
    ChangeKind.PORTAL_REGISTER: (_TARGET, *_PORTAL),
    ChangeKind.PORTAL_ALTER: (*_PORTAL, Asked(name="new_secret", control=Control.FLAG, is_value=False)),
    ChangeKind.PORTAL_SUSPEND: (),
    ChangeKind.PROVIDER_ADD: (_TARGET, *_PROVIDER),
    ChangeKind.PROVIDER_ALTER: _PROVIDER,
    ChangeKind.PROVIDER_SUSPEND: (),
    ChangeKind.SERVICE_RULES: (
        Asked(name="grant_least", control=Control.LEVEL, options=LEVELS),
        Asked(name="permit_least", control=Control.LEVEL, options=LEVELS),
        Asked(name="routes", control=Control.FLAGS, options=ROUTES),
        Asked(name="guarded", control=Control.LINES, hint=message("Names of the form’s fields, one a line")),
        Asked(name="training", control=Control.LIST, optional=True),
    ),
    ChangeKind.AGREEMENT_ADD: (
        Asked(name="holder", control=Control.LIST),
        Asked(name="service", control=Control.LIST, optional=True),
        Asked(name="centre", control=Control.LIST, optional=True),
        Asked(name="begins_at", control=Control.DATE),
        Asked(name="ends_at", control=Control.LAST_DAY, optional=True, hint=_INCLUDED),
        Asked(
            name="routes",
            control=Control.FLAGS,
            options=ROUTES,
            optional=True,
            hint=message("None chosen: all that the service takes"),
        ),
        Asked(name="most_a_day", control=Control.NUMBER, optional=True, hint=_NO_BOUND),
        Asked(name="most_a_month", control=Control.NUMBER, optional=True, hint=_NO_BOUND),
        Asked(
            name="paid", optional=True, hint=message("What your institution pays for it, and how; for people to read")
        ),
    ),
    ChangeKind.AGREEMENT_END: (),
    ChangeKind.AGREEMENT_SUSPEND: (),
    ChangeKind.AGREEMENT_LIFT: (),
    ChangeKind.BASKET_CHANGE: (),  # on a page of its own: `gateway.pages.admin.basket`
    ChangeKind.TRAINING_DEFINE: (_TARGET, *_TRAINING),
    ChangeKind.TRAINING_ALTER: _TRAINING,
    ChangeKind.TRAINING_CLOSE: (),
    ChangeKind.TRAINING_GRANT: (
        Asked(name="staff", is_value=False),
        Asked(name="training", control=Control.LIST, is_value=False),
        Asked(name="valid_until", control=Control.LAST_DAY, hint=_INCLUDED),
    ),
    ChangeKind.TRAINING_WITHDRAW: (),
    ChangeKind.KEYS_ROTATE: (),
    ChangeKind.ACCOUNT_RECOVER: (),
    ChangeKind.HOLD_LIFT: (),
    ChangeKind.FORM_ACCEPT: (),
    ChangeKind.API_KEY_ADD: (
        _TARGET,
        Asked(name="name", hint=message("Whose program, and what for")),
        Asked(name="scopes", control=Control.FLAGS, options=SCOPES),
        Asked(name="agency", control=Control.LIST, optional=True),
        Asked(
            name="fingerprint",
            hint=message("Whoever uses the key makes it and says its SHA-256: pilnvara admin api-key new"),
        ),
        Asked(name="ends_at", control=Control.LAST_DAY, hint=_INCLUDED),
    ),
    ChangeKind.API_KEY_END: (),
    ChangeKind.RATING_OPEN: (
        _TARGET,
        Asked(name="agency", control=Control.LIST),
        Asked(name="name_lv"),
        Asked(name="name_en"),
        Asked(
            name="return_url", optional=True, hint=message("Where the last page leads back to; it begins with https")
        ),
    ),
    ChangeKind.RATING_CLOSE: (),
    ChangeKind.ACCOUNT_ROLES: (Asked(name="roles", control=Control.FLAGS, options=ROLES), _HOLDER),
    ChangeKind.ACCOUNT_INVITE: (
        Asked(name="display_name"),
        Asked(name="login", hint=message("Small letters; it never changes")),
        Asked(name="centre", control=Control.LIST, hint=message("Under which the account stands")),
        Asked(name="language", control=Control.CHOICE, options={"lv": message("Latvian"), "en": message("English")}),
        Asked(name="roles", control=Control.FLAGS, options=ROLES),
        _HOLDER,
    ),
    ChangeKind.ACCOUNT_RESUME: (),
    ChangeKind.ACCOUNT_END: (),
}


def read(kind: ChangeKind, data: Mapping[str, str], faults: Faults) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was typed, as the values of a change and what stands beside them.

    What is none of what is asked for is noted in `faults`, and something harmless stands in, so that the rest can be
    judged too.
    """
    values: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    for asked in FORMS[kind]:
        into = values if asked.is_value else beside
        into[asked.name] = _stand_in(asked)
        with faults.gather():
            into[asked.name] = _read(asked, dict(data))
    return values, beside


def _stand_in(asked: Asked) -> Any:
    if asked.control in {Control.CHOICE, Control.LEVEL}:
        return next(iter(asked.options or {}), None)
    return _STAND_INS.get(asked.control)


def write(kind: ChangeKind, values: Mapping[str, Any]) -> dict[str, str]:
    """The values of a change as a form would send them, to begin with."""
    typed: dict[str, str] = {}
    for asked in FORMS[kind]:
        value = values.get(asked.name)
        if asked.control is Control.FLAGS:
            typed |= {f"{asked.name}-{each}": each for each in value or ()}
        elif value is not None and value is not False:
            typed[asked.name] = _written(asked, value)
    return typed


def _written(asked: Asked, value: Any) -> str:
    if asked.control is Control.LINES:
        return "\n".join(value)
    if asked.control is Control.PAIRS:
        return "\n".join(f"{word} {level}" for word, level in value.items())
    if asked.control is Control.JSON:
        return msgspec.json.encode(value).decode()
    if asked.control is Control.FLAG:
        return "yes"
    return str(value)


def _read(asked: Asked, data: dict[str, str]) -> Any:
    if asked.control is Control.FLAGS:
        chosen = sorted(each for each in asked.options or {} if field(data, f"{asked.name}-{each}") == each)
        return chosen or (None if asked.optional else [])
    typed = field(data, asked.name, _LONGEST)
    reader = _READERS.get(asked.control)
    if reader is not None:
        return reader(asked, typed)
    return typed or (None if asked.optional else "")


def _flag(_asked: Asked, typed: str) -> bool:
    return typed == "yes"


def _lines(asked: Asked, typed: str) -> list[str] | None:
    lines = sorted({line.strip() for line in typed.splitlines() if line.strip()})
    return lines or (None if asked.optional else [])


def _chosen(asked: Asked, typed: str) -> Any:
    for option in asked.options or {}:
        if str(option if asked.control is Control.CHOICE else int(option)) == typed:
            return option if asked.control is Control.CHOICE else int(option)
    raise ChangeFaultError(asked.name, Fault.LEVEL if asked.control is Control.LEVEL else Fault.MISSING)


def _pairs(asked: Asked, typed: str) -> dict[str, str]:
    found = {}
    for line in filter(None, map(str.strip, typed.splitlines())):
        word, _, level = line.rpartition(" ")
        if not word:
            raise ChangeFaultError(asked.name, Fault.LEVEL)
        found[word.strip()] = level
    return found


def _json(asked: Asked, typed: str) -> dict[str, Any] | None:
    if not typed:
        return None
    try:
        return msgspec.json.decode(typed, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise ChangeFaultError(asked.name, Fault.KEYS) from error


def _day(asked: Asked, typed: str) -> str | None:
    if not typed and asked.optional:
        return None
    try:
        day = date.fromisoformat(typed)
        return (end_of(day) if asked.control is Control.LAST_DAY else beginning_of(day)).isoformat()
    except (ValueError, OverflowError) as error:
        raise ChangeFaultError(asked.name, Fault.DATE) from error


def _number(asked: Asked, typed: str) -> int | None:
    if not typed and asked.optional:
        return None
    if not (typed.isascii() and typed.isdecimal()):
        raise ChangeFaultError(asked.name, Fault.MONTHS if asked.name == "valid_months" else Fault.NUMBER)
    return int(typed[:_LONGEST_NUMBER])


_STAND_INS: Final[Mapping[Control, Any]] = {
    Control.PAIRS: {},
    Control.DATE: beginning_of(date(1970, 1, 1)).isoformat(),
    Control.LAST_DAY: beginning_of(date(9999, 1, 1)).isoformat(),
}
_READERS: Final[Mapping[Control, Callable[[Asked, str], Any]]] = {
    Control.FLAG: _flag,
    Control.LINES: _lines,
    Control.CHOICE: _chosen,
    Control.LEVEL: _chosen,
    Control.PAIRS: _pairs,
    Control.JSON: _json,
    Control.DATE: _day,
    Control.LAST_DAY: _day,
    Control.NUMBER: _number,
}
