"""Why a run ended without a result. None of them carries a resident's value; each has a stable `code`."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from connectors.sdk.words import Words


class RunError(Exception):
    """Root of everything that ends a run early. Before the final request these mean: nothing was filed."""

    code: ClassVar[str] = "run.failed"


class PortalUnavailableError(RunError):
    """The portal did not answer, or answered that it is out of order."""

    code: ClassVar[str] = "run.portal_unavailable"


class PortalUntrustedError(RunError):
    """Whoever answers at the portal's address does not prove to be the portal; the message says why."""

    code: ClassVar[str] = "run.portal_untrusted"


class FormChangedError(RunError):
    """The portal's form is not the one the connector was written for; `differences` says how, in plain words.

    A plain string stands for both languages. `page` is the title of the page whose form is not the committed one; none
    where something else was not as declared.
    """

    code: ClassVar[str] = "run.form_changed"

    def __init__(self, differences: Iterable[Words | str], page: Words | None = None) -> None:
        self.page = page
        self.differences = tuple(each if isinstance(each, Words) else Words(each, each) for each in differences)
        super().__init__(" ".join(each.en for each in self.differences))


class ValuesRefusedError(RunError):
    """The portal refused values before the final request: `messages` by input name, `general` for the rest.

    The messages are the portal's own words and may repeat a value: show them, do not log them.
    """

    code: ClassVar[str] = "run.values_refused"

    def __init__(self, messages: Mapping[str, str], general: tuple[str, ...] = ()) -> None:
        super().__init__("the portal refused values of: " + ", ".join(sorted(messages)))
        self.messages = dict(messages)
        self.general = general


class SignInRefusedError(RunError):
    """The portal did not sign the run in."""

    code: ClassVar[str] = "run.sign_in_refused"


class IssuerRefusedError(RunError):
    """Our own issuer did not confirm the delegation: it refused, or gave no answer. The portal has no part in it."""

    code: ClassVar[str] = "run.issuer_refused"


class SessionLostError(RunError):
    """The portal forgot its session while the form was being filled."""

    code: ClassVar[str] = "run.session_lost"


class RunStoppedError(RunError):
    """Somebody stopped the run, or the gateway's verdict forbade its next request."""

    code: ClassVar[str] = "run.stopped"


class ChildDiedError(RunError):
    """The browser's process ended before the run did."""

    code: ClassVar[str] = "run.child_died"


class PackageRefusedError(RunError):
    """The connector's package is not allowed on this machine, or its files have changed: its code was not started."""

    code: ClassVar[str] = "run.package_refused"


class OutOfReachError(RunError):
    """The gateway is for made-up people, and the portal is not part of their world: nothing was opened there."""

    code: ClassVar[str] = "run.out_of_reach"


class GateRefusedError(RunError):
    """The page tried to send what the connector does not declare; `request` is method and address without values."""

    code: ClassVar[str] = "run.gate_refused"

    def __init__(self, request: str, reason: str) -> None:
        super().__init__(f"{request}: {reason}")
        self.request = request
        self.reason = reason


class TamperedError(GateRefusedError):
    """What the page was about to send, or holds, is not what was asked for and read back."""

    code: ClassVar[str] = "run.tampered"


class RunTimeoutError(RunError):
    """The run took longer than it was allowed."""

    code: ClassVar[str] = "run.timeout"


class RunBusyError(RunError):
    """The same run is under way in this worker: a job that was started twice."""

    code: ClassVar[str] = "run.busy"


class ReadBackChangedError(RunError):
    """The form was filled again for sending and does not read back as what was confirmed: a new yes is needed."""

    code: ClassVar[str] = "run.read_back_changed"
