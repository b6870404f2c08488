"""Delegations in full."""

import sqlalchemy as sa
from alembic import op

from gateway.database.base import Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_assertion",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_client_assertion")),
    )
    with op.batch_alter_table("client_assertion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_assertion_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "life_event",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("cards", Json, nullable=False),
        sa.Column("popularity", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_event")),
    )
    op.create_table(
        "passkey_challenge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("bound_to", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_challenge")),
    )
    with op.batch_alter_table("passkey_challenge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_challenge_begun_at"), ["begun_at"], unique=False)
        batch_op.create_index("ix_passkey_challenge_browser", ["bound_to", "purpose"], unique=False)

    op.create_table(
        "training",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
    )
    op.create_table(
        "account_sign_in",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("resident_id", sa.Text(), nullable=True),
        sa.Column("signed_in_at", UtcDateTime(), nullable=True),
        sa.Column("signed_in_as", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_account_sign_in_resident_id")),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_account_sign_in")),
        sa.UniqueConstraint("id", name=op.f("uq_account_sign_in_id")),
    )
    with op.batch_alter_table("account_sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_sign_in_begun_at"), ["begun_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_sign_in_resident_id"), ["resident_id"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=True),
        sa.Column("centre_id", sa.Text(), nullable=True),
        sa.Column("begins_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("ends_at IS NULL OR ends_at >= begins_at", name=op.f("ck_agreement_ends_after_begin")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_agreement_centre_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_agreement_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index("ix_agreement_holder", ["holder", "begins_at"], unique=False)

    op.create_table(
        "basket",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_basket_service_id")),
        sa.PrimaryKeyConstraint("kind", "service_id", name=op.f("pk_basket")),
    )
    op.create_table(
        "life_event_service",
        sa.Column("life_event_id", sa.String(length=128), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["life_event_id"], ["life_event.id"], name=op.f("fk_life_event_service_life_event_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_life_event_service_service_id")),
        sa.PrimaryKeyConstraint("life_event_id", "position", name=op.f("pk_life_event_service")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("resident_id", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("aaguid", sa.Text(), nullable=False),
        sa.Column("transports", Json, nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("suspended_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_passkey_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index("ix_passkey_resident", ["resident_id", "created_at"], unique=False)

    op.create_table(
        "security_change",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=240), nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("payload", Json, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("secret_mark", sa.String(length=16), nullable=True),
        sa.Column("secret_mark_before", sa.String(length=16), nullable=True),
        sa.Column("secret_shown_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=True),
        sa.Column("proposed_terminal_id", sa.Text(), nullable=True),
        sa.Column("proposed_browser_hash", sa.LargeBinary(), nullable=True),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("lapses_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("effective_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(length=40), nullable=True),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'applied') = (applied_at IS NOT NULL)", name=op.f("ck_security_change_applied_has_time")
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR confirmed_by IS NOT NULL", name=op.f("ck_security_change_confirmed_by_somebody")
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> proposed_by", name=op.f("ck_security_change_two_people")
        ),
        sa.ForeignKeyConstraint(["confirmed_by"], ["staff.id"], name=op.f("fk_security_change_confirmed_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_security_change_ended_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"], name=op.f("fk_security_change_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_change")),
    )
    with op.batch_alter_table("security_change", schema=None) as batch_op:
        batch_op.create_index("ix_security_change_time", ["proposed_at", "id"], unique=False)
        batch_op.create_index(
            "uq_security_change_open",
            ["subject"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'confirmed')"),
            postgresql_where=sa.text("state IN ('proposed', 'confirmed')"),
        )

    op.create_table(
        "staff_recovery",
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=False),
        sa.Column("proposer_hash", sa.LargeBinary(), nullable=True),
        sa.Column("confirmer_hash", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_recovery_staff_id")),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_staff_recovery")),
    )
    with op.batch_alter_table("staff_recovery", schema=None) as batch_op:
        batch_op.create_index("ix_staff_recovery_staff", ["staff_id"], unique=False)

    op.create_table(
        "staff_training",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("training_id", sa.String(length=64), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_training_staff_id")),
        sa.ForeignKeyConstraint(["training_id"], ["training.id"], name=op.f("fk_staff_training_training_id")),
        sa.PrimaryKeyConstraint("staff_id", "training_id", name=op.f("pk_staff_training")),
    )
    op.create_table(
        "staff_value",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value_hash", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_value_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "kind", "value_hash", name=op.f("pk_staff_value")),
    )
    with op.batch_alter_table("staff_value", schema=None) as batch_op:
        batch_op.create_index("ix_staff_value_hash", ["value_hash"], unique=False)

    op.create_table(
        "document_shown",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("resident_id", sa.Text(), nullable=True),
        sa.Column("document_kind", sa.String(length=32), nullable=False),
        sa.Column("shown_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_document_shown_resident_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_document_shown_staff_id")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_document_shown_terminal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_shown")),
    )
    op.create_table(
        "dispute",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("delegation_id", sa.String(length=32), nullable=False),
        sa.Column("visit_id", sa.String(length=32), nullable=False),
        sa.Column("principal_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.String(length=128), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("deadline", UtcDateTime(), nullable=False),
        sa.Column("holder_told", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("handled_by", sa.Text(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_dispute_closed_has_time")),
        sa.CheckConstraint("(state = 'open') = (outcome IS NULL)", name=op.f("ck_dispute_answered_has_outcome")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_dispute_delegation_id")),
        sa.ForeignKeyConstraint(["handled_by"], ["staff.id"], name=op.f("fk_dispute_handled_by")),
        sa.ForeignKeyConstraint(["principal_id"], ["resident.id"], name=op.f("fk_dispute_principal_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_dispute_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    with op.batch_alter_table("dispute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispute_delegation_id"), ["delegation_id"], unique=False)
        batch_op.create_index("ix_dispute_opened", ["opened_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispute_principal_id"), ["principal_id"], unique=False)
        batch_op.create_index("ix_dispute_state", ["state", "opened_at", "id"], unique=False)

    op.create_table(
        "pushed_request",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("parameters", Json, nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("run_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["oauth_client.client_id"], name=op.f("fk_pushed_request_client_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_pushed_request_run_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_pushed_request")),
    )
    with op.batch_alter_table("pushed_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pushed_request_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "second_look",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("visit_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_hash", sa.String(length=43), nullable=False),
        sa.Column("delegation_id", sa.String(length=32), nullable=True),
        sa.Column("filing_id", sa.String(length=32), nullable=True),
        sa.Column("approval_id", sa.String(length=32), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_terminal_id", sa.Text(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("lapses_at", UtcDateTime(), nullable=False),
        sa.Column("barred", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("looked_by", sa.Text(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_terminal_id", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'refused') OR (decided_by IS NOT NULL AND looked_by = decided_by)",
            name=op.f("ck_second_look_decided_after_looking"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_second_look_decided_by_another")
        ),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_second_look_approval_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_second_look_asked_by")),
        sa.ForeignKeyConstraint(["asked_terminal_id"], ["terminal.id"], name=op.f("fk_second_look_asked_terminal_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_second_look_decided_by")),
        sa.ForeignKeyConstraint(
            ["decided_terminal_id"], ["terminal.id"], name=op.f("fk_second_look_decided_terminal_id")
        ),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_second_look_delegation_id")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_second_look_filing_id")),
        sa.ForeignKeyConstraint(["looked_by"], ["staff.id"], name=op.f("fk_second_look_looked_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_second_look_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_look")),
    )
    with op.batch_alter_table("second_look", schema=None) as batch_op:
        batch_op.create_index("ix_second_look_visit", ["visit_id", "asked_at"], unique=False)
        batch_op.create_index("ix_second_look_waiting", ["state", "asked_at"], unique=False)
        batch_op.create_index(
            "uq_second_look_waiting",
            ["visit_id", "kind", "subject_hash"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "exchanged_permit",
        sa.Column("permit_id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("exchanged_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["oauth_client.client_id"], name=op.f("fk_exchanged_permit_client_id")),
        sa.ForeignKeyConstraint(["permit_id"], ["permit.id"], name=op.f("fk_exchanged_permit_permit_id")),
        sa.PrimaryKeyConstraint("permit_id", name=op.f("pk_exchanged_permit")),
    )
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_token_expires_at"), ["expires_at"], unique=False)

    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approver_id", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_approval_approver_id"), ["approver_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_approval_approver_id"), "resident", ["approver_id"], ["id"])

    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_type"))
        batch_op.create_index("ix_audit_event_type_chain", ["type", "chain"], unique=False)

    with op.batch_alter_table("authorization_code", schema=None) as batch_op:
        batch_op.add_column(sa.Column("authorization_details", Json, nullable=True))
        batch_op.create_index(batch_op.f("ix_authorization_code_expires_at"), ["expires_at"], unique=False)

    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("co_approver_ids", Json, nullable=True))
        batch_op.add_column(sa.Column("authority_kind", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("ended_reason", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("stop_code_hash", sa.LargeBinary(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_delegation_stop_code_hash"), ["stop_code_hash"], unique=True)

    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("looks", Json, nullable=True))

    with op.batch_alter_table("identity_provider", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("auth_method", sa.String(length=32), server_default="client_secret_basic", nullable=False)
        )
        batch_op.add_column(sa.Column("acr_levels", Json, nullable=True))
        batch_op.add_column(sa.Column("code_claim", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("phone_claim", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("suspended_at", UtcDateTime(), nullable=True))

    with op.batch_alter_table("oauth_client", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("auth_method", sa.String(length=32), server_default="client_secret_basic", nullable=False)
        )
        batch_op.add_column(sa.Column("jwks", Json, nullable=True))
        batch_op.add_column(sa.Column("services", Json, nullable=True))
        batch_op.add_column(sa.Column("par_required", sa.Boolean(), server_default=sa.text("false"), nullable=False))
        batch_op.add_column(sa.Column("backchannel_logout_uri", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("suspended_at", UtcDateTime(), nullable=True))

    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_receipt_stop_code_hash"), type_="unique")
        batch_op.drop_column("stop_code_hash")

    with op.batch_alter_table("run_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_ticket_expires_at"), ["expires_at"], unique=False)

    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contact", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("follow_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("collect_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("max_filings", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("training_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("guarded", Json, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_service_training_id"), "training", ["training_id"], ["id"])

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("browser_hash", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signed_in_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("signed_in_as", sa.LargeBinary(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_signed_in_at"), ["signed_in_at"], unique=False)

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("services", Json, nullable=True))
        batch_op.add_column(sa.Column("life_event_id", sa.String(length=128), nullable=True))


def downgrade() -> None:
    raise RuntimeError("a version is not undone: the log speaks of its tables")
