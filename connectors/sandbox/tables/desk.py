"""What the registers' pages stand on: the matters, and how far each session has come with one."""

import secrets
from dataclasses import dataclass, field, replace

from connectors.sandbox.common.applications import Keeping, Registry
from connectors.sandbox.common.desk import Desk, Visitor
from connectors.sandbox.common.people import Person
from connectors.sandbox.pages import PageError
from connectors.sandbox.tables.birth import BIRTH_REGISTRATION
from connectors.sandbox.tables.cadastre import CADASTRE_STATEMENT
from connectors.sandbox.tables.forms import Field, Matter, Sheet

SERVICES: tuple[Matter, ...] = (CADASTRE_STATEMENT, BIRTH_REGISTRATION)
_ADDED = Field("JAUNS_LAUKS", "text", "Nodarbošanās")


@dataclass
class Work:
    """One matter that is being filled in; it ends with its session."""

    matter: Matter
    person: Person
    sheets: tuple[Sheet, ...]
    at: int = 0
    """Place of the page that is shown; after the last one stands the page that checks."""
    number: int = 0
    """What the next request must carry: a page from before, or from another window, has another one."""
    answers: dict[str, str] = field(default_factory=dict)
    reference: str = ""
    """Of the application that it became."""

    def turn(self, by: int = 0) -> None:
        """Go on or back by so many pages; every page has a number of its own."""
        self.at += by
        self.number += 1


class Works(Registry):
    """What the registers keep besides what was filed: the forms under way, by session."""

    def __init__(self, kept: Keeping | None = None) -> None:
        super().__init__(kept)
        self._works: dict[bytes, Work] = {}

    def begin(self, visitor: Visitor, matter: Matter, sheets: tuple[Sheet, ...]) -> Work:
        """A form from its first page; what the session had begun before is forgotten."""
        work = Work(matter, visitor.session.person, sheets, number=secrets.randbelow(9_000) + 1_000)
        self._works[visitor.session.secret] = work
        return work

    def of(self, visitor: Visitor) -> Work | None:
        """The form of a session."""
        return self._works.get(visitor.session.secret)

    def end(self, visitor: Visitor) -> None:
        """Throw the form of a session away."""
        self._works.pop(visitor.session.secret, None)

    def open_drafts(self) -> int:
        """How many forms are under way."""
        return sum(not work.reference for work in self._works.values())

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._works.clear()


@dataclass(frozen=True)
class TablesDesk(Desk):
    """The registers' state."""

    registry: Works

    home = "/serviss"
    pages = "tables"

    def matter(self, slug: str) -> Matter:
        """The matter that is called so.

        Raises:
            PageError: there is none.
        """
        for matter in SERVICES:
            if matter.slug == slug:
                return matter
        raise PageError(404, "Pakalpojums nav atrasts", "Pārbaudiet adresi.")

    def sheets(self, matter: Matter) -> tuple[Sheet, ...]:
        """The pages as they are now, with the fault that changes forms."""
        if "form_changed" not in self.faults:
            return matter.sheets
        first, second, *others = matter.sheets
        was, now = matter.renamed
        fields = tuple(replace(one, name=now) if one.name == was else one for one in second.fields)
        return (first, replace(second, fields=(*fields, _ADDED)), *others)
