"""What one setting says of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

PREFIX = "PILNVARA_"


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

    def value(self, attribute: str, environment: Mapping[str, str]) -> Any:
        """Read it from `environment`; what is absent or empty has its default.

        Raises:
            ConfigurationError: its text cannot be used.
        """
        name = setting_name(attribute)
        try:
            return self.read(environment.get(name) or self.default)
        except ValueError as error:
            raise ConfigurationError(f"{name} cannot be used: {error}") from error


@dataclass(frozen=True, slots=True)
class Documentation:
    """What `doctor` and the guide say of one setting."""

    name: str
    meaning: str
    default: str
    unit: str


def setting_name(attribute: str) -> str:
    """Return the environment variable of an attribute of `Settings`."""
    return PREFIX + attribute.upper()
