"""Who was not let in, in words: whose account it was, at which computer, at which door, and why."""

from collections.abc import Mapping
from typing import Final

from audit.entry import Actor, ActorKind, Entry
from audit.events import EventName
from gateway.pages import audit_words
from ui.i18n import Message, message

_SUSPENDED: Final = message("A session was refused: its account had been suspended")
_DOORS: Final[Mapping[tuple[EventName, str], Message]] = {
    (EventName.CODE_REFUSED, "terminal"): message("To enrol a computer"),
    (EventName.CODE_REFUSED, "display"): message("To enrol a display"),
    (EventName.CODE_REFUSED, "question"): message("On a phone, to see what is asked"),
    (EventName.CODE_REFUSED, "guest"): message("At a shared computer"),
    (EventName.CODE_REFUSED, "invitation"): message("The link of an invitation"),
    (EventName.CODE_REFUSED, "stop"): message("To stop what was allowed"),
    (EventName.CODE_REFUSED, "statement"): message("To read a statement again"),
    (EventName.TERMINAL_PROOF_REFUSED, "enrol"): message("To enrol a computer or a display"),
    (EventName.TERMINAL_PROOF_REFUSED, "sign_in"): message("To sign in"),
    (EventName.TERMINAL_PROOF_REFUSED, "unlock"): message("To unlock"),
    (EventName.TERMINAL_PROOF_REFUSED, "go_on"): message("To go on with a session"),
    (EventName.TERMINAL_PROOF_REFUSED, "show"): message("To show a visit"),
}
_WHY: Final[Mapping[str, Message]] = {
    "other_terminal": message("The session was another computer’s"),
    "other_connection": message(
        "The cookies came from another address or another browser than those to which they belong"
    ),
    "old_proof": message("The cookies were older than the computer’s last proof"),
    "late": message("The computer had not shown its key in time"),
    "other_certificate": message("The certificate was another one"),
    "suspended": message("The account was suspended"),
    "closed": message("The account was closed"),
    "certificate": message("The certificate was none, or another one"),
    "key": message("The key was not of a kind that is taken"),
    "missing": message("There was no proof"),
    "question": message("The question to the key was answered before, too old, or somebody else’s"),
    "signature": message("The key was another one"),
    "terminal": message("The computer is enrolled nowhere, or not for this session"),
    "unknown": message("There is no such name or link"),
    "password": message("The password was wrong"),
    "code": message("The code was wrong"),
    "replayed": message("The code had been used before"),
    "used": message("It had been used"),
    "withdrawn": message("It had been withdrawn"),
    "expired": message("Its time was over"),
    "alone": message("One person alone had made it"),
    "inviter": message("The account of whoever invited was out of use"),
    "passkey.unknown": message("The passkey is nobody’s here"),
    "passkey.removed": message("The passkey had been removed"),
    "passkey.copied": message("There may be two of the passkey"),
}


def about(entry: Entry) -> Actor:
    """Whose account or session it was, and at which computer, where that is known; for `audit_trail.names_of`."""
    kind, _, which = entry.visit.partition(":")
    staff = entry.data.get("staff")
    return Actor(
        ActorKind.ASSISTANT if isinstance(staff, str) else ActorKind.NOBODY,
        str(staff),
        entry.actor.terminal or (which if kind == "terminal" else None),
    )


def title(entry: Entry) -> Message:
    """What happened."""
    event = EventName(entry.type)
    if event is EventName.STAFF_SESSION_REFUSED and entry.data.get("reason") == "suspended":
        return _SUSPENDED
    return audit_words.EVENTS[event]


def said(entry: Entry, names: Mapping[tuple[str, str], str]) -> list[Message]:
    """What is known of it besides, in sentences."""
    meant = about(entry)
    whose, where = names.get(("staff", meant.id)), names.get(("terminal", meant.terminal or ""))
    found = [
        message("Account or session: %(name)s", name=whose) if whose else None,
        message("Computer: %(name)s", name=where) if where else None,
        message("Page: %(address)s", address=str(entry.data["route"])) if "route" in entry.data else None,
        _DOORS.get((EventName(entry.type), str(entry.data.get("for")))),
        _WHY.get(str(entry.data.get("reason"))),
    ]
    return [each for each in found if each is not None]
