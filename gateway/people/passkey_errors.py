"""What goes wrong with passkeys: residents' and staff's."""

from gateway.people.errors import PeopleError


class PasskeyError(PeopleError):
    """A resident's passkey was not added, or did not count. Never says whose it is."""

    code = "passkey.error"


class PasskeyImpossibleError(PasskeyError):
    """The gateway's public address is a bare number, for which browsers keep no passkeys."""

    code = "passkey.impossible"


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
