"""What the registration of a birth asks, once."""

from connectors.portals import questions
from connectors.sdk.inputs import (
    Checkbox,
    Date,
    DaysAgo,
    Input,
    Name,
    Option,
    PersonalCode,
    Radio,
    Select,
    ShownWhen,
    Text,
)
from connectors.sdk.manifest import Precondition
from connectors.sdk.words import Words

_BY_MARRIAGE = ShownWhen("father_by", "marriage")
_FATHER = Words(
    "Atstājiet tukšu, ja ziņas par tēvu neieraksta.",
    "Leave it empty where nothing is entered about the father.",
)
_OPTIONAL = Words("Nav obligāti.", "Not required.")

PRECONDITIONS = (
    Precondition(
        name="certificate_there",
        question=Words(
            "Vai ir medicīniskā apliecība par dzimšanu?",
            "Is there a medical certificate of the birth?",
        ),
        advice=Words(
            "Apliecību izsniedz ārstniecības iestāde vai ārsts, kas bija klāt dzemdībās. Bez tās dzimšanu nereģistrē.",
            "The hospital, or the doctor who was there, issues it. Without it a birth cannot be registered.",
        ),
    ),
    Precondition(
        name="parents_agree",
        question=Words(
            "Vai vecāki ir vienojušies par bērna vārdu un, ja viņi nav laulībā, ir kopā atzinuši paternitāti?",
            "Have the parents agreed on the name and, unless they are married, acknowledged paternity together?",
        ),
        advice=Words(
            "Paternitātes atzīšanas iesniegumu abi vecāki paraksta dzimtsarakstu nodaļā.",
            "Both parents sign the acknowledgement of paternity at the civil registry office.",
        ),
    ),
)

INPUTS: tuple[Input, ...] = (
    Name(
        name="given_name",
        label=Words("Bērna vārds (vārdi)", "The child's given name or names"),
        help=Words("Ne vairāk kā divi vārdi.", "Two names at most."),
        max_length=50,
        concept="child.given_name",
        lockable=True,
    ),
    Name(
        name="family_name",
        label=Words("Bērna uzvārds", "The child's family name"),
        max_length=50,
        concept="child.family_name",
        lockable=True,
    ),
    Radio(
        name="sex",
        label=Words("Bērna dzimums", "The child's sex"),
        options=(Option("male", Words("Vīriešu", "Male")), Option("female", Words("Sieviešu", "Female"))),
        concept="child.sex",
    ),
    Date(
        name="born",
        label=Words("Bērna dzimšanas datums", "The child's date of birth"),
        concept="child.born",
        days_ago=DaysAgo(questions.BORN_ALREADY),
        lockable=True,
    ),
    Text(
        name="born_at",
        label=Words("Dzimšanas vieta", "Place of birth"),
        help=Words("Ārstniecības iestāde un pilsēta.", "Hospital and town."),
        max_length=100,
    ),
    Text(
        name="medical_certificate",
        label=Words("Medicīniskās apliecības par dzimšanu numurs", "Number of the medical certificate of birth"),
        help=Words("Piemēram, MA-26-00001.", "Such as MA-26-00001."),
        max_length=11,
        pattern=r"MA-\d{2}-\d{5}",
        invalid=Words("Numurs ir formā MA-26-00001.", "The number looks like MA-26-00001."),
        sensitive=True,
        lockable=True,
    ),
    Name(
        name="mother_name",
        label=Words("Mātes vārds un uzvārds", "The mother's given and family name"),
        max_length=100,
    ),
    PersonalCode(
        name="mother_code",
        label=Words("Mātes personas kods", "The mother's personal code"),
        sensitive=True,
    ),
    Text(
        name="mother_nationality",
        label=Words("Mātes tautība", "The mother's ethnicity"),
        help=_OPTIONAL,
        required=False,
        max_length=40,
        sensitive=True,
    ),
    Radio(
        name="father_by",
        label=Words("Kā ierakstīt ziņas par tēvu?", "On what ground is the father entered?"),
        options=(
            Option("marriage", Words("Vecāki ir laulībā", "The parents are married")),
            Option("acknowledged", Words("Paternitāte ir atzīta", "Paternity is acknowledged")),
            Option("not_entered", Words("Ziņas par tēvu neieraksta", "Nothing is entered about the father")),
        ),
    ),
    Text(
        name="marriage_record",
        label=Words("Laulības ieraksta numurs", "Number of the marriage record"),
        max_length=20,
        shown_when=_BY_MARRIAGE,
    ),
    Name(
        name="father_name",
        label=Words("Tēva vārds un uzvārds", "The father's given and family name"),
        help=_FATHER,
        required=False,
        max_length=100,
        concept="other_parent.name",
    ),
    PersonalCode(
        name="father_code",
        label=Words("Tēva personas kods", "The father's personal code"),
        help=_FATHER,
        required=False,
        concept="other_parent.code",
        sensitive=True,
    ),
    Text(
        name="father_nationality",
        label=Words("Tēva tautība", "The father's ethnicity"),
        help=_OPTIONAL,
        required=False,
        max_length=40,
        sensitive=True,
    ),
    Select(
        name="office",
        label=Words("Dzimtsarakstu nodaļa, kas reģistrē", "Civil registry office that registers"),
        options=(
            Option("north", Words("Ziemeļu novada dzimtsarakstu nodaļa", "Ziemeļi municipality")),
            Option("river", Words("Upes novada dzimtsarakstu nodaļa", "Upe municipality")),
            Option("sea", Words("Jūras pilsētas dzimtsarakstu nodaļa", "Jūra town")),
        ),
    ),
    Radio(
        name="certificate_by",
        label=Words("Kā saņemt dzimšanas apliecību?", "How is the birth certificate received?"),
        options=(
            Option("none", Words("Tikai ieraksts reģistrā", "Not needed: the record is enough")),
            Option("office", Words("Nodaļā", "At the office")),
            Option("post", Words("Pa pastu", "By post")),
        ),
    ),
    Text(
        name="postal_address",
        label=Words("Pasta adrese", "Postal address"),
        shown_when=ShownWhen("certificate_by", "post"),
        prefill="resident.address",
        concept="resident.address",
        sensitive=True,
    ),
    questions.PHONE,
    questions.EMAIL_IF_ANY,
    Checkbox(
        name="truthful",
        concept="declared.truthful",
        label=Words("Apliecinu, ka ziņas ir patiesas", "I declare that what I have said is true"),
    ),
)
