"""What the annual income declaration asks, once."""

from connectors.portals import questions
from connectors.sdk.inputs import (
    Checkbox,
    File,
    Group,
    Input,
    Money,
    Number,
    Option,
    PersonalCode,
    Radio,
    Select,
    Text,
)
from connectors.sdk.manifest import Precondition
from connectors.sdk.words import Words

PRECONDITIONS = (
    Precondition(
        name="receipts_at_hand",
        question=Words(
            "Vai čeki un izziņas par ienākumiem ir līdzi?",
            "Are the receipts and the statements of income at hand?",
        ),
        advice=Words(
            "Izziņu par ienākumiem izsniedz darba devējs; čekus var pievienot arī kā fotoattēlus.",
            "The employer issues the statement of income; receipts can be attached as photographs too.",
        ),
    ),
)

_INCOME = Group(
    name="income",
    label=Words("Ienākumi", "Income"),
    help=Words("Katrs izmaksātājs atsevišķi.", "Each payer separately."),
    row=Words("ienākumu avots", "Source of income"),
    items=(
        Text(name="payer", label=Words("Izmaksātājs", "Payer"), max_length=120),
        Text(
            name="payer_number",
            label=Words("Reģistrācijas numurs", "Registration number"),
            help=Words("11 cipari, kā izziņā.", "11 digits, as in the statement."),
            max_length=11,
            pattern=r"[0-9]{11}",
            invalid=Words("Reģistrācijas numurā ir 11 cipari.", "A registration number has 11 digits."),
        ),
        Select(
            name="kind",
            label=Words("Ienākuma veids", "Kind of income"),
            options=(
                Option("salary", Words("Darba alga", "Salary")),
                Option("royalty", Words("Autoratlīdzība", "Royalties")),
                Option("pension", Words("Pensija", "Pension")),
                Option("rent", Words("Īpašuma noma", "Rent from property")),
                Option("other", Words("Cits ienākums", "Other income")),
            ),
        ),
        Money(name="amount", label=Words("Ieņēmumi", "Received"), most="9999999.99", sensitive=True),
        Money(
            name="tax",
            label=Words("Ieturētais nodoklis", "Tax withheld"),
            required=False,
            most="9999999.99",
            sensitive=True,
        ),
        Money(
            name="social",
            label=Words("Sociālās iemaksas", "Social contributions"),
            required=False,
            most="9999999.99",
            sensitive=True,
        ),
    ),
)

_EXPENSES = Group(
    name="expenses",
    label=Words("Attaisnotie izdevumi", "Eligible expenses"),
    help=Words(
        "Ārstniecība un izglītība, arī ģimenes locekļiem. Ja tādu nav, atstājiet bez neviena.",
        "Health care and education, of family members too. Without any, leave none.",
    ),
    row=Words("izdevums", "Expense"),
    least=0,
    items=(
        Radio(
            name="what",
            label=Words("Par ko maksāts", "What was paid for"),
            options=(
                Option("health", Words("Ārstniecība", "Health care")),
                Option("teeth", Words("Zobārstniecība", "Dental care")),
                Option("education", Words("Izglītība", "Education")),
            ),
        ),
        Select(
            name="for_whom",
            label=Words("Par ko (persona)", "For whom"),
            options=(
                Option("self", Words("Par sevi", "For oneself")),
                Option("child", Words("Par bērnu", "For a child")),
                Option("family", Words("Par laulāto vai vecākiem", "For a spouse or parents")),
            ),
        ),
        PersonalCode(
            name="code",
            label=Words("Ģimenes locekļa personas kods", "Personal code of the family member"),
            required=False,
            sensitive=True,
        ),
        Money(name="amount", label=Words("Summa", "Amount"), most="9999999.99", sensitive=True),
        File(
            name="receipt",
            label=Words("Čeks vai kvīts", "Receipt"),
            help=Words("PDF, JPG vai PNG, ne lielāka par 5 MB.", "PDF, JPG or PNG, 5 MB at most."),
            max_bytes=5_000_000,
            sensitive=True,
        ),
    ),
)

INPUTS: tuple[Input, ...] = (
    Number(
        name="tax_year",
        label=Words("Taksācijas gads", "Tax year"),
        help=Words("Gads, kas beidzies, līdz trim gadiem atpakaļ.", "A year that is over, up to three years back."),
        least=2020,
        most=2100,
        lockable=True,
    ),
    Radio(
        name="reason",
        label=Words("Kāpēc iesniedzat deklarāciju?", "Why do you file the declaration?"),
        options=(
            Option("refund", Words("Lai atgūtu pārmaksāto nodokli", "To get overpaid tax back")),
            Option("obliged", Words("Deklarācija man jāiesniedz obligāti", "I am obliged to file it")),
        ),
    ),
    questions.PHONE,
    questions.EMAIL_IF_ANY,
    _INCOME,
    _EXPENSES,
    questions.account(
        Words("Jūsu paša konts, uz kuru atmaksāt nodokli.", "Your own account, to which tax is paid back.")
    ),
    Checkbox(
        name="truthful",
        label=Words(
            "Apliecinu, ka deklarācijā sniegtās ziņas ir pilnīgas un patiesas",
            "I declare that what the declaration says is complete and true",
        ),
        concept="declared.truthful",
    ),
)
