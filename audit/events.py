"""The names of everything that the trail records, as `source:subject:action`.

The source is who or what caused the event. A name is never reused for something else and never renamed: entries that
carry it are signed. New names are added to their group.
"""

from enum import StrEnum


class EventName(StrEnum):
    """One kind of event. Equal to its text, so that it can be stored and compared as a string."""

    # Staff: who was at the counter.
    STAFF_SIGNED_IN = "staff:session:signed_in"
    STAFF_SIGNED_OUT = "staff:session:signed_out"
    STAFF_SIGN_IN_FAILED = "staff:session:sign_in_failed"
    STAFF_LOCKED_OUT = "staff:account:locked_out"
    STAFF_SESSION_LOCKED = "staff:session:locked"
    STAFF_SESSION_UNLOCKED = "staff:session:unlocked"
    STAFF_SESSION_REFUSED = "system:session:refused"
    STAFF_ACCOUNT_CREATED = "admin:account:created"
    STAFF_ACCOUNT_CHANGED = "admin:account:changed"
    STAFF_ACCOUNT_CLOSED = "admin:account:closed"
    STAFF_ACCOUNT_RECOVERED = "admin:account:recovered"
    STAFF_FACTOR_ADDED = "staff:factor:added"
    STAFF_FACTOR_REMOVED = "staff:factor:removed"
    ACCESS_REFUSED = "system:access:refused"

    # Terminals and the displays that face the resident.
    TERMINAL_ENROLLED = "admin:terminal:enrolled"
    TERMINAL_RETIRED = "admin:terminal:retired"
    DISPLAY_PAIRED = "staff:display:paired"
    DISPLAY_UNPAIRED = "staff:display:unpaired"

    # A visit, from first question to last page.
    VISIT_OPENED = "assistant:visit:opened"
    VISIT_RESUMED = "assistant:visit:resumed"
    VISIT_CLOSED = "assistant:visit:closed"
    VISIT_ABANDONED = "system:visit:abandoned"
    SERVICE_CHOSEN = "assistant:service:chosen"
    SERVICE_REFERRED = "assistant:service:referred"

    # Residents: their records, and who looked at them.
    RESIDENT_CREATED = "assistant:resident:created"
    RESIDENT_CHANGED = "assistant:resident:changed"
    RESIDENT_LOOKED_AT = "staff:resident:looked_at"
    RESIDENT_LOOKED_AT_BY_AUDITOR = "auditor:resident:looked_at"
    RESIDENT_ERASED = "system:resident:erased"
    PASSKEY_ADDED = "resident:passkey:added"
    PASSKEY_REMOVED = "resident:passkey:removed"
    PASSKEY_SUSPENDED = "system:passkey:suspended"

    # The yes: statement, approval, evidence.
    STATEMENT_RENDERED = "system:statement:rendered"
    APPROVAL_REQUESTED = "assistant:approval:requested"
    APPROVAL_OPENED = "resident:approval:opened"
    APPROVAL_NUMBER_MATCHED = "resident:approval:number_matched"
    APPROVAL_NUMBER_MISMATCHED = "resident:approval:number_mismatched"
    APPROVAL_SIGN_IN_STARTED = "resident:approval:sign_in_started"
    APPROVAL_SIGNED_IN_TO_SEE = "resident:approval:signed_in_to_see"
    APPROVAL_SIGN_IN_REFUSED = "system:approval:sign_in_refused"
    APPROVAL_PASSKEY_STARTED = "resident:approval:passkey_started"
    APPROVAL_PASSKEY_REFUSED = "system:approval:passkey_refused"
    APPROVAL_CODE_SENT = "system:approval:code_sent"
    APPROVAL_CODE_WRONG = "resident:approval:code_wrong"
    APPROVAL_GIVEN = "resident:approval:given"
    APPROVAL_REFUSED = "resident:approval:refused"
    APPROVAL_WITHDRAWN = "assistant:approval:withdrawn"
    APPROVAL_LAPSED = "system:approval:lapsed"
    APPROVAL_PERSON_CONFIRMED = "assistant:approval:person_confirmed"
    DOCUMENT_CHECKED = "assistant:document:checked"

    # The delegation: what was allowed, and how it ended.
    DELEGATION_REQUESTED = "assistant:delegation:requested"
    DELEGATION_SIGNED = "system:delegation:signed"
    DELEGATION_REFUSED = "resident:delegation:refused"
    DELEGATION_LAPSED = "system:delegation:lapsed"
    DELEGATION_REVOKED = "resident:delegation:revoked"
    DELEGATION_STOPPED = "staff:delegation:stopped"
    DELEGATION_SPENT = "system:delegation:spent"
    DELEGATIONS_LISTED = "staff:delegation:listed"
    DISPUTE_OPENED = "resident:dispute:opened"
    DISPUTE_ANSWERED = "auditor:dispute:answered"
    DISPUTE_CLOSED = "auditor:dispute:closed"
    DISPUTES_SEARCHED = "auditor:dispute:searched"

    # Who may not act, and the second pair of eyes.
    STEP_BARRED = "system:step:barred"
    SECOND_LOOK_ASKED = "assistant:second_look:asked"
    SECOND_LOOK_OPENED = "staff:second_look:opened"
    SECOND_LOOK_CONFIRMED = "staff:second_look:confirmed"
    SECOND_LOOK_REFUSED = "staff:second_look:refused"
    SECOND_LOOK_LAPSED = "system:second_look:lapsed"
    STAFF_VALUE_SET = "staff:value:set"
    STAFF_VALUE_REMOVED = "staff:value:removed"

    # Answers and the connector's run in the portal.
    ANSWERS_SAVED = "assistant:answers:saved"
    RUN_STARTED = "connector:run:started"
    RUN_STEP = "connector:run:step"
    RUN_FAILED = "connector:run:failed"
    RUN_DRIFTED = "connector:run:drifted"
    RUN_REFUSED_BY_PORTAL = "connector:run:refused_by_portal"
    RUN_INTERRUPTED = "system:run:interrupted"
    RUN_RESUMED = "system:run:resumed"
    RUN_FINISHED = "connector:run:finished"
    REQUEST_BLOCKED = "system:request:blocked"
    READBACK_TAKEN = "connector:readback:taken"
    READBACK_SHOWN = "system:readback:shown"
    CONNECTOR_DRIFT_FOUND = "connector:form:drifted"
    CONNECTOR_DRIFT_ACCEPTED = "admin:form:drift_accepted"

    # The permit: the yes to one read-back.
    PERMIT_REQUESTED = "assistant:permit:requested"
    PERMIT_GIVEN = "resident:permit:given"
    PERMIT_REFUSED = "resident:permit:refused"
    PERMIT_LAPSED = "system:permit:lapsed"
    PERMIT_SPENT = "system:permit:spent"

    # The filing, in the words of its states.
    FILING_DRAFTED = "assistant:filing:drafted"
    FILING_PREPARED = "connector:filing:prepared"
    FILING_CONFIRMED = "system:filing:confirmed"
    FILING_SENT = "system:filing:sent"
    FILING_FILED = "connector:filing:filed"
    FILING_DECLINED = "connector:filing:declined"
    FILING_UNKNOWN = "system:filing:unknown"
    FILING_NOT_FILED = "system:filing:not_filed"
    FILING_NEEDS_HUMAN = "system:filing:needs_human"
    FILING_DECIDED = "staff:filing:decided"
    FILING_STOPPED = "resident:filing:stopped"
    FILING_STOPPED_BY_STAFF = "staff:filing:stopped"
    FILING_STOP_TOO_LATE = "resident:filing:stop_too_late"
    FILING_FAILED = "system:filing:failed"
    FILING_ABANDONED = "assistant:filing:abandoned"

    # What the resident takes home, and what they say afterwards.
    RECEIPT_STORED = "system:receipt:stored"
    RECEIPT_HANDED_OVER = "assistant:receipt:handed_over"
    RECEIPT_OPENED = "resident:receipt:opened"
    OUTCOME_LOOKED_UP = "system:outcome:looked_up"
    OUTCOME_HANDED_OVER = "assistant:outcome:handed_over"
    FEEDBACK_ASKED = "system:feedback:asked"
    MESSAGE_SENT = "system:message:sent"
    MESSAGE_FAILED = "system:message:failed"

    # Portals signing in with a delegation.
    OAUTH_CODE_ISSUED = "system:oauth:code_issued"
    OAUTH_CODE_REFUSED = "system:oauth:code_refused"
    OAUTH_TOKEN_ISSUED = "system:oauth:token_issued"
    OAUTH_TOKEN_REFUSED = "system:oauth:token_refused"
    OAUTH_TOKEN_REVOKED = "system:oauth:token_revoked"
    OAUTH_TICKET_REFUSED = "system:oauth:ticket_refused"
    OAUTH_EXCHANGED = "system:oauth:exchanged"
    OAUTH_EXCHANGE_REFUSED = "system:oauth:exchange_refused"
    OAUTH_LOGOUT_DELIVERED = "system:oauth:logout_delivered"
    OAUTH_LOGOUT_FAILED = "system:oauth:logout_failed"

    # Keys, settings, registrations: what changes the rules.
    KEY_CREATED = "system:key:created"
    KEY_ROTATED = "admin:key:rotated"
    KEY_RETIRED = "admin:key:retired"
    KEY_DESTROYED = "system:key:destroyed"
    SETTINGS_PROPOSED = "admin:settings:proposed"
    SETTINGS_CHANGED = "admin:settings:changed"
    SETTINGS_REFUSED = "admin:settings:refused"
    PORTAL_REGISTERED = "admin:portal:registered"
    PORTAL_CHANGED = "admin:portal:changed"
    PORTAL_SUSPENDED = "admin:portal:suspended"
    PROVIDER_REGISTERED = "admin:provider:registered"
    PROVIDER_CHANGED = "admin:provider:changed"
    PROVIDER_SUSPENDED = "admin:provider:suspended"
    AGREEMENT_CHANGED = "manager:agreement:changed"
    BASKET_CHANGED = "manager:basket:changed"

    # The log about itself, and those who check it.
    LOG_STARTED = "system:log:started"
    LOG_CONTINUED = "system:log:continued"
    LOG_CHECKPOINT_SIGNED = "system:log:checkpoint_signed"
    LOG_CHECKPOINT_REFUSED = "system:log:checkpoint_refused"
    LOG_HEADS_RECORDED = "system:log:heads_recorded"
    LOG_VERIFIED = "auditor:log:verified"
    VISIT_LOOKED_AT = "auditor:visit:looked_at"
    TRAIL_SEARCHED = "auditor:trail:searched"
    BUNDLE_EXPORTED = "auditor:bundle:exported"
    REPORT_EXPORTED = "manager:report:exported"
