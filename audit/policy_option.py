"""The option `--policy` of every command that verifies."""

from pathlib import Path
from typing import Any

import click

from audit.errors import PolicyError
from audit.policy import TrustPolicy


class PolicyFile(click.ParamType[TrustPolicy]):
    """A file in the form of C2SP tlog-policy."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> TrustPolicy:
        """Read it; what is wrong with it is bad input."""
        if isinstance(value, TrustPolicy):
            return value
        try:
            return TrustPolicy.parse(Path(value).read_bytes())
        except OSError as error:
            self.fail(f"{value} cannot be read: {error.strerror}", param, ctx)
        except PolicyError as error:
            self.fail(f"{value}, {error}", param, ctx)


with_policy = click.option(
    "--policy", "trust", type=PolicyFile(), help="Logs, witnesses and quorum that you trust (C2SP tlog-policy)."
)
