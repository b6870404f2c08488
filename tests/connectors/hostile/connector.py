"""The connector for the hostile portal; its hook looks for what it should not find."""

import json
import os
import socket
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from connectors.sdk.connector import Connector, Sample
from connectors.sdk.inputs import Text
from connectors.sdk.manifest import Manifest
from connectors.sdk.page import FieldShape, FormShape
from connectors.sdk.steps import Fill, Final, Hook, HookPage, Moves, ReceiptRule, Request, SignIn, Step, Values
from connectors.sdk.words import Words

ID = "test.hostile"
ONE_PAGE_ID = "test.one_page"
PARTS_ID = "test.parts"
_NAME = Words("Vārds", "Name")
_URLENCODED = "application/x-www-form-urlencoded"


LOOK = "look around "
LOOKED = "looked.json"


async def look_around(page: HookPage, values: Values) -> None:
    """Try everything that is no business of a connector, when asked to, and write down what came of it."""
    wanted = str(values["name"])
    if wanted.startswith(LOOK):
        kept = json.loads(wanted.removeprefix(LOOK))
        found = {name: _came_of(attempt) for name, attempt in _attempts(kept).items()}
        _write_down(found)
        await page.fill("Name", "done")


def _write_down(found: dict[str, str]) -> None:
    Path(os.environ["TMPDIR"], LOOKED).write_text(json.dumps(found), encoding="utf-8")


def _attempts(kept: dict[str, str]) -> dict[str, Callable[[], object]]:
    worker = os.getppid()
    host, _, port = kept["portal"].partition(":")
    return {
        "read the key file": Path(kept["key"]).read_text,
        "read the database": Path(kept["database"]).read_bytes,
        "let a program read": lambda: subprocess.run(["cat", kept["key"]], check=True, capture_output=True),
        "write beside it": lambda: Path(kept["key"] + ".own").write_text("x", encoding="utf-8"),
        "read the worker's environment": Path(f"/proc/{worker}/environ").read_bytes,
        "read the worker's memory": lambda: Path(f"/proc/{worker}/mem").open("rb"),
        "take the worker's files": lambda: Path(f"/proc/{worker}/fd/0").readlink(),
        "stop the worker": lambda: os.kill(worker, 0),
        "speak to the portal itself": lambda: socket.create_connection((host, int(port)), timeout=2).close(),
        "send a datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", (host, int(port))),
        "speak to a database's socket": lambda: socket.socket(socket.AF_UNIX).connect(kept["socket"]),
        "listen": lambda: socket.create_server(("127.0.0.1", 0)).close(),
    }


def _came_of(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except (OSError, subprocess.SubprocessError) as error:
        return f"refused: {type(error).__name__}"
    return "done"


CONNECTOR = Connector(
    manifest=Manifest(
        id=ID, version="1", holder="Nobody", portal="hostile", title=_NAME, owner="Tests", legal_basis=_NAME
    ),
    inputs=(Text(name="name", label=_NAME),),
    sign_in=SignIn(path="/form", landed=("/form",)),
    entry="/form",
    steps=(
        Step(
            name="form",
            title=_NAME,
            path="/form",
            button="Next",
            request=Request(path="/form", fields=("name",)),
            fills=(Fill(input="name", control="name", label="Name"),),
            hook=look_around,
        ),
    ),
    final=Final(path="/overview", button="Send", request=Request(path="/send", fields=("token",))),
    receipt=ReceiptRule(path="/done", reference=r"(HOST-\d{4}-\d{6})"),
    look_up=None,
    service_key=lambda values: str(values["name"]),
    fingerprints={
        "form": FormShape(
            action="/form",
            method="post",
            enctype=_URLENCODED,
            fields=(FieldShape(name="name", type="text", label="Name"),),
        ),
        "overview": FormShape(
            action="/send", method="post", enctype=_URLENCODED, fields=(FieldShape(name="token", type="hidden"),)
        ),
    },
    samples=(Sample(name="one", answers=lambda _: {"name": "Anna"}),),
)

ONE_PAGE = replace(
    CONNECTOR,
    manifest=replace(CONNECTOR.manifest, id=ONE_PAGE_ID),
    entry="/one",
    steps=(),
    final=Final(
        name="one",
        path="/one",
        button="Send",
        request=Request(path="/send", fields=("name",)),
        fills=(Fill(input="name", control="name", label="Name"),),
    ),
    fingerprints={
        "one": FormShape(
            action="/send",
            method="post",
            enctype=_URLENCODED,
            fields=(FieldShape(name="name", type="text", label="Name"),),
        )
    },
)
"""Its form has one page: the button that files stands under the question."""

PARTS = replace(
    CONNECTOR,
    manifest=replace(CONNECTOR.manifest, id=PARTS_ID),
    final=replace(CONNECTOR.final, moves=Moves.IN_PAGE, then=(Request(path="/sign", fields=("token",)),)),
)
"""It files by two requests, the second sent by the page's script once the first was taken."""


async def press_check(page: HookPage, _: Values) -> None:
    """Press the page's own button, which leads nowhere and answers nothing, and wait for what it says."""
    await page.click("button", "Check the name")
    await page.wait_for("The name is known.")


async def answer_otherwise(page: HookPage, _: Values) -> None:
    """Write what nobody answered."""
    await page.fill("Name", "Somebody else")


async def go_on_alone(page: HookPage, _: Values) -> None:
    """Press what leads on, before anybody has read the page back."""
    await page.click("button", "Next")


def _with(hook: Hook, name: str) -> Connector:
    own = FormShape(
        action="/form",
        method="post",
        enctype=_URLENCODED,
        fields=(FieldShape(name="name", type="text", label="Name"), FieldShape(name="checked", type="hidden")),
    )
    request = Request(path="/form", fields=("name", "checked"))
    return replace(
        CONNECTOR,
        manifest=replace(CONNECTOR.manifest, id=name),
        sign_in=SignIn(path="/asks", landed=("/asks",)),
        entry="/asks",
        steps=(replace(CONNECTOR.steps[0], path="/asks", request=request, hook=hook),),
        fingerprints={**CONNECTOR.fingerprints, "form": own},
    )


HOOKED = _with(press_check, "test.hooked")
MEDDLING = _with(answer_otherwise, "test.meddling")
HASTY = _with(go_on_alone, "test.hasty")
