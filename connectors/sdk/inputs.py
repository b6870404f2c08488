"""The questions a connector asks; the assistant's form is made from them, and nothing else asks anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Literal, TypeAlias

from connectors.sdk.words import Words

WhoseMatter: TypeAlias = Literal[
    "principal.name",
    "principal.given_name",
    "principal.family_name",
    "principal.code",
    "principal.born",
    "child.name",
    "child.given_name",
    "child.family_name",
    "child.code",
    "child.born",
]
"""What a delegation says of whoever's matter it is; of a `child` where a parent or guardian speaks for them."""


@dataclass(frozen=True)
class ShownWhen:
    """Ask only when the answer to `other` is `equals`."""

    other: str
    equals: str

    def holds(self, values: Mapping[str, str | list[str]]) -> bool:
        """Whether it is so in these values."""
        answer = values.get(self.other)
        return self.equals in answer if isinstance(answer, list) else answer == self.equals


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen; `value` is ours, the portal's own value stands in the connector's steps."""

    value: str
    label: Words
    group: Words | None = None
    """Heading under which neighbours of one kind stand together in a select."""
    only_when: ShownWhen | None = None
    """Can be chosen only after this answer to a question before it."""


@dataclass(frozen=True)
class Upload:
    """A file as given: its bytes never reach a disk of ours."""

    filename: str
    media_type: str
    content: bytes


TAKEN: Final = frozenset({"do", "seen", "draft", "next", "dataset", "elements", "matches", "method"})
"""Names of what the assistant's form carries itself, or is asked for by its scripts: an input of that name hides it."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """One question. `kind` names the component that the assistant's form shows."""

    kind: ClassVar[str] = "text"
    name: str
    """Lower-case letters, digits and `_`, a letter first; none of `TAKEN`."""
    label: Words
    help: Words | None = None
    required: bool = True
    shown_when: ShownWhen | None = None
    prefill: str | None = None
    """Where the answer may already be known, e.g. `resident.phone`."""
    same_as: WhoseMatter | None = None
    """This is whoever the delegation was given for: filled in from it, and another answer is refused."""
    sensitive: bool = False
    """Masked on shared screens until somebody asks to see it."""
    concept: str | None = None
    """The same matter in several services, such as `child.given_name`: in a life event it is asked once."""
    lockable: bool = False
    """The resident may fix this value in the delegation."""
    guarded: bool = False
    """A value that differs from the known one is looked at by a second member of staff before it may be sent."""
    missing: Words | None = None
    """Said when there is no answer; otherwise the general words of its kind."""


@dataclass(frozen=True, kw_only=True)
class Text(Input):
    """One line of text."""

    max_length: int = 200
    pattern: str | None = None
    """A regular expression the whole answer must match; `invalid` says what is wrong."""
    invalid: Words | None = None


@dataclass(frozen=True, kw_only=True)
class Name(Text):
    """Somebody's given name, family name or both; masked, it keeps its initials."""

    kind: ClassVar[str] = "name"


@dataclass(frozen=True, kw_only=True)
class TextArea(Input):
    """Several lines of text."""

    kind: ClassVar[str] = "textarea"
    max_length: int = 2000


@dataclass(frozen=True)
class DaysAgo:
    """How many days ago a date may be, on the day on which it is answered; below nothing are days to come."""

    words: Words
    """Said where it is not so; of several services too, so they name what cannot be had."""
    least: int = 0
    most: int | None = None

    def holds(self, day: date, today: date) -> bool:
        """Whether `day` is neither too late nor too long ago."""
        ago = (today - day).days
        return self.least <= ago and (self.most is None or ago <= self.most)


@dataclass(frozen=True, kw_only=True)
class Date(Input):
    """A calendar day, answered as `2026-03-31`, `31.03.2026` or [day, month, year]; kept as ISO 8601."""

    kind: ClassVar[str] = "date"
    not_before: str | None = None
    not_after: str | None = None
    not_before_input: str | None = None
    """Name of another date that this one may not precede."""
    days_ago: DaysAgo | None = None


@dataclass(frozen=True, kw_only=True)
class Number(Input):
    """A whole number."""

    kind: ClassVar[str] = "number"
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, kw_only=True)
class Money(Input):
    """An amount in euro, kept as `1234.56`."""

    kind: ClassVar[str] = "money"
    most: str | None = None


@dataclass(frozen=True, kw_only=True)
class Select(Input):
    """One of many."""

    kind: ClassVar[str] = "select"
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Typeahead(Input):
    """One of too many for a select: its words are typed, and the browser offers those that begin so."""

    kind: ClassVar[str] = "typeahead"
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Radio(Input):
    """One of a few."""

    kind: ClassVar[str] = "radio"
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class CheckboxGroup(Input):
    """Any of several; required means at least one."""

    kind: ClassVar[str] = "checkboxes"
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Checkbox(Input):
    """A declaration, kept as `yes` or `no`; required means it must be ticked."""

    kind: ClassVar[str] = "checkbox"


@dataclass(frozen=True, kw_only=True)
class File(Input):
    """One file, recognised by its first bytes and not by its name."""

    kind: ClassVar[str] = "file"
    accept: tuple[str, ...] = ("application/pdf", "image/jpeg", "image/png")
    max_bytes: int = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Iban(Input):
    """A bank account number (ISO 13616), kept without spaces."""

    kind: ClassVar[str] = "iban"


@dataclass(frozen=True, kw_only=True)
class Phone(Input):
    """A telephone number, kept as E.164; eight digits are taken for a Latvian one."""

    kind: ClassVar[str] = "phone"


@dataclass(frozen=True, kw_only=True)
class Email(Input):
    """An e-mail address."""

    kind: ClassVar[str] = "email"


@dataclass(frozen=True, kw_only=True)
class PersonalCode(Input):
    """A Latvian personal code, kept as `NNNNNN-NNNNN`; codes of both kinds are taken."""

    kind: ClassVar[str] = "personal_code"


@dataclass(frozen=True, kw_only=True)
class Group(Input):
    """The same questions for each of several: persons, places, sources of income.

    Of its row 0 the question `code` is called `name.0.code` in answers and values; `name.count` says how many rows
    there are (`connectors.sdk.groups`).
    """

    kind: ClassVar[str] = "group"
    items: tuple[Input, ...]
    """The questions of one row; a `shown_when` among them names another question of the row."""
    row: Words
    """What one row is called, such as *person*: the second one is headed `2. persona`, `Person 2`."""
    least: int = 1
    most: int = 10
