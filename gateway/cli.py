"""The command `pilnvara`. Each command's module is imported only when it runs, so that `--help` is quick."""

import sys
from typing import Any

import click

from gateway.commands.lazy import LazyGroup

COMMANDS = {
    "serve": ("gateway.commands.processes:serve", "Answer browsers and portals."),
    "worker": ("gateway.commands.processes:worker", "Run connectors, the audit log and messages."),
    "migrate": ("gateway.commands.migrate:migrate", "Bring the tables to this program's version."),
    "doctor": ("gateway.commands.doctor:doctor", "Check machine and configuration, and say what to mend."),
    "keys": ("gateway.commands.keys:keys", "Make and replace keys."),
    "retention": ("gateway.commands.retention:retention", "What is kept, and erasing what is due."),
    "report": ("gateway.commands.report:report", "Figures of the network, costs, targets and reports."),
    "messages": ("gateway.commands.messages:messages", "Messages to residents: what waits, failed and came back."),
    "audit": ("gateway.commands.audit:audit", "Verify the audit log and show its checkpoint."),
    "delegation": ("gateway.commands.delegation:delegation", "Check delegations, permits and statements, offline."),
    "connectors": ("gateway.commands.connectors:connectors", "List, check, write and test connectors."),
    "admin": ("gateway.changes.commands:admin", "Centres, staff, terminals, portals and identity providers."),
    "practice": ("gateway.practice.command:practice", "A gateway to practise with, which reaches no real portal."),
    "demo": ("gateway.demo.command:demo", "A gateway with a made-up outside world, on this machine."),
}
"""Name, then where the command is and what its help says; packages add theirs here."""

BAD_INPUT = 2
_OURS = frozenset({"audit", "connectors", "delegation", "gateway", "ui"})


class MainGroup(LazyGroup):
    """The group of all commands."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what a person can mend is told in one line, not as a traceback."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in _OURS:
                raise
            click.echo(f"pilnvara: this command needs the server: pip install 'pilnvara[server]' ({error})", err=True)
            sys.exit(BAD_INPUT)
        except Exception as error:
            if not _is_for_people(error):
                raise
            click.echo(f"pilnvara: {error}", err=True)
            sys.exit(BAD_INPUT)


@click.group(cls=MainGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pilnvara")
def main() -> None:
    """Pilnvara: a gateway for assisted e-services. Settings are environment variables: `pilnvara doctor --settings`."""


def _is_for_people(error: Exception) -> bool:
    """Say whether `error` is about configuration, database, keys or assets: its message says what to do."""
    return type(error).__module__ in {
        "gateway.setting",
        "gateway.database.errors",
        "gateway.keys.errors",
        "gateway.ledger.errors",
        "ui.manifest",
    }


if __name__ == "__main__":
    main()
