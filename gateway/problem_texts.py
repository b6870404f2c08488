"""What each problem means to the person who meets it: a status, what happened, what to do next.

Keyed by the `code` of our errors. A code that is not here is a defect: it is answered 500 and logged.
"""

from dataclasses import dataclass

from ui.i18n import Message, message


@dataclass(frozen=True, slots=True)
class Problem:
    """How an error is told."""

    status: int
    title: Message
    """What happened."""
    advice: Message
    """What to do next."""


_GO_BACK = message("Go back to the page you came from and look at what it shows now.")
_NEW_CODE = message("Ask the assistant for a new code.")
_TELL_SUPPORT = message("Try again in a minute. If it happens again, tell support the reference number below.")

BAD_REQUEST = Problem(
    400, message("The request could not be understood"), message("Go back, reload the page and fill it in again.")
)
NOT_FOUND = Problem(
    404,
    message("Page not found"),
    message("Check the address. If you followed a link, it may have been used already or be past its time."),
)
METHOD_NOT_ALLOWED = Problem(405, message("This address cannot be used in this way"), _GO_BACK)
TOO_LARGE = Problem(
    413, message("What you sent is too large"), message("Choose a smaller file, or scan it with a lower resolution.")
)
UNAVAILABLE = Problem(
    503, message("The service is not available just now"), message("Nothing was lost. Try again in a minute.")
)
DEFECT = Problem(500, message("Something went wrong"), _TELL_SUPPORT)

BY_STATUS = {400: BAD_REQUEST, 404: NOT_FOUND, 405: METHOD_NOT_ALLOWED, 413: TOO_LARGE, 503: UNAVAILABLE}
"""For errors of the framework."""

_SIGN_IN_AGAIN = message("Sign in again. What was saved before is still there.")

PROBLEMS: dict[str, Problem] = {
    # Sessions and access
    "session.required": Problem(
        401,
        message("You are not signed in, or your session has ended"),
        message("Open the page again from the code or the link that you were given, or sign in."),
    ),
    "session.over": Problem(401, message("Your session has ended"), _SIGN_IN_AGAIN),
    "session.locked": Problem(401, message("The session is locked"), message("Unlock it with your password.")),
    "session.role_not_chosen": Problem(401, message("Choose your role"), message("Choose in which role you work.")),
    "session.elsewhere": Problem(
        401,
        message("Your session was used on another computer and has been ended"),
        message("Sign in again. If you did not use another computer, tell your manager now."),
    ),
    "access.refused": Problem(
        403,
        message("You may not open this page"),
        message("It is for another role. If you need it for your work, ask your manager."),
    ),
    "request.forged": Problem(
        403,
        message("The page was too old to be sent"),
        message("Nothing was changed. Go back, reload the page and send it again."),
    ),
    "sign_in.failed": Problem(
        403,
        message("The user name, the password or the code is not right"),
        message("Check all three and try again with a new code from the authenticator app."),
    ),
    "sign_in.wrong_password": Problem(
        403, message("The password is not right"), message("Type it again, or sign out and sign in anew.")
    ),
    "recovery.refused": Problem(
        403,
        message("The user name or the code is not right"),
        message("Check both halves of the code. They work for three days and once; your manager can ask for new ones."),
    ),
    "recovery.half_shown": Problem(
        410,
        message("The half of the code is not shown again"),
        message("It is shown once. If it was lost, ask for the recovery anew."),
    ),
    "sign_in.throttled": Problem(429, message("Too many tries"), message("Wait a quarter of an hour, then try again.")),
    "sign_in.terminal_required": Problem(
        403,
        message("Sign in at a computer of your centre"),
        message(
            "Your role may be used only at a computer that is enrolled at your centre. Ask your manager to enrol it."
        ),
    ),
    "pairing.code_unknown": Problem(
        404, message("The code is not right, or is past its time"), message("Make a new code and type it again.")
    ),
    "staff.login_taken": Problem(409, message("This user name is taken"), message("Choose another user name.")),
    "people.not_found": NOT_FOUND,
    "people.personal_code": Problem(
        400, message("This is not a personal code"), message("A personal code has 11 digits, such as 329999-00001.")
    ),
    # Visits
    "visit.not_found": NOT_FOUND,
    "visit.closed": Problem(
        409, message("The visit has ended"), message("Open a new visit if something else is to be done.")
    ),
    "visit.other_person": Problem(
        409,
        message("This visit is about somebody else"),
        message(
            "What is kept of a visit belongs to one person. End it and open a visit of their own for this one, also if"
            " the personal code was mistyped before."
        ),
    ),
    "visit.out_of_order": Problem(
        409,
        message("The visit has moved on"),
        message("This page was left open, or a button was pressed twice. Go back to the visit to see where it stands."),
    ),
    "form.stale": Problem(
        409,
        message("This form was sent before with something else in it"),
        message("Nothing was recorded now. Open the page anew, see what stands there, and fill the form in again."),
    ),
    "service.unknown": Problem(404, message("There is no such service"), message("Search for the service again.")),
    # The yes
    "approval.route_not_allowed": Problem(
        409, message("The service does not take this way of saying yes"), message("Choose another way.")
    ),
    "approval.paper_void": Problem(
        409,
        message("This sheet is void: it is of another text"),
        message("Compare the code on the sheet with the one on this page. Print the sheet anew and have it signed."),
    ),
    "approval.document_not_checked": Problem(
        409,
        message("Nobody has looked at this person’s document yet"),
        message("The assistant looks at the identity document and records it; then the yes counts."),
    ),
    "approval.no_known_number": Problem(
        409,
        message("No telephone number of this person is known"),
        message(
            "A number that was known before is needed. If the display’s choice has a field for it, type it there; "
            "otherwise choose another way of saying yes."
        ),
    ),
    "approval.code_unknown": Problem(404, message("The code is not right, or is past its time"), _NEW_CODE),
    "approval.codes_used_up": Problem(
        429,
        message("No more codes are sent for now"),
        message("The last code that was sent still works. If it has not come, ask in another way."),
    ),
    "approval.over": Problem(409, message("This question has been answered or is past its time"), _NEW_CODE),
    "approval.subject_mismatch": Problem(
        403,
        message("Somebody else signed in than the person who was asked"),
        message("Whoever is asked here has to sign in. Go on, and sign in once more as that person, or refuse."),
    ),
    "approval.sign_in_stale": Problem(
        403,
        message("The sign-in was not fresh"),
        message("Sign in once more; the page has to be the one from which you started."),
    ),
    "approval.assurance_too_low": Problem(
        403,
        message("The service asks for a stronger sign-in"),
        message("Sign in with another means, such as the identity card or the signature app."),
    ),
    # Who may not act
    "barred.own_matter": Problem(
        403,
        message("This is your own matter"),
        message("A personal code, telephone number or account here is yours. A colleague has to serve this person."),
    ),
    "barred.not_recognised": Problem(
        403,
        message("You cannot serve residents yet"),
        message(
            "Nobody would notice if you acted in your own matter. Store your telephone, account and address under Your"
            " session; the centre’s manager stores your personal code from your document."
        ),
    ),
    "barred.basket": Problem(
        403,
        message("This centre does not offer the service"),
        message("Look at the service’s card: it says where the resident can go instead."),
    ),
    "barred.agreement": Problem(
        403,
        message("No agreement with the institution is in force"),
        message(
            "The service cannot be given here now. Help the resident to use the portal alone, and tell the manager."
        ),
    ),
    "barred.training": Problem(
        403,
        message("The service asks for a training that you do not have"),
        message("Ask a colleague who has it to serve the resident, and tell the manager."),
    ),
    # The second pair of eyes
    "second_look.not_you": Problem(
        403,
        message("This has to be somebody else"),
        message("A colleague at another computer, who has nothing to do with the matter, has to look."),
    ),
    "second_look.not_looked_at": Problem(
        409, message("You have not looked yet"), message("Open what is to be judged first, then answer.")
    ),
    "second_look.over": Problem(
        409, message("This has been answered or is past its time"), message("Nothing more is needed from you.")
    ),
    # Erasing
    "keys.destroyed": Problem(
        410,
        message("This has been erased"),
        message("That it was, and when, stands in the trail. Nothing can be opened."),
    ),
    "retention.still_needed": Problem(
        409, message("It cannot be erased now"), message("Something is under way for which it is needed.")
    ),
    "retention.erased": Problem(
        409, message("It has been erased already"), message("Nothing is left that could be kept or erased.")
    ),
    "retention.no_wish": Problem(409, message("No wish to be erased waits"), _GO_BACK),
    "retention.not_fresh": Problem(
        403,
        message("Your sign-in is too old for this"),
        message("Sign in once more and ask for it within five minutes."),
    ),
    "retention.served_by_you": Problem(
        403,
        message("You have served this person, so you cannot take this wish"),
        message(
            "Ask a colleague or the manager. The person can also ask for it on their own page or at another centre."
        ),
    ),
    "retention.no_hold": Problem(404, message("There is no such hold, or it was lifted"), _GO_BACK),
    "retention.person_erased": Problem(
        409,
        message("What was known of this person was erased in this moment"),
        message("Ask again: they are served as somebody new."),
    ),
    # Passkeys
    "passkey.impossible": Problem(
        409,
        message("Passkeys cannot be used at this address"),
        message("Sign in instead. If the address in the browser is a row of numbers, tell the centre."),
    ),
    "passkey.not_fresh": Problem(
        403,
        message("Your sign-in is too old to add a passkey"),
        message("Sign in once more and add the passkey within five minutes."),
    ),
    "passkey.too_many": Problem(
        409, message("You have ten passkeys already"), message("Remove one that you do not use, then add a new one.")
    ),
    "passkey.not_taken": Problem(
        403,
        message("The passkey was not added"),
        message("Nothing was changed. Try once more, with your finger, face or the phone’s PIN."),
    ),
    "passkey.over": Problem(
        409,
        message("The passkey answered too late, or for the second time"),
        message("Nothing was approved by it. Look at what is asked now and use the passkey again."),
    ),
    "passkey.unknown": Problem(
        403,
        message("This passkey cannot be used here"),
        message("Nothing was approved. Use another passkey, sign in instead, or ask the assistant for another way."),
    ),
    "passkey.refused": Problem(
        403,
        message("The passkey could not be confirmed"),
        message("Nothing was approved. Try once more, with your finger, face or the phone’s PIN, or sign in instead."),
    ),
    "passkey.copied": Problem(
        403,
        message("This passkey is no longer accepted"),
        message(
            "There may be a copy of it. Nothing was approved, and it counts for nothing any more. Sign in instead, and "
            "remove it on your own page."
        ),
    ),
    # Delegation and filing
    "delegation.expired": Problem(
        409, message("The delegation has reached its end"), message("Ask the person for a new delegation.")
    ),
    "stop.code_unknown": Problem(
        404,
        message("The code is not right"),
        message(
            "Compare it with the paper or the message: 26 letters and digits. Any centre can also stop it for you."
        ),
    ),
    "case.over": Problem(
        409,
        message("The case is closed, or is not answered yet"),
        message("Go back to the case to see where it stands."),
    ),
    "finding.over": Problem(
        409,
        message("The finding is closed or withdrawn, or is not answered yet"),
        message("Go back to the finding to see where it stands."),
    ),
    "finding.own_visit": Problem(
        403,
        message("This is about a visit that you served yourself"),
        message("Somebody else has to do this: another manager of the centre, or another auditor."),
    ),
    "finding.inquiry_stands": Problem(
        409,
        message("An inquiry stands over this visit"),
        message(
            "A finding is told to the centre. Write a note now, and record the finding when the inquiry has ended."
        ),
    ),
    "inquiry.over": Problem(
        409, message("The inquiry is over, or nobody agreed to it in time"), message("Go back to see where it stands.")
    ),
    "inquiry.not_you": Problem(
        403,
        message("You may not be the second person of this inquiry"),
        message(
            "It takes another auditor, at another computer, who did not serve one of these visits, and whose account"
            " was not made or recovered within a day."
        ),
    ),
    "inquiry.cannot_stand": Problem(
        409,
        message("The inquiry cannot be like this"),
        message("Something has changed since it was proposed. Propose it anew."),
    ),
    "delegation.revoked": Problem(
        409, message("The person has stopped the delegation"), message("Nothing more is done in their name.")
    ),
    "delegation.not_active": Problem(409, message("There is no delegation in force"), _GO_BACK),
    "delegation.wrong_state": Problem(409, message("The delegation has moved on"), _GO_BACK),
    "delegation.out_of_scope": Problem(
        403, message("The delegation does not allow this"), message("Ask the person for a delegation that does.")
    ),
    "delegation.own_matter": Problem(
        409,
        message("Nobody can act for themselves here"),
        message("Let another assistant help with this, or use the portal directly."),
    ),
    "delegation.locked_value": Problem(
        409,
        message("The resident has fixed this value"),
        message("Nothing was changed. To use another value, ask for a new delegation that does not fix it."),
    ),
    "service.not_offered": Problem(
        409, message("The service does not offer this"), message("Look at what the form offers now, and choose again.")
    ),
    "service.nothing_to_keep": Problem(
        409,
        message("No such value is known of this person yet"),
        message("What is not known cannot be kept unchanged. Untick what may not be changed, and ask again."),
    ),
    "people.registration_number": Problem(
        400,
        message("This is not a registration number"),
        message("A registration number has eleven digits and begins with 4, 5 or 9."),
    ),
    "delegation.invalid_request": Problem(409, message("This cannot be asked for"), _GO_BACK),
    "approval.evidence_missing": Problem(
        409,
        message("Something is missing that makes a yes certain"),
        message("Ask again, or choose another way of saying yes."),
    ),
    "approval.wrong_approver": Problem(
        403, message("The yes came from somebody who was not asked"), message("Ask the person whose matter it is.")
    ),
    "filing.transition": Problem(409, message("The application has moved on"), _GO_BACK),
    "filing.already_filed": Problem(
        409,
        message("The same thing has been filed or is on its way"),
        message("Look at the earlier application. It is not sent a second time."),
    ),
    "filing.readback_changed": Problem(
        409,
        message("The portal’s page has changed since it was confirmed"),
        message("Nothing was sent. The page is read again and has to be confirmed again."),
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
    # Changes of security settings
    "change.not_found": NOT_FOUND,
    "change.over": Problem(
        409,
        message("This change was decided already"),
        message("Open the list of changes: it shows what was decided, and by whom."),
    ),
    "change.same_person": Problem(
        403,
        message("This needs a second person"),
        message("Another administrator, at another computer, has to confirm what you or this computer proposed."),
    ),
    "change.fresh_account": Problem(
        403,
        message("Your account is too new for this"),
        message("It was made or recovered within the last day. Ask another administrator, or come back tomorrow."),
    ),
    "change.secret_gone": Problem(
        410,
        message("The secret is not shown again"),
        message("It is shown once, to whom it is for. If it was lost, propose the change anew."),
    ),
    "change.fault": BAD_REQUEST,
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
