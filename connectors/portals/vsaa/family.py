"""What the benefits for families ask alike: the child, the account, how the decision comes."""

from connectors.portals import latvija, questions
from connectors.sdk.fills import Fill, OneFill, Pick
from connectors.sdk.inputs import Checkbox, Date, DaysAgo, Input, Name, Option, Radio, Text
from connectors.sdk.steps import Step, Values
from connectors.sdk.words import Words

YES_OR_NO = (Option("yes", Words("Jā", "Yes")), Option("no", Words("Nē", "No")))


def information(help_words: Words) -> Checkbox:
    """What has been read, and what matters of it."""
    return Checkbox(
        name="information_read",
        label=Words("Iepazinos ar informāciju par pakalpojumu", "I have read about the service"),
        help=help_words,
    )


def child_inputs(*codes: Input, born: DaysAgo) -> tuple[Input, ...]:
    """Who the child is; `codes` are those by which the registers know it, `born` says how old it may be."""
    return (
        Name(
            name="child_given_name",
            label=Words("Bērna vārds", "Child's given name"),
            max_length=60,
            concept="child.given_name",
            sensitive=True,
        ),
        Name(
            name="child_family_name",
            label=Words("Bērna uzvārds", "Child's family name"),
            max_length=60,
            concept="child.family_name",
            sensitive=True,
        ),
        *codes,
        Date(
            name="child_born",
            label=Words("Bērna dzimšanas datums", "Child's date of birth"),
            concept="child.born",
            days_ago=born,
            sensitive=True,
        ),
    )


def child_fills(*codes: OneFill) -> tuple[OneFill, ...]:
    """The same at the portal."""
    return (
        Fill(input="child_given_name", control="berna_vards", label="Bērna vārds"),
        Fill(input="child_family_name", control="berna_uzvards", label="Bērna uzvārds"),
        *codes,
        latvija.day("child_born", "berna_dzimsanas", "Bērna dzimšanas datums"),
    )


PAYMENT_INPUTS: tuple[Input, ...] = (
    questions.BENEFIT_ACCOUNT,
    *questions.PHONE_OR_EMAIL,
    Radio(
        name="decision_by",
        label=Words("Kā vēlaties saņemt lēmumu?", "How would you like to get the decision?"),
        options=(
            Option("portal", Words("Portālā", "In the portal")),
            Option("eaddress", Words("E-adresē", "In the official e-address")),
            Option("post", Words("Pa pastu", "By post")),
        ),
        concept="resident.decision_by",
    ),
    Text(
        name="address",
        label=Words("Dzīvesvietas adrese", "Home address"),
        prefill="resident.address",
        concept="resident.address",
        sensitive=True,
    ),
)
"""Account, contact, and the way of the decision."""

TRUTHFUL = Checkbox(
    name="truthful",
    label=Words("Apliecinu, ka sniegtās ziņas ir patiesas", "I declare that what I have said is true"),
    concept="declared.truthful",
)
REPAY = Checkbox(
    name="repay",
    label=Words("Apņemos atmaksāt nepamatoti saņemtu pabalstu", "I undertake to pay back what I was not entitled to"),
    concept="declared.repay",
)


def payment_step(slug: str) -> Step:
    """The page of `PAYMENT_INPUTS`."""
    return latvija.step(
        slug,
        "sanemsana",
        Words("Izmaksa un lēmuma saņemšana", "Payment and decision"),
        (
            Fill(input="account", control="konts", label="Konta numurs (IBAN)"),
            Fill(input="phone", control="talrunis", label="Tālrunis"),
            Fill(input="email", control="epasts", label="E-pasts"),
            Pick(
                input="decision_by",
                control="lemuma_veids",
                legend="Kā vēlaties saņemt lēmumu?",
                options={
                    "portal": ("portals", "Portālā"),
                    "eaddress": ("eadrese", "e-adresē"),
                    "post": ("pasts", "Pa pastu"),
                },
            ),
            Fill(input="address", control="adrese", label="Dzīvesvietas adrese"),
        ),
    )


def child(values: Values) -> str:
    """One benefit for each child: by the day of birth and the given name, as its codes may still be missing."""
    return f"{values['child_born']}/{str(values['child_given_name']).casefold()}"
