"""The examples of the integrator's guide, run as they stand there: ours, and other people's libraries."""

import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from delegation.signing import public_jwks, sign_delegation, sign_permit
from delegation.status import pack, sign_status
from tests.delegation.builders import ISSUER, KEY, LIST_URI, NOON, OTHER_KEY, PORTAL, a_binding, some_claims
from tests.postgresql import PROJECT
from tests.relying_party.node import FOLDER, node

GUIDE = (PROJECT / "docs" / "guide" / "integrator.md").read_text(encoding="utf-8")
Check = Callable[..., str]

TOKEN = sign_delegation(KEY, some_claims())
PERMIT = sign_permit(KEY, a_binding(), issuer=ISSUER, audience=PORTAL, jti="p-1", now=NOON)
SOON = NOON + timedelta(seconds=30)


def a_list(*revoked: int) -> str:
    return sign_status(KEY, pack(16, revoked), issuer=ISSUER, uri=LIST_URI, now=NOON)


GOOD: dict[str, Any] = {
    "token": TOKEN,
    "jwks": public_jwks(KEY),
    "listed": a_list(3),
    "issuer": ISSUER,
    "audience": PORTAL,
    "now": SOON,
}
REFUSED: dict[str, dict[str, Any]] = {
    "for somebody else": {"audience": "https://other.example"},
    "of another issuer": {"issuer": "https://other.example"},
    "ended": {"now": NOON + timedelta(hours=2)},
    "a permit": {"token": PERMIT},
    "signed by another key": {"token": sign_delegation(OTHER_KEY, some_claims())},
    "stopped": {"listed": a_list(7)},
    "with an old status list": {"now": NOON + timedelta(minutes=6)},
    "with the status list of another address": {
        "listed": sign_status(KEY, pack(16, ()), issuer=ISSUER, uri=LIST_URI + "9", now=NOON)
    },
}


def code_of(example: str) -> str:
    found = re.search(rf"<!-- example: {example} -->\n```\w+\n(.*?)```", GUIDE, re.DOTALL)
    assert found, f"the guide has no example {example}"
    return found[1]


def in_python(example: str) -> Check:
    scope: dict[str, Any] = {}
    exec(compile(code_of(example), f"integrator.md: {example}", "exec"), scope)  # noqa: S102 - our own guide
    check: Check = scope["check"]
    return check


def in_javascript(**asked: Any) -> str:
    moment: datetime = asked["now"]
    values = asked | {"now": int(moment.timestamp() * 1000)}
    call = (
        f"const asked = {json.dumps(values)};\n"
        "console.log(await check(asked.token, asked.jwks, asked.listed, asked.issuer, asked.audience, "
        "new Date(asked.now)));"
    )
    done = subprocess.run(
        [node(), "--input-type=module", "-"],
        input=f"{code_of('jose')}\n{call}",
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ValueError(done.stderr)
    return done.stdout.strip()


CHECKS: dict[str, Check] = {
    "python": in_python("python"),
    "joserfc": in_python("joserfc"),
    "jose": in_javascript,
}


@pytest.mark.parametrize("library", CHECKS)
def test_each_takes_a_good_delegation(library: str) -> None:
    assert CHECKS[library](**GOOD) == "staff-1"


@pytest.mark.parametrize("library", CHECKS)
@pytest.mark.parametrize("why", REFUSED)
def test_each_refuses_one_that_is_not(library: str, why: str) -> None:
    with pytest.raises(Exception, match=r"."):
        CHECKS[library](**(GOOD | REFUSED[why]))


def test_ours_takes_no_more_than_ten_lines() -> None:
    body = [line for line in code_of("python").splitlines() if line.strip()]
    assert len(body) <= 10
