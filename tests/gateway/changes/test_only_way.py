"""No path leads around two people."""

import re
from pathlib import Path

import gateway


def test_nothing_but_a_change_and_the_demonstration_registers_anybody() -> None:
    """Two people stand before `changes`, or an empty gateway; and the demonstration's seed refuses to run live."""
    package = Path(gateway.__file__).parent
    registers = re.compile(r"(clients|providers|keeping)\.(register|register_portal|alter|suspend)\(")
    writes = re.compile(r"(insert|update)\((OAuthClient|IdentityProvider|Portal)\)")
    pages = {path.relative_to(package).as_posix(): path.read_text("utf-8") for path in package.rglob("*.py")}
    assert {path.partition("/")[0] for path, text in pages.items() if registers.search(text)} == {"changes", "demo"}
    assert {path for path, text in pages.items() if writes.search(text)} <= {
        "oauth/clients.py",
        "oauth/providers.py",
        "services/keeping.py",
    }
