"""Where chains stood when a log was verified last: what is read since has to go on from there.

A verification from a checkpoint on does not read what came before, and an entry that stands there already could be put
behind it again, or another one in its place. So the last entry of a chain before the checkpoint is asked for, proven to
be in the tree that was verified, and the chain goes on from it. The source may keep later ones to itself: to exclude
that, the whole log has to be read.
"""

from typing import TypeAlias

from audit.checkpoint import Checkpoint
from audit.errors import ProofError, SourceError
from audit.glance import Glance, glance
from audit.inclusion import inclusion_proof, verify_inclusion
from audit.log_source import LogSource
from audit.merkle import leaf_hash
from audit.report import Findings, Verdict

Head: TypeAlias = tuple[int, bytes, int]
"""Of a chain's last entry: its number, leaf hash and time in microseconds."""

NOTHING: Head = (0, b"", 0)


class Boundary:
    """Looks up where chains stood at a checkpoint."""

    def __init__(self, findings: Findings, source: LogSource, since: Checkpoint) -> None:
        """`since` is a state of this log, of which the source's nodes have been seen to give the root."""
        self._findings = findings
        self._source = source
        self._since = since

    def head_of(self, chain: str) -> Head | None:
        """The end of `chain` before the checkpoint, `NOTHING` if it had not begun; none if the source cannot tell.

        An entry that is not what was verified is reported, and counts as not told.
        """
        index = self._source.last_of(chain, self._since.size)
        if index is None:
            return None
        if index < 0:
            return NOTHING
        for _, leaf, _ in self._source.leaves(index, index + 1):
            seen = glance(index, leaf, leaf_hash(leaf))
            if seen.fault is None and seen.chain == chain and self._is_proven(seen):
                return seen.n, seen.stored, seen.at
        detail = f"the entry of {chain} that stands there now was not there when the log was verified"
        self._findings.add(Verdict.EDITED, f"leaf {index:,}", detail, index=index)
        return None

    def _is_proven(self, seen: Glance) -> bool:
        try:
            proof = inclusion_proof(seen.index, self._since.size, self._source.node)
            verify_inclusion(seen.index, self._since.size, seen.stored, proof, self._since.root)
        except (ProofError, SourceError):
            return False
        return True
