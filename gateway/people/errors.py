"""Why somebody was not let in or not let through. `gateway.problems` makes HTTP of these; nothing here knows of it."""

from datetime import datetime
from typing import ClassVar

from gateway.people.access import SessionKind


class PeopleError(Exception):
    """Somebody was refused. Never names a person."""

    code: ClassVar[str] = "people.error"


class SignInRequiredError(PeopleError):
    """There is no session of this kind, or it is over."""

    code = "session.required"

    def __init__(self, kind: SessionKind) -> None:
        super().__init__(f"no open session of the kind {kind.value}")
        self.kind = kind


class SessionLockedError(PeopleError):
    """The session is locked; its owner has to unlock it first."""

    code = "session.locked"


class RoleNotChosenError(PeopleError):
    """The person has several roles and has not chosen one."""

    code = "session.role_not_chosen"


class SessionOverError(PeopleError):
    """The session ended while the request was on its way; an ended session is never revived."""

    code = "session.over"


class SessionElsewhereError(PeopleError):
    """A session was presented without its own terminal's enrolment: on another computer."""

    code = "session.elsewhere"

    def __init__(self, *, token_hash: bytes, staff_id: str, terminal_id: str) -> None:
        super().__init__(f"a session of terminal {terminal_id} was presented elsewhere")
        self.token_hash = token_hash
        self.staff_id = staff_id
        self.terminal_id = terminal_id


class GuestElsewhereError(PeopleError):
    """A guest's cookie was presented by another computer or browser than the one at which they sit."""

    def __init__(self, *, token_hash: bytes, visit_id: str) -> None:
        super().__init__("a guest's session of another browser")
        self.token_hash = token_hash
        self.visit_id = visit_id


class SessionUnprovenError(PeopleError):
    """Its terminal has not proved itself lately, or not from here. Its browser can; a copied cookie cannot."""

    code = "session.unproven"

    def __init__(self, *, terminal_key: str | None, csrf: str, is_late: bool, is_display: bool = False) -> None:
        super().__init__("the terminal has to prove itself")
        self.is_display = is_display
        self.is_late = is_late
        self.terminal_key = terminal_key
        self.csrf = csrf


class TerminalProofRefusedError(PeopleError):
    """A terminal did not prove itself. `reason` is for the trail: question, signature, key, terminal, missing."""

    code = "terminal.proof_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"no proof: {reason}")
        self.reason = reason


class TerminalKeyMissingError(TerminalProofRefusedError):
    """A computer is to be enrolled, and its browser has made no key."""

    code = "terminal.key_missing"


class AccessRefusedError(PeopleError):
    """The caller is known and is not one of those who may do this."""

    code = "access.refused"


class RequestForgedError(PeopleError):
    """A state-changing request did not come from our own page in this session."""

    code = "request.forged"


class CookiesOffError(PeopleError):
    """A form of ours came back from a browser that keeps no cookie: its page set one, and it is not there."""

    code = "request.no_cookies"


class SignInFailedError(PeopleError):
    """Login, password or code is wrong, or the account is closed. Which of them is not said."""

    code = "sign_in.failed"


class TriedTooOftenError(PeopleError):
    """Too many tries in vain; the next is looked at from `until` on."""

    code = "sign_in.throttled"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many tries, until {until.isoformat()}")
        self.until = until


class TerminalRequiredError(PeopleError):
    """None of this person's roles may be used on a computer that is not enrolled at their centre."""

    code = "sign_in.terminal_required"


class PairingCodeError(PeopleError):
    """The code is wrong, used or past its time. Which of them is not said."""

    code = "pairing.code_unknown"


class DisplayOfferOverError(PeopleError):
    """The display is not offered to this terminal any more: the time is over, or another one asked for it."""

    code = "display.offer_over"


class DisplayBusyError(PeopleError):
    """The display shows a visit of another terminal just now."""

    code = "display.busy"


class AuditorAloneError(PeopleError):
    """An auditor would have another role beside: nobody looks at what they did themselves."""

    code = "staff.auditor_alone"


class HolderMissingError(PeopleError):
    """A service holder's officer belongs to exactly one holder, and nobody else to any."""

    code = "staff.holder_missing"


class AccountSuspendedError(PeopleError):
    """The account is suspended: whoever it belongs to is told so, once they have shown that they are."""

    code = "staff.suspended"

    def __init__(self, *, staff_id: str | None = None, token_hash: bytes = b"") -> None:
        super().__init__("the account is suspended")
        self.staff_id = staff_id
        self.token_hash = token_hash
        """Of the session with which it was used; empty at a sign-in."""


class AccountStateError(PeopleError):
    """The account is not in the state that this step is for: somebody else has decided meanwhile."""

    code = "staff.state"


class LastAdministratorError(PeopleError):
    """Nobody would be left who can administer the gateway."""

    code = "staff.last_administrator"


class TwoAdministratorsError(PeopleError):
    """No two administrators would be left who can decide together: one person alone does not bring that about."""

    code = "staff.two_administrators"


class SuspendedLatelyError(PeopleError):
    """The same person suspended another account that two people answer for, within a day."""

    code = "staff.suspended_lately"


class OwnAccountError(PeopleError):
    """Nobody suspends, takes back or ends their own account."""

    code = "staff.own_account"


class TwoNeededError(PeopleError):
    """One person alone does not do this to an account with these roles: it is proposed, and another confirms it."""

    code = "staff.two_needed"


class LoginTakenError(PeopleError):
    """Another account has this login."""

    code = "staff.login_taken"


class UnknownPersonError(PeopleError):
    """There is no such account, centre, resident, terminal or display, or it is not the caller's to see."""

    code = "people.not_found"


class InvitationOverError(PeopleError):
    """The link of an invitation is unknown, used, withdrawn, past its time, or whoever invited is out of use.

    The page does not say which, but for the last.
    """

    code = "invitation.over"


class InviterGoneError(InvitationOverError):
    """Whoever invited, confirmed it or made the link may not act now; somebody else has to."""

    code = "invitation.inviter"


class InvitationCodeError(PeopleError):
    """An invitation for which two people answer needs the second one's code, and this is not it."""

    code = "invitation.code"


class PasskeyError(PeopleError):
    """A resident's passkey was not added, or did not count. Never says whose it is."""

    code = "passkey.error"


class PasskeyImpossibleError(PasskeyError):
    """The gateway's public address is a bare number, for which browsers keep no passkeys."""

    code = "passkey.impossible"


class RecoveryRefusedError(PeopleError):
    """The code to recover an account is wrong, used, ended or past its time. Which of them is not said."""

    code = "recovery.refused"


class AppCodeWrongError(PeopleError):
    """The code is not one that the authenticator app makes of its new secret."""

    code = "recovery.app_code"


class HalfShownError(PeopleError):
    """A half of the code was shown before, or the recovery is over."""

    code = "recovery.half_shown"


class PasskeyNotFreshError(PasskeyError):
    """A passkey is added only within minutes of a sign-in in the same session."""

    code = "passkey.not_fresh"


class PasskeyTooManyError(PasskeyError):
    """The resident has as many passkeys as anybody needs."""

    code = "passkey.too_many"


class PasskeyNotTakenError(PasskeyError):
    """What the browser made cannot be kept: not for this question, not with a verified holder, or known already."""

    code = "passkey.not_taken"


class PasskeyOverError(PasskeyError):
    """The question to the passkey was answered, is past its two minutes, or was put to another browser."""

    code = "passkey.over"


class PasskeyUnknownError(PasskeyError):
    """No passkey that counts here: unknown, somebody else's, removed or suspended. Which of them is not said."""

    code = "passkey.unknown"


class PasskeyCopiedError(PasskeyError):
    """The passkey's counter went backwards, so there may be two of it."""

    code = "passkey.copied"

    def __init__(self, passkey_id: str) -> None:
        super().__init__("the counter went backwards")
        self.passkey_id = passkey_id


class StaffPasskeyError(PeopleError):
    """A passkey of a member of staff was not added, or did not count."""

    code = "staff_passkey.error"


class StaffPasskeyRefusedError(StaffPasskeyError):
    """A passkey's answer does not count. `reason` is for the trail; `staff_id` is whose it seems to be, if known."""

    code = "staff_passkey.refused"

    def __init__(self, reason: str, *, staff_id: str | None = None, passkey_id: str | None = None) -> None:
        super().__init__(f"the passkey does not count: {reason}")
        self.reason = reason
        self.staff_id = staff_id
        self.passkey_id = passkey_id


class StaffPasskeyOverError(StaffPasskeyRefusedError):
    """The question was answered, is past its two minutes, or was put to another browser or for another step."""

    code = "staff_passkey.over"


class StaffPasskeyUnknownError(StaffPasskeyRefusedError):
    """No passkey of a member of staff."""

    code = "staff_passkey.unknown"


class StaffPasskeyRemovedError(StaffPasskeyRefusedError):
    """It was theirs, and was removed. Said only to whoever holds it."""

    code = "staff_passkey.removed"


class StaffPasskeyCopiedError(StaffPasskeyRefusedError):
    """Its counter went backwards, now or before, so there may be two of it."""

    code = "staff_passkey.copied"


class StaffPasskeySuspendedError(StaffPasskeyRefusedError):
    """Its holder's account is suspended; who answered with it is told so."""

    code = "staff.suspended"


class StaffPasskeyClosedError(StaffPasskeyRefusedError):
    """Its holder's account is closed."""

    code = "staff_passkey.closed"


class StaffPasskeyAnothersError(StaffPasskeyRefusedError):
    """It is a colleague's, and here only whoever is signed in can answer."""

    code = "staff_passkey.anothers"


class StaffPasskeyNotFreshError(StaffPasskeyError):
    """Passkeys are added and removed only within minutes of showing who one is."""

    code = "staff_passkey.not_fresh"


class StaffPasskeyNotTakenError(StaffPasskeyError):
    """What the browser made cannot be kept: not for this question, no verified holder, or known already."""

    code = "staff_passkey.not_taken"


class StaffPasskeySharedError(StaffPasskeyError):
    """It would be kept in the shared computer itself, which colleagues unlock too."""

    code = "staff_passkey.shared"


class StaffPasskeyTooManyError(StaffPasskeyError):
    """The person has as many passkeys as anybody needs."""

    code = "staff_passkey.too_many"


class StaffPasskeyImpossibleError(StaffPasskeyError):
    """The desk's address is a bare number, for which browsers keep no passkeys."""

    code = "staff_passkey.impossible"
