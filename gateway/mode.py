"""Whether the people of a gateway are real, and what keeps made-up ones and real ones apart.

*Live* is for residents. *Practice* is for assistants who learn, beside a live gateway: made-up people, and nothing but
the sandbox within reach. *Demo* shows the program; it may also file at a portal's test system that the operator lists.
Each has a database, a key file, a log and an issuer of its own; whatever belongs to another mode is refused at start.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from audit.made_up import MadeUp, kind_of, named
from gateway.setting import ConfigurationError
from gateway.setting_texts import is_loopback

Mode: TypeAlias = Literal["live", "practice", "demo"]

_FIRST_LABEL: Final = "practice"
_OUTSIDE: Final = ("smtp_host", "sms_url", "timestamp_url", "translation_url")
"""Settings that lead to somebody else's machine."""


def made_up(mode: Mode) -> MadeUp | None:
    """What its tokens say of themselves; none: they are real."""
    return None if mode == "live" else mode


def log_name(values: Mapping[str, Any]) -> str:
    """The log's name by these settings, once they are seen to fit the mode.

    Raises:
        ConfigurationError: they would mix what is real with what is made up.
    """
    mode: Mode = values["mode"]
    origin = values["log_origin"] or f"{urlsplit(values['issuer']).netloc}/log"
    kind = made_up(mode)
    if kind is None:
        if (other := kind_of(origin)) is not None:
            raise ConfigurationError(
                f"PILNVARA_MODE is live, but the log would be called {origin}, as one of made-up people is ({other}): "
                "set another PILNVARA_LOG_ORIGIN"
            )
        return origin
    if values["log_origin"] and kind_of(origin) != kind:
        raise ConfigurationError(
            f"PILNVARA_MODE is {mode}, so PILNVARA_LOG_ORIGIN begins with “{mode}.”, such as {named(kind, origin)}"
        )
    if mode == "practice":
        _ensure_out_of_reach(values)
    return named(kind, origin)


def _ensure_out_of_reach(values: Mapping[str, Any]) -> None:
    """Refuse practice with anything of a live gateway, or a way to real people."""
    for name in ("url", "public_url", "issuer"):
        host = urlsplit(values[name]).hostname or ""
        if not is_loopback(host) and host.partition(".")[0] != _FIRST_LABEL:
            raise ConfigurationError(
                f"PILNVARA_MODE is practice, but {values[name]} could be a live gateway's: give "
                f"PILNVARA_{name.upper()} a name that begins with “{_FIRST_LABEL}.”, such as https://practice.pilnvara.example"
            )
    if not values["database_url"].startswith(f"sqlite:///{values['data_dir']}/"):
        raise ConfigurationError(
            "PILNVARA_MODE is practice: its database is a file in its own data folder, so leave PILNVARA_DATABASE_URL "
            "out"
        )
    for name in _OUTSIDE:
        address = values.get(name) or ""
        if address and not is_loopback(urlsplit(address).hostname or address):
            raise ConfigurationError(
                f"PILNVARA_MODE is practice, so nothing reaches real people: PILNVARA_{name.upper()} has to be on this "
                "machine, or empty"
            )
    if values["portal_trials"] or values["log_witnesses"].witnesses or values["checkpoint_mail"]:
        raise ConfigurationError(
            "PILNVARA_MODE is practice: leave PILNVARA_PORTAL_TRIALS, PILNVARA_LOG_WITNESSES and "
            "PILNVARA_CHECKPOINT_MAIL out"
        )


def is_own_world(address: str, url: str) -> bool:
    """Whether `address` is part of the made-up world around the practice gateway at `url`.

    That is this machine, and what stands beneath the gateway's own name, which a real institution never does.
    """
    host, own = urlsplit(address).hostname or "", urlsplit(url).hostname or ""
    return is_loopback(host) or host == own or host.endswith(f".{own}")
