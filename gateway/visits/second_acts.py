"""The answers of a second person, with what each sets going by kind: pages and jobs answer through here.

A kind that no part has filled in cannot be answered: nothing may be confirmed into the void.
"""

from gateway.visits import holding, paper
from gateway.visits.second_person import ACTS, confirm, lapse, refuse
from gateway.visits.tables import SecondLookKind

__all__ = ["confirm", "lapse", "refuse"]

ACTS[SecondLookKind.SAME_ADDRESS] = holding.ACT
ACTS[SecondLookKind.COLLEAGUE_VALUE] = holding.ACT
ACTS[SecondLookKind.SENSITIVE_VALUE] = holding.ACT
ACTS[SecondLookKind.SENT_AGAIN] = holding.ACT
ACTS[SecondLookKind.PAPER_GRANT] = paper.ACT
ACTS[SecondLookKind.PAPER_PERMIT] = paper.ACT
