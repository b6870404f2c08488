"""The centre: who comes with a document, the manager's pages, findings, a colleague's second look."""

from datetime import date

from connectors.sdk.outcome import Standing
from gateway.people.roles import Role
from gateway.visits.reading import Stage
from tests.benchmarks.gateways import BusyDesk
from tests.gateway.callers import Caller
from tests.gateway.feedback.test_batches import answer
from tests.gateway.visits.followed import filed, told
from tests.states.scenes.desk import somebody
from tests.states.shown import Kind
from tests.states.stand import Stand


def shown(caller: Caller, code: str = "329999-00001") -> str:
    """Where what is allowed in the name of whoever showed this document is listed."""
    answer = caller.post("/presented", {"code": code, "document": "passport"})
    assert answer.status == 303, answer.text
    return answer.location


def scene_with_a_document(stand: Stand) -> None:
    desk = stand.desk()
    desk.open().grant()
    delegation = desk.delegation().id
    assistant = stand.colleague("Berta Otrā", Role.ASSISTANT)
    stand.see("presented/form", assistant, "/presented")
    stand.send("presented/form-missing", assistant, "/presented", status=400)
    here = shown(assistant)
    stand.see("presented/list", assistant, here)
    stand.send("presented/overview-missing", assistant, f"{here}/overview")
    assistant.post(f"{here}/overview", {"reason": "asked_on_paper"})
    stand.see("presented/overview", assistant, f"{here}/overview")
    one = f"{here}/{delegation}"
    stand.see("presented/one", assistant, one)
    stand.send("presented/stop-missing", assistant, f"{one}/stop")
    stand.send("presented/case-missing", assistant, f"{one}/case")
    stand.see("presented/messages", assistant, f"{here}/messages")
    stand.send("presented/messages-missing", assistant, f"{here}/messages")
    stand.see("presented/messages-saved", assistant, f"{here}/messages?saved=yes")
    stand.see("presented/erasure", assistant, f"{here}/erasure")
    assistant.post(f"{here}/erasure")
    stand.see("presented/erasure-asked", assistant, f"{here}/erasure", Kind.WAITING)
    case = assistant.post(f"{one}/case", {"kind": "not_me", "words": "Es tur nebiju."}).location
    stand.see("presented/case-opened", assistant, case, Kind.STOPPED)
    stand.see("presented/list-none", assistant, shown(assistant, "329999-00099"), Kind.EMPTY)


def scene_outcome(stand: Stand) -> None:
    desk = stand.desk()
    filed(desk)
    told(desk, Standing.REFUSED, wanted="Par vēlu iesniegts", decision=b"%PDF-1.7 decision")
    assistant = stand.colleague("Berta Otrā", Role.ASSISTANT)
    here = f"{shown(assistant)}/{desk.delegation().id}"
    stand.see("presented/outcome-hidden", assistant, here)
    assistant.post(f"{here}/outcome")
    stand.see("presented/outcome", assistant, here)
    stand.see("presented/decision", assistant, f"{here}/decision/{desk.filing().id}/print")
    stand.send("presented/handed-over-missing", assistant, f"{here}/handed-over", form={"filing": desk.filing().id})


def scene_manager(stand: Stand) -> None:
    desk = stand.desk()
    manager = stand.staff(Role.MANAGER)
    stand.see("manage/start", manager, "/manage")
    stand.see("manage/delegations-none", manager, "/manage/delegations", Kind.EMPTY)
    desk.open().grant()
    another = stand.desk(somebody(1)).at(Stage.STOPPED)
    stand.see("manage/delegations", manager, "/manage/delegations")
    stop = f"/manage/delegations/{desk.delegation().id}/stop"
    stand.see("manage/delegation-stop", manager, stop)
    stand.send("manage/delegation-stop-missing", manager, stop)
    stand.see("manage/found", manager, f"/manage/delegations?number={another.visit_id}")
    stand.see("manage/found-none", manager, "/manage/delegations?number=none", Kind.EMPTY)
    stand.see("manage/figures", manager, "/inquiries/figures")
    values = f"/manage/staff/{stand.callers.account.id}/values"
    stand.see("manage/values-own", manager, "/account/values")
    berta = stand.place_of("Berta Otrā", Role.ASSISTANT).account.id
    values = f"/manage/staff/{berta}/values"
    stand.see("manage/values", manager, values)
    stand.send("manage/values-missing", manager, values)
    stand.see("manage/findings-none", manager, "/findings", Kind.EMPTY)


def scene_second_look(stand: Stand) -> None:
    witness = stand.colleague("Berta Otrā", Role.ASSISTANT)
    stand.see("second-look/none", witness, "/second-look", Kind.EMPTY)
    desk: BusyDesk = stand.desk().at(Stage.SECOND_LOOK)
    stand.see("second-look/desk", witness, "/desk")
    there = witness.get("/second-look").text.partition('href="/second-look/')[2].partition('"')[0]
    here = f"/second-look/{there}"
    stand.see("second-look/address", witness, here)
    witness.post(f"{here}/look")
    stand.see("second-look/address-shown", witness, here)
    witness.post(f"{here}/confirm")
    stand.see("second-look/confirmed", witness, here)
    assert desk.stage is Stage.APPROVAL


def scene_feedback_figures(stand: Stand) -> None:
    manager = stand.staff(Role.MANAGER)
    stand.see("manage/comments-none", manager, "/figures/comments", Kind.EMPTY)
    stand.see("manage/invitations-none", manager, "/figures/invitations", Kind.EMPTY)
    desk = stand.desk()
    for number in range(52):
        answer(desk, date(2026, 10, 2 + number % 25), f"Paldies par palīdzību! Rindā gaidīju {number} minūtes.")
    desk.open().close()
    stand.see("manage/comments", manager, "/figures/comments")
    stand.see("manage/comments-of-month", manager, "/figures/comments/2026-10")
    stand.see("manage/comments-more", manager, "/figures/comments/2026-10?after=50")
    stand.see("manage/invitations", manager, "/figures/invitations")
