"""Settings by two people, and an account that somebody lost."""

from datetime import timedelta

from sqlalchemy import update

from gateway.changes.tables import ChangeKind
from gateway.jobs.tables import JobRow
from gateway.people.roles import Role
from gateway.services import trainings
from tests.gateway.changes.conftest import PORTAL, PROVIDER, Office
from tests.gateway.changes.test_recovery import Lost
from tests.gateway.visits.counter import BENEFIT
from tests.gateway.visits.messages import tell_all
from tests.states.shown import Kind
from tests.states.stand import Stand

LISTS = (
    "portals",
    "providers",
    "services",
    "agreements",
    "baskets",
    "training-kinds",
    "trainings",
    "trainings-ending",
    "keys",
)
RULES = {"grant_least": 3, "permit_least": 2, "routes": ["phone"], "guarded": ["account"], "training": None}


def office(stand: Stand) -> Office:
    """Anna and Bille."""
    return Office(stand.here, stand.place_of("Bille Otrā", Role.ADMINISTRATOR))


def scene_lists(stand: Stand) -> None:
    ada = stand.staff(Role.ADMINISTRATOR)
    stand.see("admin/empty", ada, "/admin", Kind.EMPTY)
    desk = stand.desk()
    desk.write(lambda conn: trainings.define(conn, "vsaa", {"lv": "VSAA pabalsti", "en": "VSAA benefits"}))
    ends = desk.clock.now() + timedelta(days=9)
    desk.write(lambda conn: trainings.give(conn, stand.callers.account.id, "vsaa", ends))
    for name in LISTS:
        stand.see(f"admin/{name}", ada, f"/admin/{name}")
    stand.see("account/training-ends", desk.browser, "/account")
    stand.see("admin/no-such-list", ada, "/admin/nothing", Kind.PROBLEM, status=404)


def scene_proposing(stand: Stand) -> None:
    ada = stand.staff(Role.ADMINISTRATOR)
    for kind in ChangeKind:
        page = ada.get(f"/admin/propose/{kind.value}?target={_target(stand, kind)}")
        assert page.status < 500, kind
        if page.status == 200:
            name = kind.value.replace(".", "-")
            stand.see(f"admin/propose-{name}", ada, f"/admin/propose/{kind.value}?target={_target(stand, kind)}")
            stand.send(f"admin/propose-{name}-missing", ada, f"/admin/propose/{kind.value}")


def _target(stand: Stand, kind: ChangeKind) -> str:
    match kind.value.partition(".")[0]:
        case "service":
            return BENEFIT
        case "account":
            return stand.callers.account.id
        case "provider":
            return "" if kind is ChangeKind.PROVIDER_ADD else "sandbox"
        case "portal":
            return "" if kind is ChangeKind.PORTAL_REGISTER else "portal"
        case _:
            return ""


def scene_changes(stand: Stand) -> None:
    two = office(stand)
    ada, bille = two.page(), two.page(two.second)
    change = two.propose(ChangeKind.PORTAL_REGISTER, "example-portal", PORTAL)
    here = f"/admin/changes/{change}"
    stand.see("admin/change-own", ada, here, Kind.WAITING)
    stand.see("admin/change-to-confirm", bille, here)
    two.propose(ChangeKind.SERVICE_RULES, BENEFIT, RULES)
    stand.see("admin/changes", ada, "/admin")
    two.confirm(change)
    stand.see("admin/change-confirmed", ada, here, Kind.WAITING)
    two.wait()
    two.apply(change)
    ada, bille = two.page(), two.page(two.second)
    stand.see("admin/change-applied", ada, here)
    refused = two.propose(ChangeKind.PROVIDER_ADD, "example", PROVIDER, secret="s")
    bille.post(f"/admin/changes/{refused}/refuse")
    stand.see("admin/change-refused", ada, f"/admin/changes/{refused}", Kind.REFUSED)
    withdrawn = two.propose(ChangeKind.PROVIDER_SUSPEND, "sandbox", {})
    ada.post(f"/admin/changes/{withdrawn}/withdraw")
    stand.see("admin/change-withdrawn", ada, f"/admin/changes/{withdrawn}", Kind.STOPPED)


def scene_recovery(stand: Stand) -> None:
    two = office(stand)
    place = stand.place_of("Cilda Aizmirse", Role.ASSISTANT, login="cilda")
    lost = Lost(two, place.account)
    lost.propose()
    cilda = place.staff(Role.ASSISTANT, language="lv")
    stand.see("account/recovery-asked", cilda, "/account", Kind.WAITING)
    cilda.post(f"/account/recoveries/{_newest(two)}/end")
    stand.see("account/recovery-ended", cilda, "/account", Kind.STOPPED)
    change = lost.opened()
    stand.see("admin/recovery", two.page(), f"/admin/changes/{change}")
    halves = lost.halves(change)
    browser = stand.at_an_enrolled_one()
    stand.see("sign-in/recover", browser, "/recover")
    wrong = {"login": "cilda", "first": "a" * 8, "second": "b" * 8}
    stand.send("sign-in/recover-wrong", browser, "/recover", status=403, form=wrong)
    right = {"login": "cilda", "first": halves[0], "second": halves[1]}
    stand.send("sign-in/recover-new", browser, "/recover", Kind.CLEAN, status=200, form=right)
    short = right | {"password": "īsa", "again": "cita", "code": "1"}
    stand.send("sign-in/recover-new-wrong", browser, "/recover/finish", form=short)


def _newest(two: Office) -> str:
    return str(two.page().get("/admin").text.partition("/admin/changes/")[2].partition('"')[0])


def scene_messages(stand: Stand) -> None:
    ada = stand.staff(Role.ADMINISTRATOR)
    stand.see("admin/messages-none", ada, "/admin/messages", Kind.EMPTY)
    desk = stand.desk()
    desk.open().grant()
    tell_all(desk)
    job = JobRow.kind.like("message.%")
    desk.write(lambda conn: conn.execute(update(JobRow).where(job).values(attempts=1)))
    stand.see("admin/messages", ada, "/admin/messages")
    ada.post("/admin/messages/retry")
    stand.see("admin/messages-tried", ada, "/admin/messages?tried=yes")
