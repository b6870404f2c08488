"""Accounts of staff as they are in daily use: made two days ago, and recognised by what is their own."""

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection
from stdnum import iban
from stdnum.iso7064 import mod_97_10

from gateway.keys.sealing import Sealer
from gateway.people import fingerprints, staff
from gateway.people.staff import OPERATOR, Created, NewStaff
from gateway.people.tables import ValueKind

OLD = timedelta(days=2)
"""Long enough to be somebody's second pair of eyes."""


def an_account(
    conn: Connection, sealer: Sealer, new: NewStaff, *, now: datetime, known: Collection[ValueKind] = tuple(ValueKind)
) -> Created:
    """Make an account two days ago; of the kinds in `known` it has a value of its own."""
    created = staff.create(conn, sealer, new, now=now - OLD)
    for kind in known:
        fingerprints.add(conn, sealer, created.id, kind, own(new.login, kind), by=OPERATOR, now=now - OLD)
    return created


def own(login: str, kind: ValueKind) -> str:
    """A made-up value that is nobody else's."""
    number = int.from_bytes(sha256(login.encode()).digest()[:8])
    return {
        ValueKind.CODE: f"329998-{number % 100_000:05}",
        ValueKind.PHONE: f"+3712{number % 10_000_000:07}",
        ValueKind.ACCOUNT: _account(f"{number % 10**13:013}"),
        ValueKind.ADDRESS: f"Darbinieku iela {number % 100_000}, Izdomciems",
    }[kind]


def _account(number: str) -> str:
    checked = mod_97_10.calc_check_digits(f"HABA{number}LV")
    made = f"LV{checked}HABA{number}"
    assert iban.is_valid(made), made
    return made
