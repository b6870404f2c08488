"""`pilnvara audit`: each command is imported when it is called, so that those of a verifier need no server."""

import click

from gateway.commands.lazy import LazyGroup

COMMANDS = {
    "verify": ("gateway.commands.verifying:verify", "Recompute every leaf, chain and checkpoint."),
    "checkpoint": ("gateway.commands.log:checkpoint", "Sign the log as it is now, and print its newest checkpoint."),
    "bundle": ("gateway.commands.bundles:bundle", "Write everything that proves one visit into a file."),
    "verify-bundle": ("audit.commands:verify", "Verify what proves one visit, offline."),
    "consistency": ("audit.tile_commands:consistency", "Verify that one checkpoint follows another."),
    "reconcile": ("audit.reconcile_command:reconcile", "Look for what a service holder was given in the log."),
    "export": ("gateway.commands.exporting:export", "Write the log as tiles into a folder, for auditors."),
    "continue": ("gateway.commands.continuing:go_on", "Go on under a new name with a log that lacks entries."),
    "keys": ("gateway.commands.log_keys:keys", "Show and replace the keys that sign the log."),
    "witness": ("audit.witness.commands:witness", "Run a witness, for logs that other people run."),
}
"""Name, then where the command is and what its help says."""


@click.group(cls=LazyGroup, lazy=COMMANDS)
def audit() -> None:
    """Verify the audit log, show its checkpoint, and hand out what proves a visit."""
