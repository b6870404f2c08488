"""On the day by which a card has to be looked at again its holder's office is told, once, and only if nobody has."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway.card_mail import Reminding
from gateway.changes import drafts
from gateway.days import beginning_of
from gateway.jobs.errors import TryLaterError
from gateway.jobs.leases import Job
from gateway.jobs.tables import JobRow
from gateway.services.tables import Service
from tests.gateway.changes.conftest import SERVICE, Office, callers, office, parts, renderer
from tests.gateway.test_portal_mail import Postbox

__all__ = ["callers", "office", "parts", "renderer"]
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
NETWORK = "network@example.lv"


def jobs(office: Office) -> list[Any]:
    wanted = select(JobRow.__table__).where(JobRow.kind == drafts.REVIEW_JOB).order_by(JobRow.run_at)
    return list(office.read(lambda conn: conn.execute(wanted).all()))


def look_by(office: Office, days: int) -> date:
    day = office.clock.now().date() + timedelta(days=days)
    by = office.session()
    office.write(lambda conn: drafts.note_reviewed(conn, office.parts, by, SERVICE, day))
    return day


def remind(office: Office, postbox: Postbox, row: Any) -> None:
    store = replace(office.parts, settings=replace(office.parts.settings, portal_mail=(NETWORK,)))
    asyncio.run(Reminding(store, postbox).remind(Job(row.id, row.kind, row.payload, row.key, 1)))


def test_the_office_and_the_network_are_told_on_the_day(office: Office) -> None:
    contact = update(Service).where(Service.id == SERVICE).values(contact="office@example.lv")
    office.write(lambda conn: conn.execute(contact))
    day, postbox = look_by(office, 30), Postbox()
    (row,) = jobs(office)
    assert row.run_at == beginning_of(day)
    remind(office, postbox, row)
    assert [each.to for each in postbox.got] == ["office@example.lv", NETWORK]
    assert all(f"/cards/{SERVICE}" in each.text and day.strftime("%d.%m.%Y") in each.text for each in postbox.got)
    remind(office, postbox, row)
    assert len({each.id for each in postbox.got}) == 2, "sent twice it is seen once"


def test_nobody_is_told_of_a_day_that_was_put_off(office: Office) -> None:
    look_by(office, 30)
    look_by(office, 60)
    first, second = jobs(office)
    postbox = Postbox()
    remind(office, postbox, first)
    assert postbox.got == []
    remind(office, postbox, second)
    assert [each.to for each in postbox.got] == [NETWORK]


def test_a_server_that_takes_nothing_is_tried_again(office: Office) -> None:
    look_by(office, 30)
    postbox = Postbox()
    postbox.takes = 0
    with pytest.raises(TryLaterError):
        remind(office, postbox, jobs(office)[0])
