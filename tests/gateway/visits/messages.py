"""Messages that wait to be sent, opened; and the job that writes those to approvers."""

from functools import partial

from sqlalchemy import Connection, select

from gateway.jobs.tables import JobRow
from gateway.keys import store as key_store
from gateway.notifications.tables import Message
from gateway.visits import telling
from gateway.visits.telling import Told
from tests.gateway.visits.counter import Counter


def tell_all(counter: Counter) -> None:
    """Do what a worker would: write every message to an approver that is asked for."""
    wanted = counter.read(
        lambda conn: conn.execute(select(JobRow.payload).where(JobRow.kind == telling.JOB)).scalars().all()
    )
    for each in wanted:
        delegation_id, what = each["delegation"], Told(each["what"])
        counter.write(partial(telling.tell, parts=counter.store, delegation_id=delegation_id, what=what))


def messages(counter: Counter, template: str) -> list[tuple[str, str]]:
    """To whom, and what."""
    sealer = counter.store.sealer

    def work(conn: Connection) -> list[tuple[str, str]]:
        found = []
        for row in conn.execute(select(Message.__table__).where(Message.template == template)):
            key = key_store.load(conn, sealer, row.key_id)
            address = sealer.open(key, f"message.address:{row.id}", row.address).decode()
            found.append((address, sealer.open(key, f"message.body:{row.id}", row.body).decode()))
        return found

    return counter.read(work)
