"""An application that is followed after its visit, and what the portal says of it, played."""

from typing import Any

from connectors.runner.api import Followed
from connectors.sdk.outcome import Standing
from gateway.visits import following
from gateway.visits.outcome_tables import Following
from gateway.visits.scope import Wanted
from tests.gateway.visits.counter import QUEUE, WORKER, Counter


def filed(counter: Counter, *, follow: bool = True, collect: bool = True) -> Counter:
    """A visit that has closed, and what may be looked at afterwards."""
    counter.open(QUEUE).grant(services=(Wanted(service=QUEUE, follow=follow, collect=collect),))
    counter.fill()
    counter.send()
    counter.close()
    return counter


def row(counter: Counter) -> Any:
    return counter._newest(Following, Following.visit_id == counter.visit_id, Following.begun_at)


def told(counter: Counter, standing: Standing, **more: Any) -> None:
    """The portal is asked when it is time, and says this."""
    one = row(counter)
    counter.clock.move(one.next_at - counter.clock.now())
    look = counter.write(lambda conn: following.take(conn, counter.store, one.portal_id, WORKER))
    assert look is not None
    result = Followed(standing=standing, **more)
    counter.write(lambda conn: following.found(conn, counter.store, look.run_id, result))
