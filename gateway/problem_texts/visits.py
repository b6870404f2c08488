"""A visit, from its opening to the filing."""

from gateway.problem_texts.problem import GO_BACK, NEW_CODE, NOT_FOUND, Problem
from ui.i18n import message

PROBLEMS: dict[str, Problem] = {
    # Visits
    "visit.not_found": NOT_FOUND,
    "visit.taken_over": Problem(
        409,
        message("This visit is served elsewhere now"),
        message(
            "A colleague has taken it over, or you have at another computer. Nothing of it is left here, and nothing"
            " that was typed there is lost. Go back to the desk."
        ),
    ),
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
    "service.not_together": Problem(
        409,
        message("These services cannot be done together"),
        message("Choose them one after the other, each in a visit of its own."),
    ),
    "visit.out_of_order": Problem(
        409,
        message("The visit has moved on"),
        message("This page was left open, or a button was pressed twice. Go back to the visit to see where it stands."),
    ),
    "draft.newer": Problem(
        409,
        message("Other answers were kept since, in another tab"),
        message(
            "Nothing was sent. What you typed stands here; compare it with the other tab, close that one, and press the"
            " button once more."
        ),
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
        message("One that is known from elsewhere is needed, such as from an earlier sign-in. Choose another way."),
    ),
    "approval.number_missing": Problem(
        409,
        message("No telephone number of this person is known"),
        message("Type it in the field beneath the display’s way, or choose another way."),
    ),
    "approval.code_unknown": Problem(404, message("The code is not right, or is past its time"), NEW_CODE),
    "approval.codes_used_up": Problem(
        429,
        message("No more codes are sent for now"),
        message("The last code that was sent still works. If it has not come, ask in another way."),
    ),
    "approval.over": Problem(409, message("This question has been answered or is past its time"), NEW_CODE),
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
    "barred.full": Problem(
        403,
        message("The agreement with the institution allows no more for now"),
        message(
            "As many applications were begun as it allows in a day or a month. Help the resident to use the portal "
            "alone, or agree on another day, and tell the manager."
        ),
    ),
    "barred.account": Problem(
        403,
        message("The assistant’s account is not in use"),
        message(
            "It was suspended or has ended, so nothing more is done in this name. A colleague of the centre takes the "
            "visit over and asks the resident for a new yes."
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
    "delegation.not_active": Problem(409, message("There is no delegation in force"), GO_BACK),
    "delegation.wrong_state": Problem(409, message("The delegation has moved on"), GO_BACK),
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
    "service.preconditions_open": Problem(
        409,
        message("First go through what has to be so"),
        message(
            "Ask the resident about each line of “What has to be so first”, and tick what is so. Where something is "
            "not, the card says where else they can go; nothing is asked of them."
        ),
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
    "delegation.invalid_request": Problem(409, message("This cannot be asked for"), GO_BACK),
    "approval.evidence_missing": Problem(
        409,
        message("Something is missing that makes a yes certain"),
        message("Ask again, or choose another way of saying yes."),
    ),
    "approval.wrong_approver": Problem(
        403, message("The yes came from somebody who was not asked"), message("Ask the person whose matter it is.")
    ),
    "filing.transition": Problem(409, message("The application has moved on"), GO_BACK),
    "service.form_changed": Problem(
        409,
        message("The portal’s form has changed, so nothing is filed there for now"),
        message("The resident can use the institution’s portal alone, or come back when the form is known."),
    ),
    "service.connector_unproved": Problem(
        409,
        message("Our way into the portal has only been tried with made-up people, so nothing is filed there"),
        message("The resident can use the institution’s portal alone. Tell the operator."),
    ),
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
}
