"""By what right somebody acts for somebody else, as papers say it."""

from collections.abc import Mapping
from typing import Final

from delegation.model import AuthorityKind
from ui.i18n import Message, message

RIGHTS: Final[Mapping[AuthorityKind, Message]] = {
    AuthorityKind.PARENT: message("The child’s mother or father"),
    AuthorityKind.GUARDIAN: message("Guardian"),
    AuthorityKind.ATTORNEY: message("By a power of attorney"),
    AuthorityKind.SIGNATORY: message("Right to sign for the company"),
}
