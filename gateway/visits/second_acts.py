"""What the answer of a second person sets going, by kind. Imported by everything that can answer or let lapse.

A kind whose part is not imported here cannot be answered: nothing may be confirmed into the void.
"""

from gateway.visits.second_person import ACTS

__all__ = ["ACTS"]
