"""Portals, identity providers, and the gateway itself."""

from gateway.problem_texts.problem import UNAVAILABLE, Problem
from ui.i18n import message

PROBLEMS: dict[str, Problem] = {
    # Ratings of institutions' e-services
    "rating.service_unknown": Problem(
        404,
        message("There is no such e-service of yours, or it is closed"),
        message("Ask for /api/ratings/services: it lists those that were let in."),
    ),
    "rating.agency": Problem(
        403,
        message("The key is of no institution"),
        message("Ratings are an institution’s own: have a key let in that names it."),
    ),
    "rating.request": Problem(
        422,
        message("The request is not as it is described"),
        message("What is wrong stands under faults. All of it is described at /api/ratings/openapi.json."),
    ),
    "rating.repeated": Problem(
        409,
        message("The same Idempotency-Key came with another request before"),
        message("Send the same request again, or another key with another request."),
    ),
    "rating.too_many": Problem(
        429,
        message("Too many links within an hour"),
        message("Try again in an hour, or ask for fewer."),
    ),
    "rating.batch_unknown": Problem(
        404,
        message("There is no such batch of yours"),
        message("Use the batch as it was answered when the links were made."),
    ),
    # Signing in at portals, and with identity providers
    "oauth.run_required": Problem(
        403,
        message("This sign-in happens only during a visit at a centre"),
        message(
            "An assistant signs in to the portal for you while you are at a centre. To use the portal by yourself, go "
            "back to it and choose another way of signing in."
        ),
    ),
    "oauth.untrusted_request": Problem(
        400,
        message("The portal that sent you here is not known"),
        message("Nothing was passed on. Close the page and open the portal by its own address."),
    ),
    "outreach.unknown": Problem(
        404, message("There is no such invitation"), message("Go back to the list. It may be another institution’s.")
    ),
    "outreach.over": Problem(
        409, message("This was decided or stopped before"), message("Go back and look how it stands now.")
    ),
    "outreach.same_person": Problem(
        403,
        message("Somebody else has to approve it"),
        message(
            "Ask another officer, or an administrator: nobody whom whoever proposed it has invited, who has invited"
            " them, or whom the same person invited."
        ),
    ),
    "outreach.fresh_account": Problem(
        403,
        message("Your account is too new for this"),
        message("It was made or recovered within the last day. Ask a colleague, or come back tomorrow."),
    ),
    "outreach.too_few": Problem(
        422,
        message("Too few people would be invited"),
        message(
            "Choose more months: below 20 who want invitations, one person could be found out. You can ask so three "
            "times in 30 days; each time is recorded."
        ),
    ),
    "outreach.overlap": Problem(
        409,
        message("Your institution already asked for some of these people"),
        message(
            "Choose months or a service that no invitation of the last 180 days meets: from two groups that differ a "
            "little, one person could be found out."
        ),
    ),
    "outreach.too_often": Problem(
        429,
        message("Too few people were meant too often"),
        message(
            "Your institution asked for fewer than 20 people three times in 30 days. Ask again when they are over."
        ),
    ),
    "outreach.fault": Problem(
        422,
        message("The rule cannot be used"),
        message(
            "Choose one of your services, a group that is not the same service where you leave those out who have it, "
            "a text, and months that are over, the first one first. Of a life situation only what was filed can be "
            "named."
        ),
    ),
    "message.report_refused": Problem(
        401,
        message("Only the SMS operator reports here"),
        message("Give the secret of PILNVARA_SMS_REPORT_SECRET as a bearer token."),
    ),
    "message.report_malformed": Problem(
        400,
        message("The report cannot be read"),
        message("Send JSON with id, state (delivered, failed or unreachable) and, if there is one, code."),
    ),
    "oauth.provider_unknown": Problem(
        404, message("This way of signing in is not offered"), message("Go back and choose another way of signing in.")
    ),
    "oauth.provider_unavailable": Problem(
        503,
        message("The sign-in service does not answer"),
        message("Nothing was approved. Try again in a minute, or choose another way of signing in."),
    ),
    "mine.nobody": Problem(
        404,
        message("Nothing was ever done in your name here"),
        message(
            "No centre has ever asked you for a permission, and nothing about you is kept. You can close this page."
        ),
    ),
    "mine.too_weak": Problem(
        403,
        message("Your sign-in is not sure enough for this page"),
        message("It shows everything that was sent in your name. Choose a surer way to sign in, or ask at any centre."),
    ),
    "mine.not_fresh": Problem(
        403,
        message("Your sign-in is too old for this"),
        message("Nothing was changed. Sign in anew with a provider: for five minutes you can change how we reach you."),
    ),
    "oauth.sign_in_failed": Problem(
        403,
        message("The sign-in could not be confirmed"),
        message("Nothing was approved. Try once more; if it happens again, ask the assistant for another way."),
    ),
    # Figures
    "figures.asked": Problem(
        400,
        message("These figures cannot be told"),
        message(
            "Say the place as in “network”, “centre:” with its number or “region:” with its name, and the time as in "
            "2026-11, 2026-Q4, 2026 or 2026-01..2026-06."
        ),
    ),
    "figures.weight": Problem(
        409,
        message("This weight cannot be set"),
        message("A weight goes from 1 to 1000, and each day has one. Choose another day or another number."),
    ),
    # The gateway itself
    "database.unavailable": UNAVAILABLE,
    "keys.epoch_over": UNAVAILABLE,
    "keys.missing": UNAVAILABLE,
    "log.unhealthy": Problem(
        503,
        message("The audit log cannot be written safely"),
        message("Nothing is filed until the operator has looked at it. What was saved before is still there."),
    ),
}
