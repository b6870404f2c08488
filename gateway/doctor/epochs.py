"""Looks at the epochs of the key file: whether this machine has what is in use, and which step is due."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from gateway import epochs
from gateway.clock import SystemClock
from gateway.config import Settings
from gateway.database.drivers import parse_url
from gateway.database.errors import DatabaseError
from gateway.doctor.finding import Finding, broken, note, ok
from gateway.doctor.services import is_not_made_yet, read_database
from gateway.epochs import Due, Step
from gateway.keys import keyfile
from gateway.keys.epochs import Epoch, ensure_held, newest_used, standing
from gateway.keys.errors import KeysError

_NAME = "Key epochs"
_BRING = (
    "Bring the newest copy of the key file, or to a restored backup the one of its day; running processes notice it."
)
_LATE = timedelta(days=2)
"""How far behind a worker may be that takes the steps by itself."""
_STEPS = {
    Step.NEW: "a new epoch is due",
    Step.MOVE: "what stands under older ones is to be moved to it",
    Step.DESTROY: "epoch {number} is to be destroyed",
}
_COMMANDS = {
    Step.NEW: "`pilnvara keys epoch new`, and bring the file to every machine and to the safe",
    Step.MOVE: "`pilnvara keys epoch move`",
    Step.DESTROY: "`pilnvara keys epoch destroy {number}`, on every machine",
}


def key_epochs(settings: Settings) -> Finding:
    """Look at the epochs."""
    if is_not_made_yet(settings):
        return note(_NAME, "there are none yet", "The first is made at first start.")
    try:
        held = keyfile.read(settings.data_dir).epochs
        known, now = read_database(settings, standing), SystemClock().now()
        ensure_held(held, known, now)
    except KeysError as error:
        return broken(_NAME, str(error), _BRING)
    except DatabaseError:
        return broken(_NAME, "cannot be looked at without the database", "Mend the database first.")
    if not newest_used(known, now):
        return note(_NAME, "no process has opened the key file yet", "Start one, or run `pilnvara keys init`.")
    detail = f"epoch {newest_used(known, now)} is in use"
    return _differing(held, known, detail) or _judged(settings, detail, epochs.due(known, settings.key_epoch_days, now))


def _differing(held: Mapping[int, bytes], known: Sequence[Epoch], detail: str) -> Finding | None:
    """What this machine's file has too little or too much."""
    for each in known:
        if each.destroyed_at is not None and each.is_held(held):
            mend = f"`pilnvara keys epoch destroy {each.number}`, on this machine too."
            return broken(_NAME, f"{keyfile.NAME} still holds epoch {each.number}, which was destroyed", mend)
        if each.destroyed_at is None and not each.is_held(held):
            lacks = (
                f"{keyfile.NAME} lacks epoch {each.number}, which is used from {each.used_from:%Y-%m-%d %H:%M} UTC on"
            )
            return note(_NAME, f"{detail}; {lacks}", "Bring the file from the machine where it was made, before then.")
    return None


def _judged(settings: Settings, detail: str, what: Due | None) -> Finding:
    if not settings.key_epoch_days:
        mend = "Set PILNVARA_KEY_EPOCH_DAYS, or make, move and destroy them by `pilnvara keys epoch`."
        return note(_NAME, f"{detail}; what is erased stays readable in every backup", mend)
    if what is None:
        return ok(_NAME, f"{detail}; what is erased is gone from backups within {settings.key_epoch_days.days} days")
    detail = f"{detail}; {_STEPS[what.step].format(number=what.number)}"
    if parse_url(settings.database_url).get_backend_name() != "sqlite":
        return note(_NAME, detail, _COMMANDS[what.step].format(number=what.number))
    if SystemClock().now() - what.since < _LATE:
        return ok(_NAME, f"{detail}; the worker does it")
    return note(_NAME, f"{detail}, and was days ago", "Let `pilnvara worker` run.")
