"""All scenes by name. A new page is added to the scene where it comes about, or gets a scene of its own."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from tests.databases import Databases
from tests.states import scenes
from tests.states.shown import Shown
from tests.states.stand import LANGUAGES, Stand, a_stand
from ui.i18n import Language

Scene = Callable[[Stand], None]


def _scenes_of(module: ModuleType) -> dict[str, Scene]:
    own = (each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__)
    return {f"{module.__name__.rpartition('.')[2]}.{each.__name__}": each for each in own if _is_scene(each)}


def _is_scene(each: object) -> bool:
    return callable(each) and getattr(each, "__name__", "").startswith("scene_")


def _all() -> dict[str, Scene]:
    found: dict[str, Scene] = {}
    for each in iter_modules(scenes.__path__, f"{scenes.__name__}."):
        found |= _scenes_of(import_module(each.name))
    return found


SCENES: Mapping[str, Scene] = _all()
"""Functions whose name begins with `scene_`, by module and name."""


def play(name: str, databases: Databases, languages: tuple[Language, ...] = LANGUAGES) -> list[Shown]:
    """What the scene of this name shows."""
    shown: list[Shown] = []
    with a_stand(databases, shown.append, languages) as stand:
        SCENES[name](stand)
    return shown
