"""Every name that the log ever had, as it is published and exported: keys, where each began, what was lost by then."""

from itertools import groupby

import msgspec
from sqlalchemy import Connection

from audit.directory import Origin
from gateway.ledger import continuations
from gateway.ledger.checkpoints import Publisher


def vkeys(publisher: Publisher) -> list[str]:
    """The keys of today's name, the one that signs first."""
    return [each.verifier.vkey for each in publisher.signers if each.name == publisher.origin]


def listed(conn: Connection, publisher: Publisher) -> list[Origin]:
    """Every name, the newest first."""
    began = {said.origin: (index, said) for index, said in continuations.read(conn).stated.items()}
    ours = {
        name: tuple(each.verifier.vkey for each in signers)
        for name, signers in groupby(publisher.signers, key=lambda each: each.name)
    }
    # Keys of a name that a restored database has forgotten are in the entry that ended it.
    known = {name for said in began.values() for name in (said[1].origin, said[1].before)} | ours.keys()
    lost = {key for said in began.values() for key in said[1].keys}
    names = [
        Origin(
            origin=name,
            keys=ours.get(name) or tuple(sorted(key for key in lost if key.partition("+")[0] == name)),
            index=began[name][0] if name in began else None,
            missing=began[name][1].missing if name in began else 0,
        )
        for name in known
    ]
    return sorted(names, key=lambda each: -1 if each.index is None else each.index, reverse=True)


def encoded(conn: Connection, publisher: Publisher) -> bytes:
    """The list as JSON, as `audit.directory` reads it."""
    return msgspec.json.format(msgspec.json.encode(listed(conn, publisher)), indent=2) + b"\n"
