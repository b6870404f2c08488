"""Looks at who outside confirms the log: its witnesses."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from urllib.parse import urlsplit

from audit import checkpoint
from audit.errors import AuditError
from audit.inclusion import consistency_proof
from audit.policy import NamedWitness
from audit.submission import Submission
from gateway.clock import SystemClock
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.database.errors import DatabaseError
from gateway.doctor.finding import Finding, broken, note, ok
from gateway.doctor.services import is_not_made_yet, read_database
from gateway.keys import keyfile
from gateway.keys.errors import KeysError
from gateway.keys.signing import KeyRing
from gateway.ledger import checkpoints, tree
from gateway.ledger.witness_client import Cosigned, KnowsOther, WitnessClient, WitnessUnavailableError, open_http
from gateway.setting_texts import is_loopback

_NAME = "Witnesses"
_OBJECTS = "holds something that this log does not continue"


def witnesses(settings: Settings) -> Finding:
    """Ask each witness to confirm the newest checkpoint, as a worker does each second."""
    trust = settings.log_witnesses
    if not trust.witnesses:
        detail = "none is named: nobody outside confirms the log, so every verdict on it says *unwitnessed*"
        return note(_NAME, detail, "Let another body run `pilnvara audit witness`, and set PILNVARA_LOG_WITNESSES.")
    if is_not_made_yet(settings):
        return note(_NAME, "there is no log to show them yet", "It is made at first start.")
    try:
        said = asyncio.run(_ask_all(settings))
    except DatabaseError:
        return note(_NAME, "cannot be asked without the database", "Mend the database first.")
    return _judged(settings, said)


def _judged(settings: Settings, said: Sequence[str | None]) -> Finding:
    trust = settings.log_witnesses
    asked = list(zip(trust.witnesses, said, strict=True))
    detail = f"{'; '.join(_line(each, answer, settings) for each, answer in asked)}; the quorum is {trust}"
    if _OBJECTS in said:
        mend = "Nothing is signed once enough of them say so: look whether this database was put back in time."
        return broken(_NAME, detail, mend)
    if not trust.demands:
        return note(_NAME, detail, "Name a quorum in the file of PILNVARA_LOG_WITNESSES.")
    if not trust.is_met([each.verifier for each, answer in asked if answer is None]):
        key = _vkey(settings)
        mend = f"The log goes on, unwitnessed. Ask whoever runs them; its key, for `… witness add-log FOLDER`: {key}"
        return note(_NAME, detail, mend)
    return ok(_NAME, detail)


def _vkey(settings: Settings) -> str:
    """The key that signs the log now, which a witness may not know yet."""
    try:
        sealer = keyfile.load(settings.data_dir)
        ring = read_database(settings, lambda conn: KeyRing.load(conn, sealer, SystemClock().now()))
    except (KeysError, DatabaseError):
        return "`/log/vkey`"
    return next((each.verifier.vkey for each in ring.note_signers(settings.log_origin)), "`/log/vkey`")


def _line(witness: NamedWitness, answer: str | None, settings: Settings) -> str:
    host = urlsplit(witness.url or "").hostname or ""
    ours = settings.mode == "live" and is_loopback(host)
    warned = " (on this machine: whoever runs the log runs it, so it convinces nobody)" if ours else ""
    return f"{witness.name} {'confirms' if answer is None else answer}{warned}"


async def _ask_all(settings: Settings) -> Sequence[str | None]:
    with closing(Database.open(settings.database_url, readers=1)) as opened:
        async with open_http() as http:
            asked = (_ask(opened, WitnessClient(each, http)) for each in settings.log_witnesses.witnesses)
            return await asyncio.gather(*asked)


async def _ask(database: Database, client: WitnessClient) -> str | None:
    """What keeps a witness from confirming; nothing if it does."""
    signed = await database.read(checkpoints.latest)
    if signed is None:
        return "has nothing to confirm yet"
    size = checkpoint.parse(signed).size
    try:
        said = await client.submit(Submission(size, (), signed))
        if isinstance(said, KnowsOther) and said.size is not None and said.size < size:
            old = said.size
            proof = await database.read(lambda conn: consistency_proof(old, size, tree.node_reader(conn)))
            said = await client.submit(Submission(old, tuple(proof), signed))
    except (WitnessUnavailableError, AuditError, tree.NodeMissingError) as error:
        return f"does not confirm: {error}"
    return None if isinstance(said, Cosigned) else _OBJECTS
