"""What the sickness benefit asks, once."""

from connectors.portals import questions
from connectors.sdk.inputs import (
    Checkbox,
    Date,
    File,
    Input,
    Option,
    Radio,
    ShownWhen,
    Text,
)
from connectors.sdk.manifest import Precondition
from connectors.sdk.words import Words

_WORK_ENDED = ShownWhen("work_ended", "yes")

PRECONDITIONS = (
    Precondition(
        name="sheet_b_closed",
        question=Words(
            "Vai darbnespējas lapa B e-veselībā ir noslēgta?",
            "Is sick-leave sheet B closed in e-health?",
        ),
        advice=Words(
            "Pabalstu var pieprasīt, kad ārsts lapu ir noslēdzis e-veselībā. Lūdziet to izdarīt ģimenes ārstam.",
            "It can be claimed once the doctor has closed the sheet in e-health. Ask the family doctor to do it.",
        ),
    ),
)

INPUTS: tuple[Input, ...] = (
    Checkbox(
        name="information_read",
        label=Words("Iepazinos ar informāciju par pakalpojumu", "I have read about the service"),
        help=Words(
            "Pabalstu maksā par noslēgtu darbnespējas lapu B. Lēmums – 10 darba dienās. Bez maksas.",
            "It is paid for a closed sick-leave sheet B. The decision comes within 10 working days. Free of charge.",
        ),
    ),
    Radio(
        name="action",
        label=Words("Ko vēlaties darīt?", "What would you like to do?"),
        options=(
            Option("claim", Words("Pieprasīt slimības pabalstu", "Claim the sickness benefit")),
            Option("amend", Words("Papildināt agrāk iesniegtu pieprasījumu", "Add to a claim made before")),
        ),
    ),
    Text(
        name="sheet",
        label=Words("Darbnespējas lapas B numurs", "Number of sick-leave sheet B"),
        help=Words("Kā e-veselībā, piemēram, B-26-00001-1.", "As in e-health, such as B-26-00001-1."),
        max_length=40,
        pattern=r"[A-Za-z0-9-]{3,40}",
        invalid=Words(
            "Numurā ir tikai burti, cipari un domuzīmes.", "The number has letters, digits and hyphens only."
        ),
        sensitive=True,
        lockable=True,
    ),
    Date(name="period_from", label=Words("Periods no", "Period from"), lockable=True),
    Date(
        name="period_to",
        label=Words("Periods līdz", "Period to"),
        not_before_input="period_from",
        lockable=True,
    ),
    questions.BENEFIT_ACCOUNT,
    *questions.PHONE_OR_EMAIL,
    Radio(
        name="work_ended",
        label=Words("Vai darba attiecības ir beigušās?", "Has the employment ended?"),
        options=(Option("yes", Words("Jā", "Yes")), Option("no", Words("Nē", "No"))),
    ),
    Date(
        name="work_end_date",
        label=Words("Darba attiecību beigu datums", "Last day of the employment"),
        shown_when=_WORK_ENDED,
    ),
    File(
        name="employer_statement",
        label=Words("Darba devēja izziņa", "The employer's statement"),
        help=Words("PDF, JPG vai PNG, ne lielāka par 5 MB.", "PDF, JPG or PNG, 5 MB at most."),
        shown_when=_WORK_ENDED,
        max_bytes=5_000_000,
        sensitive=True,
    ),
    Radio(
        name="news_by",
        label=Words("Kā vēlaties saņemt informāciju par iesniegumu?", "How would you like to hear about the claim?"),
        options=(
            Option("email", Words("E-pastā", "By e-mail")),
            Option("phone", Words("Īsziņā", "By text message")),
            Option("portal", Words("Portālā", "In the portal")),
        ),
    ),
    Radio(
        name="decision_by",
        label=Words("Kā vēlaties saņemt lēmumu?", "How would you like to get the decision?"),
        options=(
            Option("portal", Words("Portālā", "In the portal")),
            Option("eaddress", Words("E-adresē", "In the official e-address")),
            Option("post", Words("Pa pastu", "By post")),
        ),
    ),
    Text(
        name="postal_address",
        label=Words("Pasta adrese", "Postal address"),
        shown_when=ShownWhen("decision_by", "post"),
        prefill="resident.address",
        concept="resident.address",
        sensitive=True,
    ),
    Checkbox(
        name="truthful",
        concept="declared.truthful",
        label=Words("Apliecinu, ka sniegtās ziņas ir patiesas", "I declare that what I have said is true"),
    ),
    Checkbox(
        name="registers",
        label=Words(
            "Piekrītu, ka VSAA pārbauda ziņas citos reģistros",
            "I agree that VSAA checks this in other registers",
        ),
    ),
    Checkbox(
        name="repay",
        label=Words(
            "Apņemos atmaksāt nepamatoti saņemtu pabalstu",
            "I undertake to pay back what I was not entitled to",
        ),
    ),
)
