"""Who may come in, and what people decide about themselves and about settings."""

from gateway.problem_texts.problem import BAD_REQUEST, GO_BACK, NOT_FOUND, SIGN_IN_AGAIN, Problem
from ui.i18n import message

PROBLEMS: dict[str, Problem] = {
    # Programs
    "api_key.missing": Problem(
        401,
        message("A program shows its key"),
        message("Send it as “Authorization: Bearer pvk_…”. Keys are let in by the network’s administrators."),
    ),
    "api_key.refused": Problem(
        401,
        message("The key is not known here, or it is over"),
        message(
            "A key that was let in just now counts some time after the second administrator’s yes: they read there "
            "from when. Otherwise make a new one and have its fingerprint let in by the network’s administrators."
        ),
    ),
    "api_key.too_many": Problem(
        429,
        message("Too many requests"),
        message("Wait as many seconds as the header Retry-After says, and send fewer."),
    ),
    "api_key.scope": Problem(
        403,
        message("The key is good for something else"),
        message("Use the key that is meant for this, or ask the network’s administrators for one."),
    ),
    # Sessions and access
    "session.required": Problem(
        401,
        message("You are not signed in, or your session has ended"),
        message("Open the page again from the code or the link that you were given, or sign in."),
    ),
    "session.over": Problem(401, message("Your session has ended"), SIGN_IN_AGAIN),
    "session.locked": Problem(401, message("The session is locked"), message("Unlock it with your password.")),
    "session.role_not_chosen": Problem(401, message("Choose your role"), message("Choose in which role you work.")),
    "session.elsewhere": Problem(
        401,
        message("Your session was used on another computer and has been ended"),
        message("Sign in again. If you did not use another computer, tell your manager now."),
    ),
    "session.unproven": Problem(
        401,
        message("This computer has to show that it is your centre's"),
        message("The page does it by itself. Where it cannot, sign in at a computer of your centre."),
    ),
    "terminal.proof_refused": Problem(
        403,
        message("This computer could not show that it is your centre's"),
        message(
            "Load the page again and try once more. If it stays so, ask your manager for a code to enrol it again."
        ),
    ),
    "terminal.key_missing": Problem(
        403,
        message("This browser has made no key for the computer"),
        message("That needs JavaScript. Switch it on, load the page again and type the code: it was not used up."),
    ),
    "terminal.proof_missing": Problem(
        403,
        message("The computer's key is missing"),
        message(
            "Your role may be used only at a computer that shows its key, and that needs JavaScript. Switch JavaScript "
            "on, or ask your manager for a code to enrol the computer again."
        ),
    ),
    "access.refused": Problem(
        403,
        message("You may not open this page"),
        message(
            "It is for another role. If you need it for your work, ask the manager of your centre or an administrator."
        ),
    ),
    "request.forged": Problem(
        403,
        message("The page was too old to be sent"),
        message("Nothing was changed. Go back, reload the page and send it again."),
    ),
    "request.no_cookies": Problem(
        403,
        message("This browser keeps no cookies"),
        message(
            "Without them nobody can sign in, pair a screen or say yes here: a cookie is how the page knows that it is "
            "still you. Nothing was changed. Allow cookies for this address in the browser’s settings, or open the "
            "page in another browser or outside a private window, and begin again."
        ),
    ),
    "sign_in.failed": Problem(
        403,
        message("The user name, the password or the code is not right"),
        message("Check all three and try again with a new code from the authenticator app."),
    ),
    "staff.suspended": Problem(
        403,
        message("Your account is suspended"),
        message(
            "Nobody can sign in with it now, and nothing is filed in your name. Ask the manager of your centre, or an "
            "administrator, why; they can take it back into use. What you had begun was not lost."
        ),
    ),
    "preferences.link": Problem(
        404,
        message("This link ends no messages"),
        message(
            "It may be cut off or too old. Sign in to your own page, or ask at any centre: they change it for you."
        ),
    ),
    "invitation.over": Problem(
        410,
        message("This link does not work any more"),
        message(
            "It works once and for three days, and only the last one that was made. Ask whoever invited you to make a "
            "new one."
        ),
    ),
    "invitation.inviter": Problem(
        410,
        message("This link does not work now"),
        message(
            "Whoever invited you cannot answer for it at present. Ask another manager of your centre, or an "
            "administrator, to invite you anew."
        ),
    ),
    "invitation.code": Problem(
        403,
        message("The code is not right"),
        message("It has ten digits. The second of the two people who invited you tells it to you in person."),
    ),
    "staff.state": Problem(
        409,
        message("Somebody else has decided about this account meanwhile"),
        message("Go back to the person’s page and look at what it shows now."),
    ),
    "staff.last_administrator": Problem(
        409,
        message("Nobody else could administer the gateway then"),
        message("Two people give another person the role of administrator first."),
    ),
    "staff.two_administrators": Problem(
        409,
        message("Two administrators who can decide together have to stay"),
        message(
            "One person alone does not suspend the last but one. If the account is in other hands, call the operator of"
            " the gateway now: they suspend it on the command line."
        ),
    ),
    "staff.suspended_lately": Problem(
        409,
        message("You suspended another such account within the last day"),
        message(
            "One person suspends one administrator, auditor or officer a day. If this cannot wait, another"
            " administrator does it, or the operator of the gateway."
        ),
    ),
    "staff.own_account": Problem(
        403,
        message("Nobody decides about their own account"),
        message("Ask another administrator, or the manager of your centre."),
    ),
    "staff.two_needed": Problem(
        403,
        message("This needs two people"),
        message("Propose it under “Settings by two people”; another administrator confirms it."),
    ),
    "sign_in.wrong_password": Problem(
        403, message("The password is not right"), message("Type it again, or sign out and sign in anew.")
    ),
    "sign_in.not_confirmed": Problem(
        403, message("The password or the code is not right"), message("Check both and try again with a new code.")
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
    "display.offer_over": Problem(
        409,
        message("The display shows no number of this computer any more"),
        message("Two minutes are over, or a colleague chose the same display. Choose it again."),
    ),
    "display.busy": Problem(
        409,
        message("The display shows a visit at another computer"),
        message("Choose another display, or ask the colleague there to close the visit or to let the display go."),
    ),
    "staff.auditor_alone": Problem(
        409,
        message("An auditor has no other role"),
        message("Give the other roles to another account, of another person."),
    ),
    "staff.login_taken": Problem(409, message("This user name is taken"), message("Choose another user name.")),
    "people.not_found": NOT_FOUND,
    "people.personal_code": Problem(
        400, message("This is not a personal code"), message("A personal code has 11 digits, such as 329999-00001.")
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
    # Passkeys of staff
    "staff_passkey.error": Problem(
        403, message("The passkey did not work"), message("Try once more, or sign in with password and code.")
    ),
    "staff_passkey.refused": Problem(
        403,
        message("The passkey could not be confirmed"),
        message("Try once more, with the key’s PIN, your finger or your face, or sign in with password and code."),
    ),
    "staff_passkey.over": Problem(
        409,
        message("The passkey answered too late, or for the second time"),
        message("Nothing was opened by it. Press the button again."),
    ),
    "staff_passkey.unknown": Problem(
        403,
        message("This passkey is not known here"),
        message("Sign in with user name, password and code. Then you can add it on the page of your session."),
    ),
    "staff_passkey.removed": Problem(
        403,
        message("This passkey was removed from your account"),
        message(
            "Sign in with user name, password and code; you can add it anew then. If it was not you who removed it, "
            "and your account was not recovered, tell your manager now."
        ),
    ),
    "staff_passkey.copied": Problem(
        403,
        message("This passkey is no longer accepted: there may be a copy of it"),
        message(
            "Sign in with user name, password and code, remove it on the page of your session, and tell your manager."
        ),
    ),
    "staff_passkey.closed": Problem(
        403, message("This account is closed"), message("If you still work here, ask your manager for an account.")
    ),
    "staff_passkey.anothers": Problem(
        403,
        message("This passkey is somebody else’s"),
        message("Use your own. A colleague who wants to work here signs in after you have signed out."),
    ),
    "staff_passkey.not_fresh": Problem(
        403,
        message("Show first that it is you"),
        message("Nothing was changed. Confirm it below, and do it again within five minutes."),
    ),
    "staff_passkey.not_taken": Problem(
        403,
        message("The passkey was not added"),
        message("Nothing was changed. Try once more, with the key’s PIN, your finger or your face."),
    ),
    "staff_passkey.shared": Problem(
        403,
        message("The passkey was not added: it would be kept in this computer"),
        message("Colleagues unlock this computer too. Choose a security key or your phone where the browser asks."),
    ),
    "staff_passkey.too_many": Problem(
        409, message("You have ten passkeys already"), message("Remove one that you do not use, then add a new one.")
    ),
    "staff_passkey.impossible": Problem(
        409,
        message("Passkeys cannot be used at this address"),
        message("Sign in with password and code. If the address is a row of numbers, tell whoever runs the gateway."),
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
    "retention.no_wish": Problem(409, message("No wish to be erased waits"), GO_BACK),
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
    "retention.no_hold": Problem(404, message("There is no such hold, or it was lifted"), GO_BACK),
    "retention.person_erased": Problem(
        409,
        message("What was known of this person was erased in this moment"),
        message("Ask again: they are served as somebody new."),
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
        message(
            "Another administrator, at another computer, has to confirm what you or this computer proposed. So it is"
            " with what somebody proposed whom you invited, who invited you, or whom the same person invited: one of"
            " you could have been made up. And two others decide whether an account that you suspended is taken back."
        ),
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
}
