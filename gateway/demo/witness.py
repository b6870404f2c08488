"""The witness of the demonstration: a process, a key and a folder of another body's, which is made up too."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from audit.note import Signer
from audit.witness.folder import WitnessFolder
from audit.witness.rules import Witness
from gateway.clock import SystemClock

HOST: Final = "127.0.0.5"
NAME: Final = "liecinieks.example/pilnvara"

_FOLDER = "witness"
_POLICY = "witnesses.txt"


def prepare(folder: Path, signers: Iterable[Signer], port: int) -> None:
    """Make the witness or take up the one of last time, tell it of the log, and write down whom the log asks."""
    kept = WitnessFolder(folder / _FOLDER)
    if not (folder / _FOLDER).exists():
        WitnessFolder.create(folder / _FOLDER, NAME)
    for signer in signers:
        kept.add_log(signer.verifier.vkey)
    vkey = Witness(kept, SystemClock().now).signer.verifier.vkey
    lines = f"witness liecinieks {vkey} http://{HOST}:{port}\nquorum liecinieks\n"
    (folder / _POLICY).write_text(lines, encoding="utf-8")


def settings(folder: Path) -> Mapping[str, str]:
    """The setting that names the witness, once there is one."""
    policy = folder / _POLICY
    return {"PILNVARA_LOG_WITNESSES": str(policy)} if policy.exists() else {}


def arguments(folder: Path, port: int) -> list[str]:
    """How its process is started: as its own program, without anything of the gateway."""
    return ["-m", "audit", "witness", "run", str(folder / _FOLDER), "--host", HOST, "--port", str(port)]
