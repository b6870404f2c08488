"""A service whose connector somebody has just written, offered in the demonstration."""

from pathlib import Path

import pytest

from gateway.config import Settings
from gateway.demo import catalogue, offering
from gateway.demo.offering import PortalOffered
from gateway.demo.seed import NotDemoError
from gateway.parts import open_store
from gateway.services.files import read_catalogue

CARD = """
[[service]]
id = "lv.example.dog"
holder = "Example"
group = "family"
portal = "example"
routes = ["phone"]

[service.cards.lv]
title = "Suns"
summary = "s"
who = "w"
needed = ["n"]
takes = "t"
costs = "c"
next = "n"
withdraw = "w"
synonyms = []
"""


def test_the_portal_is_where_its_callback_is() -> None:
    portal = PortalOffered(callback="http://127.0.0.9:8900/callback?x=1", client_id="a", client_secret="b")
    assert portal.origin == "http://127.0.0.9:8900"


def test_is_nothing_for_a_real_gateway() -> None:
    class Real:
        class settings:  # noqa: N801 - the attribute's name
            mode = "live"

    (service,) = read_catalogue(CARD)
    portal = PortalOffered(callback="http://127.0.0.9:1/c", client_id="a", client_secret="b")
    with pytest.raises(NotDemoError):
        offering.offer(None, Real(), service, portal)  # type: ignore[arg-type]  # refused before either is used


def test_a_portal_that_residents_use_is_not_offered(tmp_path: Path, ready_file: Path) -> None:
    store = open_store(Settings.from_environment({"PILNVARA_MODE": "demo", "PILNVARA_DATA_DIR": str(tmp_path)}))
    portal = PortalOffered(callback="https://latvija.example/c", client_id="a", client_secret="b")
    service = next(each for each in catalogue.services() if each.portal_id is not None)
    try:
        with pytest.raises(ValueError, match=r"https://latvija\.example is not on this machine"):
            store.database.write_now(lambda conn: offering.offer(conn, store, service, portal))
    finally:
        store.close()
