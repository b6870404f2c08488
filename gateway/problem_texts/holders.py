"""What is settled with institutions whose services are filed."""

from gateway.problem_texts.problem import Problem
from ui.i18n import message

PROBLEMS: dict[str, Problem] = {
    "holder.statement_missing": Problem(
        404, message("No statement was issued for this month"), message("Go back to the list of statements.")
    ),
    "holder.list_faults": Problem(
        422,
        message("The list cannot be read"),
        message("Nothing was taken. Mend the lines that are named, and hand it in again."),
    ),
    "holder.lists_wait": Problem(
        429,
        message("Three of your lists are being compared"),
        message("Nothing was taken. Hand this one in when one of them is done, in a few minutes."),
    ),
    "holder.no_institution": Problem(
        403,
        message("The key names no institution"),
        message("Have a key of your institution let in by the network’s administrators."),
    ),
    "holder.statement_issued": Problem(
        409,
        message("The statement was issued before"),
        message("What changed since stands as a correction in the next one."),
    ),
    "holder.month_not_over": Problem(
        409, message("The month is not over yet"), message("Its statement is issued when it is.")
    ),
    "holder.statement_not_disputed": Problem(
        409,
        message("The institution disputes nothing of this statement"),
        message("Look at the list again: it may have answered meanwhile."),
    ),
    "holder.statement_settled": Problem(
        409,
        message("The statement is accepted already"),
        message(
            "If something in it is not right after all, write to the network: a correction stands in the next one."
        ),
    ),
}
