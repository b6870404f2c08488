"""How long each kind of record is kept, from when, why, and what happens then: the one place that says it.

The public page, `pilnvara retention schedule` and the sweeping are made from it, and tests hold it to every table of
the database: a new table needs a line here before it can be added.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from gateway.config import Settings
from ui.i18n import Message, message

MESSAGES: Final = timedelta(days=90)
"""A bounce comes within a week, a complaint about a message within weeks."""
MESSAGE_LINKS: Final = timedelta(days=400)
RESIDENTS_SESSIONS: Final = timedelta(days=30)
DEAD_JOBS: Final = timedelta(days=90)
COMMENTS: Final = timedelta(days=730)
HOLDERS_LISTS: Final = timedelta(days=30)


class End(StrEnum):
    """What happens when the time is over."""

    ERASED = "erased"
    """The key is destroyed: nobody can read it any more, in no backup either."""
    DELETED = "deleted"
    EMPTIED = "emptied"
    """The row stays and says nothing of anybody."""
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One kind of record."""

    what: Message
    tables: tuple[str, ...]
    time: Callable[[Settings], timedelta] | None
    """`None`: for as long as `since` says."""
    since: Message
    """From when the time runs, or until when it is kept."""
    end: End
    why: Message


def _fixed(time: timedelta) -> Callable[[Settings], timedelta]:
    return lambda _settings: time


_LONG: Final = message("for as long as the gateway runs")
_VISIT: Final = message("after the end of the visit")
_MADE: Final = message("after they were made")

SCHEDULE: Final[Mapping[str, Record]] = {
    "visits": Record(
        what=message("Visits: what you allowed, answered, confirmed and sent, receipts, evidence and what came of it"),
        tables=(
            *("visit", "delegation", "approval", "filing", "permit", "receipt", "run", "following", "sealed_record"),
            *(
                "second_look",
                "sign_in_attempt",
                "barred_step",
                "portal_delegation",
                "exchanged_permit",
                "refused_input",
            ),
        ),
        time=lambda settings: settings.keep_visits_days,
        since=_VISIT,
        end=End.ERASED,
        why=message("You, the institution and an auditor can prove what was done, as long as it can be disputed."),
    ),
    "residents": Record(
        what=message(
            "What is known of you: name, personal code, how you are reached, passkeys, which messages you want"
        ),
        tables=("resident", "data_key", "passkey", "resident_preference"),
        time=lambda settings: settings.keep_visits_days,
        since=message("after the end of your last visit"),
        end=End.ERASED,
        why=message("So that you need not say it at each visit. You can have it erased sooner."),
    ),
    "cases": Record(
        what=message("Cases, findings and notes of auditors"),
        tables=("dispute", "finding", "audit_note"),
        time=lambda settings: settings.keep_visits_days,
        since=_VISIT,
        end=End.ERASED,
        why=message("What was said stands with the visit that it is about; that there was a case stays."),
    ),
    "wishes": Record(
        what=message("That you asked to be erased, that a document was shown, and legal holds"),
        tables=("erasure_wish", "document_shown", "legal_hold"),
        time=None,
        since=_LONG,
        end=End.KEPT,
        why=message("It holds staff to account. After erasing it leads to nobody."),
    ),
    "messages": Record(
        what=message("Messages: when and how one was sent. Address and text are gone once it is sent"),
        tables=("message",),
        time=_fixed(MESSAGES),
        since=message("after they were written"),
        end=End.DELETED,
        why=message("So that it is seen when an address does not work."),
    ),
    "message_links": Record(
        what=message("Links that end messages"),
        tables=("preference_link",),
        time=_fixed(MESSAGE_LINKS),
        since=_MADE,
        end=End.DELETED,
        why=message("Whoever finds an old message can still end such ones."),
    ),
    "sessions": Record(
        what=message("Your sign-ins to your own page"),
        tables=("account_sign_in",),
        time=_fixed(RESIDENTS_SESSIONS),
        since=message("after they began"),
        end=End.DELETED,
        why=message("So that a sign-in is good once."),
    ),
    "staff_sessions": Record(
        what=message("Sessions; those of residents are deleted a month after their end"),
        tables=("session",),
        time=None,
        since=message("those of staff for as long as their accounts"),
        end=End.KEPT,
        why=message("They say at which computer a member of staff worked."),
    ),
    "tries": Record(
        what=message("How often somebody tried a code, as a hash"),
        tables=("throttle",),
        time=_fixed(timedelta(days=2)),
        since=message("after the first try"),
        end=End.DELETED,
        why=message("So that nobody guesses."),
    ),
    "questions": Record(
        what=message("Questions to passkeys and computers, and tokens toward portals"),
        tables=(
            *("passkey_challenge", "terminal_challenge", "client_assertion", "pushed_request", "run_ticket"),
            *("access_token", "authorization_code"),
        ),
        time=_fixed(timedelta(days=1)),
        since=message("after they are over"),
        end=End.DELETED,
        why=message("Whoever is late still hears why."),
    ),
    "kept_forms": Record(
        what=message("Forms of staff that were refused because the computer was locked"),
        tables=("kept_form",),
        time=_fixed(timedelta(hours=12)),
        since=message("after they were sent"),
        end=End.DELETED,
        why=message("So that nothing is typed twice."),
    ),
    "answers": Record(
        what=message("Comments of those who said how they were helped"),
        tables=("feedback_answer",),
        time=_fixed(COMMENTS),
        since=message("after they were given"),
        end=End.EMPTIED,
        why=message("The numbers stay, and lead to nobody; somebody may have written a name into a comment."),
    ),
    "invitations": Record(
        what=message("That somebody was asked how it went, by centre and month"),
        tables=("feedback_invitation",),
        time=None,
        since=_LONG,
        end=End.KEPT,
        why=message("So that it shows whether all are asked. It is tied to no visit and no person."),
    ),
    "callbacks": Record(
        what=message("That you are to be called and asked how you were helped, under seal"),
        tables=("callback",),
        time=lambda settings: settings.call_days,
        since=message("after the visit, or until the call is over"),
        end=End.DELETED,
        why=message("So that a colleague who did not serve you can call. Your number itself stands with your details."),
    ),
    "ratings": Record(
        what=message("Comments of those who rated an institution’s own e-service"),
        tables=("rating_answer",),
        time=_fixed(COMMENTS),
        since=message("after they were given"),
        end=End.EMPTIED,
        why=message("The numbers stay, and lead to nobody; somebody may have written a name into a comment."),
    ),
    "rating_links": Record(
        what=message("Links by which an institution’s e-service is rated"),
        tables=("rating_invitation",),
        time=_fixed(timedelta(days=1)),
        since=message("after their last day"),
        end=End.DELETED,
        why=message("Whoever is late still hears why."),
    ),
    "rating_surveys": Record(
        what=message("For which e-services an institution asked, and how many links it was given"),
        tables=("rating_survey", "rating_batch"),
        time=None,
        since=_LONG,
        end=End.KEPT,
        why=message("So that its figures can be read. It is tied to no person."),
    ),
    "outreach": Record(
        what=message("Whom an institution’s invitation has reached, by number alone"),
        tables=("outreach_reached",),
        time=_fixed(MESSAGE_LINKS),
        since=message("after they were invited"),
        end=End.DELETED,
        why=message("So that nobody is invited twice by one rule."),
    ),
    "jobs": Record(
        what=message("Work that waits for a machine, with identifiers alone"),
        tables=("job",),
        time=_fixed(DEAD_JOBS),
        since=message("after it was given up; what is done is deleted at once"),
        end=End.DELETED,
        why=message("So that operators find what failed."),
    ),
    "holders_lists": Record(
        what=message("What differs between an institution’s own list of applications and ours: their numbers"),
        tables=("holder_list",),
        time=_fixed(HOLDERS_LISTS),
        since=message("after the list was handed in"),
        end=End.DELETED,
        why=message("So that the institution can find out what was filed there without being recorded."),
    ),
    "log": Record(
        what=message("The log of steps: identifiers, times and sealed hashes"),
        tables=(
            *("audit_event", "audit_leaf", "audit_node", "audit_head", "audit_chain", "audit_pending", "audit_refusal"),
            *("audit_checkpoint", "audit_cosignature", "audit_end", "audit_end_node", "audit_ends"),
        ),
        time=None,
        since=_LONG,
        end=End.KEPT,
        why=message(
            "That nothing was added or left out can be shown only with all of it. After erasing it leads to nobody."
        ),
    ),
    "inquiries": Record(
        what=message("Inquiries of auditors, and changes of security settings"),
        tables=("inquiry", "inquiry_step", "inquiry_subject", "security_change", "outreach_rule"),
        time=None,
        since=_LONG,
        end=End.KEPT,
        why=message("Two people decide them, and answer for it."),
    ),
    "staff": Record(
        what=message("Accounts of staff, their passkeys, invitations, lessons and training"),
        tables=(
            *("staff", "staff_role", "staff_passkey", "staff_value", "staff_recovery", "staff_invitation"),
            *("training", "staff_training", "lesson_progress"),
        ),
        time=None,
        since=message("for as long as what they did can be asked about"),
        end=End.KEPT,
        why=message("Each step names who took it."),
    ),
    "machines": Record(
        what=message("Computers and screens of centres, keys, programs of institutions"),
        tables=("terminal", "display", "pairing", "signing_key", "key_epoch", "api_key", "oauth_client"),
        time=None,
        since=_LONG,
        end=End.KEPT,
        why=message("So that what was signed can be checked."),
    ),
    "catalogue": Record(
        what=message("Centres, services, agreements and portals"),
        tables=(
            *("centre", "centre_position", "service", "service_draft", "service_version", "service_translation"),
            *("catalogue_version", "basket", "life_event", "life_event_service", "agreement", "agreement_suspension"),
            *("able_period", "able_cursor", "portal", "portal_trouble", "connector_forms", "identity_provider"),
        ),
        time=None,
        since=_LONG,
        end=End.KEPT,
        why=message("So that it can be seen what held on any day. It names no resident."),
    ),
    "figures": Record(
        what=message("Figures, prices, subsidies and imported history"),
        tables=(
            *("figure_fact", "figure_cell", "figure_sum", "figure_answers", "figure_bundle", "figure_cursor"),
            "figure_time",
            *(
                "history_import",
                "history_row",
                "holder_statement",
                "subsidy",
                "target",
                "improvement_action",
                "service_price",
                "channel_weight",
                "way_count",
                "kept_since",
            ),
        ),
        time=None,
        since=_LONG,
        end=End.KEPT,
        why=message("So that years can be compared. They name no resident and no member of staff."),
    ),
}
"""By name."""


def days(record: Record, settings: Settings) -> int | None:
    """The days for which a kind of record is kept, begun ones counted whole; `None` where it is kept on."""
    return None if record.time is None else -(-record.time(settings) // timedelta(days=1))
