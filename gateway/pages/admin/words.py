"""How kinds of change, their fields and values are called on pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from delegation.assurance import Assurance, Route
from gateway.changes import holders
from gateway.changes.drafts import LONGEST_WORDS
from gateway.changes.errors import Fault
from gateway.changes.listing import Change
from gateway.changes.portal_forms import INSTALLED
from gateway.changes.tables import ChangeKind, ChangeState
from gateway.days import last_day
from gateway.keys.signing import KeyKind
from gateway.people.access import Scope
from gateway.people.roles import Role
from ui.formats import write_date
from ui.i18n import Message, message

COMING, IN_FORCE, OVER = message("Coming"), message("In force"), message("Over")
SUSPENDED = message("Suspended")
"""How an agreement stands: by its days, and by its holder's word."""
KINDS: Final[Mapping[ChangeKind, Message]] = {
    ChangeKind.PORTAL_REGISTER: message("Register a portal"),
    ChangeKind.PORTAL_ALTER: message("Change a portal’s registration"),
    ChangeKind.PORTAL_SUSPEND: message("Suspend a portal"),
    ChangeKind.PROVIDER_ADD: message("Add an identity provider"),
    ChangeKind.PROVIDER_ALTER: message("Change an identity provider"),
    ChangeKind.PROVIDER_SUSPEND: message("Suspend an identity provider"),
    ChangeKind.SERVICE_RULES: message("Change the rules of a service"),
    ChangeKind.AGREEMENT_ADD: message("Conclude an agreement"),
    ChangeKind.AGREEMENT_END: message("End an agreement"),
    ChangeKind.AGREEMENT_SUSPEND: message("Suspend an agreement"),
    ChangeKind.AGREEMENT_LIFT: message("Lift the suspension of an agreement"),
    ChangeKind.BASKET_CHANGE: message("Change a basket of services"),
    ChangeKind.TRAINING_DEFINE: message("Define a training"),
    ChangeKind.TRAINING_ALTER: message("Change a training"),
    ChangeKind.TRAINING_CLOSE: message("Close a training"),
    ChangeKind.TRAINING_GRANT: message("Note a training"),
    ChangeKind.TRAINING_WITHDRAW: message("Take a training back"),
    ChangeKind.KEYS_ROTATE: message("Replace a signing key"),
    ChangeKind.ACCOUNT_RECOVER: message("Let somebody recover their account"),
    ChangeKind.ACCOUNT_ROLES: message("Change somebody’s roles"),
    ChangeKind.ACCOUNT_INVITE: message("Invite an administrator, auditor or officer"),
    ChangeKind.ACCOUNT_RESUME: message("Take a suspended account back into use"),
    ChangeKind.ACCOUNT_END: message("End an account for good"),
    ChangeKind.HOLD_LIFT: message("Allow erasing again"),
    ChangeKind.FORM_ACCEPT: message("Accept a portal’s changed form"),
    ChangeKind.API_KEY_ADD: message("Let a program in by its key"),
    ChangeKind.API_KEY_END: message("End a program’s key"),
    ChangeKind.RATING_OPEN: message("Let an institution ask about an e-service"),
    ChangeKind.RATING_CLOSE: message("Close the questions about an e-service"),
}
STATES: Final[Mapping[ChangeState, Message]] = {
    ChangeState.PROPOSED: message("Waits for a second administrator"),
    ChangeState.CONFIRMED: message("Confirmed, not in effect yet"),
    ChangeState.APPLIED: message("In effect"),
    ChangeState.REFUSED: message("Refused"),
    ChangeState.WITHDRAWN: message("Withdrawn"),
    ChangeState.LAPSED: message("Ended by itself"),
}
KEYS: Final[Mapping[KeyKind, Message]] = {
    KeyKind.DELEGATION: message("Delegations"),
    KeyKind.PERMIT: message("Permissions to send"),
    KeyKind.ID_TOKEN: message("Sign-ins at portals"),
    KeyKind.ACCESS_TOKEN: message("What portals may read"),
    KeyKind.STATUS_LIST: message("Lists of what is stopped"),
    KeyKind.CLIENT_ASSERTION: message("Our own sign-in at identity providers"),
}
ENDINGS: Final[Mapping[str, Message]] = {
    "time": message("Nobody confirmed it in time."),
    "moved": message("Something else was changed in the meantime: propose it again from how things stand now."),
    "cannot_stand": message("It could no longer be put into effect as it was proposed."),
}
FAULTS: Final[Mapping[Fault, Message]] = {
    Fault.MISSING: message("Fill this in"),
    Fault.ADDRESS: message("Give a whole address that begins with https://, as the hint says"),
    Fault.KNOWN: message("This is taken already"),
    Fault.UNKNOWN: message("There is none of this name here"),
    Fault.KEYS: message("Give a JWK set of public P-256 keys, each with its kid"),
    Fault.UNPROVED: message(
        "Leave out services whose connector is of level “practice”: it has been tried with made-up people alone"
    ),
    Fault.REAL: message("People are made up here: give an address on this machine, not a real institution’s"),
    Fault.APART: message("An auditor has no other role: nobody looks at what they did themselves"),
    Fault.LEVEL: message("Choose one of the levels of eIDAS"),
    Fault.CLAIM: message("Give a claim by its name, without spaces"),
    Fault.MONTHS: message("Give a number of months, from 1 to 120"),
    Fault.TOO_LONG: message("It does not hold for as long as that: the list of kinds says for how many months"),
    Fault.IN_USE: message("A service still asks for it: change the rules of the service first"),
    Fault.DATE: message("Give a date that lies ahead, the end after the beginning"),
    Fault.REASON: message("Say why, in at most 500 characters"),
    Fault.PENDING: message("Another change of the same waits already: decide on it first"),
    Fault.NOTHING: message("This changes nothing"),
    Fault.REFUSED: message("This cannot be proposed like this"),
    Fault.OTHERS: message("This institution has no such service: choose one of its own, or another institution"),
    Fault.HOLDER: message("An officer belongs to one institution, and nobody else to any"),
    Fault.LAST: message("Nobody else could administer the gateway then"),
    Fault.TWO_YEARS: message("Give a day that lies ahead, at most two years"),
    Fault.FINGERPRINT: message(
        "Give the key’s fingerprint, 64 digits and letters from a to f, and never the key itself"
    ),
    Fault.AGENCY: message(
        "A key for an institution’s things needs the institution; one for the network’s figures none"
    ),
    Fault.NUMBER: message("Give a whole number from 1"),
    Fault.UNEQUAL: message("Name as many preconditions in each language, in the same order"),
    Fault.LENGTH: message("Say it in at most %(num)s characters", num=LONGEST_WORDS),
    Fault.OWN: message("It is about you yourself: ask a colleague to propose it"),
}
SECRET_MARK: Final = message("Mark of the secret")
LABELS: Final[Mapping[str, Message]] = {
    "target": message("Name in the program"),
    "portal": message("Portal"),
    "name": message("What it is called"),
    "origin": message("Address of the portal"),
    "redirect_uris": message("Addresses to which a sign-in leads back"),
    "services": message("Services"),
    "auth_method": message("How it proves who it is"),
    "jwks": message("Public keys"),
    "personal_code_allowed": message("Is told the resident’s personal code"),
    "par_required": message("Has to push its requests"),
    "logout_uri": message("Address that is told of a sign-out"),
    "new_secret": message("Make a new secret"),
    "suspended": SUSPENDED,
    "name_lv": message("Name in Latvian"),
    "name_en": message("Name in English"),
    "issuer": message("Issuer"),
    "client_id": message("Our name at the provider"),
    "scope": message("What is asked for"),
    "acr_levels": message("Its words for levels"),
    "code_claim": message("Claim with the personal code"),
    "phone_claim": message("Claim with the telephone number"),
    "phone_verified": message("Its numbers are verified, also where it does not say so"),
    "secret": message("Secret that the provider gave us"),
    "grant_least": message("Least level for a permission"),
    "permit_least": message("Least level for sending"),
    "routes": message("Ways of saying yes"),
    "guarded": message("Details that a second person looks at"),
    "training": message("Training"),
    "holder": message("Institution"),
    "service": message("Service"),
    "centre": message("Centre"),
    "begins_at": message("From"),
    "ends_at": message("Until"),
    "most_a_day": message("Most applications a day"),
    "most_a_month": message("Most applications a month"),
    "paid": message("What is paid"),
    "staff": message("User name"),
    "valid_until": message("Valid until"),
    "valid_months": message("Holds for at most, in months"),
    "closed": message("Closed"),
    "roles": message("Roles"),
    "kid": message("Key"),
    "version": message("Version of the connector"),
    "differences": message("What differs"),
    "forms": message("Mark of the forms"),
    "difference": message("Mark of the difference"),
    "reference": message("Number of the case"),
    "review_on": message("Is looked at again on"),
    "login": message("User name"),
    "display_name": message("Name and surname"),
    "language": message("Language"),
    "state": message("State of the account"),
    "reason": message("Why"),
    "return_url": message("Address to which the last page leads back"),
    "scopes": message("What it is good for"),
    "agency": message("Of which institution"),
    "fingerprint": message("Fingerprint of the key"),
    "ended": message("Ended"),
    "added": message("Is added"),
    "removed": message("Is taken out"),
}
LEVELS: Final[Mapping[int, Message]] = {
    Assurance.LOW: message("low"),
    Assurance.SUBSTANTIAL: message("substantial"),
    Assurance.HIGH: message("high"),
}
ROUTES: Final[Mapping[str, Message]] = {
    Route.PHONE.value: message("Sign-in on the phone"),
    Route.PASSKEY.value: message("Passkey"),
    Route.DISPLAY.value: message("Code on the counter’s screen"),
    Route.PAPER.value: message("Signature on paper"),
    Route.CALL.value: message("Telephone call"),
}
ROLES: Final[Mapping[str, Message]] = {
    Role.ASSISTANT.value: message("E-service assistant"),
    Role.MANAGER.value: message("Centre manager"),
    Role.ADMINISTRATOR.value: message("Administrator"),
    Role.AUDITOR.value: message("Auditor"),
    Role.OFFICER.value: message("Service holder’s officer"),
    Role.NETWORK_OWNER.value: message("Network owner"),
}
SCOPES: Final[Mapping[str, Message]] = {
    Scope.FIGURES.value: message("The network’s figures"),
    Scope.RATINGS.value: message("Asking clients of own e-services how it went"),
    Scope.HOLDER.value: message("What was filed of the institution’s services"),
}
METHODS: Final[Mapping[str, Message]] = {
    "client_secret_basic": message("By secret, in the header"),
    "client_secret_post": message("By secret, in the form"),
    "private_key_jwt": message("By key"),
}
_YES, _NO, _NOTHING = message("Yes"), message("No"), message("Nothing")
_UNBOUND: Final[Mapping[str, Message]] = {
    "services": message("All services of the portal"),
    "service": message("Every service"),
    "centre": message("Every centre"),
    "agency": message("None: the network’s"),
    "ends_at": message("without an end"),
    "valid_months": message("As long as whoever notes it says"),
}
"""What an empty value means where it does not mean nothing."""
_DAYS: Final = frozenset({"begins_at", "ends_at", "valid_until"})


def said(name: str, value: Any) -> list[Message | str]:
    """A value of a change as lines of a page."""
    if isinstance(value, bool):
        return [_YES if value else _NO]
    if value is None or value in ("", [], {}):
        return [_UNBOUND.get(name, _NOTHING) if value is None else _NOTHING]
    if name in _DAYS:
        at = datetime.fromisoformat(value)
        return [write_date(at if name == "begins_at" else last_day(at))]
    words = _WORDS.get(name, {})
    if isinstance(value, list):
        return [words.get(each, each) for each in value]
    if isinstance(value, dict):
        is_pairs = name == "acr_levels"
        return (
            [f"{word} {level}" for word, level in value.items()] if is_pairs else [msgspec.json.encode(value).decode()]
        )
    return [words.get(value, str(value))]


_WORDS: Final[Mapping[str, Mapping[Any, Message]]] = {
    "grant_least": LEVELS,
    "permit_least": LEVELS,
    "routes": ROUTES,
    "roles": ROLES,
    "scopes": SCOPES,
    "state": {"active": message("Account in use"), "suspended": message("Account suspended")},
    "auth_method": METHODS,
    "language": {"lv": message("Latvian"), "en": message("English")},
}

_INSTALLED: Final = message("A version of the connector was installed that fills in other forms than the one before.")
_BY_GATEWAY: Final = message("The gateway itself, when it met the installed version")
_BY_OPERATOR: Final = message("An operator, at the command line")


def state(change: Change) -> Message:
    """How far a change is; of what waits, for whom."""
    holder = holders.awaited(change)
    if holder is not None:
        return message("Waits for an administrator or an officer of %(holder)s", holder=holder)
    return STATES[change.state]


def why(change: Change) -> Message | str:
    """Why it was proposed, in the reader's language where nobody wrote it."""
    return _INSTALLED if change.reason == INSTALLED else change.reason


def by(change: Change) -> Message | str:
    """Who proposed it; whoever takes up what no person proposed stands for it by name."""
    if change.proposer is not None:
        return change.proposer
    return _BY_GATEWAY if change.reason == INSTALLED else _BY_OPERATOR
