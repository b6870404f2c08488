"""Somebody rates an institution's own e-service."""

from collections.abc import Sequence

from sqlalchemy import Connection

from gateway.ratings import inviting, surveys
from gateway.ratings.inviting import Wanted
from tests.gateway.callers import Caller
from tests.states.shown import Kind
from tests.states.stand import Stand


def codes(stand: Stand, service: str, count: int) -> list[str]:
    """Links of an institution's e-service."""
    parts, now = stand.gateway.parts, stand.clock.now()
    wanted = Wanted(survey_id=service, count=count, language="lv", call="for-the-pictures")

    def work(conn: Connection) -> Sequence[str]:
        names = {"lv": "Būvatļaujas pieteikums", "en": "Application for a building permit"}
        url = "https://iestade.example/paldies"
        surveys.open_one(conn, service, agency="Parauga iestāde", names=names, return_url=url, now=now)
        return inviting.invite(conn, parts, "Parauga iestāde", wanted).codes

    return list(parts.database.write_now(work))


def scene_rating(stand: Stand) -> None:
    first, second = codes(stand, "buvatlauja", 2)
    client: Caller = stand.stranger()
    stand.see("ratings/questions", client, f"/r/{first}")
    stand.send("ratings/questions-missing", client, f"/r/{first}", status=400)
    done = {"satisfaction": "5", "done": "yes", "clear": "yes", "comment": ""}
    client.post(f"/r/{first}", done)
    stand.see("ratings/thanks", client, "/r/thanks/buvatlauja")
    stand.send("ratings/used", client, f"/r/{first}", Kind.PROBLEM, form=done, status=410)
    stand.see("ratings/unknown", client, f"/r/{'7' * 26}", Kind.PROBLEM, status=404)
    stand.see("ratings/not-here", stand.desk().browser, f"/r/{second}", Kind.PROBLEM, status=403)
