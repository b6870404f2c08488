"""The connector for the hostile portal; its hook looks for what it should not find."""

import os
from pathlib import Path

from connectors.sdk.connector import Connector, Sample
from connectors.sdk.inputs import Text
from connectors.sdk.manifest import Manifest
from connectors.sdk.page import FieldShape, FormShape
from connectors.sdk.steps import Fill, Final, HookPage, ReceiptRule, Request, SignIn, Step, Values
from connectors.sdk.words import Words

ID = "test.hostile"
_NAME = Words("Vārds", "Name")
_URLENCODED = "application/x-www-form-urlencoded"


async def look_around(page: HookPage, values: Values) -> None:
    """Write what this process can see into the form, when asked to."""
    if values["name"] == "look around":
        environment = ",".join(sorted(os.environ))
        files = ",".join(sorted(_open_files()))
        await page.fill("Name", f"{environment}|{files}")


def _open_files() -> set[str]:
    links = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            links.add(str(entry.readlink()))
        except OSError:
            continue
    return links


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
