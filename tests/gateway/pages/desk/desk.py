"""The desk in front of a counter: a browser for the assistant, and a visit at any stage by name."""

import struct
import zlib
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Connection

from connectors.runner import errors as run_errors
from connectors.runner.api import Absent, LookedUp, Prepared
from delegation.assurance import Route
from delegation.readback import Attachment, Item, ReadBack
from gateway.people import fingerprints
from gateway.people.residents import Profile
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.people.tables import ValueKind
from gateway.visits import asking, confirming, granting, opening, running, sending, setting_aside, stopping
from gateway.visits.reading import Stage
from gateway.visits.stopping import StopReason
from gateway.visits.tables import Channel, RunKind
from tests.gateway.accounts import an_account
from tests.gateway.answers import Answer
from tests.gateway.callers import PASSWORD, Caller, Callers
from tests.gateway.visits.counter import BENEFIT, ILZE, Counter
from tests.gateway.visits.played import declined, filed, unknown

__all__ = ["BENEFIT", "PASSPORT", "QUEUE", "READ_BACK_OF_PORTAL", "Desk", "a_picture"]

QUEUE = "lv.municipality.kindergarten_queue"
PASSPORT = "lv.pmlp.passport"

READ_BACK_OF_PORTAL = ReadBack(
    items=(
        Item("informacija", "iepazinos", "Iepazinos ar informāciju", "checkbox", "ja", "Iepazinos ar informāciju"),
        Item("dati", "lapa", "Darbnespējas lapa B", "select", "B-26-00001-1", "B-26-00001-1"),
        Item("dati", "periods_no_diena", "Periods no: Diena", "text", "13", "13"),
        Item("dati", "konts", "Konta numurs (IBAN)", "text", "LV78PARA0000000000001", "LV78PARA0000000000001"),
        Item("dati", "epasts", "E-pasts", "email", "iedzivotajs01@piemers.example", "iedzivotajs01@piemers.example"),
        Item("sanemsana", "lemuma_veids", "Kā vēlaties saņemt lēmumu?", "radio", "portals", "Portālā"),
        Item("parskats", "csrf", "", "hidden", "abc", ""),
        Item("parskats", "melnraksts", "", "hidden", "d-1", ""),
        Item("parskats", "versija", "", "hidden", "7", ""),
        Item("parskats", "", "Darbnespējas lapa B", "shown", "B-26-00001-1", "B-26-00001-1"),
        Item("parskats", "", "Periods", "shown", "13.10.2026–23.10.2026", "13.10.2026–23.10.2026"),
        Item(
            "parskats", "", "Konta numurs (IBAN)", "shown", "LV78 PARA 0000 0000 0000 1", "LV78 PARA 0000 0000 0000 1"
        ),
        Item("parskats", "", "Kā vēlaties saņemt lēmumu?", "shown", "Portālā", "Portālā"),
    ),
    attachments=(Attachment("izzina", "izzina-liga.pdf", "ab" * 32, 48_000),),
    fee="0,00 EUR",
    language="lv",
)


@dataclass
class Desk(Counter):
    """A counter whose assistant has a browser."""

    callers: Callers = field(kw_only=True)
    browser: Caller = field(kw_only=True)

    @property
    def path(self) -> str:
        return f"/desk/visits/{self.visit_id}"

    def look(self, query: str = "") -> Answer:
        """The visit's page."""
        return self.browser.get(self.path + query)

    def press_button(self, step: str, data: dict[str, str] | None = None) -> Answer:
        """Send one of the page's forms."""
        return self.browser.post(f"{self.path}/{step}", data)

    def freshen(self) -> None:
        """Sign in anew, after the clock was moved past the session's end."""
        self.browser = self.callers.staff(Role.ASSISTANT, language=self.by.language)

    def another_assistant(self) -> Caller:
        """A colleague at the same terminal."""
        parts, now = self.store, self.clock.now()
        new = NewStaff(
            login="berta", name="Berta Otrā", password=PASSWORD, centre_id=self.by.centre_id, roles=(Role.ASSISTANT,)
        )
        colleague = self.write(lambda conn: an_account(conn, parts.sealer, new, now=now))
        return replace(self.callers, account=colleague).staff(Role.ASSISTANT)

    def stop_now(self, conn: Connection) -> None:
        """The assistant stops: it was about the wrong person."""
        stopping.stop_at_desk(conn, self.store, self.by, self.visit_id, StopReason.WRONG_PERSON)

    def progress(self, done: int, total: int) -> None:
        """The worker has filled so many steps."""
        run = self.run_of(RunKind.PREPARE).id
        self.write(lambda conn: running.progress(conn, run, done, total))

    def report_read_back(self) -> None:
        """The worker has filled the form and waits."""
        self.begin()
        run = self.run_of(RunKind.PREPARE).id
        result = Prepared(
            readback=READ_BACK_OF_PORTAL,
            picture_png=a_picture(),
            steps=(),
            timings=(),
            fingerprints_ok=True,
            held=False,
        )
        assert self.write(lambda conn: running.prepared(conn, self.store, run, result, "worker-1"))

    def send_and_file(self) -> None:
        """The worker presses the last button and the portal takes it."""
        assert self.press().allowed
        self.answer(filed(self.clock.now()))

    def newest_run(self) -> str:
        """The id of the newest errand of the visit."""
        run = self.view().run
        assert run is not None
        return str(run["id"])

    def at(self, stage: Stage) -> "Desk":
        """A visit at `stage`, brought there by the flow's own steps."""
        getattr(self, f"_to_{stage.value}")()
        assert self.stage is stage
        return self

    def ready(self) -> "Desk":
        """Granted, and what comes before the questions is settled."""
        self.open().grant()
        settled = {"precondition.sheet_b_closed": "yes"}
        self.write(lambda conn: asking.save_draft(conn, self.store, self.by, self.visit_id, settled, {}))
        return self

    def live_together(self) -> None:
        """The register knows the resident to live where the assistant does."""
        home, now, me, sealer = "Parauga iela 1-2, Paraugciems", self.clock.now(), self.by, self.store.sealer
        self.knows(Profile(name=ILZE.name, code=ILZE.code, address=home))
        self.write(
            lambda conn: fingerprints.add(conn, sealer, me.staff_id, ValueKind.ADDRESS, home, by=me.actor, now=now)
        )

    def asked_on_display(self) -> "Desk":
        """For a service that takes a number typed here."""
        self.open(QUEUE)
        self.ask(Route.DISPLAY, number="+37120000001")
        return self

    def fails(self, error: run_errors.RunError) -> "Desk":
        """The worker reports `error` instead of a read-back."""
        self.open().grant().fill()
        self.begin()
        run = self.run_of(RunKind.PREPARE)
        self.write(lambda conn: running.failed(conn, self.store, run.id, error))
        return self

    def _to_guiding(self) -> None:
        channel = Channel.SHARED_COMPUTER
        self.visit_id = self.write(
            lambda conn: opening.open_visit(conn, self.store, self.by, channel=channel, language="lv")
        )

    def _to_service(self) -> None:
        self.visit_id = self.write(
            lambda conn: opening.open_visit(conn, self.store, self.by, channel=Channel.COUNTER, language="lv")
        )

    def _to_referral(self) -> None:
        self.open(PASSPORT)

    def _to_request(self) -> None:
        self.open()

    def _to_second_look(self) -> None:
        self.live_together()
        self.open().ask()

    def _to_approval(self) -> None:
        self.open().ask()

    def _to_refused(self) -> None:
        self.open().ask()
        phone = self.enter_code()
        approval = self.approval().id
        self.write(lambda conn: confirming.refuse_on_phone(conn, self.store, phone, approval))

    def _to_lapsed(self) -> None:
        self.open().ask()
        self.write(lambda conn: granting.withdraw_request(conn, self.store, self.by, self.visit_id))

    def _to_expired(self) -> None:
        self.ready()
        self.clock.move(timedelta(minutes=121))
        self.freshen()

    def _to_questions(self) -> None:
        self.open().grant()

    def _to_filling(self) -> None:
        self.open().grant().fill()
        self.begin()
        self.progress(2, 6)

    def _to_permit(self) -> None:
        self.open().grant().fill()
        self.report_read_back()

    def _to_permit_lapsed(self) -> None:
        self._to_permit()
        self.clock.move(timedelta(minutes=16))
        self.freshen()

    def _to_permit_refused(self) -> None:
        self._to_permit()
        phone, approval = self.the_phone(), self.approval().id
        self.write(lambda conn: confirming.refuse_on_phone(conn, self.store, phone, approval))

    def _to_sending(self) -> None:
        self._to_permit()
        self.sign_in()

    def _to_looking_up(self) -> None:
        self._send()
        self.answer(unknown(self.clock.now()))

    def _to_filed(self) -> None:
        self._to_sending()
        self.send_and_file()

    def _to_declined(self) -> None:
        self._send()
        self.answer(declined(self.clock.now()))

    def _to_not_filed(self) -> None:
        self._look_up(Absent(conclusive=True))

    def _to_arrived(self) -> None:
        """A visit of today, while the first one's worker comes back."""
        self._lost()
        earlier = self.run_of(RunKind.SEND).id
        self.open().grant().fill()
        self.write(lambda conn: sending.outcome(conn, self.store, earlier, filed(self.clock.now())))

    def _to_both(self) -> None:
        """What was taken for lost was sent again in another visit, and the portal has both."""
        self._lost()
        earlier, first = self.run_of(RunKind.SEND).id, self.visit_id
        self._to_sending()
        self.send_and_file()
        late = replace(filed(self.clock.now()), reference="SP-2026-000007")
        self.write(lambda conn: sending.outcome(conn, self.store, earlier, late))
        self.visit_id = first

    def _lost(self) -> None:
        """A visit whose application the portal's own list does not show."""
        self._look_up(Absent(conclusive=True))

    def _to_needs_human(self) -> None:
        self._look_up(Absent(conclusive=False))

    def _to_stopped(self) -> None:
        self._to_permit()
        self.stop()

    def _to_failed(self) -> None:
        self.fails(run_errors.FormChangedError(("Page “dati”: the field “Tālrunis” is gone.",)))

    def _to_set_aside(self) -> None:
        self.open_several(BENEFIT, QUEUE)
        self.grant(another_day=True)
        self.write(lambda conn: setting_aside.set_aside(conn, self.store, self.by, self.visit_id))

    def _to_closed(self) -> None:
        self._to_filed()
        self.close()

    def _send(self) -> None:
        self._to_sending()
        assert self.press().allowed

    def _look_up(self, result: LookedUp) -> None:
        self._to_looking_up()
        self.begin(RunKind.LOOK_UP)
        run = self.run_of(RunKind.LOOK_UP).id
        self.write(lambda conn: sending.looked_up(conn, self.store, run, result))


def a_picture() -> bytes:
    """A small PNG: a pale page with a darker head."""
    width, height = 480, 640
    rows = b"".join(b"\x00" + (b"\x2f\x5d\x7c" if y < 70 else b"\xf4\xf6\xf8") * width for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
