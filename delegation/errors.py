"""Every refusal of this package, by name.

One root and a stable `code` each. No message carries a personal value: they reach logs, so they name identifiers and
never the resident.
"""

from typing import ClassVar


class DelegationError(Exception):
    """The root of every refusal in `delegation`."""

    code: ClassVar[str] = "delegation.refused"


class StateError(DelegationError):
    """A step was asked for that this state does not have."""

    code: ClassVar[str] = "delegation.wrong_state"


class NotActiveError(StateError):
    """A delegation was used that nobody has said yes to, or that has ended."""

    code: ClassVar[str] = "delegation.not_active"


class RevokedError(NotActiveError):
    """A delegation was used after someone had stopped it."""

    code: ClassVar[str] = "delegation.revoked"


class DelegationExpiredError(DelegationError):
    """A delegation was used at or after the end of its validity (RFC 7519 section 4.1.4)."""

    code: ClassVar[str] = "delegation.expired"


class OutOfScopeError(DelegationError):
    """A delegation was used for a service or an action that it does not allow, or its filings are used up."""

    code: ClassVar[str] = "delegation.out_of_scope"


class WideningError(OutOfScopeError):
    """A derived delegation would allow more, or for longer, than the one it comes from."""

    code: ClassVar[str] = "delegation.widening"


class OwnMatterError(DelegationError):
    """An assistant would act for themselves, or say yes for the resident."""

    code: ClassVar[str] = "delegation.own_matter"


class InvalidRequestError(DelegationError):
    """What was asked for cannot be a delegation: no service, no action, an end before its beginning."""

    code: ClassVar[str] = "delegation.invalid_request"


class ApproverError(DelegationError):
    """A yes came from somebody who was not asked, or from the same person twice."""

    code: ClassVar[str] = "approval.wrong_approver"


class AssuranceTooLowError(DelegationError):
    """The way a yes was said is not sure enough for this service."""

    code: ClassVar[str] = "approval.assurance_too_low"


class RouteNotAllowedError(DelegationError):
    """The service does not take a yes by this route."""

    code: ClassVar[str] = "approval.route_not_allowed"


class EvidenceMissingError(DelegationError):
    """A route lacks the evidence without which it is no yes at all, such as a checked document."""

    code: ClassVar[str] = "approval.evidence_missing"


class UnknownAssuranceError(DelegationError):
    """An `acr` value is none of the three eIDAS levels."""

    code: ClassVar[str] = "approval.unknown_assurance"


class FilingTransitionError(DelegationError):
    """A filing was asked to take a step that its state does not have."""

    code: ClassVar[str] = "filing.transition"


class StatementError(DelegationError):
    """A statement cannot be written: no such template or language, or a slot without its value."""

    code: ClassVar[str] = "statement.not_renderable"


class TemplateChangedError(StatementError):
    """A dated template no longer has the bytes that were published under its date."""

    code: ClassVar[str] = "statement.template_changed"


class ReadBackError(DelegationError):
    """A read-back cannot be bound to a permit: not text, a reserved type, or a visible field declared volatile."""

    code: ClassVar[str] = "readback.malformed"


class TokenError(DelegationError):
    """The root of every refusal of a signed token, whatever its kind."""

    code: ClassVar[str] = "token.refused"


class MadeUpError(TokenError):
    """A gateway for practice or demonstration signed it: it is real, and about nobody."""

    code: ClassVar[str] = "token.made_up"


class MalformedError(TokenError):
    """A token is not what its kind looks like: segments, alphabet, header, claims or their types."""

    code: ClassVar[str] = "token.malformed"


class CriticalHeaderError(MalformedError):
    """A token names an extension that must be understood, and none is (RFC 7515 section 4.1.11)."""

    code: ClassVar[str] = "token.critical_header"


class AlgorithmError(TokenError):
    """A token is signed by anything but ES256, `none` included (RFC 8725 section 3.1)."""

    code: ClassVar[str] = "token.algorithm"


class WrongTypeError(TokenError):
    """A token of one kind was shown as another (RFC 8725 section 3.11)."""

    code: ClassVar[str] = "token.wrong_type"


class UnknownKeyError(TokenError):
    """A token names a signing key that the key set does not hold."""

    code: ClassVar[str] = "token.unknown_key"


class InvalidKeyError(TokenError):
    """A key is not a P-256 signing key, or a key set names one twice."""

    code: ClassVar[str] = "token.invalid_key"


class BadSignatureError(TokenError):
    """A token's signature does not fit its bytes and the named key."""

    code: ClassVar[str] = "token.bad_signature"


class WrongIssuerError(TokenError):
    """A token comes from somebody else than expected (RFC 7519 section 4.1.1)."""

    code: ClassVar[str] = "token.wrong_issuer"


class WrongAudienceError(TokenError):
    """A token is meant for somebody else (RFC 7519 section 4.1.3)."""

    code: ClassVar[str] = "token.wrong_audience"


class NotYetValidError(TokenError):
    """A token begins, or says that it was made, in the future (RFC 7519 sections 4.1.5 and 4.1.6)."""

    code: ClassVar[str] = "token.not_yet_valid"


class StatusUnavailableError(TokenError):
    """A status list cannot answer: it is another list, too old, or does not reach the token's index."""

    code: ClassVar[str] = "status.unavailable"


class PermitExpiredError(TokenError):
    """A permit was used at or after the end of its five minutes."""

    code: ClassVar[str] = "permit.expired"


class PermitUsedError(TokenError):
    """A permit was used a second time."""

    code: ClassVar[str] = "permit.used"


class PermitMismatchError(TokenError):
    """A permit was given for another filing, attempt, place or payload than the one about to be sent."""

    code: ClassVar[str] = "permit.mismatch"
