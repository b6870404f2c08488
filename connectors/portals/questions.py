"""Questions that many services put in the same words: where a resident is reached, and where money is paid to."""

from dataclasses import replace

from connectors.sdk.inputs import Email, Iban, Phone
from connectors.sdk.words import Words

BORN_ALREADY = Words("Dzimšanas datums nevar būt nākotnē.", "The date of birth cannot be in the future.")
PHONE = Phone(
    name="phone",
    label=Words("Tālrunis", "Telephone"),
    prefill="resident.phone",
    concept="resident.phone",
    sensitive=True,
)
EMAIL = Email(
    name="email",
    label=Words("E-pasts", "E-mail"),
    prefill="resident.email",
    concept="resident.email",
    sensitive=True,
)
EMAIL_IF_ANY = replace(EMAIL, required=False)
PHONE_OR_EMAIL = (
    replace(
        PHONE,
        help=Words("Norādiet tālruni vai e-pastu, vai abus.", "Give a telephone number, an e-mail address, or both."),
        required=False,
    ),
    EMAIL_IF_ANY,
)
"""Both may be left out by themselves; that one of them is there, the portal sees to."""


def account(what_for: Words) -> Iban:
    """The resident's own account; `what_for` says what is paid there. A new one is looked at by a second person."""
    return Iban(
        name="account",
        label=Words("Konta numurs (IBAN)", "Account number (IBAN)"),
        help=what_for,
        prefill="resident.iban",
        concept="resident.iban",
        sensitive=True,
        lockable=True,
        guarded=True,
    )


BENEFIT_ACCOUNT = account(
    Words("Jūsu paša konts, uz kuru izmaksāt pabalstu.", "Your own account, to which it is paid.")
)
