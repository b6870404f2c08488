"""Packages of connectors that others wrote: which are installed, what their files are, and which of them are allowed.

Nothing here imports a package: its code has not run when it is refused. What counts is the SHA-256 over all its files,
as `pilnvara connectors hash` prints it; compiled files that Python makes of them are left out, and not read either.

What would run before anybody can look (a line of a `.pth` file, an entry point that another library loads by itself),
or lies in a package of ours, is no part of a connector: whoever brings it is refused, whatever the list says.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import machinery
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

GROUP = "pilnvara.connectors"
_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;#]+)\s+--hash=sha256:(?P<sha256>[0-9a-f]{64})"
)
_GROUPS = frozenset({GROUP, "console_scripts", "gui_scripts"})
"""Of the last two only somebody's command runs code."""
_AT_START = frozenset({"sitecustomize", "usercustomize"})
_OURS = frozenset({"audit", "connectors", "delegation", "gateway", "ui"})
_IMPORTABLE = tuple(machinery.all_suffixes())
_COMPILED = re.compile(r"(.*/)?__pycache__/[^/]+\.cpython-\d+(\.opt-\d)?\.pyc")


class PackageNotAllowedError(Exception):
    """A package of connectors is not on the list of allowed ones, or is another than was allowed. Says which."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """An installed distribution that brings connectors."""

    name: str
    version: str
    modules: tuple[str, ...]
    """Its top-level packages."""
    sha256: str
    """Over its files, in hex."""
    faults: tuple[str, ...] = ()
    """What it brings that no package of connectors may."""

    @property
    def line(self) -> str:
        """How the list of allowed packages names it."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


def installed() -> tuple[Package, ...]:
    """All that there are, by name.

    Raises:
        PackageNotAllowedError: one names a module of which there is no file.
    """
    return tuple(sorted(_found(), key=lambda package: package.name))


def read_allowed(file: Path) -> Mapping[str, str]:
    """The hashes of the allowed packages, by `name==version`; none when there is no such file.

    Raises:
        PackageNotAllowedError: a line is none that `pilnvara connectors hash` prints.
    """
    if not file.is_file():
        return {}
    allowed: dict[str, str] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            raise PackageNotAllowedError(
                f"{file}, line {number}: take the line as `pilnvara connectors hash` prints it"
            )
        allowed[f"{match['name']}=={match['version']}"] = match["sha256"]
    return allowed


def ensure_allowed(file: Path, module: str | None = None) -> None:
    """Refuse to go on where a package is installed that the list in `file` does not name as it is.

    With `module` only the package of that top-level module is looked at.

    Raises:
        PackageNotAllowedError: names the package, and what to do.
    """
    found = [package for package in installed() if module is None or module in package.modules]
    if not found:
        return
    allowed = read_allowed(file)
    for package in found:
        if package.faults:
            raise PackageNotAllowedError(
                f"the package {package.name} {package.version} {'; it '.join(package.faults)}. Uninstall it"
            )
        known = allowed.get(f"{package.name}=={package.version}")
        if known is None:
            raise PackageNotAllowedError(
                f"the package {package.name} {package.version} brings connectors and is not allowed. Look at it, "
                f"then put its line into {file}: `pilnvara connectors hash` prints it. Or uninstall it"
            )
        if known != package.sha256:
            raise PackageNotAllowedError(
                f"the files of {package.name} {package.version} are not those that were allowed in {file}: one was "
                "changed, added or removed since. Install it anew, or look at it and allow it again"
            )


def _found() -> Iterator[Package]:
    seen: set[str] = set()
    for distribution in distributions():
        modules = {entry.module.partition(".")[0] for entry in distribution.entry_points if entry.group == GROUP}
        name = re.sub(r"[-_.]+", "-", distribution.name).lower()
        if not modules or name in seen:
            continue
        seen.add(name)
        yield Package(
            name=name,
            version=_version(distribution),
            modules=tuple(sorted(modules)),
            sha256=_hash(distribution, modules),
            faults=tuple(_faults(distribution)),
        )


def _version(distribution: Distribution) -> str:
    """Its version; of one that is installed from where its author works, what that place says now, as do its files."""
    try:
        origin = json.loads(distribution.read_text("direct_url.json") or "{}")
        if origin.get("dir_info", {}).get("editable"):
            place = Path(unquote(urlsplit(origin["url"]).path))
            stated = tomllib.loads(place.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
            return str(stated)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # there is no such place, or it states no version: what was installed says it
    return distribution.version


def _faults(distribution: Distribution) -> Iterator[str]:
    """By what its code would run uninvited, or under another's name."""
    for group in sorted({entry.group for entry in distribution.entry_points} - _GROUPS):
        yield f"gives other libraries code to run by itself (entry points of {group})"
    for file in distribution.files or ():
        if len(file.parts) == 1 and file.suffix == ".pth" and _runs_code(Path(str(distribution.locate_file(file)))):
            yield f"runs code in every Python program ({file.name})"
    tops = _tops(distribution)
    for name in sorted(tops & _AT_START):
        yield f"runs code in every Python program ({name})"
    for name in sorted(tops & _OURS):
        yield f"puts files into our own package {name}"


def _runs_code(path_file: Path) -> bool:
    """Whether a `.pth` file holds a line that Python runs (the module `site`), or leads to modules that it runs."""
    for line in path_file.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith(("import ", "import\t")):
            return True
        if any((path_file.parent / line.strip() / f"{name}.py").is_file() for name in _AT_START):
            return True
    return False


def _hash(distribution: Distribution, modules: set[str]) -> str:
    told = [_told("entry_points.txt", (distribution.read_text("entry_points.txt") or "").encode())]
    for module in sorted(modules | _beside(distribution)):
        told += [_told(name, path.read_bytes()) for name, path in _files(module)]
    return hashlib.sha256("".join(told).encode()).hexdigest()


def _beside(distribution: Distribution) -> set[str]:
    """Other modules that the distribution brings: what is named may import them."""
    return {name for name in _tops(distribution) if name.isidentifier() and find_spec(name) is not None}


def _tops(distribution: Distribution) -> set[str]:
    """What its modules and packages are called, in whatever form Python could import them."""
    importable = (file for file in distribution.files or () if file.name.endswith(_IMPORTABLE))
    return {file.parts[0].partition(".")[0] for file in importable if ".." not in file.parts}


def _files(module: str) -> list[tuple[str, Path]]:
    """All files of a top-level package, also such as nobody listed when it was built: Python would import them too."""
    spec = find_spec(module)
    if spec is None:
        raise PackageNotAllowedError(f"a package of connectors names the module {module}, which is not there")
    roots = [Path(place) for place in spec.submodule_search_locations or ()]
    if not roots and spec.origin:
        return [(f"{module}.py", Path(spec.origin))]
    found = [
        (f"{module}/{path.relative_to(root).as_posix()}", path)
        for root in roots
        for path in root.rglob("*")
        if path.is_file() and not _COMPILED.fullmatch(path.relative_to(root).as_posix())
    ]
    return sorted(found)


def _told(name: str, content: bytes) -> str:
    return f"{hashlib.sha256(content).hexdigest()}  {name}\n"
