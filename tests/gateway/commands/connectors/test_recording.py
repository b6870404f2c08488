"""What `pilnvara connectors check --record` tells the gateway."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.sdk.words import Words
from connectors.workshop.looking import Look, PageSeen, Seen
from gateway.cli import main
from gateway.commands.connectors.recording import record
from gateway.services.catalogue import ServiceUnknownError
from gateway.visits import troubles
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter

GONE = Words("2. solī “Dati” vairs nav jautājuma “Konts”.", "In step 2 “Data” the question “Konts” is gone.")


def looked(seen: Seen, connector: str = BENEFIT, *, differences: tuple[Words, ...] = ()) -> Look:
    page = PageSeen(page="dati", title=Words("Dati", "Data"), seen=seen, differences=differences)
    return Look(connector=connector, version="1", portal="p", reached=True, signed_in=True, pages=(page,))


def marked(counter: Counter) -> dict[str, tuple[Words, ...]]:
    return {each.subject: each.changes for each in counter.read(troubles.open_ones)}


def test_a_changed_form_is_marked_until_a_whole_look_finds_it_as_committed(counter: Counter) -> None:
    record(counter.store, [looked(Seen.CHANGED, differences=(GONE,)), looked(Seen.SAME, QUEUE)])
    assert marked(counter) == {BENEFIT: (GONE,)}
    record(counter.store, [looked(Seen.NOT_REACHED)])
    assert marked(counter) == {BENEFIT: (GONE,)}
    record(counter.store, [looked(Seen.SAME)])
    assert marked(counter) == {}


def test_of_a_service_that_the_catalogue_does_not_hold_nothing_is_recorded(counter: Counter) -> None:
    looks = [looked(Seen.CHANGED, differences=(GONE,)), looked(Seen.CHANGED, "lv.example.unknown")]
    with pytest.raises(ServiceUnknownError):
        record(counter.store, looks)
    assert marked(counter) == {}


def test_the_made_up_portals_say_nothing_of_real_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILNVARA_DATA_DIR", str(tmp_path))
    answer = CliRunner().invoke(main, ["connectors", "check", BENEFIT, "--sandbox", "--record"])
    assert (answer.exit_code, "test system" in answer.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []
