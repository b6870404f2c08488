"""`pilnvara doctor`."""

import os
import sys

import click
import msgspec

from gateway.config import Settings
from gateway.doctor import settings_page
from gateway.doctor.examination import examine
from gateway.doctor.finding import Finding, Health

_MARKS = {Health.OK: ("ok", "green"), Health.NOTE: ("note", "yellow"), Health.BROKEN: ("mend", "red")}


@click.command()
@click.option("--settings", "show_settings", is_flag=True, help="Print every setting with its meaning and default.")
@click.option("--markdown", is_flag=True, help="With --settings: as the page of the guide.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(show_settings: bool, markdown: bool, as_json: bool) -> None:
    """Check this machine and its configuration, say what to mend, change nothing. Exits 1 if something is broken."""
    if show_settings:
        click.echo(settings_page.as_markdown() if markdown else settings_page.as_text(), nl=False)
        return
    findings = []
    for finding in examine(Settings.from_environment(os.environ)):
        findings.append(finding)
        if not as_json:
            _show(finding)
    if as_json:
        click.echo(msgspec.json.encode(findings).decode())
    sys.exit(1 if any(finding.health is Health.BROKEN for finding in findings) else 0)


def _show(finding: Finding) -> None:
    mark, colour = _MARKS[finding.health]
    click.echo(f"{click.style(f'{mark:>4}', fg=colour)}  {finding.name}: {finding.detail}")
    if finding.mend:
        click.echo(f"      {finding.mend}")
