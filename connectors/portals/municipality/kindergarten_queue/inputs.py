"""What the kindergarten queue asks, once."""

from connectors.portals import questions
from connectors.portals.municipality import municipalities
from connectors.sdk.inputs import (
    Checkbox,
    Date,
    DaysAgo,
    Input,
    Name,
    Number,
    Option,
    PersonalCode,
    Radio,
    Select,
    ShownWhen,
    Text,
)
from connectors.sdk.manifest import Precondition
from connectors.sdk.words import Words

_SIBLING = ShownWhen("sibling", "yes")
_MONTHS = (
    ("janvāris", "January"),
    ("februāris", "February"),
    ("marts", "March"),
    ("aprīlis", "April"),
    ("maijs", "May"),
    ("jūnijs", "June"),
    ("jūlijs", "July"),
    ("augusts", "August"),
    ("septembris", "September"),
    ("oktobris", "October"),
    ("novembris", "November"),
    ("decembris", "December"),
)

PRECONDITIONS = (
    Precondition(
        name="child_registered",
        question=Words("Vai bērnam jau ir personas kods?", "Does the child have a personal code already?"),
        advice=Words(
            "Vispirms bērna dzimšana jāreģistrē dzimtsarakstu nodaļā; personas kodu piešķir uzreiz.",
            "Register the birth at the civil registry first; the personal code is given at once.",
        ),
        settled_by="child.code",
    ),
)

INPUTS: tuple[Input, ...] = (
    Checkbox(
        name="information_read",
        label=Words("Iepazinos ar informāciju par pakalpojumu", "I have read about the service"),
        help=Words(
            "Var norādīt divas iestādes vienā pašvaldībā. Bez maksas.",
            "Two kindergartens of one municipality can be named. Free of charge.",
        ),
    ),
    Name(
        name="child_given_name",
        label=Words("Bērna vārds", "Child's given name"),
        max_length=60,
        same_as="child.given_name",
        concept="child.given_name",
        sensitive=True,
    ),
    Name(
        name="child_family_name",
        label=Words("Bērna uzvārds", "Child's family name"),
        max_length=60,
        same_as="child.family_name",
        concept="child.family_name",
        sensitive=True,
    ),
    PersonalCode(
        name="child_code",
        label=Words("Bērna personas kods", "Child's personal code"),
        same_as="child.code",
        concept="child.code",
        sensitive=True,
        lockable=True,
    ),
    Date(
        name="child_born",
        label=Words("Bērna dzimšanas datums", "Child's date of birth"),
        same_as="child.born",
        concept="child.born",
        days_ago=DaysAgo(
            Words(
                "Bērnudārza rindā var pieteikt no dzimšanas līdz septiņu gadu vecumam.",
                "A child can be put on the kindergarten queue from birth until the age of seven.",
            ),
            most=2556,
        ),
        sensitive=True,
    ),
    municipalities.choice(),
    Select(
        name="first_choice",
        label=Words("Pirmā vēlamā iestāde", "First choice of kindergarten"),
        options=municipalities.kindergartens(),
        lockable=True,
    ),
    Select(
        name="second_choice",
        label=Words("Otrā vēlamā iestāde", "Second choice of kindergarten"),
        options=municipalities.kindergartens(),
        lockable=True,
    ),
    Select(
        name="start_month",
        label=Words("Vēlamais sākums: mēnesis", "Wished start: month"),
        options=tuple(Option(str(number), Words(*names)) for number, names in enumerate(_MONTHS, start=1)),
    ),
    Number(name="start_year", label=Words("Vēlamais sākums: gads", "Wished start: year"), least=2020, most=2100),
    Radio(
        name="group_language",
        label=Words("Grupas valoda", "Language of the group"),
        options=(
            Option("latvian", Words("Latviešu", "Latvian")),
            Option("bilingual", Words("Latviešu un angļu", "Latvian and English")),
        ),
    ),
    Radio(
        name="sibling",
        label=Words(
            "Vai šo iestādi jau apmeklē bērna brālis vai māsa?",
            "Does a brother or sister go to this kindergarten already?",
        ),
        options=(Option("yes", Words("Jā", "Yes")), Option("no", Words("Nē", "No"))),
    ),
    Name(
        name="sibling_name",
        label=Words("Brāļa vai māsas vārds un uzvārds", "Brother's or sister's full name"),
        shown_when=_SIBLING,
        max_length=120,
        sensitive=True,
    ),
    Text(name="sibling_group", label=Words("Grupa", "Group"), shown_when=_SIBLING, max_length=60),
    Text(
        name="address",
        label=Words("Dzīvesvietas adrese", "Home address"),
        prefill="resident.address",
        concept="resident.address",
        sensitive=True,
        lockable=True,
    ),
    questions.EMAIL,
    questions.PHONE,
    Checkbox(
        name="guardian",
        label=Words(
            "Apliecinu, ka esmu bērna likumiskais pārstāvis",
            "I declare that I am the child's legal representative",
        ),
    ),
    Checkbox(
        name="truthful",
        concept="declared.truthful",
        label=Words("Apliecinu, ka sniegtās ziņas ir patiesas", "I declare that what I have said is true"),
    ),
)
