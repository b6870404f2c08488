"""What each problem means to the person who meets it: a status, what happened, what to do next.

Keyed by the `code` of our errors. A code that is not here is a defect: it is answered 500 and logged.
"""

from gateway.problem_texts import holders, outside, people, visits
from gateway.problem_texts.problem import BY_STATUS, DEFECT, UNAVAILABLE, Problem

__all__ = ["BY_STATUS", "DEFECT", "PROBLEMS", "UNAVAILABLE", "Problem"]

PROBLEMS: dict[str, Problem] = {**people.PROBLEMS, **visits.PROBLEMS, **outside.PROBLEMS, **holders.PROBLEMS}
