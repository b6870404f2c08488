"""What the parental benefit asks, once."""

from connectors.portals.questions import BORN_ALREADY
from connectors.portals.vsaa.family import PAYMENT_INPUTS, REPAY, TRUTHFUL, YES_OR_NO, child_inputs, information
from connectors.sdk.inputs import (
    Checkbox,
    Date,
    DaysAgo,
    File,
    Input,
    Name,
    Option,
    PersonalCode,
    Radio,
    ShownWhen,
    Text,
)
from connectors.sdk.manifest import Precondition
from connectors.sdk.words import Words

_OTHER_PARENT = ShownWhen("has_other_parent", "yes")
_ON_LEAVE = ShownWhen("works", "no")

PRECONDITIONS = (
    Precondition(
        name="insured",
        question=Words(
            "Vai līdz bērna dzimšanai strādājāt vai bijāt pašnodarbināts?",
            "Did you work or were you self-employed until the child was born?",
        ),
        advice=Words(
            "Vecāku pabalstu maksā tiem, kas bija apdrošināti. Pārējie VSAA var pieprasīt bērna kopšanas pabalstu.",
            "It is paid to people who were insured. Others can claim the child care benefit from VSAA.",
        ),
    ),
)

INPUTS: tuple[Input, ...] = (
    information(
        Words(
            "13 mēneši ar 60 % no vidējās iemaksu algas vai 19 mēneši ar 43,75 %. Vēlāk mainīt nevar. Bez maksas.",
            "13 months at 60% of the average wage, or 19 months at 43.75%. It cannot be changed later. Free of charge.",
        )
    ),
    *child_inputs(
        PersonalCode(
            name="child_code",
            label=Words("Bērna personas kods", "Child's personal code"),
            concept="child.code",
            sensitive=True,
        ),
        born=DaysAgo(BORN_ALREADY),
    ),
    Radio(
        name="has_other_parent",
        label=Words("Vai bērnam ir otrs vecāks?", "Does the child have another parent?"),
        options=(
            Option("yes", Words("Jā", "Yes")),
            Option("no", Words("Nē vai nav zināms", "No, or not known")),
        ),
    ),
    Name(
        name="other_parent_name",
        label=Words("Otra vecāka vārds un uzvārds", "Full name of the other parent"),
        max_length=120,
        shown_when=_OTHER_PARENT,
        concept="other_parent.name",
        sensitive=True,
    ),
    PersonalCode(
        name="other_parent_code",
        label=Words("Otra vecāka personas kods", "Personal code of the other parent"),
        shown_when=_OTHER_PARENT,
        concept="other_parent.code",
        sensitive=True,
    ),
    Radio(
        name="length",
        label=Words("Cik ilgi vēlaties saņemt pabalstu?", "For how long would you like to get it?"),
        options=(
            Option("13", Words("13 mēnešus, 60 %", "13 months, 60%")),
            Option("19", Words("19 mēnešus, 43,75 %", "19 months, 43.75%")),
        ),
        lockable=True,
    ),
    Date(name="from_day", label=Words("No kura datuma", "From which day"), not_before_input="child_born"),
    Radio(
        name="works",
        label=Words("Vai pabalsta laikā strādāsiet?", "Will you work meanwhile?"),
        help=Words("Ja strādājat, izmaksā daļu no pabalsta.", "If you work, a part of it is paid."),
        options=YES_OR_NO,
    ),
    Date(
        name="leave_from",
        label=Words("Bērna kopšanas atvaļinājums no", "Child care leave from"),
        shown_when=_ON_LEAVE,
    ),
    Date(
        name="leave_to",
        label=Words("Bērna kopšanas atvaļinājums līdz", "Child care leave until"),
        shown_when=_ON_LEAVE,
        not_before_input="leave_from",
    ),
    File(
        name="employer_statement",
        label=Words("Darba devēja izziņa", "The employer's statement"),
        help=Words(
            "Par atvaļinājumu. PDF, JPG vai PNG, ne lielāka par 5 MB.",
            "About the leave. PDF, JPG or PNG, 5 MB at most.",
        ),
        shown_when=_ON_LEAVE,
        max_bytes=5_000_000,
        sensitive=True,
    ),
    Text(name="employer", label=Words("Darba devējs", "Employer"), max_length=120),
    *PAYMENT_INPUTS,
    Checkbox(
        name="cares",
        label=Words(
            "Apliecinu, ka bērnu kopju un viņš dzīvo kopā ar mani",
            "I declare that I look after the child, who lives with me",
        ),
    ),
    TRUTHFUL,
    REPAY,
)
