"""What one setting says of itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar


class ConfigurationError(Exception):
    """A setting cannot be used. The message names it and says what to do."""

    code: ClassVar[str] = "configuration.setting"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it means, how its text is read, and the text that it has when nobody sets it."""

    meaning: str
    read: Callable[[str], Any]
    default: str = ""
    unit: str = ""
    shown: str | None = None
    """How the default is described where it depends on others."""


@dataclass(frozen=True, slots=True)
class Documentation:
    """What `doctor` and the guide say of one setting."""

    name: str
    meaning: str
    default: str
    unit: str
