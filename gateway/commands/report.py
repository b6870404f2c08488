"""`pilnvara report`: what the network learns from its visits. Each command is imported only when it is called."""

import click

from gateway.commands.lazy import LazyGroup

COMMANDS = {
    "figures": ("gateway.commands.figures:figures", "Figures of the network, a region, a centre or a service."),
    "rebuild": ("gateway.commands.figures:rebuild", "Make all figures of visits anew."),
    "region": ("gateway.commands.figures:region", "Say in which planning region a centre is."),
    "quarter": ("gateway.commands.reports_quarter:quarter", "The report of a quarter, as PDF, XLSX or JSON."),
    "history": ("gateway.commands.reports_history:history", "Show the published figures that were taken in."),
    "import": ("gateway.commands.reports_history:import_file", "Take in a file of published figures."),
    "match": ("gateway.commands.reports_history:match", "Say which centre a published one is."),
    "place": ("gateway.commands.reports_history:place", "Say where a centre stands."),
    "statement": ("gateway.commands.holders:statement", "What was delivered to an institution in a month."),
    "reconcile": ("gateway.commands.holders:reconcile", "Hold an institution’s own list against ours."),
    "take-back": ("gateway.commands.reports_history:take_back", "Take published figures back out."),
}
"""Name, then where the command is and what its help says."""


@click.group(cls=LazyGroup, lazy=COMMANDS)
def report() -> None:
    """Figures of the network: what was published before, costs, targets, reports."""
