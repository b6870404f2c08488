"""What the declaration of residence asks, once."""

from connectors.portals import questions
from connectors.sdk.inputs import (
    Checkbox,
    Date,
    Group,
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

_CHILD = ShownWhen("whom", "child")
_OWNS = ShownWhen("basis", "owner")
_RENTS = ShownWhen("basis", "tenant")
_RELATED = ShownWhen("basis", "family")

PRECONDITIONS = (
    Precondition(
        name="lawful",
        question=Words(
            "Vai ir tiesisks pamats dzīvot jaunajā adresē (īpašums, līgums vai radniecība ar saimnieku)?",
            "Is there a lawful ground to live at the new address (property, a contract, or kinship with its owner)?",
        ),
        advice=Words(
            "Bez tā dzīvesvietu deklarēt nevar. Vispirms noslēdziet līgumu vai saņemiet īpašnieka piekrišanu.",
            "Without one the residence cannot be declared. First make a contract or get the owner's consent.",
        ),
    ),
)

INPUTS: tuple[Input, ...] = (
    Radio(
        name="whom",
        label=Words("Kam deklarējat dzīvesvietu?", "Whose residence do you declare?"),
        options=(
            Option("self", Words("Sev", "One's own")),
            Option("family", Words("Sev un ģimenes locekļiem", "One's own and the family's")),
            Option("child", Words("Savam bērnam", "A child's")),
        ),
    ),
    Name(
        name="child_given_name",
        label=Words("Bērna vārds", "Child's given name"),
        max_length=80,
        shown_when=_CHILD,
        same_as="child.given_name",
        concept="child.given_name",
        sensitive=True,
    ),
    Name(
        name="child_family_name",
        label=Words("Bērna uzvārds", "Child's family name"),
        max_length=80,
        shown_when=_CHILD,
        same_as="child.family_name",
        concept="child.family_name",
        sensitive=True,
    ),
    PersonalCode(
        name="child_code",
        label=Words("Bērna personas kods", "Child's personal code"),
        shown_when=_CHILD,
        same_as="child.code",
        concept="child.code",
        sensitive=True,
        lockable=True,
    ),
    Group(
        name="members",
        label=Words("Ģimenes locekļi", "Family members"),
        shown_when=ShownWhen("whom", "family"),
        row=Words("ģimenes loceklis", "Family member"),
        items=(
            Name(name="name", label=Words("Vārds un uzvārds", "Given name and family name"), max_length=120),
            PersonalCode(name="code", label=Words("Personas kods", "Personal code"), sensitive=True),
            Select(
                name="kinship",
                label=Words("Radniecība", "Kinship"),
                options=(
                    Option("spouse", Words("Laulātais", "Spouse")),
                    Option("child", Words("Bērns", "Child")),
                    Option("parent", Words("Vecāks", "Parent")),
                    Option("other", Words("Cits", "Other")),
                ),
            ),
        ),
    ),
    Text(
        name="address",
        label=Words("Adrese", "Address"),
        help=Words(
            "Kā adrešu reģistrā: iela, māja, dzīvoklis, vieta un pasta indekss.",
            "As in the register of addresses: street, house, flat, place and postal code.",
        ),
        prefill="resident.address",
        concept="child.address",
        sensitive=True,
    ),
    Date(name="since", label=Words("Dzīvo šajā adresē kopš", "Lives there since")),
    Radio(
        name="before",
        label=Words("Kur dzīvojāt iepriekš?", "Where was the residence before?"),
        options=(
            Option("latvia", Words("Latvijā", "In Latvia")),
            Option("abroad", Words("Ārvalstī", "Abroad")),
            Option("none", Words("Jaundzimušais: nekur", "Newborn: nowhere")),
        ),
    ),
    Select(
        name="country",
        label=Words("Valsts", "Country"),
        shown_when=ShownWhen("before", "abroad"),
        options=(
            Option("EE", Words("Igaunija", "Estonia")),
            Option("LT", Words("Lietuva", "Lithuania")),
            Option("IE", Words("Īrija", "Ireland")),
            Option("DE", Words("Vācija", "Germany")),
            Option("XX", Words("Cita valsts", "Another country")),
        ),
    ),
    Radio(
        name="basis",
        label=Words("Tiesiskais pamats", "Lawful ground"),
        options=(
            Option("owner", Words("Īpašums", "Property")),
            Option("tenant", Words("Īres vai nomas līgums", "A contract of rent or lease")),
            Option(
                "family",
                Words(
                    "Laulība, radniecība vai svainība ar īpašnieku vai īrnieku",
                    "Marriage, kinship or affinity with the owner or tenant",
                ),
            ),
        ),
    ),
    Text(
        name="cadastre",
        label=Words("Īpašuma kadastra numurs", "Cadastre number of the property"),
        required=False,
        shown_when=_OWNS,
        max_length=14,
        pattern=r"[0-9]{11}([0-9]{3})?",
        invalid=Words("Kadastra numurā ir 11 vai 14 cipari.", "A cadastre number has 11 or 14 digits."),
    ),
    Text(name="contract", label=Words("Līguma numurs", "Number of the contract"), shown_when=_RENTS, max_length=60),
    Date(
        name="contract_until",
        label=Words("Līgums ir spēkā līdz", "The contract is valid until"),
        required=False,
        shown_when=_RENTS,
    ),
    Name(
        name="host",
        label=Words("Īpašnieka vai īrnieka vārds un uzvārds", "Name of the owner or tenant"),
        shown_when=_RELATED,
        max_length=120,
        sensitive=True,
    ),
    questions.PHONE,
    Checkbox(
        name="lawful",
        label=Words(
            "Apliecinu, ka ir tiesisks pamats dzīvot šajā adresē",
            "I declare that there is a lawful ground to live at this address",
        ),
    ),
    Checkbox(
        name="truthful",
        label=Words("Apliecinu, ka sniegtās ziņas ir patiesas", "I declare that what I have said is true"),
        concept="declared.truthful",
    ),
)
