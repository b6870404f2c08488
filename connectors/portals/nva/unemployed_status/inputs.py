"""What the status of an unemployed person asks, once."""

from connectors.portals import questions
from connectors.sdk.inputs import (
    Checkbox,
    CheckboxGroup,
    Date,
    Input,
    Number,
    Option,
    Radio,
    Select,
    ShownWhen,
    Text,
    TextArea,
    Typeahead,
)
from connectors.sdk.manifest import Precondition
from connectors.sdk.words import Words

_WORKED = ShownWhen("worked", "yes")

PRECONDITIONS = (
    Precondition(
        name="without_work",
        question=Words("Vai darba attiecības ir beigušās?", "Has the employment ended?"),
        advice=Words(
            "Bezdarbnieka statusu piešķir tam, kas nestrādā. Nāciet nākamajā dienā pēc darba attiecību beigām.",
            "The status is given to those without work. Come on the day after the employment has ended.",
        ),
    ),
)

INPUTS: tuple[Input, ...] = (
    Radio(
        name="status",
        label=Words("Kādu statusu vēlaties?", "Which status do you want?"),
        options=(
            Option("unemployed", Words("Bezdarbnieka statusu", "That of an unemployed person")),
            Option("seeker", Words("Darba meklētāja statusu", "That of a job-seeker")),
        ),
    ),
    Date(name="since", label=Words("No kura datuma", "From which day")),
    Text(
        name="address",
        label=Words("Faktiskā dzīvesvieta", "Where you live"),
        help=Words("Kā adrešu reģistrā, ar pasta indeksu.", "As in the register of addresses, with the postal code."),
        prefill="resident.address",
        concept="resident.address",
        sensitive=True,
    ),
    questions.PHONE,
    questions.EMAIL_IF_ANY,
    Number(
        name="dependants",
        label=Words("Apgādājamo skaits", "Number of dependants"),
        required=False,
        least=0,
        most=20,
    ),
    Radio(
        name="worked",
        label=Words("Vai esat strādājis?", "Have you worked?"),
        options=(Option("yes", Words("Jā", "Yes")), Option("no", Words("Nē", "No"))),
    ),
    Text(name="employer", label=Words("Darba devējs", "Employer"), shown_when=_WORKED, max_length=120),
    Typeahead(
        name="occupation",
        label=Words("Profesija", "Occupation"),
        shown_when=_WORKED,
        options=(
            Option("cleaner", Words("Apkopējs", "Cleaner")),
            Option("driver", Words("Autovadītājs", "Driver")),
            Option("nursery_teacher", Words("Bērnudārza audzinātājs", "Nursery school teacher")),
            Option("builder", Words("Celtnieks", "Builder")),
            Option("joiner", Words("Galdnieks", "Joiner")),
            Option("accountant", Words("Grāmatvedis", "Accountant")),
            Option("nurse", Words("Medmāsa", "Nurse")),
            Option("warehouse_worker", Words("Noliktavas darbinieks", "Warehouse worker")),
            Option("shop_assistant", Words("Pārdevējs", "Shop assistant")),
            Option("cook", Words("Pavārs", "Cook")),
            Option("programmer", Words("Programmētājs", "Programmer")),
            Option("seamstress", Words("Šuvējs", "Tailor")),
        ),
    ),
    Date(
        name="ended",
        label=Words("Darba attiecību beigu datums", "Last day of the employment"),
        shown_when=_WORKED,
    ),
    Select(
        name="reason",
        label=Words("Kāpēc darba attiecības beidzās", "Why the employment ended"),
        shown_when=_WORKED,
        options=(
            Option("agreed", Words("Vienošanās", "By agreement")),
            Option("own", Words("Paša uzteikums", "Own notice")),
            Option("fewer", Words("Darbinieku skaita samazināšana", "Fewer staff")),
            Option("term", Words("Beidzās līguma termiņš", "The contract ran out")),
            Option("other", Words("Cits iemesls", "Another reason")),
        ),
    ),
    Select(
        name="education",
        label=Words("Augstākā iegūtā izglītība", "Highest education"),
        options=(
            Option("basic", Words("Pamatizglītība", "Basic")),
            Option("secondary", Words("Vidējā izglītība", "Secondary")),
            Option("vocational", Words("Profesionālā izglītība", "Vocational")),
            Option("higher", Words("Augstākā izglītība", "Higher")),
        ),
    ),
    Number(
        name="graduated",
        label=Words("Beigšanas gads", "Year of graduation"),
        required=False,
        least=1940,
        most=2100,
    ),
    CheckboxGroup(
        name="languages",
        label=Words("Valodas, kurās varat strādāt", "Languages in which you can work"),
        options=(
            Option("lv", Words("Latviešu", "Latvian")),
            Option("en", Words("Angļu", "English")),
            Option("ru", Words("Krievu", "Russian")),
            Option("de", Words("Vācu", "German")),
        ),
    ),
    CheckboxGroup(
        name="licences",
        label=Words("Transportlīdzekļa vadītāja apliecība", "Driving licence"),
        required=False,
        options=(
            Option("B", Words("B kategorija", "Category B")),
            Option("C", Words("C kategorija", "Category C")),
            Option("D", Words("D kategorija", "Category D")),
        ),
    ),
    TextArea(
        name="skills",
        label=Words("Citas prasmes un vēlmes", "Other skills and wishes"),
        required=False,
        max_length=1000,
    ),
    Checkbox(
        name="registers",
        label=Words(
            "Piekrītu, ka NVA pārbauda ziņas citos reģistros", "I agree that NVA checks this in other registers"
        ),
    ),
    Checkbox(
        name="duties",
        label=Words(
            "Esmu iepazinies ar bezdarbnieka tiesībām un pienākumiem",
            "I have read about the rights and duties of an unemployed person",
        ),
    ),
    Checkbox(
        name="truthful",
        label=Words("Apliecinu, ka sniegtās ziņas ir patiesas", "I declare that what I have said is true"),
        concept="declared.truthful",
    ),
)
