import json
import smtplib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx2
import pytest

from connectors.sandbox import Sandbox, SandboxSettings
from tests.serving import WebServer, serve

TOKEN = {"Authorization": "Bearer sandbox-sms-token"}


def sms(sandbox: Sandbox, headers: dict[str, str] | None = None, **content: str) -> httpx2.Response:
    message = {"to": "+371 2000 0001", "text": "Kods: 123456", "id": "m-1", **content}
    return httpx2.post(
        f"{sandbox.inbox_url}/sms", json=message, headers=headers or TOKEN, trust_env=False, verify=False
    )


def messages(sandbox: Sandbox, to: str = "") -> list[dict[str, Any]]:
    answer = httpx2.get(f"{sandbox.inbox_url}/_sandbox/messages", params={"to": to}, trust_env=False, verify=False)
    found: list[dict[str, Any]] = answer.json()["messages"]
    return found


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for what happens after an answer."""
    for _ in range(500):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_a_text_message_arrives_once_however_often_it_is_sent(sandbox: Sandbox) -> None:
    assert sms(sandbox).status_code == 202
    assert sms(sandbox).status_code == 200
    assert [one["text"] for one in messages(sandbox, "+37120000001")] == ["Kods: 123456"]


def test_an_id_cannot_stand_for_two_messages(sandbox: Sandbox) -> None:
    sms(sandbox)
    assert sms(sandbox, text="Cits").status_code == 409


def test_a_wrong_token_or_an_empty_text_is_refused(sandbox: Sandbox) -> None:
    assert sms(sandbox, {"Authorization": "Bearer guessed"}).status_code == 401
    assert sms(sandbox, text="").status_code == 400
    assert messages(sandbox) == []


def test_the_operator_can_be_down(sandbox: Sandbox, fault: Callable[..., None]) -> None:
    fault("sms_down")
    assert sms(sandbox).status_code == 503
    assert messages(sandbox) == []


@pytest.fixture
def reports(sandbox: Sandbox) -> Iterator[list[dict[str, Any]]]:
    """What the operator reports, with the header that it shows."""
    heard: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            heard.append(body | {"shown": self.headers["authorization"]})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Stay quiet."""

    server = WebServer(("127.0.0.1", 0), Handler)
    thread = serve(server)
    url = f"http://127.0.0.1:{server.server_port}/api/sms/reports"
    with Sandbox(replace(SandboxSettings.for_tests(), sms_report_url=url, sms_report_secret="shown")) as other:
        heard.append({"inbox": other})
        yield heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ((), [{"id": "m-1", "state": "delivered"}]),
        (("sms_unreachable",), [{"id": "m-1", "state": "unreachable", "code": "1"}]),
        (("sms_reported_twice",), [{"id": "m-1", "state": "delivered"}] * 2),
    ],
)
def test_the_operator_reports_what_arrived(
    reports: list[dict[str, Any]], faults: tuple[str, ...], said: list[dict[str, str]]
) -> None:
    other = reports.pop()["inbox"]
    for each in faults:
        other.faults.switch(each, on=True)
    sms(other)
    wait_until(lambda: len(reports) == len(said))
    assert reports == [one | {"shown": "Bearer shown"} for one in said]


def test_whom_nothing_reaches_is_reported_and_the_inbox_says_it(reports: list[dict[str, Any]]) -> None:
    other = reports.pop()["inbox"]
    sms(other, to="+37120000013")
    wait_until(lambda: len(reports) == 1)
    assert reports == [{"id": "m-1", "state": "unreachable", "code": "1", "shown": "Bearer shown"}]
    assert "Nav piegādāta" in httpx2.get(other.inbox_url, trust_env=False, verify=False).text


def test_a_mailbox_that_is_not_there_is_refused_as_mail_servers_do(sandbox: Sandbox) -> None:
    with smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port) as server:
        refused = server.sendmail(
            "a@piemers.example", ["iedzivotajs13@piemers.example", "b@piemers.example"], "Subject: x\r\n\r\ny"
        )
    assert refused == {"iedzivotajs13@piemers.example": (550, b"5.1.1 No such mailbox")}
    assert [one["to"] for one in messages(sandbox)] == ["b@piemers.example"]


def test_mail_arrives_by_smtp_for_each_recipient(sandbox: Sandbox) -> None:
    mail = EmailMessage()
    mail["From"] = "Pilnvara <pilnvara@piemers.example>"
    mail["To"] = "a@piemers.example, b@piemers.example"
    mail["Subject"] = "Apliecinājums"
    mail.set_content("Skatiet http://127.0.0.1:1/r/abc šeit.")
    mail.add_alternative("<p>HTML</p>", subtype="html")
    with smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port) as server:
        server.send_message(mail)
    assert [one["to"] for one in messages(sandbox)] == ["b@piemers.example", "a@piemers.example"]
    (one,) = messages(sandbox, "a@piemers.example")
    assert (one["subject"], one["channel"]) == ("Apliecinājums", "email")
    assert one["text"] == "Skatiet http://127.0.0.1:1/r/abc šeit."


def test_the_page_shows_the_newest_first_with_links_and_nothing_live(sandbox: Sandbox) -> None:
    sms(sandbox)
    sms(sandbox, id="m-2", text="<script>alert(1)</script> https://127.0.0.1/x")
    text = httpx2.get(sandbox.inbox_url, trust_env=False, verify=False).text
    assert text.index("alert(1)") < text.index("Kods: 123456")
    assert "<script>" not in text
    assert '<a href="https://127.0.0.1/x"' in text
    assert 'http-equiv="refresh"' in text
    held = httpx2.get(f"{sandbox.inbox_url}/?renew=0", trust_env=False, verify=False).text
    assert 'http-equiv="refresh"' not in held
