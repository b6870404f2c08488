"""The code on a resident's papers that stops what they allowed. Whoever finds it can stop, and is shown nothing.

Made when the delegation is granted, or when the sheet to sign is printed, which carries it: 128 random bits. The
delegation keeps a keyed hash of it, and the visit's vault the code itself, for statement, receipt, screen and message.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from gateway import long_codes
from gateway.parts import Parts
from gateway.visits.errors import StopCodeUnknownError
from gateway.visits.sealed import ToSeal, VisitVault
from gateway.visits.tables import DelegationRow

KIND = "stop_code"
"""Under which kind the code is sealed."""

_LABEL = "delegation.stop_code"
_FIND = select(DelegationRow.id).where(DelegationRow.stop_code_hash == bindparam("hash"))


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that was just made: what the delegation's row keeps of it, and what its visit's vault does."""

    hash: bytes
    to_seal: ToSeal


def make(parts: Parts, delegation_id: str) -> NewCode:
    """Make the code of a delegation; nothing is kept yet."""
    code = long_codes.new_code()
    return NewCode(parts.sealer.keyed_hash(_LABEL, code), ToSeal(delegation_id, KIND, code.encode()))


def code_of(vault: VisitVault, delegation_id: str) -> str | None:
    """The code as it is printed, `7Q2F-9KXM-…`; `None` before there is one."""
    code = vault.find(delegation_id, KIND)
    return None if code is None else long_codes.printed(code.decode())


def link_of(parts: Parts, vault: VisitVault, delegation_id: str) -> str | None:
    """The address that stops by a button, for a picture or a message; `None` before there is one."""
    code = vault.find(delegation_id, KIND)
    return None if code is None else f"{parts.settings.public_url}/stop/{code.decode()}"


@dataclass(frozen=True, slots=True)
class StopPaper:
    """What stands on a resident's papers so that they can stop."""

    code: str
    """As it is printed."""
    link: str

    @property
    def address(self) -> str:
        """Where the code is typed."""
        return self.link.rpartition("/")[0]


def paper_of(parts: Parts, vault: VisitVault, delegation_id: str) -> StopPaper | None:
    """Code and link of a delegation; `None` before there is one."""
    code, link = code_of(vault, delegation_id), link_of(parts, vault, delegation_id)
    return None if code is None or link is None else StopPaper(code, link)


def find(conn: Connection, parts: Parts, typed: str) -> str:
    """The id of the delegation that a typed code stops.

    Raises:
        StopCodeUnknownError: no delegation has it.
    """
    code = long_codes.read(typed)
    if code is not None:
        found: str | None = conn.execute(_FIND, {"hash": parts.sealer.keyed_hash(_LABEL, code)}).scalar_one_or_none()
        if found is not None:
            return found
    raise StopCodeUnknownError("no delegation has this code")
