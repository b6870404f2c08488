"""Every setting of gateway and worker: environment variables `PILNVARA_…`, read once at start.

`pilnvara doctor --settings` prints them, and `docs/guide/settings.md` is made from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Self, get_type_hints

from audit.policy import TrustPolicy
from gateway import setting_texts as texts
from gateway.message_settings import MessageSettings
from gateway.mode import Mode, log_name
from gateway.setting import PREFIX, ConfigurationError, Documentation, Setting, setting_name
from gateway.trial_portals import TrialPortal

__all__ = ["ConfigurationError", "Documentation", "Setting", "Settings", "setting_name"]

_OTHERS = (f"{PREFIX}TEST_", f"{PREFIX}DEMO_", f"{PREFIX}PRACTICE_PORT")
"""Names that tests, the demonstration and practice read for themselves."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings(MessageSettings):
    """All settings. Make them with `from_environment`, in tests from a dictionary."""

    data_dir: Annotated[
        Path,
        Setting(
            "Folder of the key file, the held checkpoint and, by default, the database; made with mode 0700",
            texts.folder,
            "~/.local/share/pilnvara",
        ),
    ]
    database_url: Annotated[
        str,
        Setting(
            "Database: sqlite:///path or postgresql://user@host/name",
            texts.database,
            shown="sqlite file pilnvara.db in the data folder",
        ),
    ]
    database_owner_url: Annotated[
        str,
        Setting(
            "The same database as its owner, for `pilnvara migrate` alone: the role in PILNVARA_DATABASE_URL is then "
            "given rights on rows and nothing else (PostgreSQL)",
            texts.database,
            shown="as PILNVARA_DATABASE_URL",
        ),
    ]
    mode: Annotated[
        Mode,
        Setting(
            "live; practice: made-up people, and nothing but the sandbox within reach; or demo: the same, to be shown",
            texts.mode,
            "live",
        ),
    ]
    url: Annotated[str, Setting("Origin under which staff reach the desk", texts.origin, "http://localhost:8000")]
    public_url: Annotated[
        str,
        Setting(
            "Origin under which residents' phones and portals reach the gateway",
            texts.optional_origin,
            shown="as PILNVARA_URL",
        ),
    ]
    issuer: Annotated[
        str,
        Setting(
            "Issuer of delegations and tokens; portals are registered with it, so it never changes",
            texts.optional_origin,
            shown="as PILNVARA_PUBLIC_URL",
        ),
    ]
    listen: Annotated[
        tuple[str, int], Setting("Address that `pilnvara serve` listens on", texts.listen, "127.0.0.1:8000")
    ]
    trusted_proxies: Annotated[
        tuple[str, ...],
        Setting(
            "Networks of the proxies that are believed about where a request comes from, separated by commas, such as "
            "10.0.0.7 or fd00:1::/64; tries are limited by that address",
            texts.networks,
        ),
    ]
    log_origin: Annotated[
        str,
        Setting(
            "Name that the audit log begins with, in its checkpoints; it never changes, also when the log is continued "
            "under another",
            texts.text,
            shown="host of the issuer, then /log; practice. or demo. before it where nobody is real",
        ),
    ]
    log_witnesses: Annotated[
        TrustPolicy,
        Setting(
            "File that names the audit log's witnesses, whom other bodies run, with their addresses and the quorum "
            "(C2SP tlog-policy)",
            texts.policy,
            shown="nobody witnesses the log",
        ),
    ]
    checkpoint_mail: Annotated[
        tuple[str, ...],
        Setting(
            "E-mail addresses of auditors who are sent the log's signed checkpoint, separated by commas",
            texts.mailboxes,
        ),
    ]
    checkpoint_folder: Annotated[
        Path | None,
        Setting(
            "Folder, best on somebody else's machine, that the log's signed checkpoint is written into", texts.program
        ),
    ]
    checkpoint_every: Annotated[
        timedelta, Setting("Auditors are sent the checkpoint each", texts.minutes(1, 44_640), "1440", unit="minutes")
    ]
    timestamp_url: Annotated[
        str | None,
        Setting(
            "Address of a time stamping authority (RFC 3161) for what auditors are sent; empty: none",
            texts.optional_url,
        ),
    ]
    chromium: Annotated[
        Path | None,
        Setting(
            "Browser of the connectors",
            texts.program,
            shown="chromium-headless-shell, chromium or google-chrome on PATH",
        ),
    ]
    portal_authorities: Annotated[
        Path | None,
        Setting(
            "PEM file of the authorities that may sign portals' certificates, and of their lists of revoked ones",
            texts.authorities,
            shown="the system's authorities",
        ),
    ]
    connectors_allowed: Annotated[
        Path,
        Setting(
            "File that lists the packages of connectors that may be used, by the hash of their files",
            texts.program,
            shown="connectors-allowed.txt in the data folder",
        ),
    ]
    worker_slots: Annotated[int, Setting("Jobs that one worker runs at a time", texts.between(1, 64), "4")]
    worker_pages: Annotated[
        int,
        Setting(
            "Filled portal pages that one worker keeps open for a yes, beside those that it fills",
            texts.between(1, 64),
            "8",
        ),
    ]
    portal_failures: Annotated[
        int,
        Setting(
            "Runs in a row that a portal lets fail, of more than one resident, before it is left alone",
            texts.between(2, 20),
            "3",
        ),
    ]
    portal_failures_within: Annotated[
        timedelta, Setting("They count together within", texts.minutes(1, 1440), "15", unit="minutes")
    ]
    portal_pause: Annotated[
        timedelta,
        Setting("A portal that is left alone is tried again each", texts.seconds(5, 3600), "60", unit="seconds"),
    ]
    portal_trials: Annotated[
        Mapping[str, TrialPortal],
        Setting("File that says where portals' test systems are, for the nightly look at their forms", texts.trials),
    ]
    portal_looks_at: Annotated[
        time, Setting("Forms are looked at each night, in Latvia, at", texts.time_of_day, "03:00")
    ]
    portal_mail: Annotated[
        tuple[str, ...],
        Setting("E-mail addresses of those who are told that a form has changed, separated by commas", texts.mailboxes),
    ]
    session_idle: Annotated[
        timedelta, Setting("A staff session locks after being idle", texts.minutes(1, 120), "15", unit="minutes")
    ]
    session_absolute: Annotated[
        timedelta, Setting("A staff session ends in any case", texts.minutes(30, 1440), "600", unit="minutes")
    ]
    terminal_proof: Annotated[
        timedelta,
        Setting(
            "A staff session's terminal proves itself each; three times as long without, and nothing is served",
            texts.seconds(10, 3600),
            "60",
            unit="seconds",
        ),
    ]
    terminal_certificates: Annotated[
        str | None,
        Setting(
            "Header in which a trusted proxy says the SHA-256 of the client certificate, in hexadecimal digits; a "
            "terminal that is enrolled with one shows it in place of a key",
            texts.optional,
        ),
    ]
    resident_session: Annotated[
        timedelta, Setting("A resident's session on the phone ends", texts.minutes(5, 120), "30", unit="minutes")
    ]
    approval_lapse: Annotated[
        timedelta, Setting("A request for a yes lapses unanswered", texts.minutes(1, 1440), "15", unit="minutes")
    ]
    paper_lapse: Annotated[
        timedelta,
        Setting("A request for a signature on paper lapses unanswered", texts.minutes(5, 1440), "45", unit="minutes"),
    ]
    number_codes: Annotated[
        int, Setting("Codes that are sent to one telephone number within an hour", texts.between(1, 100), "6")
    ]
    code_lapse: Annotated[
        timedelta,
        Setting(
            "The short code that opens an approval on the phone lapses", texts.seconds(30, 900), "120", unit="seconds"
        ),
    ]
    delegation_validity: Annotated[
        timedelta, Setting("A delegation is valid, from the yes", texts.minutes(10, 1440), "120", unit="minutes")
    ]
    another_day: Annotated[
        timedelta,
        Setting(
            "What is left of several services may be filed on another day, for", texts.days(1, 60), "14", unit="days"
        ),
    ]
    visit_idle: Annotated[
        timedelta,
        Setting(
            "A visit that nobody goes on with is closed by itself after",
            texts.minutes(30, 10_080),
            "240",
            unit="minutes",
        ),
    ]
    api_requests: Annotated[
        int,
        Setting("Requests that a program may make with one key in 15 minutes", texts.between(1, 10_000_000), "1000"),
    ]
    feedback_delay: Annotated[
        timedelta,
        Setting("The feedback link is sent after the visit", texts.seconds(0, 604_800), "7200", unit="seconds"),
    ]
    follow_every: Annotated[
        timedelta,
        Setting(
            "What became of an application is looked up each; 0: as often as its connector says, by day",
            texts.seconds(0, 604_800),
            "0",
            unit="seconds",
        ),
    ]
    page_hold: Annotated[
        timedelta,
        Setting(
            "A filled portal page is kept open for the resident's yes", texts.seconds(10, 900), "300", unit="seconds"
        ),
    ]
    case_answer: Annotated[
        timedelta,
        Setting("An auditor answers a case, such as “this was not me”, within", texts.days(1, 90), "10", unit="days"),
    ]
    keep_visits_days: Annotated[
        timedelta,
        Setting(
            "What a visit holds of a resident is destroyed after its end, and a resident who has not come for as long",
            texts.days(30, 36_500),
            "1826",
            unit="days",
        ),
    ]
    keep_sent_days: Annotated[
        timedelta,
        Setting(
            "A resident who wishes to be erased is, after the last time that something was sent, which can be disputed "
            "for as long",
            texts.days(0, 3_650),
            "90",
            unit="days",
        ),
    ]
    erasure_rests_days: Annotated[
        timedelta,
        Setting(
            "A resident can withdraw the wish to be erased, and nothing is erased for",
            texts.days(1, 90),
            "14",
            unit="days",
        ),
    ]
    inquiry_most_days: Annotated[
        timedelta,
        Setting(
            "For an inquiry that two auditors decide, a resident is shown later who looked, at most by",
            texts.days(1, 365),
            "90",
            unit="days",
        ),
    ]
    change_delay: Annotated[
        timedelta,
        Setting(
            "A security setting that two people changed takes effect after",
            texts.minutes(1, 10_080),
            "1440",
            unit="minutes",
        ),
    ]
    key_epoch_days: Annotated[
        timedelta,
        Setting(
            "What is erased cannot be read in any backup after this, and no backup that is older can be read at all; "
            "0: only by command",
            texts.days(0, 3650),
            "30",
            unit="days",
        ),
    ]
    practice_url: Annotated[
        str | None, Setting("Where assistants practise, for lessons to lead to", texts.optional_url)
    ]
    practice_key: Annotated[Path | None, Setting("File with the public key of practice's exercises", texts.program)]
    translation_url: Annotated[
        str | None, Setting("Service that translates cards that lack a language; empty: none", texts.optional_url)
    ]
    translation_key: Annotated[Path | None, Setting("File with its key", texts.program)]
    staff_anywhere: Annotated[
        tuple[str, ...],
        Setting(
            "Roles that may sign in without an enrolled terminal, separated by commas",
            lambda value: tuple(role.strip() for role in value.split(",") if role.strip()),
            "administrator,auditor,officer,network_owner",
        ),
    ]
    body_limit: Annotated[
        int, Setting("Largest request that is accepted", texts.between(65_536, 100_000_000), "26214400", unit="bytes")
    ]
    log_level: Annotated[str, Setting("Least level of log lines", texts.level, "info")]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read all settings from `environment`; what is absent or empty has its default.

        Raises:
            ConfigurationError: a value cannot be used, or a name is not a setting.
        """
        known = _settings(cls)
        names = {setting_name(attribute) for attribute in known}
        for name in environment:
            if name.startswith(PREFIX) and name not in names and not name.startswith(_OTHERS):
                raise ConfigurationError(f"{name} is not a setting: see `pilnvara doctor --settings`")
        values = {attribute: setting.value(attribute, environment) for attribute, setting in known.items()}
        values["public_url"] = values["public_url"] or values["url"]
        values["issuer"] = values["issuer"] or values["public_url"]
        values["database_url"] = values["database_url"] or f"sqlite:///{values['data_dir'] / 'pilnvara.db'}"
        values["log_origin"] = log_name(values)
        values["connectors_allowed"] = values["connectors_allowed"] or values["data_dir"] / "connectors-allowed.txt"
        values["database_owner_url"] = values["database_owner_url"] or values["database_url"]
        return cls(**values)

    @classmethod
    def documentation(cls) -> tuple[Documentation, ...]:
        """Describe every setting, in the order in which they are declared."""
        return tuple(
            Documentation(
                setting_name(attribute),
                setting.meaning,
                setting.default if setting.shown is None else setting.shown,
                setting.unit,
            )
            for attribute, setting in _settings(cls).items()
        )

    def __repr__(self) -> str:
        return f"Settings(mode={self.mode!r}, url={self.url!r})"  # the rest may hold passwords and reach a log

    @property
    def secure(self) -> bool:
        """Whether browsers reach the gateway by https, so that cookies may demand it."""
        return self.url.startswith("https://")


def _settings(cls: type[Settings]) -> dict[str, Setting]:
    hints = get_type_hints(cls, include_extras=True)
    return {declared.name: hints[declared.name].__metadata__[0] for declared in fields(cls)}
