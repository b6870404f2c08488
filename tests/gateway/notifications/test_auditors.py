"""Auditors are handed what the log cannot take back."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audit import checkpoint
from audit.checkpoint import Checkpoint, sign
from audit.note import Signer
from gateway.clock import HeldClock
from gateway.jobs.errors import TryLaterError
from gateway.jobs.leases import Job
from gateway.jobs.tables import JobRow
from gateway.ledger import checkpoints, health
from gateway.ledger.errors import LogUnhealthyError
from gateway.notifications import auditors
from gateway.notifications.auditors import HandingOut
from gateway.parts import Store
from tests.gateway.ledger.events import checkpoint_of, record_events, verdict_of
from tests.gateway.ledger.restoring import lose_and_go_on
from tests.gateway.ledger.witnesses import policy_of, publish, witness_of
from tests.gateway.notifications.conftest import MailServer

JOB = Job("j", auditors.JOB, {}, auditors.JOB, 1)


@pytest.fixture
def auditing(store: Store, mail_server: MailServer, tmp_path: Path) -> Store:
    """A log with a checkpoint, and two auditors and a folder to hand it to."""
    record_events(store, 3)
    checkpoint_of(store)
    (tmp_path / "theirs").mkdir()
    settings = replace(
        store.settings,
        smtp_host="127.0.0.1",
        smtp_port=mail_server.port,
        checkpoint_mail=("zurnals@kontrole.example", "log@other.example"),
        checkpoint_folder=tmp_path / "theirs",
    )
    return replace(store, settings=settings)


def hand_out(store: Store) -> None:
    asyncio.run(HandingOut(store).hand_out(JOB))


def newest(store: Store) -> bytes:
    signed = store.database.read_now(checkpoints.latest)
    assert signed is not None
    return signed


def attached(mail: EmailMessage, place: int = 0) -> tuple[str | None, bytes]:
    part = list(mail.iter_attachments())[place]
    content = part.get_content()
    assert isinstance(content, bytes)
    return part.get_filename(), content


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body()
    assert body is not None
    return str(body.get_content())


def test_each_auditor_gets_the_checkpoint_byte_for_byte(auditing: Store, mail_server: MailServer) -> None:
    hand_out(auditing)
    signed = newest(auditing)
    assert [mail["To"] for mail in mail_server.mails] == list(auditing.settings.checkpoint_mail)
    for mail in mail_server.mails:
        assert attached(mail) == (auditors.file_name(auditing, signed), signed)
        assert "unwitnessed" in text_of(mail)


def test_the_folder_keeps_each_of_them(auditing: Store, clock: HeldClock, tmp_path: Path) -> None:
    hand_out(auditing)
    first = newest(auditing)
    clock.move(timedelta(days=1))
    checkpoint_of(auditing)
    hand_out(auditing)
    kept = sorted((tmp_path / "theirs").iterdir())
    assert [each.read_bytes() for each in kept] == [first, newest(auditing)]
    assert verdict_of(auditing, held=first).exit_code == 0


def test_nothing_is_handed_out_before_it_is_time(auditing: Store, mail_server: MailServer, clock: HeldClock) -> None:
    hand_out(auditing)
    clock.move(timedelta(hours=23))
    hand_out(auditing)
    assert len(mail_server.mails) == 2
    clock.move(timedelta(hours=1))
    hand_out(auditing)
    assert len(mail_server.mails) == 4


def test_it_says_who_has_witnessed_it(auditing: Store, mail_server: MailServer, tmp_path: Path) -> None:
    with witness_of(auditing, tmp_path / "w1") as one:
        publish(auditing, policy_of(one))
        hand_out(replace(auditing, settings=replace(auditing.settings, log_witnesses=policy_of(one))))
    assert "witnessed by w1.example" in text_of(mail_server.mails[0])
    assert b"w1.example" in attached(mail_server.mails[0])[1]


def test_an_address_that_is_refused_keeps_the_others_from_nothing(auditing: Store, mail_server: MailServer) -> None:
    mail_server.answers = ["550 no such mailbox"]
    hand_out(auditing)
    assert len(mail_server.mails) == 1
    assert not auditing.database.read_now(lambda conn: auditors.is_due(conn, auditing))


@pytest.mark.parametrize("missing", ["mail", "folder"])
def test_what_does_not_take_it_now_is_tried_again(
    auditing: Store, mail_server: MailServer, tmp_path: Path, missing: str
) -> None:
    if missing == "mail":
        mail_server.answers = ["450 later"]
    else:
        (tmp_path / "theirs").rmdir()
    with pytest.raises(TryLaterError):
        hand_out(auditing)
    assert auditing.database.read_now(lambda conn: auditors.is_due(conn, auditing))
    (tmp_path / "theirs").mkdir(exist_ok=True)
    hand_out(auditing)
    numbers = [mail["Message-ID"] for mail in mail_server.mails]
    assert len(set(numbers)) == 2  # whoever got it twice sees it once
    assert checkpoint.parse(attached(mail_server.mails[-1])[1]).size == checkpoint.parse(newest(auditing)).size


def test_workers_ask_for_it_once(auditing: Store) -> None:
    for _ in range(2):
        asyncio.run(auditors.ask_if_due(auditing))
    query = select(func.count()).select_from(JobRow)
    assert auditing.database.read_now(lambda conn: conn.execute(query).scalar()) == 1


def test_nobody_named_gets_nothing(store: Store) -> None:
    assert not store.database.read_now(lambda conn: auditors.is_due(conn, store))


class TestWhatWasHandedOut:
    """A machine put back from a backup, its own memory of the log included, meets what it handed out."""

    @pytest.fixture
    def handed(self, auditing: Store, tmp_path: Path) -> Path:
        """The folder of the auditors, with a checkpoint of a log that had more entries once."""
        record_events(auditing, 2)
        checkpoint_of(auditing)
        hand_out(auditing)
        return tmp_path / "theirs"

    def test_is_continued_by_a_log_that_grew_on(self, auditing: Store, handed: Path) -> None:
        record_events(auditing, 2)
        checkpoint_of(auditing)
        assert handed.is_dir()
        assert asyncio.run(auditors.compare(auditing)) is None
        auditing.database.read_now(health.ensure_healthy)

    def test_refuses_a_log_that_is_behind_it(self, auditing: Store, handed: Path) -> None:
        larger = Checkpoint(auditing.publisher.origin, 1_000, bytes(32))
        (handed / "checkpoint-000000001000.txt").write_bytes(sign(larger, auditing.publisher.signers[0]))
        assert asyncio.run(auditors.compare(auditing)) is not None
        with pytest.raises(LogUnhealthyError):
            auditing.database.read_now(health.ensure_healthy)
        assert auditing.publisher.differs_now() is not None, "also after a new start"

    def test_is_believed_only_with_our_own_signature_and_hidden_by_nothing(self, auditing: Store, handed: Path) -> None:
        origin = auditing.publisher.origin
        made_up = sign(Checkpoint(origin, 9_000, bytes(32)), Signer(origin, bytes(32)))
        for number, content in enumerate((made_up, b"nonsense", b"")):
            (handed / f"checkpoint-00000000900{number}.txt").write_bytes(content)
        assert asyncio.run(auditors.compare(auditing)) is None
        larger = sign(Checkpoint(origin, 1_000, bytes(32)), auditing.publisher.signers[0])
        (handed / "checkpoint-000000001000.txt").write_bytes(larger)
        assert asyncio.run(auditors.compare(auditing)) is not None

    def test_keeps_what_comes_under_another_name_beside_the_old_ones(
        self, auditing: Store, handed: Path, clock: HeldClock
    ) -> None:
        clock.move(auditing.settings.checkpoint_every)
        lose_and_go_on(auditing, 5, "second.example/log")
        before = {each.name: each.read_bytes() for each in handed.iterdir()}
        hand_out(auditing)
        now = {each.name: each.read_bytes() for each in handed.iterdir()}
        (name,) = now.keys() - before.keys()
        assert now == before | {name: newest(auditing)}
        key = auditing.publisher.signers[0]
        assert key.name == "second.example/log"
        larger = sign(Checkpoint(key.name, 1_000, bytes(32)), key)
        (handed / f"{name[:-16]}000000001000.txt").write_bytes(larger)
        assert asyncio.run(auditors.compare(auditing)) is not None

    def test_says_nothing_where_the_folder_is_gone(self, auditing: Store, handed: Path) -> None:
        handed.rename(handed.with_name("elsewhere"))
        assert asyncio.run(auditors.compare(auditing)) is None
