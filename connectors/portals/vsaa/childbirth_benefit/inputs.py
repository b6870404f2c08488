"""What the child-birth benefit asks, once."""

from connectors.portals.vsaa.family import PAYMENT_INPUTS, REPAY, TRUTHFUL, YES_OR_NO, child_inputs, information
from connectors.sdk.inputs import Checkbox, DaysAgo, File, Input, Option, PersonalCode, Radio, ShownWhen, Text
from connectors.sdk.manifest import Precondition
from connectors.sdk.words import Words

PRECONDITIONS = (
    Precondition(
        name="eight_days_old",
        question=Words("Vai bērnam ir vismaz astoņas dienas?", "Is the child at least eight days old?"),
        advice=Words(
            "Pabalstu var pieprasīt no astotās dienas pēc dzimšanas un sešu mēnešu laikā.",
            "It can be claimed from the eighth day after the birth, and within six months.",
        ),
    ),
)

INPUTS: tuple[Input, ...] = (
    information(
        Words(
            "Vienreizējs pabalsts par katru jaundzimušo. Lēmums – 10 darba dienās. Bez maksas.",
            "A single payment for each newborn child. The decision comes within 10 working days. Free of charge.",
        )
    ),
    *child_inputs(
        PersonalCode(
            name="child_code",
            label=Words("Bērna personas kods", "Child's personal code"),
            help=Words(
                "Norādiet personas kodu vai dzimšanas reģistra ieraksta numuru.",
                "Give the personal code or the number of the birth registration.",
            ),
            required=False,
            concept="child.code",
            sensitive=True,
        ),
        Text(
            name="birth_record",
            label=Words("Dzimšanas reģistra ieraksta numurs", "Number of the birth registration"),
            required=False,
            max_length=40,
            concept="child.birth_record",
            sensitive=True,
        ),
        born=DaysAgo(
            Words(
                "Bērna piedzimšanas pabalstu var pieprasīt no astotās dienas pēc dzimšanas un sešu mēnešu laikā.",
                "The child-birth benefit can be claimed from the eighth day after the birth, and within six months.",
            ),
            least=8,
            most=183,
        ),
    ),
    Radio(
        name="claimant",
        label=Words("Kas jūs esat bērnam?", "What are you to the child?"),
        options=(
            Option("mother", Words("Māte", "Mother")),
            Option("father", Words("Tēvs", "Father")),
            Option("guardian", Words("Aizbildnis", "Guardian")),
        ),
    ),
    File(
        name="court_decision",
        label=Words("Bāriņtiesas lēmums", "Decision of the orphans' court"),
        help=Words("PDF, JPG vai PNG, ne lielāka par 5 MB.", "PDF, JPG or PNG, 5 MB at most."),
        shown_when=ShownWhen("claimant", "guardian"),
        max_bytes=5_000_000,
        sensitive=True,
    ),
    Radio(
        name="lives_together",
        label=Words("Vai bērns dzīvo kopā ar jums?", "Does the child live with you?"),
        options=YES_OR_NO,
    ),
    Radio(
        name="paid_before",
        label=Words(
            "Vai par šo bērnu pabalstu jau saņēmis otrs vecāks?",
            "Has the other parent got this benefit for the child already?",
        ),
        options=YES_OR_NO,
    ),
    *PAYMENT_INPUTS,
    TRUTHFUL,
    Checkbox(
        name="registers",
        label=Words(
            "Piekrītu, ka VSAA pārbauda ziņas citos reģistros", "I agree that VSAA checks this in other registers"
        ),
    ),
    REPAY,
)
