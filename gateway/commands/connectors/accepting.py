"""`pilnvara connectors accept-drift`: a changed form becomes the committed one, in a new version of its connector."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import click

from connectors.sdk import fingerprints, registry
from connectors.sdk.connector import Connector
from connectors.sdk.page import FormShape, fingerprint
from connectors.workshop import looking
from connectors.workshop.bench import Bench, chosen_sample
from connectors.workshop.looking import Look, PageSeen, Seen
from gateway.changes import offering
from gateway.changes.errors import ChangeError
from gateway.commands.connectors.portal import Place, at_bench, ensure_allowed, find, portal_options, stop
from gateway.commands.lazy import CANNOT_CONCLUDE
from gateway.config import Settings
from gateway.parts import open_store
from gateway.services.catalogue import ServiceUnknownError

_MEND_FIRST = (
    "Mend the connector first: its questions, and the steps that fill these forms in. Accepting changes neither, it "
    "only commits the forms as they are now."
)
_VERSION = re.compile(r'(\bversion=")(\d+)\.(\d+)\.(\d+)(")')


@click.command("accept-drift")
@click.argument("connector_id", metavar="CONNECTOR")
@click.option("--sample", help="Which made-up answers to fill in; the connector's first otherwise.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--propose", "reason", metavar="WHY", help="Ask this gateway's administrators now; says why.")
@portal_options
def accept_drift(place: Place, connector_id: str, sample: str | None, reason: str | None, *, yes: bool) -> None:
    """Show how a portal's forms differ from the committed ones, and commit them as they are, with a new version.

    It changes the connector's own files, where its author works: fingerprints.json, and the manifest's version, which
    every permit names. What people are asked and how it is filled in it does not change: do that first, by hand. A
    package whose files have changed runs nowhere before its new hash is allowed (`pilnvara connectors hash`).

    At a gateway that residents use nothing is filled in by these forms before two administrators have seen how they
    differ and accepted them: they are asked when a worker starts with the new version, or now by --propose.
    """
    if reason is not None:
        _ensure_may_propose(place)
    connector = find(connector_id)
    folder = _folder(connector)

    async def work(bench: Bench, connector: Connector) -> tuple[Look, Mapping[str, FormShape]]:
        return await looking.look(bench, connector, bench.task(connector, chosen_sample(connector, sample)))

    ((look, shapes),) = at_bench(place, [connector], work)
    if not look.is_whole:
        stop(f"not every page was reached: {look.detail or 'see `check`'}", code=CANNOT_CONCLUDE)
    changed = [page for page in look.pages if page.seen in (Seen.CHANGED, Seen.NEW)]
    if not changed:
        click.echo(f"{connector.id} {connector.manifest.version}: every form is the committed one; nothing to accept.")
        return
    _show(connector, changed, shapes)
    click.echo(_MEND_FIRST)
    if not yes:
        click.confirm("Does the connector fill these forms in rightly as they are now?", abort=True)
    file, raised, bumped = _bumped(folder)
    forms, version = dict(_as_now(connector, shapes)), connector.manifest.version
    fingerprints.write(folder, forms)
    file.write_text(raised, encoding="utf-8")
    if registry.package_of(connector.id) != registry.OWN_PACKAGE:
        _raise_package(folder, version, bumped)
    written = folder / fingerprints.NAME
    near = written.relative_to(Path.cwd()) if written.is_relative_to(Path.cwd()) else written
    click.echo(f"{near} written; version {version} -> {bumped}")
    if reason is not None:
        manifest = replace(connector.manifest, version=bumped)
        _propose(replace(connector, fingerprints=forms, manifest=manifest), reason)
    elif not place.sandbox:
        click.echo(
            "Where residents are served, two administrators accept these forms before anything is filed by them."
        )


def _show(connector: Connector, changed: list[PageSeen], shapes: Mapping[str, FormShape]) -> None:
    for page in changed:
        was = connector.fingerprints.get(page.page)
        click.echo(
            f"“{page.title.en}”  {fingerprint(was)[:12] if was else 'new'} -> {fingerprint(shapes[page.page])[:12]}"
        )
        for difference in page.differences:
            click.echo(f"  {difference.en}")


def _ensure_may_propose(place: Place) -> None:
    if place.sandbox:
        stop("--propose is for a portal's test system: a gateway that residents use knows no made-up portal")
    ensure_allowed()


def _propose(connector: Connector, reason: str) -> None:
    store = open_store(Settings.from_environment(os.environ))
    try:
        change = store.database.write_now(lambda conn: offering.propose(conn, store, connector, reason=reason))
    except (ChangeError, ServiceUnknownError) as error:
        stop(str(error))
    finally:
        store.close()
    told = "they count from now on" if change is None else f"two decide, at {store.settings.url}/admin/changes/{change}"
    click.echo(f"{connector.id} {connector.manifest.version}: {told}")


def _as_now(connector: Connector, shapes: Mapping[str, FormShape]) -> Iterator[tuple[str, FormShape]]:
    """Each page's form as it was seen; of a page that the sample does not meet, the committed one."""
    for page in connector.pages:
        shape = shapes.get(page.name) or connector.fingerprints.get(page.name)
        if shape is not None:
            yield page.name, shape


def _folder(connector: Connector) -> Path:
    """Where the connector's own files are."""
    spec = find_spec(registry.module_of(connector.id))
    if spec is None or spec.origin is None:
        stop(f"the files of {connector.id} are not on this machine")
    return Path(spec.origin).parent


def _raise_package(folder: Path, version: str, raised: str) -> None:
    """Raise the version of the package too, where it went with the connector's: its line in the list names it."""
    file = next((place / "pyproject.toml" for place in folder.parents if (place / "pyproject.toml").is_file()), None)
    if file is not None:
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(f'\nversion = "{version}"\n', f'\nversion = "{raised}"\n', 1), encoding="utf-8")


def _bumped(folder: Path) -> tuple[Path, str, str]:
    """The one file that states the version, its text with the next one, and that one; nothing is written yet."""
    stated = [path for path in sorted(folder.glob("*.py")) if _VERSION.search(path.read_text(encoding="utf-8"))]
    if len(stated) != 1:
        stop(f'{folder}: the version stands in {len(stated)} files as version="1.2.3"; raise it by hand')
    text = stated[0].read_text(encoding="utf-8")
    raised = _VERSION.sub(lambda found: f"{found[1]}{found[2]}.{int(found[3]) + 1}.0{found[5]}", text, count=1)
    version = _VERSION.search(raised)
    return stated[0], raised, ".".join(version.group(2, 3, 4)) if version is not None else ""
