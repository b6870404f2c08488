"""The settings of messages: who carries them, for how long they are tried, and when residents are left in peace."""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Annotated

from gateway import setting_texts as texts
from gateway.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MessageSettings:
    """A part of `gateway.config.Settings`."""

    smtp_host: Annotated[str, Setting("Mail server; empty: no e-mail is sent", texts.text)]
    smtp_port: Annotated[int, Setting("Port of the mail server", texts.between(1, 65535), "25")]
    smtp_from: Annotated[str, Setting("Sender of e-mails", texts.text, "pilnvara@localhost")]
    sms_url: Annotated[
        str | None, Setting("HTTP address of the SMS gateway; empty: no SMS is sent", texts.optional_url)
    ]
    sms_token: Annotated[str | None, Setting("Bearer token for the SMS gateway", texts.optional)]
    sms_report_secret: Annotated[
        str | None,
        Setting(
            "Bearer token with which the SMS gateway reports what arrived, to /api/sms/reports; empty: it may not",
            texts.optional,
        ),
    ]
    bounce_address: Annotated[
        str,
        Setting(
            "Address to which bounced e-mails come back, as bounce@pilnvara.example: a token is put after its name "
            "with a plus sign; the mail server hands what comes to `pilnvara messages bounce`; empty: to the sender",
            texts.text,
        ),
    ]
    message_tries: Annotated[
        timedelta,
        Setting("A message that cannot be sent is tried again for", texts.minutes(10, 10_080), "1440", unit="minutes"),
    ]
    call_days: Annotated[
        timedelta,
        Setting(
            "Whoever wants to be asked by telephone how they were helped is called within",
            texts.days(1, 28),
            "21",
            unit="days",
        ),
    ]
    call_claim: Annotated[
        timedelta,
        Setting(
            "A call that a colleague has taken, and not ended, goes to somebody else after",
            texts.minutes(5, 240),
            "30",
            unit="minutes",
        ),
    ]
    quiet_hours: Annotated[
        tuple[time, time],
        Setting(
            "What nobody waits for is not sent to residents at these hours, in Latvia, nor on public holidays; two "
            "equal hours: it is sent at any time",
            texts.hours,
            "21:00-08:00",
        ),
    ]
