"""What the demonstration tells a newcomer: where everything is, who can sign in, and what to do first."""

import shlex
import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from connectors.sandbox.residents import RESIDENTS
from connectors.sandbox.settings import SandboxSettings
from gateway.demo import witness
from gateway.demo.codes import current_code
from gateway.demo.people import ASSISTANT, CENTRES, PASSWORD, STAFF, DemoCentre
from gateway.demo.stack import Stack
from gateway.terminals.pairing import Code
from ui.formats import ZONE


def program(options: Sequence[str] = ()) -> str:
    """What is typed for another command of this demonstration; `options` say where it is, unless by default."""
    return shlex.join([".venv/bin/pilnvara", "demo", *options])


def tell_addresses(console: Console, stack: Stack) -> None:
    """Where everything is."""
    table = Table(title="Addresses", title_justify="left", box=None, show_header=False, padding=(0, 2))
    for what, address in (
        ("Desk, display, audit", stack.url),
        ("The resident's phone", f"{stack.url}/a"),
        ("The resident's own page", f"{stack.url}/mine"),
        ("SMS and e-mail that were sent", stack.inbox_url),
        *((f"The stand-in portal {portal}", url) for portal, url in stack.portal_urls.items()),
        ("Faults to switch on", f"{stack.portal_url}/_sandbox/"),
        ("The log's witness, of another body", f"http://{witness.HOST}:{stack.ports.witness}/"),
    ):
        table.add_row(what, address)
    console.print(table)


def tell_people(console: Console) -> None:
    """Who can sign in. Everyone is made up."""
    names = {centre.id: centre.name for centre in CENTRES}
    table = Table(title="Staff, all made up", title_justify="left", box=None, padding=(0, 2))
    for heading in ("user name", "who", "role", "centre"):
        table.add_column(heading, no_wrap=True)
    for person in STAFF:
        roles = ", ".join(role.value for role in person.roles) + (f" of {person.holder}" if person.holder else "")
        table.add_row(person.login, person.name, roles, names[person.centre])
    console.print(table)
    console.print(f"  Everyone's password is {PASSWORD}")
    first = RESIDENTS[0]
    pin = SandboxSettings().pin
    unreached = next(one for one in RESIDENTS if not one.is_reached)
    console.print(f"  Residents: {first.name}, {first.personal_code}, and twelve more; everyone's PIN is {pin}.")
    console.print(
        f"  Messages to {unreached.name}, {unreached.personal_code}, come back: see what desk and resident are told."
    )


def tell_codes(console: Console) -> None:
    """Everyone's one-time code of this moment."""
    now = time.time()
    codes = "   ".join(f"{person.login} {current_code(person, now)[0]}" for person in STAFF)
    console.print(f"One-time codes for {current_code(ASSISTANT, now)[1]} s more:  {codes}")


def tell_terminal(console: Console, stack: Stack, centre: DemoCentre, code: Code, demo: str) -> None:
    """How a browser becomes a terminal of a centre."""
    until = code.ends_at.astimezone(ZONE).strftime("%H:%M")
    console.print(f"  {code.spaced}   makes a browser a terminal of {centre.name}: {stack.url}/terminal/enrol")
    console.print(f"             (once, until {until} in Riga; another one: {demo} terminal {centre.id})")


def tell_first_steps(console: Console, stack: Stack, demo: str) -> None:
    """What to do first, step by step."""
    steps = (
        f"Open {stack.url}/terminal/enrol and type the code above: this browser is now a counter's computer.",
        (
            f"Sign in as {ASSISTANT.login} with the password and the current one-time code "
            f"(press Enter here, or {demo} code {ASSISTANT.login})."
        ),
        (
            "Open a visit, look for “slimības lapa”, choose the service, and ask "
            f"{RESIDENTS[0].name}, {RESIDENTS[0].personal_code}, by phone."
        ),
        f"Be the resident, in a private window or on another tab: {stack.url}/a, type the code of the desk's page.",
        "Answer the questions at the desk; look at what the portal holds, and say yes on the phone.",
        (
            f"See who did what as rita, the auditor, and let {demo} run audit verify check the log; "
            f"see what was sent at {stack.inbox_url}."
        ),
    )
    console.print("What to do first", style="bold")
    for number, step in enumerate(steps, 1):
        console.print(f"  {number}. {step}")
    console.print(f"  Or let a whole visit be driven, so that there is one to look at: {demo} visit")
    console.print(
        "  A display for the resident: vilnis, the manager, makes a code for it under “Centra datori”; type it at "
        f"{stack.url}/display/enrol, and choose the display at the desk."
    )
