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


class LinkUnknownError(PeopleError):
    """No messages are ended by this link: it is misspelt, too old, or whoever it was sent to was erased."""

    code = "preferences.link"


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


class RecoveryRefusedError(PeopleError):
    """The code to recover an account is wrong, used, ended or past its time. Which of them is not said."""

    code = "recovery.refused"


class AppCodeWrongError(PeopleError):
    """The code is not one that the authenticator app makes of its new secret."""

    code = "recovery.app_code"


class HalfShownError(PeopleError):
    """A half of the code was shown before, or the recovery is over."""

    code = "recovery.half_shown"
