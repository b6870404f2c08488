"""What the cadastre statement asks, once."""

from connectors.sdk.inputs import Checkbox, Date, Email, Input, Option, Radio, Select, ShownWhen, Text, TextArea
from connectors.sdk.manifest import Precondition
from connectors.sdk.words import Words

PRECONDITIONS = (
    Precondition(
        name="pays_after",
        question=Words(
            "Vai iedzīvotājs zina, ka izziņa ir par maksu un maksājuma saiti sūta uz e-pastu?",
            "Does the resident know that the statement costs money, and that the link to pay comes by e-mail?",
        ),
        advice=Words(
            "Par īpašumu bez maksas var uzzināt VZD klientu centrā. Maksa redzama pirms nosūtīšanas.",
            "A client centre of VZD says free of charge what is registered. The fee is shown before anything is sent.",
        ),
    ),
)

INPUTS: tuple[Input, ...] = (
    Radio(
        name="found_by",
        label=Words("Kā atrast īpašumu?", "How is the property found?"),
        options=(
            Option("number", Words("Pēc kadastra apzīmējuma", "By its cadastre number")),
            Option("address", Words("Pēc adreses", "By its address")),
        ),
    ),
    Text(
        name="cadastre_number",
        label=Words("Kadastra apzīmējums", "Cadastre number"),
        help=Words("11 cipari, kā zemesgrāmatā.", "11 digits, as in the land register."),
        max_length=11,
        pattern=r"\d{11}",
        invalid=Words("Kadastra apzīmējumā ir 11 cipari.", "A cadastre number has 11 digits."),
        shown_when=ShownWhen("found_by", "number"),
        sensitive=True,
        lockable=True,
    ),
    Text(
        name="property_address",
        label=Words("Īpašuma adrese", "Address of the property"),
        shown_when=ShownWhen("found_by", "address"),
        sensitive=True,
        lockable=True,
    ),
    Radio(
        name="kind",
        label=Words("Kāda izziņa vajadzīga?", "Which statement is needed?"),
        help=Words(
            "Maksu portāls parāda pirms nosūtīšanas; maksā pēc tam.",
            "The portal shows the fee before anything is sent; it is paid afterwards.",
        ),
        options=(
            Option("object", Words("Par kadastra objektu", "About the property")),
            Option("with_map", Words("Par kadastra objektu ar grafisko daļu", "About the property, with a map")),
            Option("none", Words("Par to, ka īpašums nav reģistrēts", "That no property is registered")),
        ),
        lockable=True,
    ),
    Select(
        name="language",
        label=Words("Izziņas valoda", "Language of the statement"),
        options=(
            Option("latvian", Words("Latviešu", "Latvian")),
            Option("english", Words("Angļu", "English")),
        ),
    ),
    Date(
        name="as_of",
        label=Words("Stāvoklis uz datumu", "As it was on the day"),
        help=Words("Parasti šodienas datums.", "Usually today."),
    ),
    TextArea(
        name="purpose",
        label=Words("Kam izziņa vajadzīga", "What it is needed for"),
        required=False,
        max_length=300,
    ),
    Radio(
        name="received_by",
        label=Words("Kā saņemt izziņu?", "How is it received?"),
        options=(
            Option("eaddress", Words("E-adresē", "In the official e-address")),
            Option("portal", Words("Portālā", "In the portal")),
            Option("centre", Words("Klātienē, izdrukātu", "On paper, at a client centre")),
        ),
    ),
    Select(
        name="client_centre",
        label=Words("VZD klientu centrs", "Client centre of VZD"),
        shown_when=ShownWhen("received_by", "centre"),
        options=(
            Option("north", Words("Ziemeļu klientu centrs", "Northern client centre")),
            Option("river", Words("Upes klientu centrs", "River client centre")),
            Option("sea", Words("Jūras klientu centrs", "Sea client centre")),
        ),
    ),
    Email(
        name="email",
        label=Words("E-pasts, uz kuru sūtīt maksājuma saiti", "E-mail address to which the link to pay is sent"),
        prefill="resident.email",
        concept="resident.email",
        sensitive=True,
    ),
    Checkbox(
        name="pays",
        label=Words("Piekrītu maksāt par izziņu", "I agree to pay for the statement"),
    ),
)
