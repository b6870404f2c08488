"""What the package stands on, and what it must never touch."""

import ast
import subprocess
import sys
from pathlib import Path

from jose import jwk
from jose.backends.cryptography_backend import CryptographyECKey

PACKAGE = Path(__file__).parents[2] / "delegation"

LOAD_EVERYTHING = """
import importlib, pkgutil, sys
import delegation
for module in pkgutil.iter_modules(delegation.__path__):
    importlib.import_module("delegation." + module.name)
from delegation.signing import SigningKey
from delegation.signing import KeySet, open_signed, public_jwks
from delegation.claims import StatusListClaims
from delegation.status import pack, sign_status, verify_status
from datetime import UTC, datetime
key, _ = SigningKey.generate()
now = datetime(2026, 11, 16, tzinfo=UTC)
token = sign_status(key, pack(8, [1]), issuer="i", uri="u", now=now)
verify_status(token, public_jwks(key), issuer="i", uri="u", now=now)
roots = {name.partition(".")[0] for name in sys.modules}
foreign = "ecdsa litestar sqlalchemy authlib playwright gateway connectors ui audit"
print(sorted(roots & set(foreign.split())))
"""


def imported_roots(path: Path) -> set[str]:
    roots = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            roots.add(node.module.partition(".")[0])
    return roots


def test_signing_and_verifying_load_neither_ecdsa_nor_any_framework() -> None:
    result = subprocess.run([sys.executable, "-c", LOAD_EVERYTHING], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_curve_is_computed_by_cryptography() -> None:
    assert jwk.get_key("ES256") is CryptographyECKey


def test_one_module_alone_knows_jose() -> None:
    assert [path.name for path in PACKAGE.glob("*.py") if "jose" in imported_roots(path)] == ["signing.py"]


def test_no_module_reads_a_clock_or_makes_chance() -> None:
    assert not [path.name for path in PACKAGE.glob("*.py") if imported_roots(path) & {"time", "random", "secrets"}]
    assert not [path.name for path in PACKAGE.glob("*.py") if ".now(" in path.read_text()]
