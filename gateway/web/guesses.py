"""Links that somebody rates by: how many that lead nowhere are taken from one place, and from everywhere.

A try is counted before it is looked at and given back where the link is one, so many at once gain nothing and whoever
has one good link cannot guess others with it. A place is a network, since one machine has many addresses.
"""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Final, TypeVar

from sqlalchemy import Connection

from gateway.parts import Parts
from gateway.people import throttle
from gateway.people.throttle import Door
from gateway.web.admission import AnyRequest
from gateway.web.exchange import address_of
from gateway.web.refusals import CodeFor, note_code

T = TypeVar("T")
MOST_HERE: Final = 30
"""Links that lead nowhere from one network in a quarter of an hour: a whole centre may share one."""
MOST_EVERYWHERE: Final = 3000
"""From all of them together; from then on one network has only `MOST_WHILE_MANY`, and whoever guesses nothing waits
for nobody else."""
MOST_WHILE_MANY: Final = 2
_NETWORKS: Final = {4: 24, 6: 48}


async def look_up(
    request: AnyRequest, parts: Parts, what: CodeFor, look: Callable[[Connection], T], unknown: type[Exception]
) -> T:
    """What a link leads to, by `look`; `unknown` is its error for one that leads nowhere, which is counted.

    Raises:
        gateway.people.errors.TriedTooOftenError: too many led nowhere; this one was not looked at.
    """
    now, place = parts.clock.now(), network_of(address_of(request))
    everywhere = Door("guessed links", "everywhere", MOST_EVERYWHERE)

    def work(conn: Connection) -> T | Exception:
        is_many = throttle.is_shut(conn, parts.sealer, everywhere, now)
        here = Door("guessed link", place, MOST_WHILE_MANY if is_many else MOST_HERE)
        throttle.charge(conn, parts.sealer, [here], now)
        try:
            found = look(conn)
        except unknown as error:
            if not is_many:
                throttle.charge(conn, parts.sealer, [everywhere], now)
            return error  # raised, it would take back what was counted
        except Exception:
            throttle.give_back(conn, parts.sealer, here)
            raise
        throttle.give_back(conn, parts.sealer, here)
        return found

    found = await parts.database.write(work)
    if isinstance(found, Exception):
        await note_code(request, what, found)
        raise found
    return found


def network_of(address: str) -> str:
    """The network of an address, as far as one household or one machine may move within it."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, _NETWORKS[found.version]), strict=False))
