"""Of a visit that ended by a no, the auditor's lists and its own page say whose it was."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from gateway.visits.tables import Visit
from tests.gateway.pages.audit.test_audit import auditor, opened, publish
from tests.gateway.pages.facing import Facing, Phone, ready
from tests.gateway.visits.played import declined

__all__ = ["auditor"]


@pytest.mark.parametrize("was_sent", [False, True])
def test_whose_no_it_was_stands_wherever_its_ending_does(facing: Facing, auditor: Phone, *, was_sent: bool) -> None:
    counter, phone = facing.counter, ready(facing)
    if was_sent:
        facing.approve(phone)
        counter.press()
        counter.answer(declined(counter.clock.now()))
    else:
        phone.see("/approve/refuse")
        phone.send("/approve/refuse", approval=counter.approval().id)
    counter.close()
    days_ago = counter.clock.now() - timedelta(days=2)
    counter.write(lambda conn: conn.execute(update(Visit).values(opened_at=days_ago)))
    publish(facing)
    drawn = f"/audit/sample?number=1&from={days_ago:%Y-%m-%d}&to={days_ago:%Y-%m-%d}"
    lists = [auditor.see(path).text for path in ("/audit?ending=declined", drawn)]
    tables = [each.partition("<tbody")[2].partition("</tbody>")[0] for each in lists]
    for page in (*tables, opened(auditor, counter.visit_id)):
        said = [each for each in ("The resident said no", "Not accepted by the portal") if each in page]
        assert said == ["Not accepted by the portal" if was_sent else "The resident said no"]
